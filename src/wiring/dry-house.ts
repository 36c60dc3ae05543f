import { isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { Button, PlayerEvent } from '../core/event.ts'
import { memoryCollection } from '../core/memory-collection.ts'
import { randomFrom } from '../core/play-order.ts'
import type { PlayerPatch, PlayerState } from '../core/player.ts'
import type { Queue, StoredQueue } from '../core/queue.ts'
import type { PlainValue } from '../core/value-form.ts'
import { Hub } from '../hub.ts'
import { withDryActs } from '../rules/dry/dry-acts.ts'
import { DryClock } from '../rules/dry/dry-clock.ts'
import type { CardIn, PlayingChange, Records, Stage, WatchedHouse } from '../rules/dry/house.ts'
import { stagedValues } from '../rules/dry/staged-values.ts'
import { newsOf, type StoryTold } from '../rules/dry/story-told.ts'
import type { World } from '../rules/plugin.ts'
import type { Rule, RuleSet } from '../rules/rule-set.ts'
import type { RunTrace } from '../rules/running/trace.ts'
import { holdsFor } from '../rules/stream-answers.ts'
import { cardPatch, streamOf } from './dry-cards.ts'
import { performIn } from './dry-deeds.ts'
import { DryRecords } from './dry-records.ts'
import { DrySurroundings } from './dry-surroundings.ts'
import { RuleRunner } from './rules.ts'

interface DryHouseOptions {
  readonly ruleSet: RuleSet
  readonly stage: Stage
  /** By folder of the library, the files in it. Every other file that somebody names is taken to be there. */
  readonly folders: ReadonlyMap<string, readonly string[]>
  /** All files that playlists with `pick` take from; of these nothing but the name is known. */
  readonly library?: readonly string[]
  /** What the streams hold as it begins; nothing where absent. */
  readonly queues?: ReadonlyMap<string, StoredQueue>
  /** By stream: the occurrence of its schedule that was put into effect last, as the scheduler keeps it. */
  readonly applied?: ReadonlyMap<string, string>
  /** By card of ours: the stream it plays. */
  readonly cards?: ReadonlyMap<string, string>
}

// More than any household needs in a week, and few enough that what goes round in a circle ends in a moment.
const mostTimers = 100_000
const pressMs = 300

/** The hub, the rules and what carries effects out, as the product joins them, on a clock that stands still. */
export class InMemoryHouse implements WatchedHouse {
  readonly world: World
  readonly #records: DryRecords
  readonly #surroundings = new DrySurroundings()
  readonly #stage: Stage
  readonly #ruleSet: RuleSet
  readonly #clock: DryClock
  readonly #hub: Hub
  readonly #runner: RuleRunner
  /** By stream: what a press on it was answered with. */
  readonly #heard = new Map<string, string>()
  readonly #cards: ReadonlyMap<string, string>
  readonly #filled: Promise<unknown>
  /** Who was pressed last, and when. */
  #pressed = ''

  constructor({ ruleSet, stage, folders, library = [], ...begins }: DryHouseOptions) {
    this.#stage = stage
    this.#ruleSet = ruleSet
    this.#cards = begins.cards ?? new Map()
    const clock = new DryClock(stage.now, mostTimers)
    const records = new DryRecords(clock)
    const log = records.log()
    const random = randomFrom(stage.seed)
    let items = 0
    const queues = memoryCollection<StoredQueue>()
    const applied = memoryCollection<string>()
    this.#filled = Promise.all([filledWith(queues, begins.queues), filledWith(applied, begins.applied)])
    const hub = new Hub({
      queues,
      card: (id, player) => ({
        layout: null,
        stream: this.#heardFor(this.#streamOf(id), player),
        presses: 'none',
      }),
      newId: () => `item-${++items}`,
      random,
      clock,
      log,
    })
    const publish = async (topic: string, payload: string) => this.#surroundings.said(topic, payload)
    const carryOut = performIn(hub, { ruleSet, folders, library, random, publish, clock, log })
    this.#clock = clock
    this.#records = records
    this.#hub = hub
    this.#runner = new RuleRunner({
      book: unchanging({
        ...ruleSet,
        ...stagedValues(ruleSet, stage),
        rules: ruleSet.rules.map((rule) => this.#withDryActs(rule)),
      }),
      hub,
      perform: async (effect, because) => {
        records.effect(effect, because)
        await carryOut(effect, because)
      },
      applied,
      moments: memoryCollection(),
      dryRun: true,
      troubled: ({ id }, why) => {
        if (why !== null) records.stopped(`rule "${id}" was stopped: ${why}`)
      },
      sources: this.#surroundings.sources,
      entityState: (entity) => this.#surroundings.stateOf(entity),
      clock,
      log,
    })
    this.world = this.#runner.world
    hub.subscribe('what was heard instead', (change) => {
      if (change.kind === 'queue') this.#heard.delete(change.queue.name)
    })
  }

  get records(): Records {
    return this.#records.all
  }

  get endless(): string | null {
    return this.#records.endless
  }

  /** Every start of a rule so far, in order; those under way grow on. */
  get runs(): readonly RunTrace[] {
    return this.#records.runs
  }

  /** The streams there are, by name. */
  queues(): readonly Queue[] {
    return this.#hub.queues()
  }

  players(): readonly PlayerState[] {
    return this.#hub.players()
  }

  streamOn(player: string): string | null {
    return this.#streamIn(player) ?? null
  }

  async start(): Promise<void> {
    await this.#filled
    await this.#hub.start()
    const players = [...this.#stage.players]
    this.#hub.setPlayers(
      players.map(([name, { patch, card }]) => ({
        id: this.#idOf(name),
        name,
        online: true,
        ...patch,
        ...cardPatch(card),
      })),
    )
    this.#runner.traces.onChange((trace) => this.#records.traced(trace))
    await this.#runner.start()
    await quiet()
  }

  advance(ms: number): Promise<void> {
    return this.#clock.advance(ms, quiet)
  }

  rest(mostMs: number, isOver: () => boolean): Promise<void> {
    return this.#clock.advance(mostMs, quiet, isOver)
  }

  async press(player: string, button: Button): Promise<void> {
    // What comes within less is one press.
    if (this.#pressed === `${player} ${this.#clock.now().getTime()}`) await this.advance(pressMs)
    this.#pressed = `${player} ${this.#clock.now().getTime()}`
    const stream = this.#streamIn(player)
    const before = stream === undefined ? undefined : this.#hub.queue(stream)
    await this.#happened({ type: 'button', button, confidence: 1, via: 'mqtt', ...this.#on(player) })
    if (stream !== undefined) await this.#answer(stream, { button, before: before?.current ?? null })
  }

  async insert(player: string, card: NonNullable<CardIn>): Promise<void> {
    await this.change(player, { ...cardPatch(card), playback: 'playing', position_s: 0 })
  }

  async remove(player: string): Promise<void> {
    await this.change(player, { card_id: null, card_inserted: 'none', playback: 'stopped' })
  }

  async playing(player: string, change: PlayingChange): Promise<void> {
    const playback = { started: 'playing', resumed: 'playing', paused: 'paused', stopped: 'stopped' } as const
    if (change === 'track_started') return this.#happened({ type: change, ...this.#on(player) })
    if (change === 'track_ended') return this.#happened({ type: change, natural: true, ...this.#on(player) })
    // The event is the one that was asked for, whatever the player did before.
    this.#hub.amendPlayer(this.#idOf(player), { playback: playback[change] })
    return this.#happened({ type: `playback_${change}`, position_s: null, ...this.#on(player) })
  }

  async change(player: string, patch: PlayerPatch): Promise<void> {
    this.#hub.patchPlayer(this.#idOf(player), patch, this.#clock.now())
    await quiet()
  }

  async set(inputs: ReadonlyMap<string, PlainValue>): Promise<void> {
    for (const [name, value] of inputs) await this.#hub.setInput(name, value, 'a test')
    await quiet()
  }

  async entities(states: ReadonlyMap<string, string>): Promise<void> {
    this.#surroundings.entities(states, this.#clock.now())
    await quiet()
  }

  async say(topic: string, payload: string): Promise<void> {
    this.#surroundings.said(topic, payload)
    await quiet()
  }

  async call(webhook: string, body: string): Promise<void> {
    this.#surroundings.called(webhook, body)
    await quiet()
  }

  async tell(player: string | null, told: StoryTold): Promise<void> {
    const id = player === null ? null : this.#idOf(player)
    const card_id = id === null ? null : (this.#hub.player(id)?.card_id ?? null)
    this.#hub.reportStory({ ...newsOf(told, this.#ruleSet.stories ?? new Map()), player: id, card_id })
    await quiet()
  }

  heardInstead(stream: string): string | null {
    return this.#heard.get(stream) ?? null
  }

  async stop(): Promise<void> {
    // A run that waits for the clock would wait for ever.
    void this.#runner.stop()
    await quiet()
  }

  /** As a queue card does it: where no rule led elsewhere, right goes on and left starts over. */
  async #answer(
    stream: string,
    { button, before }: { button: Button; before: string | null },
  ): Promise<void> {
    const queue = this.#hub.queue(stream)
    if (queue === undefined || queue.closed || queue.current === null)
      this.#heard.set(stream, queue?.if_pressed ?? '')
    else if (button === 'right' && queue.current === before)
      await this.#hub.mutateQueue(stream, { op: 'step', by: 1 }, 'a press')
    await quiet()
  }

  async #happened(event: PlayerEvent): Promise<void> {
    this.#hub.report(event)
    await quiet()
  }

  /** What every event about the card in a player tells. */
  #on(named: string) {
    const player = this.#idOf(named)
    const state = this.#hub.player(player)
    const stream = this.#streamIn(named)
    return {
      player,
      at: isoOf(this.#clock.now()),
      ...(stream === undefined ? {} : { stream }),
      card_id: state?.card_id ?? null,
      chapter_key: state?.chapter_key ?? null,
      track_key: state?.track_key ?? null,
    }
  }

  #streamIn(player: string): string | undefined {
    const id = this.#idOf(player)
    return this.#heardFor(this.#streamOf(this.#hub.player(id)?.card_id ?? ''), id) ?? undefined
  }

  #streamOf(cardId: string): string | null {
    return this.#cards.get(cardId) ?? streamOf(cardId)
  }

  /** The stream that the household's files have answer where one is asked for. */
  #heardFor(stream: string | null, player: string): string | null {
    if (stream === null) return null
    const answers = this.#ruleSet.answers?.get(stream) ?? []
    const heard = answers.find(
      (answer) =>
        this.#hub.queue(answer.stream) !== undefined && holdsFor(answer, { player, stream }, this.world),
    )
    return heard?.stream ?? stream
  }

  /** Tests call players as rules do. */
  #idOf(named: string): string {
    return this.#ruleSet.players.get(named) ?? named
  }

  /** What only a plug-in can do is told, as if it were logged. */
  #withDryActs(rule: Rule): Rule {
    const told = (message: string) => this.#records.effect({ kind: 'log', message }, `rule ${rule.id}`)
    return { ...rule, do: withDryActs(rule.do, told) }
  }
}

/** The rules of a house are the same all the time. */
function unchanging(current: RuleSet) {
  return { current, onChange: () => () => undefined }
}

async function filledWith<Value>(
  collection: Collection<Value>,
  values: ReadonlyMap<string, Value> | undefined,
): Promise<void> {
  for (const [key, value] of values ?? []) await collection.set(key, value)
}

/** Nothing in the house waits for the machine: after one turn all is done that does not wait for the clock. */
function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
