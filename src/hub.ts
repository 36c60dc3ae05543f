import type { TrackAddress } from './core/card-plan.ts'
import { type Clock, isoOf } from './core/clock.ts'
import type { Also, Collection } from './core/collection.ts'
import type { PlayerCommand } from './core/effect.ts'
import { messageOf } from './core/error.ts'
import type { PlayerEvent } from './core/event.ts'
import type { Expected } from './core/expectation.ts'
import { type Input, inputOf } from './core/input.ts'
import { type Announced, type AskedValue, KeptValues } from './core/kept-values.ts'
import type { Log } from './core/log.ts'
import type { Moment } from './core/moment.ts'
import type { PlayerPatch, PlayerState } from './core/player.ts'
import {
  type CardFacts,
  type CardFactsOf,
  type CardPlace,
  type PlayerChange,
  Players,
} from './core/players.ts'
import type { Queue, QueueMutation, StoredQueue } from './core/queue.ts'
import { type AskedMutation, type ManyOptions, type QueueChange, Queues } from './core/queues.ts'
import type { StoryNews } from './core/story-news.ts'
import { Turns } from './core/turns.ts'
import type { Declaration, InputDeclaration, PlainValue } from './core/value-form.ts'

/** What changed, in the order it changed. */
export type Change =
  | PlayerChange
  | QueueChange
  /**
   * It was set to another value, or pressed. `because`: whose wish it was, for people. `announced`: see
   * `Hub.announceInputs`.
   */
  | { readonly kind: 'input'; readonly input: Input; readonly because: string; readonly announced?: string }
  | { readonly kind: 'var'; readonly id: string; readonly value: PlainValue; readonly because: string }
  /** A story went on. */
  | { readonly kind: 'story'; readonly news: StoryNews; readonly at: string }
  /** Which inputs there are, or how they are described, may be another now. */
  | { readonly kind: 'inputs-declared' }

interface HubOptions {
  /** Where queues live; a mutation is in it before it is acknowledged. */
  readonly queues: Collection<StoredQueue>
  /** Where the values of vars and inputs live; where absent, they are forgotten when the product stops. */
  readonly values?: { readonly vars: Collection<PlainValue>; readonly inputs: Collection<PlainValue> }
  readonly card: CardFactsOf
  readonly newId: () => string
  /** 0 (inclusive) to 1; Math.random where absent. */
  readonly random?: () => number
  readonly clock: Clock
  readonly log: Log
}

type AnnounceInput = (id: string, value: PlainValue) => Announced | null

interface Subscriber {
  readonly name: string
  readonly receive: (change: Change) => void
}

/**
 * The one writer: holds the current players, queues, vars and inputs, changes them, and tells subscribers what changed.
 */
export class Hub {
  readonly #options: HubOptions
  readonly #players: Players
  readonly #queues: Queues
  readonly #vars: KeptValues<Declaration>
  readonly #inputs: KeptValues<InputDeclaration>
  readonly #valueTurns = new Turns<'values'>()
  /** What they were declared by last. */
  #valuesOf: object | null = null
  readonly #subscribers = new Set<Subscriber>()
  #announceInput: AnnounceInput = () => null

  constructor(options: HubOptions) {
    this.#options = options
    const { card, clock } = options
    this.#players = new Players({ card, clock, tell: (change) => this.#tell(change) })
    const { queues: store, newId, random = Math.random } = options
    this.#queues = new Queues({ store, newId, random, tell: (change) => this.#tell(change) })
    const { log, values } = options
    const turns = this.#valueTurns
    this.#vars = new KeptValues({
      what: 'var',
      ...{ store: values?.vars ?? null, turns, log },
      tell: ({ id }, value, { because }) => this.#tell({ kind: 'var', id, value, because }),
    })
    this.#inputs = new KeptValues({
      what: 'input',
      ...{ store: values?.inputs ?? null, turns, log },
      announce: ({ id }, value) => this.#announceInput(id, value),
      tell: (declared, value, told) =>
        this.#tell({ kind: 'input', input: inputOf(declared, value), ...told }),
    })
  }

  /** Reads the queues and values of the last run. */
  async start(): Promise<void> {
    await Promise.all([this.#queues.start(), this.#vars.start(), this.#inputs.start()])
  }

  /** Resolves when every change that was asked for is in the store. */
  async stop(): Promise<void> {
    await Promise.all([this.#queues.stop(), this.#vars.stop(), this.#inputs.stop()])
  }

  /** `name` tells the log whose subscriber threw. */
  subscribe(name: string, receive: (change: Change) => void): () => void {
    const subscriber = { name, receive }
    this.#subscribers.add(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  players(): PlayerState[] {
    return this.#players.list()
  }

  player(id: string): PlayerState | undefined {
    return this.#players.moment(id)?.state
  }

  /** The player and when it last said where it is. */
  moment(id: string): Moment | undefined {
    return this.#players.moment(id)
  }

  queues(): Queue[] {
    return this.#queues.list()
  }

  queue(name: string): Queue | undefined {
    return this.#queues.get(name)
  }

  /** As it will be once all that was asked for is in the store. */
  comingQueue(name: string): Queue | undefined {
    return this.#queues.coming(name)
  }

  /** The values of the vars that are declared, by name. */
  vars(): ReadonlyMap<string, PlainValue> {
    return this.#vars.values
  }

  /** The same of inputs. */
  inputValues(): ReadonlyMap<string, PlainValue> {
    return this.#inputs.values
  }

  /** The vars as they will be once all that was asked for is in the store. */
  comingVars(): ReadonlyMap<string, PlainValue> {
    return this.#vars.coming
  }

  /** The same of inputs. */
  comingInputs(): ReadonlyMap<string, PlainValue> {
    return this.#inputs.coming
  }

  /** In the order of the files. */
  inputs(): Input[] {
    return [...this.#inputs.declared.keys()].flatMap((id) => this.input(id) ?? [])
  }

  input(id: string): Input | undefined {
    const declared = this.#inputs.declared.get(id)
    return declared === undefined
      ? undefined
      : inputOf(declared, this.#inputs.values.get(id) ?? declared.start)
  }

  /** Which vars and inputs there are from now on. Those that were there before keep their values where they fit. */
  declareValues(declared: {
    readonly vars: ReadonlyMap<string, Declaration>
    readonly inputs: ReadonlyMap<string, InputDeclaration>
  }): void {
    if (declared === this.#valuesOf) return
    this.#valuesOf = declared
    this.#vars.declare(declared.vars.values())
    this.#inputs.declare(declared.inputs.values())
    this.#tell({ kind: 'inputs-declared' })
  }

  /** `announce` says what is stored together with each new value of an input; the change then has its name as `announced`. */
  announceInputs(announce: AnnounceInput): void {
    this.#announceInput = announce
  }

  /** Sets a var and resolves with what it then is. @throws AppError as `KeptValues.set` does. */
  setVar(name: string, asked: AskedValue, because: string, also?: Also): Promise<PlainValue> {
    return this.#vars.set(name, asked, because, also)
  }

  /** Sets an input and resolves with what it then is. @throws AppError as `KeptValues.set` does. */
  setInput(name: string, asked: AskedValue, because: string, also?: Also): Promise<PlainValue> {
    return this.#inputs.set(name, asked, because, also)
  }

  /** The account's players as the cloud lists them; those that are no longer listed are removed. */
  setPlayers(listed: readonly ({ readonly id: string; readonly name: string } & PlayerPatch)[]): void {
    this.#players.set(listed)
  }

  /** Takes in what a player said at `at` (a time of the clock). A player that is not listed is ignored. */
  patchPlayer(id: string, said: PlayerPatch, at: Date): void {
    this.#players.patch(id, said, at)
  }

  /** Takes in what is known of a player from elsewhere than its own words, such as its card's title; no events follow. */
  amendPlayer(id: string, patch: PlayerPatch): void {
    this.#players.amend(id, patch)
  }

  /** What is known of a card in a player. */
  cardFacts(place: CardPlace): CardFacts {
    return this.#players.cardFacts(place)
  }

  /** Takes in whether a player is set to begin its card again after its last track; that is no part of its state. */
  setRepeats(id: string, repeats: boolean): void {
    this.#players.setRepeats(id, repeats)
  }

  /** Something that happened which no state of a player shows, such as the request of a stream. */
  report(event: PlayerEvent): void {
    this.#tell({ kind: 'event', event })
  }

  /** A story went on, on a card of ours. A choice in it is told as an event too. */
  reportStory(news: StoryNews): void {
    const at = isoOf(this.#options.clock.now())
    const { story, player, choice, from, scene } = news
    this.#tell({ kind: 'story', news, at })
    if (choice === null || from === null || scene === null) return
    this.report({ type: 'story_choice', story, choice, scene: from, leads_to: scene, player, at })
  }

  /** Players may have done anything since their last words, as after a broken connection: no press is read off the next ones. */
  loseTrack(): void {
    this.#players.loseTrack()
  }

  /**
   * A command of ours is about to take this player to a card or track: what it then says is nobody's press.
   * The returned function takes that back, for a command that was refused.
   */
  expect(playerId: string, expected: Expected): () => void {
    return this.#players.expect(playerId, expected)
  }

  /**
   * A command of ours is about to be sent to the player: what it then does as it was told is `commanded`.
   * `expected`: the place it is taken to, which is nobody's press. The returned function takes that back, for a
   * command that was refused.
   */
  commanding(playerId: string, command: PlayerCommand, expected?: Expected): () => void {
    return this.#players.commanding(playerId, command, expected)
  }

  /** Where the last of our commands is about to take the player; undefined once it has told of it. */
  expectedTrack(playerId: string): Expected | undefined {
    return this.#players.expectedTrack(playerId)
  }

  /** Whether a command of ours is about to take the player to just that track. */
  isExpected(playerId: string, track: TrackAddress & { readonly card_id: string }): boolean {
    return this.#players.isExpected(playerId, track)
  }

  /** Changes a queue, or makes it. @throws AppError as `Queues.mutate` does. */
  mutateQueue(name: string, asked: AskedMutation, reason: string, also?: Also): Promise<Queue> {
    return this.#queues.mutate(name, asked, reason, also)
  }

  /** Changes many queues at once, all or none. @throws AppError as `Queues.mutateAll` does. */
  mutateQueues(mutations: ReadonlyMap<string, QueueMutation>, options: ManyOptions): Promise<void> {
    return this.#queues.mutateAll(mutations, options)
  }

  /** `check` throws where it must not be deleted. @throws AppError `not_found` when there is no such stream. */
  deleteQueue(name: string, check?: (queue: Queue) => void): Promise<void> {
    return this.#queues.delete(name, check)
  }

  #tell(change: Change): void {
    for (const { name, receive } of this.#subscribers) {
      try {
        receive(change)
      } catch (error) {
        this.#options.log.error(`${name} failed on a change; the others go on`, {
          change: change.kind,
          error: messageOf(error),
        })
      }
    }
  }
}
