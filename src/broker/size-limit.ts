import { AppError } from '../core/error.ts'
import { isPublishable } from './topic-filter.ts'

/** What MQTT can carry in one packet, whatever the broker says. */
export const protocolLimitBytes = 256 * 1024 * 1024 - 1

// More than the heading, the packet's number and the lengths of topic and properties take.
const overheadBytes = 32
// Every broker takes as much.
const harmlessBytes = 4096

/** How many bytes the packet of a message takes, or a few less. */
export function packetBytes(topic: string, payload: string): number {
  return Buffer.byteLength(topic) + Buffer.byteLength(payload) + overheadBytes
}

/**
 * How large a message the broker takes. In MQTT 5 it may name a limit. Others show it by hanging up, or by an answer
 * that is no MQTT (seen: Mosquitto 2.0.11 with `max_packet_size` in MQTT 3.1.1, and with `message_size_limit` in MQTT 5,
 * where mqtt.js ends the connection over the reason code 0x95): where two connections in a row end over a message that
 * is larger than all that the broker took, its size is too much.
 */
export class SizeLimit {
  #address: string | null = null
  #namedBytes = protocolLimitBytes
  #tooManyBytes = Number.POSITIVE_INFINITY
  #largestTakenBytes = 0
  /** What the last connection ended over, unless the broker took as much since. */
  #suspectBytes: number | undefined

  /** What was learned of another broker does not hold. */
  connected({ address, namedBytes }: { readonly address: string | null; readonly namedBytes: number }): void {
    if (address !== this.#address) {
      this.#tooManyBytes = Number.POSITIVE_INFINITY
      this.#suspectBytes = undefined
    }
    this.#address = address
    this.#namedBytes = namedBytes
    this.#largestTakenBytes = 0
  }

  /**
   * A message that would cost the connection is refused before it is sent.
   * @throws AppError `unprocessable` for a topic nobody can publish to, or a packet above the limit.
   */
  check(topic: string, payload: string): void {
    if (!isPublishable(topic))
      throw new AppError('unprocessable', `"${topic.slice(0, 80)}" is no topic to publish to`)
    const bytes = packetBytes(topic, payload)
    const what = `${topic.slice(0, 200)} is ${bytes} and is left out`
    if (bytes > this.#namedBytes)
      throw new AppError(
        'unprocessable',
        `the MQTT broker takes messages of at most ${this.#namedBytes} bytes; ${what}`,
      )
    if (bytes >= this.#tooManyBytes)
      throw new AppError(
        'unprocessable',
        `the MQTT broker takes messages of less than ${this.#tooManyBytes} bytes, for it ended the connection over them; ${what} until the next start`,
      )
  }

  /** The broker has acknowledged a packet of that size. */
  taken(bytes: number): void {
    this.#largestTakenBytes = Math.max(this.#largestTakenBytes, bytes)
    if (this.#suspectBytes !== undefined && bytes >= this.#suspectBytes) this.#suspectBytes = undefined
  }

  /** The connection has ended while a packet of that size was under way. Brings whether its size may be why. */
  ended(bytes: number): boolean {
    if (bytes <= harmlessBytes || bytes <= this.#largestTakenBytes) return false
    if (this.#suspectBytes === undefined) this.#suspectBytes = bytes
    else {
      this.#tooManyBytes = Math.min(this.#suspectBytes, bytes)
      this.#suspectBytes = undefined
    }
    return true
  }
}
