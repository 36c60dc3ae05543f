import type { Socket } from 'node:net'
import { Duplex, pipeline, Transform } from 'node:stream'

/**
 * The socket as a stream that breaks off at an MQTT packet longer than `largestBytes`, before a byte of its
 * body is kept: aedes itself gathers up to 256 MB for anybody who announces them.
 */
export function withPacketLimit(socket: Socket, largestBytes: number): Duplex {
  const meter = packetMeter(largestBytes)
  const guarded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const fault = meter(chunk)
      if (fault === undefined) done(null, chunk)
      else done(fault)
    },
  })
  // Errors reach the duplex through `guarded`; a client that hangs up is no error of ours.
  pipeline(socket, guarded, () => {})
  return Duplex.from({ readable: guarded, writable: socket })
}

/** Follows packet borders through chunks of any size and says when one is too long or has no length. */
function packetMeter(largestBytes: number): (chunk: Buffer) => Error | undefined {
  let bodyLeft = 0
  // Digits of the "remaining length" read so far; undefined while the first byte of a packet is awaited.
  let digits: number[] | undefined
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (bodyLeft > 0) {
        const taken = Math.min(bodyLeft, chunk.length - at)
        bodyLeft -= taken
        at += taken
        continue
      }
      const byte = chunk[at++] ?? 0
      if (digits === undefined) {
        digits = []
        continue
      }
      digits.push(byte)
      if (byte >= 128) {
        if (digits.length >= 4) return new Error('MQTT packet without a length')
        continue
      }
      bodyLeft = digits.reduceRight((length, digit) => length * 128 + (digit & 127), 0)
      digits = undefined
      if (bodyLeft > largestBytes) return new Error(`MQTT packet of ${bodyLeft} bytes is too long`)
    }
    return undefined
  }
}
