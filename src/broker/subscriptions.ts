import type { IClientSubscribeOptions, IPublishPacket } from 'mqtt'
import type { MqttVersion } from './connection.ts'
import { topicMatches } from './topic-filter.ts'

export type MessageHandler = (topic: string, payload: string, message: { readonly retain: boolean }) => void

export interface Subscription {
  readonly filters: readonly string[]
  readonly handler: MessageHandler
  /** Whether the retain flag is wanted as it was published. */
  readonly asPublished: boolean
}

/** Who hears what of a broker. */
export class Subscriptions {
  readonly #all: Subscription[] = []
  /** Each once, however many subscriptions name it; its place is its number for the broker. */
  readonly #filters: string[] = []

  get filters(): readonly string[] {
    return this.#filters
  }

  /** Brings the filters that nobody has named before. */
  add(subscription: Subscription): readonly string[] {
    const fresh = subscription.filters.filter((filter) => !this.#filters.includes(filter))
    this.#all.push(subscription)
    this.#filters.push(...fresh)
    return fresh
  }

  /** How to ask the broker for the filter. */
  optionsOf(filter: string, version: MqttVersion): IClientSubscribeOptions {
    if (version !== 5) return { qos: 1 }
    const rap = this.#all.some(({ filters, asPublished }) => asPublished && filters.includes(filter))
    // Numbers begin at 1 by the standard; MQTT 3.1.1 has none.
    return { qos: 1, rap, properties: { subscriptionIdentifier: this.#filters.indexOf(filter) + 1 } }
  }

  /** Mosquitto sends a copy for each filter that matches, and under MQTT 5 says for which one it is. */
  addressees(topic: string, { properties }: IPublishPacket): readonly Subscription[] {
    const named = properties?.subscriptionIdentifier
    const numbers = typeof named === 'number' ? [named] : named
    const meant =
      numbers === undefined
        ? this.#filters.filter((filter) => topicMatches(filter, topic))
        : this.#filters.filter((_, index) => numbers.includes(index + 1))
    return this.#all.filter(({ filters }) => filters.some((filter) => meant.includes(filter)))
  }
}
