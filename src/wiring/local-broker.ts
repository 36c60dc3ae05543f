import type { House } from '../broker/announcer.ts'
import { Bridge } from '../broker/bridge.ts'
import { BrokerClient } from '../broker/client.ts'
import { type EmbeddedBroker, startEmbeddedBroker } from '../broker/embedded.ts'
import { type HouseholdMessage, HouseholdMessages } from '../broker/household-messages.ts'
import { heardTopicFault, householdTopicFault, type TopicFault } from '../broker/household-topic.ts'
import type { Tree } from '../broker/own-tree.ts'
import type { Stood } from '../broker/standing.ts'
import { type Topics, topicsFor } from '../broker/topic.ts'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { Perform } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Change, Hub } from '../hub.ts'
import type { Options } from '../options.ts'
import { brokerOfOptions, type FindBroker } from './broker-endpoint.ts'
import type { BrokerPorts } from './broker-ports.ts'
import { leftOutProblem, secondInstanceProblem } from './broker-problems.ts'
import type { Problems } from './problems.ts'
import type { Supervisor } from './supervisor.ts'

interface LocalBrokerOptions {
  readonly options: Options['mqtt']
  /** Whether the broker is our own. */
  readonly embedded: boolean
  /** Whose broker `auto` means where it is not our own, and who starts the product again; null outside Home Assistant. */
  readonly supervisor: Supervisor | null
  /** Masks a secret wherever it is said from now on. */
  readonly hide: (secret: string) => void
  /** Stands in the client id and in bridge/info; it must stay the same for one household and differ between two. */
  readonly instance: string
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

/** What the broker tells of, and what commands on it act on. */
interface BrokerHouse extends Omit<House, 'instance' | 'players' | 'queues' | 'inputs' | 'isStartedAgain'> {
  readonly hub: Hub
  readonly problems: Pick<Problems, 'set'>
  /** What stands on the broker since the last run, by topic. */
  readonly standing: Collection<Stood>
  readonly perform: Perform
  /** What else messages on the broker ask for. */
  readonly ports: BrokerPorts
}

/** The broker of the house, embedded or not, and the bridge on it. */
export class LocalBroker {
  readonly #options: LocalBrokerOptions
  readonly #log: Log
  readonly #tree: Tree
  readonly #topics: Topics
  #embedded: EmbeddedBroker | null = null
  #client: BrokerClient | null = null
  #messages: HouseholdMessages | null = null
  #bridge: Bridge | null = null
  #takesCommands = false
  #forget: () => void = () => undefined
  #queues: Hub['queues'] = () => []

  /** @throws AppError `invalid` when the base topic or the prefix of discovery cannot begin topics. */
  constructor(options: LocalBrokerOptions) {
    const { base_topic, discovery_prefix } = options.options
    this.#options = options
    this.#log = options.log.for('broker')
    this.#tree = { base: base_topic, discoveryPrefix: discovery_prefix }
    this.#topics = topicsFor(base_topic, discovery_prefix)
  }

  /** @throws AppError when the embedded broker cannot listen or an option cannot be used; a broker that is away is waited for. */
  async start(house: BrokerHouse): Promise<void> {
    const client = this.#clientOf(await this.#findBroker())
    this.#client = client
    this.#messages = new HouseholdMessages({
      client,
      fault: (filter) => this.topicFault(filter, 'listen'),
      clock: this.#options.clock,
      log: this.#log,
    })
    const bridge = this.#bridgeOn(client, house)
    this.#bridge = bridge
    this.#queues = () => house.hub.queues()
    this.#forget = house.hub.subscribe('the local broker', (change) => tell(change, bridge))
    await bridge.start()
    await client.start()
  }

  /** From now on what arrives on `…/set` topics is carried out. */
  openToCommands(): void {
    this.#takesCommands = true
  }

  closeToCommands(): void {
    this.#takesCommands = false
  }

  async stop(): Promise<void> {
    this.#forget()
    this.#messages?.stop()
    await this.#bridge?.stop()
    await this.#client?.stop()
    await this.#embedded?.stop()
  }

  get url(): string {
    return this.#embedded?.url ?? this.#client?.address ?? this.#options.options.url
  }

  get connected(): boolean {
    return this.#client?.connected ?? false
  }

  infoChanged(): void {
    this.#bridge?.infoChanged()
  }

  /** Call it when `titleOf` may say something else of a file. */
  titlesChanged(): void {
    for (const queue of this.#queues()) this.#bridge?.queueChanged(queue)
  }

  /** Call it when `playlists()`, or what `info()` says of rules, may be another. */
  rulesChanged(): void {
    this.#bridge?.playlistsChanged()
  }

  /** Call it when `reachable()` has changed. */
  reachChanged(): void {
    this.#bridge?.reachChanged()
  }

  /** Says a part of the log. @throws AppError `unavailable` while the broker is away. */
  publishLog(payload: string): Promise<void> {
    return this.#publish(this.#topics.bridge.logging, payload, { retain: false })
  }

  /** Says what became of a run of a rule. @throws AppError `unavailable` while the broker is away. */
  publishTrace(rule: string, payload: string): Promise<void> {
    return this.#publish(this.#topics.bridge.ruleTrace(rule), payload, { retain: false })
  }

  /** Why rules cannot publish or listen to the topic, and what they can do instead; null where they can. */
  topicFault(topic: string, use: 'publish' | 'listen'): TopicFault | null {
    const fault = use === 'publish' ? householdTopicFault : heardTopicFault
    return fault(topic, this.#tree, this.#topics)
  }

  /**
   * Calls `receive` for each message that others publish under the filter from now on, until the returned function is
   * called; a broker that is away is listened to when it is back.
   * @throws AppError `unprocessable` for a filter that is not for rules, `unavailable` before the start.
   */
  listen(filter: string, receive: (message: HouseholdMessage) => void): () => void {
    if (this.#messages === null) throw new AppError('unavailable', 'the local broker is not started')
    return this.#messages.listen(filter, receive)
  }

  /**
   * Says what a rule wants said.
   * @throws AppError `unprocessable` for a topic that is not for rules, `unavailable` while the broker is away.
   */
  async publish(topic: string, payload: string, options: { readonly retain: boolean }): Promise<void> {
    const fault = this.topicFault(topic, 'publish')
    if (fault !== null) throw new AppError('unprocessable', `${fault.message}; ${fault.help}`)
    await this.#publish(topic, payload, options)
  }

  async #publish(topic: string, payload: string, options: { readonly retain: boolean }): Promise<void> {
    if (this.#client === null) throw new AppError('unavailable', 'the local broker is not started')
    await this.#client.publish(topic, payload, options)
  }

  async #findBroker(): Promise<FindBroker> {
    const { options, embedded } = this.#options
    if (!embedded) return brokerOfOptions(options, this.#options)
    const broker = await this.#startEmbedded(options)
    this.#embedded = broker
    return async () => ({ url: broker.url, open: () => broker.open() })
  }

  /** Who sets a sign-in wants others of the network to come in; without one it stays on this machine. */
  #startEmbedded({ username, password, port }: Options['mqtt']): Promise<EmbeddedBroker> {
    const { clock } = this.#options
    const signIn = username === null || password === null ? null : { username, password }
    return startEmbeddedBroker({
      host: signIn === null ? '127.0.0.1' : '0.0.0.0',
      port,
      log: this.#log,
      clock,
      ...(signIn === null ? {} : { credentials: signIn }),
      tree: this.#tree,
    })
  }

  #clientOf(endpoint: FindBroker): BrokerClient {
    const { instance, clock, random } = this.#options
    return new BrokerClient({
      endpoint,
      clientId: `yoto-smart-stream-${instance}`,
      will: { topic: this.#topics.bridge.state, payload: 'offline' },
      clock,
      random,
      log: this.#log,
    })
  }

  #bridgeOn(client: BrokerClient, { hub, ports, problems, ...house }: BrokerHouse): Bridge {
    const { instance, supervisor, clock, random, log } = this.#options
    const perform: Perform = async (effect, because) => {
      if (!this.#takesCommands)
        throw new AppError('unavailable', 'no commands are taken while starting or stopping')
      await house.perform(effect, because)
    }
    return new Bridge({
      ...house,
      ...ports,
      client,
      topics: this.#topics,
      instance,
      isStartedAgain: supervisor !== null,
      clock,
      random,
      log: log.for('bridge'),
      otherInstances: (others) =>
        problems.set('second_instance', secondInstanceProblem(others, this.#tree.base)),
      leftOut: (words) => problems.set('message_size', leftOutProblem(words)),
      players: () => hub.players(),
      queues: () => hub.queues(),
      inputs: () => hub.inputs(),
      perform,
    })
  }
}

function tell(change: Change, bridge: Bridge): void {
  switch (change.kind) {
    case 'player':
      bridge.playerChanged(change.player)
      break
    case 'player-removed':
      bridge.playerRemoved(change.id)
      break
    case 'players-listed':
      bridge.playersListed()
      break
    case 'event':
      bridge.event(change.event)
      break
    case 'queue':
      bridge.queueChanged(change.queue)
      break
    case 'queue-removed':
      bridge.queueRemoved(change.name)
      break
    case 'input':
      bridge.inputChanged(change.input)
      break
    case 'inputs-declared':
      bridge.inputsDeclared()
      break
    // They have no topics.
    case 'var':
  }
}
