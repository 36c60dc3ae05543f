import type { Clock } from '../core/clock.ts'
import type { Input } from '../core/input.ts'
import type { HasAbility } from '../core/models.ts'
import type { Light, PlayerState } from '../core/player.ts'
import type { Queue } from '../core/queue.ts'
import type { Outlooks } from '../core/queue-outlook.ts'
import type { Device, Devices } from './devices.ts'
import { bridgeDiscovery, playerDiscovery } from './discovery.ts'
import { inputState } from './input-set.ts'
import type { LightField } from './light-json.ts'
import type { Outbox } from './outbox.ts'
import { OwnTopics } from './own-topics.ts'
import { statePace } from './published-state.ts'
import type { Owner, PlayerOrigin } from './standing.ts'
import { StatePacer } from './state-pacer.ts'
import { streamState } from './stream-state.ts'
import type { Topics } from './topic.ts'

/** What there is to tell of. */
export interface House {
  readonly version: string
  /** Tells this product from another on the same broker, the same over restarts. */
  readonly instance: string
  /** Where its players come from. */
  readonly origin: PlayerOrigin
  players(): readonly PlayerState[]
  queues(): readonly Queue[]
  /** Whether a player has what only some models have. */
  readonly has: HasAbility
  /** What people set, in the order of the rule files. */
  inputs(): readonly Input[]
  /** Names of the playlists of the rules, in the order people meet them. */
  playlists(): readonly string[]
  /** A title for people. */
  titleOf(file: string): string
  /** What becomes of a queue that is left as it is. */
  readonly outlooks: Outlooks
  /** More for bridge/info. Home Assistant is shown `cloud_connected` (true or false), `cloud.account`, the length of the list `problems` and the list `problem_names`. */
  info(): Readonly<Record<string, unknown>>
  /** Whether somebody starts the product again when it has ended; it does not change. */
  readonly isStartedAgain: boolean
  /** Whether players can be reached at all, whatever they said last. */
  reachable(): boolean
}

interface AnnouncerOptions {
  readonly house: House
  readonly topics: Topics
  readonly outbox: Outbox
  readonly devices: Devices
  /** Other products on our topics, by their instance: each of them learns from bridge/info whether we know of it. */
  readonly otherInstances: () => readonly string[]
  readonly clock: Clock
}

const bridgeOwner: Owner = { kind: 'bridge' }

/** Keeps on the broker how the product, its players and its streams are. */
export class Announcer {
  readonly #options: AnnouncerOptions
  readonly #house: House
  readonly #states: StatePacer
  readonly #own: OwnTopics

  constructor(options: AnnouncerOptions) {
    const { house, topics, clock } = options
    this.#options = options
    this.#house = house
    this.#states = new StatePacer({
      clock,
      pace: statePace,
      publish: (id, payload) => this.#retainOf(id, topics.player(id).state, payload),
    })
    this.#own = new OwnTopics({
      clock,
      topics: topics.player,
      retain: (topic, payload, id) => this.#retainOf(id, topic, payload),
    })
  }

  /** Forgets what was said, and leaves unsaid what was to be said later. */
  forgetSaid(): void {
    this.#states.forgetAll()
    this.#own.unsaid()
  }

  /** That the product is there comes before everything else. */
  sayOnline(): void {
    this.#retain(this.#options.topics.bridge.state, 'online', bridgeOwner)
  }

  /** Says all there is: first devices, of which players name the bridge's, then who is there, then states. */
  sayAll(): void {
    const { devices, outbox } = this.#options
    const players = this.#house.players()
    devices.say(this.#bridge())
    this.infoChanged()
    for (const player of players) devices.say(this.#deviceOf(player))
    for (const player of players) this.#available(player)
    for (const player of players) {
      if (outbox.isOpen) this.#states.changed(player)
      this.#own.changed(player)
    }
    for (const queue of this.#house.queues()) this.#sayQueue(queue)
    for (const input of this.#house.inputs()) this.inputChanged(input)
  }

  infoChanged(): void {
    if (!this.#options.outbox.isOpen) return
    this.#retain(this.#options.topics.bridge.info, JSON.stringify(this.info()), bridgeOwner)
  }

  info(): Record<string, unknown> {
    const { version, instance, info, players, queues } = this.#house
    return {
      version,
      instance,
      other_instances: this.#options.otherInstances(),
      ...info(),
      counts: { players: players().length, streams: queues().length },
    }
  }

  playerChanged(state: PlayerState): void {
    const { topics, outbox, devices } = this.#options
    if (!outbox.stands(topics.player(state.id).availability)) this.infoChanged()
    devices.changed(this.#deviceOf(state))
    this.#available(state)
    if (outbox.isOpen) this.#states.changed(state)
    this.#own.changed(state)
  }

  reachChanged(): void {
    for (const player of this.#house.players()) this.#available(player)
  }

  playerRemoved(id: string): void {
    this.#states.forget(id)
    this.#own.forget(id)
    this.infoChanged()
  }

  queueChanged(queue: Queue): void {
    const { topics, outbox } = this.#options
    if (!outbox.stands(topics.stream(queue.name).state)) this.infoChanged()
    this.#sayQueue(queue)
    this.#options.devices.changed(this.#bridge())
  }

  queueRemoved(): void {
    this.infoChanged()
    this.#options.devices.changed(this.#bridge())
  }

  playlistsChanged(): void {
    this.infoChanged()
    this.#options.devices.changed(this.#bridge())
  }

  inputChanged(input: Input): void {
    if (input.type === 'button' || !this.#options.outbox.isOpen) return
    const { state } = this.#options.topics.input(input.id)
    this.#retain(state, inputState(input), { kind: 'input', id: input.id })
  }

  inputsDeclared(): void {
    this.#options.devices.changed(this.#bridge())
    for (const input of this.#house.inputs()) this.inputChanged(input)
  }

  /** The colour that a player's light has, or had when it was last on; null where it was never seen on. */
  lastColour(player: string, field: LightField): Light | null {
    return this.#own.lastColour(player, field)
  }

  #bridge(): Device {
    const { topics } = this.#options
    const { version, queues, playlists, inputs, isStartedAgain } = this.#house
    const streams = queues().map(({ name, title }) => ({ name, title }))
    const described = inputs().map((input): Input => ({ ...input, value: null }))
    const facts = { streams, playlists: playlists(), inputs: described, isStartedAgain }
    return {
      topic: topics.bridge.discovery,
      owner: bridgeOwner,
      facts: JSON.stringify(facts),
      discovery: () => bridgeDiscovery(topics, version, facts),
    }
  }

  #deviceOf({ id, name, model, firmware }: PlayerState): Device {
    const { topics } = this.#options
    const facts = { id, name, model, firmware }
    return {
      topic: topics.player(id).discovery,
      owner: this.#ownerOf(id),
      facts: JSON.stringify(facts),
      discovery: () => playerDiscovery(topics, facts, this.#house),
    }
  }

  #available(state: PlayerState): void {
    const isThere = state.online && this.#house.reachable()
    const { availability } = this.#options.topics.player(state.id)
    const payload = isThere ? 'online' : 'offline'
    this.#options.outbox.retain({
      topic: availability,
      payload,
      owner: this.#ownerOf(state.id),
      follows: true,
    })
  }

  #sayQueue(queue: Queue): void {
    const { state } = this.#options.topics.stream(queue.name)
    const payload = JSON.stringify(streamState(queue, this.#house.titleOf, this.#house.outlooks.of(queue)))
    this.#retain(state, payload, { kind: 'stream', name: queue.name })
  }

  #retainOf(player: string, topic: string, payload: string): void {
    this.#retain(topic, payload, this.#ownerOf(player))
  }

  #retain(topic: string, payload: string, owner: Owner): void {
    this.#options.outbox.retain({ topic, payload, owner })
  }

  #ownerOf(player: string): Owner {
    return { kind: 'player', id: player, origin: this.#house.origin }
  }
}
