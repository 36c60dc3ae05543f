import type { Clock } from '../core/clock.ts'
import { parseJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { type Damage, Mending } from './mending.ts'
import { type Instance, OtherInstances } from './other-instances.ts'
import type { Outbox } from './outbox.ts'
import type { MessageHandler, SubscribeOptions } from './subscriptions.ts'
import type { Topics } from './topic.ts'

interface OthersOptions {
  /** Ours, as it stands in bridge/info. */
  readonly instance: string
  readonly topics: Topics
  readonly outbox: Pick<Outbox, 'isEcho' | 'isOpen' | 'repeat' | 'saysOtherwise'>
  readonly clock: Clock
  readonly log: Log
  /** Another product has come to our topics, or has gone: our bridge/info is to name those that there are. */
  readonly otherInstances: (others: readonly Instance[]) => void
}

/** Who hands us what others say. */
interface Ear {
  subscribe(filters: readonly string[], handler: MessageHandler, options?: SubscribeOptions): void
}

const lateWill: Damage = {
  patienceMs: 0,
  level: 'info',
  words: (topic) => `the MQTT broker said that we are gone, but we are not: ${topic} is said again`,
}
// Another product that starts says its bridge/info well within it, and then nobody fights over topics.
const overwritten: Damage = {
  patienceMs: 1000,
  level: 'warn',
  words: (topic) =>
    `somebody else published to ${topic}, perhaps to more of our topics: what was there is said again. Look for what else writes there on the MQTT broker`,
}
// Problems and counts take a small part of it.
const longestInfo = 1024 * 1024
const readableInstance = /^[\w-]{1,64}$/
const readableVersion = /^[\w.+-]{1,40}$/

/**
 * Hears what others say on our topics, where a broker lets everybody do so: what they overwrite is said again, and
 * other products that use the same topics are noticed. With MQTT 3.1.1 our own words come back like anybody's, and
 * only where we know them again, on bridge/state and bridge/info, can others be told from us.
 */
export class Others {
  readonly #options: OthersOptions
  readonly #mending: Mending
  readonly #instances: OtherInstances
  /** How many words on bridge/state only the plain subscription has brought: ours, kept from the other as we asked. */
  #withheld = 0

  constructor(options: OthersOptions) {
    const { topics, outbox, clock, log, otherInstances } = options
    const { state, info } = topics.bridge
    this.#options = options
    this.#instances = new OtherInstances({
      clock,
      log,
      isConnected: () => outbox.isOpen,
      sayInfo: () => outbox.repeat(info),
      changed: otherInstances,
    })
    this.#mending = new Mending({
      outbox,
      clock,
      log,
      // Nobody says `offline` because we say `online`, so this is no fight.
      mayMend: (topic) => topic === state || !this.#instances.areKnown,
    })
  }

  /** Other products that are known to use our topics. */
  get instances(): readonly Instance[] {
    return this.#instances.all
  }

  /** Whether there is one. */
  get areKnown(): boolean {
    return this.#instances.areKnown
  }

  /**
   * Whether the broker gives us back our own words, although it was asked not to. Nobody else's word can make it seem
   * so: that comes by both subscriptions.
   */
  get #hearsItself(): boolean {
    return this.#withheld <= 0
  }

  listen(client: Ear): void {
    const { state, info } = this.#options.topics.bridge
    const { kept } = this.#options.topics.filters
    client.subscribe([state, info], (topic, payload, { retain }) => {
      // What the broker has kept is from before we came, and we have said everything since.
      if (retain) return
      if (topic === state) this.#stateHeard(payload)
      else this.#infoHeard(payload)
    })
    client.subscribe(kept, (topic, payload, { retain }) => !retain && this.#heard(topic, payload), {
      fromOthers: true,
    })
  }

  /** Call it on a new connection, before anything is said. */
  connected(): void {
    this.#mending.forget()
    this.#instances.connected()
    this.#withheld = 0
  }

  stop(): void {
    this.#mending.forget()
    this.#instances.stop()
  }

  #stateHeard(payload: string): void {
    this.#withheld += 1
    this.#compare(this.#options.topics.bridge.state, payload, payload === 'offline' ? lateWill : overwritten)
  }

  #infoHeard(payload: string): void {
    const { instance, outbox, topics } = this.#options
    const { info } = topics.bridge
    if (outbox.isEcho(info, payload)) return
    const said = readInfo(payload)
    if (said === undefined || said.instance === instance) this.#compare(info, payload, overwritten)
    else this.#instances.heard(said, { namesUs: said.others.includes(instance) })
  }

  #heard(topic: string, payload: string): void {
    const { state, info } = this.#options.topics.bridge
    if (topic === state) this.#withheld -= 1
    if (this.#hearsItself || topic === state || topic === info) return
    // So Home Assistant deletes a device.
    if (payload === '' && this.#options.topics.readDiscovery(topic) !== undefined) return
    this.#compare(topic, payload, overwritten)
  }

  #compare(topic: string, payload: string, damage: Damage): void {
    if (this.#options.outbox.saysOtherwise(topic, payload)) this.#mending.mend(topic, damage)
  }
}

function readInfo(payload: string): (Instance & { readonly others: readonly unknown[] }) | undefined {
  if (payload.length > longestInfo) return undefined
  const { instance, version, other_instances } = parseJsonObject(payload) ?? {}
  if (typeof instance !== 'string' || !readableInstance.test(instance)) return undefined
  return {
    instance,
    version: typeof version === 'string' && readableVersion.test(version) ? version : 'unknown',
    others: Array.isArray(other_instances) ? other_instances : [],
  }
}
