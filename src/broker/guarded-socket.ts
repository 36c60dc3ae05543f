import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { packetMeter } from './packet-limit.ts'

export interface SocketLimits {
  readonly largestPacketBytes: number
  /** What may wait for a client that reads slowly until `write` says that the stream is full. */
  readonly backlogBytes: number
  /** A client that takes nothing of what waits for it in that time is hung up on. */
  readonly stuckMs: number
}

/**
 * The socket as a stream that breaks off at an MQTT packet that is too long: aedes itself gathers up to 256 MB for
 * anybody who announces them.
 */
export function guardedSocket(socket: Socket, limits: SocketLimits): Duplex {
  const meter = packetMeter(limits.largestPacketBytes)
  const guarded = new Duplex({
    writableHighWaterMark: limits.backlogBytes,
    read() {
      socket.resume()
    },
    write(chunk: Buffer, _encoding, done) {
      socket.write(chunk, done)
    },
    // A packet comes in several pieces; together they are one write to the network.
    writev(pieces, done) {
      socket.write(Buffer.concat(pieces.map(({ chunk }) => chunk)), done)
    },
    final(done) {
      socket.end(done)
    },
    destroy(error, done) {
      socket.destroy()
      done(error)
    },
  })
  socket.on('data', (chunk: Buffer) => {
    const fault = meter(chunk)
    if (fault !== undefined) guarded.destroy(fault)
    else if (!guarded.push(chunk)) socket.pause()
  })
  socket.setTimeout(limits.stuckMs)
  socket.on('timeout', () => {
    if (guarded.writableLength > 0) guarded.destroy(new Error('it does not read what is sent to it'))
  })
  socket.on('end', () => guarded.push(null))
  // A client that hangs up is no error of ours.
  socket.on('error', () => guarded.destroy())
  socket.on('close', () => guarded.destroy())
  return guarded
}
