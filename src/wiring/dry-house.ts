import { topicMatches } from '../broker/topic-filter.ts'
import { isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { Effect } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { Button, PlayerEvent } from '../core/event.ts'
import type { Log, LogDetail } from '../core/log.ts'
import { memoryCollection } from '../core/memory-collection.ts'
import { randomFrom } from '../core/play-order.ts'
import type { PlayerPatch, PlayerState } from '../core/player.ts'
import type { Queue, StoredQueue } from '../core/queue.ts'
import type { PlainValue } from '../core/value-form.ts'
import { Hub } from '../hub.ts'
import { withDryActs } from '../rules/dry/dry-acts.ts'
import { DryClock } from '../rules/dry/dry-clock.ts'
import type { CardIn, Dated, PlayingChange, Records, Stage, WatchedHouse } from '../rules/dry/house.ts'
import { stagedValues } from '../rules/dry/staged-values.ts'
import type { RuleEvent, World } from '../rules/plugin.ts'
import type { Rule, RuleSet } from '../rules/rule-set.ts'
import type { RunTrace } from '../rules/running/trace.ts'
import { holdsFor } from '../rules/stream-answers.ts'
import { cardPatch, streamOf } from './dry-cards.ts'
import { performIn } from './dry-deeds.ts'
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
const mostEffects = 10_000
// Of what comes every second, nobody reads more.
const mostRuns = 2_000
const pressMs = 300

type Recording = { readonly [Kind in keyof Records]: Records[Kind][number][] }

/** The hub, the rules and what carries effects out, as the product joins them, on a clock that stands still. */
export class InMemoryHouse implements WatchedHouse {
  readonly world: World
  readonly #records: Recording = { ran: [], effects: [], said: [] }
  readonly #stage: Stage
  readonly #ruleSet: RuleSet
  readonly #clock: DryClock
  readonly #hub: Hub
  readonly #runner: RuleRunner
  /** By stream: what a press on it was answered with. */
  readonly #heard = new Map<string, string>()
  readonly #begun = new WeakSet<RunTrace>()
  readonly #runs = new Set<RunTrace>()
  readonly #cards: ReadonlyMap<string, string>
  readonly #filled: Promise<unknown>
  readonly #entities = new Map<string, string>()
  /** Who hears of these entities, what is said under these filters, and calls of these webhooks. */
  readonly #watched = new Map<string, (event: RuleEvent) => void>()
  readonly #topics = new Map<string, (event: RuleEvent) => void>()
  readonly #webhooks = new Map<string, (event: RuleEvent) => void>()
  #endless: string | null = null
  /** Who was pressed last, and when. */
  #pressed = ''

  constructor({ ruleSet, stage, folders, library = [], ...begins }: DryHouseOptions) {
    this.#stage = stage
    this.#ruleSet = ruleSet
    this.#cards = begins.cards ?? new Map()
    const clock = new DryClock(stage.now, mostTimers)
    const log = this.#log()
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
    const publish = async (topic: string, payload: string) => this.#said(topic, payload)
    const carryOut = performIn(hub, { ruleSet, folders, library, random, publish, clock, log })
    this.#clock = clock
    this.#hub = hub
    this.#runner = new RuleRunner({
      book: unchanging({
        ...ruleSet,
        ...stagedValues(ruleSet, stage),
        rules: ruleSet.rules.map((rule) => this.#withDryActs(rule)),
      }),
      hub,
      perform: async (effect, because) => {
        this.#record(effect, because)
        await carryOut(effect, because)
      },
      applied,
      moments: memoryCollection(),
      dryRun: true,
      troubled: ({ id }, why) => {
        if (why !== null) this.#endless ??= `rule "${id}" was stopped: ${why}`
      },
      sources: {
        mqtt: ({ topic = '' }, happened) => kept(this.#topics, topic, happened),
        webhook: ({ key = '' }, happened) => kept(this.#webhooks, key, happened),
        ha: ({ entity }, happened) =>
          entity === undefined ? () => undefined : kept(this.#watched, entity, happened),
      },
      clock,
      log,
    })
    this.world = this.#runner.world
    hub.subscribe('what was heard instead', (change) => {
      if (change.kind === 'queue') this.#heard.delete(change.queue.name)
    })
  }

  get records(): Records {
    return this.#records
  }

  get endless(): string | null {
    return this.#endless
  }

  /** Every start of a rule so far, in order; those under way grow on. */
  get runs(): readonly RunTrace[] {
    return [...this.#runs]
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
    this.#runner.traces.onChange((trace) => this.#traced(trace))
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
    for (const [entity, to] of states) {
      // What was before is nothing that anybody knows, and still something else.
      const from = this.#entities.get(entity) ?? ''
      this.#entities.set(entity, to)
      if (from === to) continue
      const sinceMs = this.#clock.now().getTime()
      this.#watched.get(entity)?.({ type: 'ha', from, to, attributes: {}, since_ms: sinceMs })
    }
    await quiet()
  }

  async say(topic: string, payload: string): Promise<void> {
    this.#said(topic, payload)
    await quiet()
  }

  async call(webhook: string, body: string): Promise<void> {
    this.#webhooks.get(webhook)?.({ body })
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

  /** As a queue card does it: where no rule led elsewhere, right goes on and left begins anew. */
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

  /** A trace is told of again with each step; its first step, or its end, is the first that is heard of a run. */
  #traced(trace: RunTrace): void {
    if (this.#runs.size < mostRuns) this.#runs.add(trace)
    if (trace.outcome === 'did_not_run' || trace.outcome === 'ignored' || this.#begun.has(trace)) return
    this.#begun.add(trace)
    this.#note(this.#records.ran, { rule: trace.rule })
  }

  /** A broker brings what rules say back to those that listen, a moment later. */
  #said(topic: string, payload: string): void {
    for (const [filter, happened] of this.#topics)
      if (topicMatches(filter, topic)) queueMicrotask(() => happened({ name: topic, payload }))
  }

  /** What only a plug-in can do is told, as if it were logged. */
  #withDryActs(rule: Rule): Rule {
    const told = (message: string) => this.#record({ kind: 'log', message }, `rule ${rule.id}`)
    return { ...rule, do: withDryActs(rule.do, told) }
  }

  #record(effect: Effect, because: string): void {
    if (this.#records.effects.length >= mostEffects) {
      this.#endless ??= `its rules came to more than ${mostEffects} effects`
      throw new AppError('conflict', this.#endless)
    }
    this.#note(this.#records.effects, { effect, because })
  }

  #note<What extends object>(into: Dated<What>[], what: What): void {
    into.push({ ...what, at: this.#clock.now() })
  }

  #log(): Log {
    const say = (level: 'info' | 'warn' | 'error') => (message: string, detail?: LogDetail) => {
      // An endless house would fill the memory.
      if (this.#records.said.length >= 2 * mostEffects) return
      const error = typeof detail?.error === 'string' ? `: ${detail.error}` : ''
      this.#note(this.#records.said, { level, message: `${message}${error}` })
    }
    const log: Log = {
      debug: () => undefined,
      info: say('info'),
      warn: say('warn'),
      error: say('error'),
      for: () => log,
    }
    return log
  }
}

/** Keeps it there until the returned function is called. */
function kept<What>(all: Map<string, What>, name: string, what: What): () => void {
  all.set(name, what)
  return () => all.delete(name)
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
