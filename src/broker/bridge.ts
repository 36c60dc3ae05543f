import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { Input } from '../core/input.ts'
import type { Log } from '../core/log.ts'
import type { PlayerState } from '../core/player.ts'
import type { Queue } from '../core/queue.ts'
import { Announcer, type House } from './announcer.ts'
import { CommandDesk, type CommandDeskOptions } from './command-desk.ts'
import { Devices } from './devices.ts'
import { Leftovers } from './leftovers.ts'
import type { Instance } from './other-instances.ts'
import { Others } from './others.ts'
import { Outbox } from './outbox.ts'
import type { PublishOptions } from './sender.ts'
import { Standing, type Stood } from './standing.ts'
import type { MessageHandler, SubscribeOptions } from './subscriptions.ts'
import type { IncomingTopic, Topics } from './topic.ts'

/** What the bridge needs of a connection to the broker; `BrokerClient` is one. */
export interface BridgeClient {
  readonly connected: boolean
  publish(topic: string, payload: string, options: PublishOptions): Promise<void>
  subscribe(filters: string | readonly string[], handler: MessageHandler, options?: SubscribeOptions): void
  onConnect(run: () => void): void
}

/** What commands and requests act on. */
export type CommandPorts = Omit<
  CommandDeskOptions,
  'topics' | 'clock' | 'log' | 'respond' | 'lastColour' | 'discoverAgain' | keyof House
>

export interface BridgeOptions extends House, CommandPorts {
  readonly client: BridgeClient
  readonly topics: Topics
  /** What stands on the broker since the last run, by topic. */
  readonly standing: Collection<Stood>
  readonly clock: Clock
  readonly log: Log
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  /** Another product has come to our topics, or has gone: told of those that there are. */
  readonly otherInstances: (others: readonly Instance[]) => void
  /** Told why something that should stay on the broker cannot be said there; null when there is nothing any more. */
  readonly leftOut: (words: string | null) => void
}

// After its birth message Home Assistant still sets up its platforms; answering at once is lost on some of them.
const birthDelayMs = 1000
const birthJitterMs = 4000
const goodbyeMs = 2000

/**
 * Tells the local broker what the product knows, and the product what the broker's clients want. Retained topics
 * are published when they change and all of them after each connect; events go out once or not at all.
 */
export class Bridge {
  readonly #options: BridgeOptions
  readonly #topics: Topics
  readonly #standing: Standing
  readonly #outbox: Outbox
  readonly #devices: Devices
  readonly #announcer: Announcer
  readonly #leftovers: Leftovers
  readonly #others: Others
  readonly #desk: CommandDesk
  #stopped = false
  #cancelBirth: (() => void) | undefined

  constructor(options: BridgeOptions) {
    const { client, topics, clock, log } = options
    const standing = new Standing({ records: options.standing, log })
    const outbox = new Outbox({
      client,
      standing,
      log,
      isEchoed: (topic) => topic === topics.bridge.info,
      leftOut: options.leftOut,
    })
    const devices = new Devices({ outbox, standing, clock, log })
    const announcer = new Announcer({
      house: options,
      topics,
      outbox,
      devices,
      otherInstances: () => this.#others.instances.map(({ instance }) => instance),
      clock,
    })
    this.#options = options
    this.#topics = topics
    this.#standing = standing
    this.#outbox = outbox
    this.#devices = devices
    this.#announcer = announcer
    this.#leftovers = new Leftovers({
      house: options,
      topics,
      standing,
      outbox,
      devices,
      clock,
      isShared: () => this.#others.areKnown,
    })
    this.#others = new Others({
      ...options,
      outbox,
      otherInstances: (others) => {
        options.otherInstances(others)
        announcer.infoChanged()
        if (others.length > 0) return
        this.#leftovers.look()
        this.#sayAgain()
      },
    })
    this.#desk = new CommandDesk({
      ...options,
      info: () => announcer.info(),
      respond: (what, answer) => outbox.answer(topics.response(what), JSON.stringify(answer)),
      lastColour: (player, field) => announcer.lastColour(player, field),
      discoverAgain: () => this.discoverAgain(),
    })
  }

  /** Call it before the client's own start: what is said on connect is decided here. */
  async start(): Promise<void> {
    await this.#standing.open()
    const { client } = this.#options
    const { filters } = this.#topics
    const takeAs =
      (kind: IncomingTopic['kind']): MessageHandler =>
      (topic, payload, message) => {
        // Commands to a stream called "set" come in under the filter of players, too.
        if (!this.#stopped && this.#topics.read(topic)?.kind === kind)
          void this.#desk.take(topic, payload, message)
      }
    // A retained command is refused on its arrival too, not only when the broker hands it out of its store.
    client.subscribe(filters.playerSet, takeAs('player-set'), { asPublished: true })
    client.subscribe(filters.streamSet, takeAs('stream-set'), { asPublished: true })
    client.subscribe(filters.inputSet, takeAs('input-set'), { asPublished: true })
    client.subscribe(filters.request, takeAs('request'), { asPublished: true })
    client.subscribe(filters.birth, (_topic, payload, message) => {
      // A birth message that was kept is from before our own connect, which has said everything already.
      if (payload.trim() === 'online' && !message.retain) this.#greet()
    })
    client.subscribe(filters.discovery, (topic, payload, { retain }) => {
      if (payload === '') this.#devices.cleared(topic, { isShared: this.#others.areKnown })
      else if (retain || this.#others.areKnown) this.#leftovers.foundDevice(topic, payload)
    })
    client.subscribe(filters.streamState, (topic, payload, { retain }) => {
      const stream = this.#topics.readStreamState(topic)
      if (stream === undefined || payload === '') return
      if (retain || this.#others.areKnown) this.#leftovers.foundStream(stream)
    })
    this.#others.listen(client)
    this.#desk.start()
    client.onConnect(() => this.#connected())
    if (client.connected) this.#connected()
  }

  /** Takes no more commands and says goodbye; the client is to be stopped after it. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#cancelBirth?.()
    this.#desk.stop()
    this.#others.stop()
    this.#leftovers.stop()
    this.#devices.stop()
    this.#announcer.forgetSaid()
    const enough = new AbortController()
    const said = this.#outbox.close({ topic: this.#topics.bridge.state, payload: 'offline' })
    await Promise.race([said, this.#options.clock.sleep(goodbyeMs, enough.signal).catch(() => undefined)])
    enough.abort()
    await this.#standing.settled()
  }

  playerChanged(state: PlayerState): void {
    this.#announcer.playerChanged(state)
  }

  /** Call it when `reachable()` has changed. */
  reachChanged(): void {
    this.#announcer.reachChanged()
  }

  /** Call it when `players()` no longer has the player. */
  playerRemoved(id: string): void {
    this.#leftovers.remove({ kind: 'player', id, origin: this.#options.origin })
    this.#announcer.playerRemoved(id)
  }

  /** Call it when `players()` are known to be all there are. */
  playersListed(): void {
    this.#leftovers.playersListed()
  }

  event(event: PlayerEvent): void {
    const topic = this.#eventTopic(event)
    if (topic !== undefined) this.#outbox.event(topic, JSON.stringify({ ...event, event_type: event.type }))
  }

  queueChanged(queue: Queue): void {
    this.#announcer.queueChanged(queue)
  }

  /** Call it when `queues()` no longer has the queue. */
  queueRemoved(name: string): void {
    this.#leftovers.remove({ kind: 'stream', name })
    this.#announcer.queueRemoved()
  }

  /** Call it when `playlists()` says something else. */
  playlistsChanged(): void {
    this.#announcer.playlistsChanged()
  }

  inputChanged(input: Input): void {
    this.#announcer.inputChanged(input)
  }

  /** Call it when `inputs()` may be others, or described otherwise. */
  inputsDeclared(): void {
    this.#leftovers.lessDeclared()
    this.#announcer.inputsDeclared()
  }

  infoChanged(): void {
    this.#announcer.infoChanged()
  }

  /** Tells Home Assistant of everything once more in a moment, also of devices that were deleted there. */
  discoverAgain(): void {
    this.#devices.restore()
    this.#greet()
  }

  #connected(): void {
    if (this.#stopped) return
    this.#cancelBirth?.()
    this.#cancelBirth = undefined
    this.#outbox.connected()
    this.#others.connected()
    this.#devices.forgetSaid()
    this.#announcer.forgetSaid()
    this.#announcer.sayOnline()
    this.#outbox.clearAgain()
    this.#leftovers.look()
    this.#announcer.sayAll()
  }

  #greet(): void {
    if (this.#cancelBirth !== undefined || this.#stopped) return
    const { clock, random } = this.#options
    const waitMs = birthDelayMs + random() * birthJitterMs
    this.#cancelBirth = clock.at(new Date(clock.now().getTime() + waitMs), () => {
      this.#cancelBirth = undefined
      this.#sayAgain()
    })
  }

  #sayAgain(): void {
    this.#outbox.forgetSaid()
    this.#announcer.forgetSaid()
    this.#announcer.sayOnline()
    this.#announcer.sayAll()
  }

  #eventTopic(event: PlayerEvent): string | undefined {
    if (event.player !== null) return this.#topics.player(event.player).event
    return event.stream === undefined ? undefined : this.#topics.stream(event.stream).event
  }
}
