import type { IClientSubscribeOptions, IPublishPacket } from 'mqtt'
import type { MqttVersion } from './connection.ts'
import { topicMatches } from './topic-filter.ts'

export type MessageHandler = (topic: string, payload: string, message: HeardMessage) => void

export interface HeardMessage {
  readonly retain: boolean
  /** Whether the broker sends it once more, as it has missed our acknowledgement. */
  readonly isRepeated?: boolean
}

export interface SubscribeOptions {
  /** Whether the retain flag is wanted as it was published. */
  readonly asPublished?: boolean
  /** Whether only what others publish from now on is wanted. MQTT 3.1.1 cannot ask for that, and hears nothing instead. */
  readonly fromOthers?: boolean
}

export interface Subscription extends SubscribeOptions {
  readonly filters: readonly string[]
  readonly handler: MessageHandler
}

// By MQTT 5, section 3.8.3.1: retained messages are not sent when somebody subscribes.
const noneOfTheStore = 2

/** Who hears what of a broker. */
export class Subscriptions {
  readonly #all = new Set<Subscription>()
  /** Each once, however many subscriptions name it, with its number for the broker. */
  readonly #filters = new Map<string, number>()
  /** Numbers begin at 1 by the standard, and none is given twice. */
  #lastNumber = 0

  get filters(): readonly string[] {
    return [...this.#filters.keys()]
  }

  /** Brings the filters that nobody has named before. */
  add(subscription: Subscription): readonly string[] {
    const fresh = subscription.filters.filter((filter) => !this.#filters.has(filter))
    this.#all.add(subscription)
    for (const filter of fresh) this.#filters.set(filter, ++this.#lastNumber)
    return fresh
  }

  /** Brings the filters that nobody names any more. */
  remove(subscription: Subscription): readonly string[] {
    if (!this.#all.delete(subscription)) return []
    const isNamed = (filter: string) => [...this.#all].some(({ filters }) => filters.includes(filter))
    const stale = subscription.filters.filter((filter) => !isNamed(filter))
    for (const filter of stale) this.#filters.delete(filter)
    return stale
  }

  /** How to ask the broker for the filter; undefined where nobody can hear it in this version. */
  optionsOf(filter: string, version: MqttVersion): IClientSubscribeOptions | undefined {
    const those = this.#heard(version).filter(({ filters }) => filters.includes(filter))
    if (those.length === 0) return undefined
    if (version !== 5) return { qos: 1 }
    const rap = those.some(({ asPublished }) => asPublished === true)
    const nl = those.every(({ fromOthers }) => fromOthers === true)
    return {
      qos: 1,
      rap,
      nl,
      rh: nl ? noneOfTheStore : 0,
      // MQTT 3.1.1 has none.
      properties: { subscriptionIdentifier: this.#filters.get(filter) ?? 0 },
    }
  }

  /** Mosquitto sends a copy for each filter that matches, and under MQTT 5 says for which one it is. */
  addressees(topic: string, { properties }: IPublishPacket, version: MqttVersion): readonly Subscription[] {
    const named = properties?.subscriptionIdentifier
    const numbers = typeof named === 'number' ? [named] : named
    const meant =
      numbers === undefined
        ? this.filters.filter((filter) => topicMatches(filter, topic))
        : [...this.#filters].filter(([, number]) => numbers.includes(number)).map(([filter]) => filter)
    return this.#heard(version).filter(({ filters }) => filters.some((filter) => meant.includes(filter)))
  }

  #heard(version: MqttVersion): readonly Subscription[] {
    const all = [...this.#all]
    return version === 5 ? all : all.filter(({ fromOthers }) => fromOthers !== true)
  }
}
