/**
 * Follows the borders of MQTT packets through chunks of any size, and tells of one that is longer than
 * `largestBytes` or has no length, before a byte of its body is kept.
 */
export function packetMeter(largestBytes: number): (chunk: Buffer) => Error | undefined {
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
