import type { Clock } from '../core/clock.ts'
import type { Perform } from '../core/effect.ts'
import { messageOf } from '../core/error.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { Log } from '../core/log.ts'
import type { PlayerState } from '../core/player.ts'
import { currentIndex, type Queue } from '../core/queue.ts'
import { type CommandAnswer, CommandDesk } from './command-desk.ts'
import { bridgeDiscovery, playerDiscovery } from './discovery.ts'
import { type Answer, answerRequest } from './requests.ts'
import { StatePacer } from './state-pacer.ts'
import { type Topics, topicsFor } from './topic.ts'

/** What the bridge needs of a connection to the broker; `BrokerClient` is one. */
export interface BridgeClient {
  readonly connected: boolean
  publish(topic: string, payload: string, options: { readonly retain: boolean }): Promise<void>
  subscribe(
    filters: string | readonly string[],
    handler: (topic: string, payload: string, message: { readonly retain: boolean }) => void,
  ): void
  onConnect(run: () => void): void
}

export interface BridgeOptions {
  readonly client: BridgeClient
  readonly base: string
  readonly discoveryPrefix: string
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  players(): readonly PlayerState[]
  queues(): readonly Queue[]
  /** More for bridge/info. Home Assistant is shown `cloud_connected` (true or false), the length of the list `problems` and the list `problem_names`. */
  info(): Readonly<Record<string, unknown>>
  /** Whether players can be reached at all, whatever they said last. */
  reachable(): boolean
  readonly perform: Perform
  usePlaylist(stream: string, playlist: string, because: string): Promise<void>
}

// After its birth message Home Assistant still sets up its platforms; answering at once is lost on some of them.
const birthDelayMs = 1000
const birthJitterMs = 4000
const goodbyeMs = 2000
const itemsShown = 20

/**
 * Tells the local broker what the product knows, and the product what the broker's clients want. Retained topics
 * are published when they change and all of them after each connect; events go out once or not at all.
 */
export class Bridge {
  readonly #options: BridgeOptions
  readonly #topics: Topics
  readonly #desk: CommandDesk
  readonly #states: StatePacer
  /** What stands retained on the broker, as far as this connection put it there. */
  readonly #standing = new Map<string, string>()
  /** Topics of what was removed: cleared again after each connect, for the broker may have been away. */
  readonly #cleared = new Set<string>()
  #stopped = false
  #cancelBirth: (() => void) | undefined

  /** @throws AppError `invalid` when base or prefix cannot begin topics. */
  constructor(options: BridgeOptions) {
    this.#options = options
    this.#topics = topicsFor(options.base, options.discoveryPrefix)
    const respond = (answer: CommandAnswer) => this.#respond('set', answer)
    this.#desk = new CommandDesk({ ...options, topics: this.#topics, respond })
    this.#states = new StatePacer({
      clock: options.clock,
      publish: (id, payload) => this.#retain(this.#topics.player(id).state, payload),
    })
  }

  /** Call it before the client's own start: what is said on connect is decided here. */
  start(): void {
    const { client } = this.#options
    const { filters } = this.#topics
    for (const own of [filters.playerSet, filters.streamSet])
      client.subscribe(own, (topic, payload, message) => {
        if (!this.#stopped) void this.#desk.take(topic, payload, message)
      })
    client.subscribe(filters.request, (topic, payload, message) => this.#request(topic, payload, message))
    client.subscribe(filters.birth, (_topic, payload, message) => {
      // A birth message that was kept is from before our own connect, which has said everything already.
      if (payload.trim() === 'online' && !message.retain) this.#greet()
    })
    client.onConnect(() => this.#announce())
    if (client.connected) this.#announce()
  }

  /** Takes no more commands and says goodbye; the client is to be stopped after it. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#cancelBirth?.()
    this.#states.forgetAll()
    this.#stopped = true
    const { client, clock } = this.#options
    if (!client.connected) return
    const enough = new AbortController()
    const said = client.publish(this.#topics.bridge.state, 'offline', { retain: true }).catch(() => undefined)
    await Promise.race([said, clock.sleep(goodbyeMs, enough.signal).catch(() => undefined)])
    enough.abort()
  }

  playerChanged(state: PlayerState): void {
    if (!this.#standing.has(this.#topics.player(state.id).discovery)) this.infoChanged()
    this.#discover(state)
    this.#available(state)
    if (this.#options.client.connected) this.#states.changed(state)
  }

  /** Call it when `reachable()` has changed. */
  reachChanged(): void {
    for (const player of this.#options.players()) this.#available(player)
  }

  /** Call it when `players()` no longer has the player. */
  playerRemoved(id: string): void {
    const topics = this.#topics.player(id)
    this.#states.forget(id)
    for (const topic of [topics.discovery, topics.state, topics.availability]) this.#clear(topic)
    this.infoChanged()
  }

  event(event: PlayerEvent): void {
    const topic = this.#eventTopic(event)
    if (topic === undefined) return
    this.#send({ topic, payload: JSON.stringify({ ...event, event_type: event.type }), retain: false })
  }

  queueChanged(queue: Queue): void {
    const { state } = this.#topics.stream(queue.name)
    if (!this.#standing.has(state)) this.infoChanged()
    this.#retain(state, JSON.stringify(streamState(queue)))
  }

  /** Call it when `queues()` no longer has the queue. */
  queueRemoved(name: string): void {
    this.#clear(this.#topics.stream(name).state)
    this.infoChanged()
  }

  infoChanged(): void {
    this.#retain(this.#topics.bridge.info, JSON.stringify(this.#info()))
  }

  #announce(): void {
    if (this.#stopped) return
    this.#cancelBirth?.()
    this.#cancelBirth = undefined
    this.#standing.clear()
    this.#states.forgetAll()
    const { players, queues, version } = this.#options
    const { bridge } = this.#topics
    this.#retain(bridge.state, 'online')
    this.#retain(bridge.discovery, JSON.stringify(bridgeDiscovery(this.#topics, version)))
    this.infoChanged()
    for (const topic of this.#cleared) this.#send({ topic, payload: '', retain: true })
    const present = players()
    for (const player of present) this.#discover(player)
    for (const player of present) this.#available(player)
    for (const player of present) this.#states.changed(player)
    for (const queue of queues()) this.queueChanged(queue)
  }

  #greet(): void {
    if (this.#cancelBirth !== undefined || this.#stopped) return
    const { clock, random } = this.#options
    const waitMs = birthDelayMs + random() * birthJitterMs
    this.#cancelBirth = clock.at(new Date(clock.now().getTime() + waitMs), () => this.#announce())
  }

  #request(topic: string, payload: string, { retain }: { readonly retain: boolean }): void {
    const read = this.#topics.read(topic)
    if (read?.kind !== 'request' || this.#stopped || (payload === '' && retain)) return
    if (retain) {
      this.#options.log.warn('ignored a retained MQTT request', { topic })
      return
    }
    const { players, perform } = this.#options
    void answerRequest({ what: read.what, payload }, { info: () => this.#info(), players, perform }).then(
      (answer) => this.#respond(read.what, answer),
    )
  }

  #respond(what: string, answer: Answer | CommandAnswer): void {
    this.#send({ topic: this.#topics.response(what), payload: JSON.stringify(answer), retain: false })
  }

  #discover(state: PlayerState): void {
    const payload = playerDiscovery(this.#topics, state, this.#options.version)
    this.#retain(this.#topics.player(state.id).discovery, JSON.stringify(payload))
  }

  #available(state: PlayerState): void {
    const isThere = state.online && this.#options.reachable()
    this.#retain(this.#topics.player(state.id).availability, isThere ? 'online' : 'offline')
  }

  #eventTopic(event: PlayerEvent): string | undefined {
    if (event.player !== null) return this.#topics.player(event.player).event
    return event.stream === undefined ? undefined : this.#topics.stream(event.stream).event
  }

  #info(): Record<string, unknown> {
    const { version, info, players, queues } = this.#options
    return { version, ...info(), counts: { players: players().length, streams: queues().length } }
  }

  #retain(topic: string, payload: string): void {
    this.#cleared.delete(topic)
    if (this.#standing.get(topic) === payload || !this.#options.client.connected) return
    this.#standing.set(topic, payload)
    this.#send({ topic, payload, retain: true })
  }

  #clear(topic: string): void {
    this.#cleared.add(topic)
    this.#standing.delete(topic)
    this.#send({ topic, payload: '', retain: true })
  }

  #send(message: { topic: string; payload: string; retain: boolean }): void {
    const { client, log } = this.#options
    if (this.#stopped || !client.connected) return
    const { topic, payload, retain } = message
    client.publish(topic, payload, { retain }).catch((error: unknown) => {
      // A retained one is said again after the next connect, or with the next change.
      if (this.#standing.get(topic) === payload) this.#standing.delete(topic)
      log.debug('an MQTT message was not delivered', { topic, error: messageOf(error) })
    })
  }
}

function streamState(queue: Queue) {
  const index = currentIndex(queue)
  return {
    name: queue.name,
    title: queue.title,
    count: queue.items.length,
    index,
    items: queue.items.slice(index, index + itemsShown).map(({ id, file }) => ({ id, file })),
    playlist: queue.playlist,
    reason: queue.reason,
    closed: queue.closed,
    if_pressed: queue.if_pressed,
    loop: queue.loop,
    shuffle: queue.shuffle,
    mode: queue.mode,
    version: queue.version,
  }
}
