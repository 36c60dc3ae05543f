import { ErrorWithReasonCode, type MqttClient } from 'mqtt'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { packetBytes, SizeLimit } from './size-limit.ts'
import { withinMs } from './within-ms.ts'

interface SenderOptions {
  /** Where the broker is, as it may be printed; null while that is not known. */
  readonly address: () => string | null
  readonly log: Log
}

export interface PublishOptions {
  readonly retain: boolean
  /** Whether all that waits is given up for it, and nothing is said after it. */
  readonly last?: boolean
}

interface Packet {
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
}

const acknowledgeMs = 10_000
/** Reason code of MQTT 5. */
const notAuthorized = 0x87

/** Publishes on the connection that there is, one message after the other as the broker acknowledges them. */
export class Sender {
  readonly #options: SenderOptions
  readonly #sizeLimit = new SizeLimit()
  #mqtt: MqttClient | undefined
  /** The size of what the broker has neither acknowledged nor refused yet. */
  #underWayBytes = 0
  /** Whether this connection was told of a message that the broker refused. */
  #refused = false
  #tail: Promise<unknown> = Promise.resolve()
  /** Whether what is said last has come through; undefined until it is said. */
  #farewell: Promise<boolean> | undefined

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** From now on messages go there. */
  open(mqtt: MqttClient, limit: { readonly largestPacketBytes: number }): void {
    this.#sizeLimit.connected({ address: this.#options.address(), namedBytes: limit.largestPacketBytes })
    this.#mqtt = mqtt
    this.#underWayBytes = 0
    this.#refused = false
  }

  /** The connection has ended. Brings whether it may have ended over the size of a message. */
  close(): boolean {
    if (this.#mqtt === undefined) return false
    this.#mqtt = undefined
    return this.#sizeLimit.ended(this.#underWayBytes)
  }

  /** @throws AppError as `BrokerClient.publish` does. */
  async publish(topic: string, payload: string, { retain, last = false }: PublishOptions): Promise<void> {
    const mqtt = this.#mqtt
    this.#sizeLimit.check(topic, payload)
    if (mqtt === undefined || this.#farewell !== undefined) throw this.#away(topic)
    const sent = this.#tail.then(() => {
      if (this.#farewell !== undefined && !last) throw this.#away(topic)
      return this.#send(mqtt, { topic, payload, retain })
    })
    this.#tail = sent.catch(() => undefined)
    if (last)
      this.#farewell = sent.then(
        () => true,
        () => false,
      )
    await sent
  }

  /** Whether what is to be said last is out within `ms`; where there is no last, all that waits. */
  async isAllSaid(ms: number): Promise<boolean> {
    let isSaid = false
    const all = this.#farewell ?? this.#tail.then(() => true)
    await withinMs(
      ms,
      all.then((is) => {
        isSaid = is
      }),
    )
    return isSaid
  }

  async #send(mqtt: MqttClient, { topic, payload, retain }: Packet): Promise<void> {
    // One that is ending takes nothing any more, and what it ended over is still to be known.
    if (this.#mqtt !== mqtt || !mqtt.connected || mqtt.disconnecting) throw this.#away(topic)
    const bytes = packetBytes(topic, payload)
    this.#underWayBytes = bytes
    // A broker that answers pings but acknowledges nothing would hold up all that follows.
    const timer = setTimeout(() => {
      this.#underWayBytes = 0
      mqtt.end(true)
    }, acknowledgeMs)
    try {
      await mqtt.publishAsync(topic, payload, { qos: 1, retain })
      this.#sizeLimit.taken(bytes)
      this.#underWayBytes = 0
    } catch (cause) {
      if (cause instanceof ErrorWithReasonCode) {
        this.#underWayBytes = 0
        this.#nameRefusal(topic, cause)
      }
      throw new AppError('unavailable', `the MQTT broker did not take a message for ${topic}`, { cause })
    } finally {
      clearTimeout(timer)
    }
  }

  #nameRefusal(topic: string, { code, message }: ErrorWithReasonCode): void {
    if (this.#refused) return
    this.#refused = true
    const because =
      code === notAuthorized ? 'our user may not write there (access list of the broker)' : message
    this.#options.log.warn(
      `the MQTT broker ${this.#options.address()} refused what we published to ${topic}: ${because}. It may refuse other topics too`,
    )
  }

  #away(topic: string): AppError {
    const address = this.#options.address()
    return new AppError(
      'unavailable',
      `no connection to the MQTT broker${address === null ? '' : ` ${address}`}: nothing was published to ${topic}`,
    )
  }
}
