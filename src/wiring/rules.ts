import type { Clock } from '../core/clock.ts'
import type { Collection, Entry } from '../core/collection.ts'
import type { Perform } from '../core/effect.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { Log } from '../core/log.ts'
import type { Queue } from '../core/queue.ts'
import type { Hub } from '../hub.ts'
import { Engine, type EngineOptions } from '../rules/engine.ts'
import type { KeptRecord } from '../rules/moments/kept-moments.ts'
import { Moments } from '../rules/moments/moments.ts'
import { changedPlaylists } from '../rules/playlists.ts'
import type { World } from '../rules/plugin.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import type { ScheduledStreamsOptions } from '../rules/scheduled-streams.ts'
import { Scheduler } from '../rules/scheduler.ts'
import type { SlotEvent } from '../rules/slot-events.ts'
import { answeringPress } from './queue-card.ts'
import { listeningFor, type RuleSources } from './rule-sources.ts'
import { comingWorld, ruleWorld } from './rule-world.ts'
import { UnpublishedEvents } from './unpublished-events.ts'
import { WatchedEntities } from './watched-entities.ts'

interface RuleRunnerOptions {
  readonly book: {
    readonly current: RuleSet
    /** Waits for what is called; returns what ends it. */
    onChange(changed: (ruleSet: RuleSet) => Promise<void>): () => void
  }
  readonly hub: Hub
  readonly perform: Perform
  /** The same for what follows from an event. */
  readonly performAfter?: (event: PlayerEvent) => Perform
  /** By stream: the occurrence of its schedule that was put into effect last. */
  readonly applied: Collection<string | null>
  /** Which moments rules have heard of. */
  readonly moments: Collection<KeptRecord>
  /** Runs as they outlive the process, and what became of them; without it they do not. */
  readonly journal?: EngineOptions['journal']
  /** How `applied` and `moments` are called in the journal's store; absent: they are not there. */
  readonly names?: { readonly applied: string; readonly moments: string }
  readonly traces?: EngineOptions['traces']
  /** Told that a rule rests, and with null that it does no longer. */
  readonly troubled?: EngineOptions['troubled']
  readonly dryRun?: boolean
  /** Resolves when an effect can be tried; null: now. */
  readonly ready?: EngineOptions['ready']
  /** Where slots were left, who hears streams, and how they are cut over: see `ScheduledStreamsOptions`. */
  readonly slots?: Pick<ScheduledStreamsOptions, 'positions' | 'isHeard' | 'cutOver'>
  /** Where events come from that are there for who asks for them. */
  readonly sources?: RuleSources
  /** The state of an entity of Home Assistant that is listened to; null where it is not known. */
  readonly entityState?: World['entityState']
  readonly clock: Clock
  readonly log: Log
}

/** Keeps streams at what their schedules say, and lets rules hear what happens. */
export class RuleRunner {
  /** The house as conditions look at it. */
  readonly world: World
  readonly #options: RuleRunnerOptions
  readonly #scheduler: Scheduler
  readonly #engine: Engine
  readonly #moments: Moments
  /** What each event started; an event that nobody keeps takes it along. */
  readonly #runs = new WeakMap<PlayerEvent, Promise<void>>()
  /** What has become of slots before the rules ran, and what is to be stored with that; null once they do. */
  #early: { readonly events: SlotEvent[]; readonly rows: Entry[] } | null = { events: [], rows: [] }
  #slotsChanged: () => void = () => undefined
  #forgets: readonly (() => void)[] = []
  #playlists: RuleSet['playlists'] = new Map()
  readonly #unpublished: UnpublishedEvents
  /** Those that expressions of rules ask for. */
  readonly #entities: WatchedEntities

  constructor(options: RuleRunnerOptions) {
    this.#options = options
    const {
      book,
      hub,
      clock,
      perform,
      performAfter = () => perform,
      applied,
      slots = {},
      log,
      names,
    } = options
    const ruleSet = () => book.current
    const ground = {
      ...{ hub, ruleSet, clock },
      slots: () => this.#scheduler.slots(),
      ...(options.entityState === undefined ? {} : { entityState: options.entityState }),
    }
    const world = ruleWorld(ground)
    this.world = world
    this.#scheduler = new Scheduler({
      ...{ world, perform, applied, ...slots, clock, log },
      told: (event) => this.#slotChanged(event),
      ...(names === undefined
        ? {}
        : {
            appliedDue: (stream, applied) =>
              this.#due([{ collection: names.applied, key: stream, value: applied }]),
          }),
    })
    this.#entities = new WatchedEntities(options.sources?.ha ?? (() => () => undefined))
    this.#unpublished = new UnpublishedEvents(hub, clock)
    this.#moments = new Moments({
      ...{ world, kept: options.moments, clock, log },
      ...(names === undefined
        ? {}
        : {
            due: (rows) =>
              this.#engine.due(rows.map(([key, value]) => ({ collection: names.moments, key, value }))),
          }),
    })
    this.#engine = new Engine({
      world: comingWorld(ground),
      async perform(effect, because, event, also) {
        if (event === null) return perform(effect, because, also)
        const answer = answeringPress(effect, event, { hub, now: clock.now() })
        if (answer !== null) await performAfter(event)(answer, because, also)
      },
      ...keptIn(options),
      clock,
      log,
      moments: this.#moments,
      listening: listeningFor(options.sources ?? {}, () => this.#engine),
    })
  }

  /** Resolves when streams hold what is due now; from then on, rules that are read again take the place of the earlier ones. */
  async start(): Promise<void> {
    const { book, hub } = this.#options
    const forgetQueues = hub.subscribe('the schedules', (change) => {
      if (change.kind === 'queue') this.#scheduler.queueChanged(change.queue.name)
      if (change.kind === 'queue-removed') this.#scheduler.queueChanged(change.name)
    })
    this.#forgets = [forgetQueues]
    const { rules } = await this.#schedule(book.current)
    const forgetEvents = hub.subscribe('the rules', (change) => {
      for (const event of this.#unpublished.of(change)) this.#engine.happened('player', event)
      if (change.kind === 'event') this.#runs.set(change.event, this.#engine.handle(change.event))
      if (change.kind === 'input') this.#engine.inputChanged(change.input, change.announced)
    })
    this.#forgets = [forgetQueues, forgetEvents]
    await this.#moments.start()
    await this.#engine.open()
    hub.announceInputs((id, value) => this.#engine.announce(id, value))
    this.#engine.start(rules)
    this.#tellOfSlots()
    for (const event of this.#unpublished.found()) this.#engine.happened('player', event)
    const forgetBook = book.onChange(async (ruleSet) => {
      await this.#schedule(ruleSet)
      this.#engine.start(ruleSet.rules)
    })
    this.#forgets = [forgetQueues, forgetEvents, forgetBook]
  }

  async #schedule(ruleSet: RuleSet): Promise<RuleSet> {
    this.#options.hub.declareValues(ruleSet)
    this.#entities.watch(ruleSet.rules.flatMap(({ enabled, entities = [] }) => (enabled ? entities : [])))
    const changed = changedPlaylists(this.#playlists, ruleSet.playlists)
    this.#playlists = ruleSet.playlists
    await this.#scheduler.start(ruleSet.schedules, changed)
    return ruleSet
  }

  /** `changed` is called when a slot has begun or ended, in place of what was to be called before. */
  onSlots(changed: () => void): void {
    this.#slotsChanged = changed
  }

  /** Rules that do not run yet hear of it when they do. */
  #slotChanged(event: SlotEvent): void {
    this.#slotsChanged()
    if (this.#early === null) this.#engine.happened('slot', { ...event })
    else this.#early.events.push(event)
  }

  /** With the events of slots that are told next. */
  #due(rows: readonly Entry[]): void {
    if (this.#early === null) this.#engine.due(rows)
    else this.#early.rows.push(...rows)
  }

  #tellOfSlots(): void {
    const { events: early, rows } = this.#early ?? { events: [], rows: [] }
    this.#early = null
    this.#engine.due(rows)
    for (const event of early) this.#engine.happened('slot', { ...event })
    const hasBegun = (stream: string) => early.some((event) => event.stream === stream)
    for (const { stream, slot } of this.#scheduler.slots())
      if (!hasBegun(stream)) this.#engine.happened('slot', { type: 'holds', stream, slot })
  }

  /** When the stream's schedule puts something else there than it holds at `now`; null: not in the next days. */
  endsAt(queue: Pick<Queue, 'name' | 'playlist' | 'held'>, now: Date): Date | null {
    return this.#scheduler.endsAt(queue, now)
  }

  /** Null where the stream holds what is due now; else resolves when it does, or after a second: see `Scheduler`. */
  upToDate(stream: string): Promise<void> | null {
    return this.#scheduler.upToDate(stream)
  }

  /** How loud players of the stream may be now, in steps of 0 to 16; null: as loud as they may anyway. */
  volumeLimit(stream: string): number | null {
    return this.#scheduler.volumeLimit(stream)
  }

  /** What became of the last runs of each rule. */
  get traces(): Engine['traces'] {
    return this.#engine.traces
  }

  /** Resolves when the rules that this very event started have run, or only wait. */
  async runsOf(event: PlayerEvent): Promise<void> {
    await this.#runs.get(event)
  }

  /** Takes no more events; resolves when the runs under way have ended. */
  async stop(): Promise<void> {
    for (const forget of this.#forgets) forget()
    this.#entities.watch([])
    await this.#scheduler.stop()
    await this.#moments.stop()
    await this.#engine.stop()
  }
}

/** What there is of where the engine keeps things, as it takes it. */
function keptIn({ journal, traces, troubled, dryRun, ready }: RuleRunnerOptions) {
  return {
    ...(journal === undefined ? {} : { journal }),
    ...(traces === undefined ? {} : { traces }),
    ...(troubled === undefined ? {} : { troubled }),
    ...(dryRun === undefined ? {} : { dryRun }),
    ...(ready === undefined ? {} : { ready }),
  }
}

/** The streams that schedules and rules speak of. */
export function streamsOf({ schedules, rules }: RuleSet): string[] {
  const named = rules.flatMap((rule) => (rule.stream === null ? [] : [rule.stream]))
  return [...new Set([...schedules.map((schedule) => schedule.stream), ...named])]
}
