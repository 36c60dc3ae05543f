import { setMaxListeners } from 'node:events'
import type { Clock } from '../core/clock.ts'
import type { Also, Entry } from '../core/collection.ts'
import type { Effect } from '../core/effect.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { Input } from '../core/input.ts'
import type { Announced } from '../core/kept-values.ts'
import type { Log } from '../core/log.ts'
import { memoryCollection, memoryStorage } from '../core/memory-collection.ts'
import type { PlainValue } from '../core/value-form.ts'
import type { Moments } from './moments/moments.ts'
import type { EventSource, RuleEvent, TriggerData, TriggerDef, World } from './plugin.ts'
import type { Bound, Rule } from './rule-set.ts'
import { type InputRecord, isKeptRun, type JournalStore, type Kept } from './running/journal.ts'
import type { TraceStore } from './running/kept-traces.ts'
import type { Run } from './running/run.ts'
import { Runs, type RunsOptions } from './running/runs.ts'
import type { Start } from './running/start.ts'
import type { Armed } from './running/step-place.ts'
import { TraceBook } from './running/trace-book.ts'
import { ask } from './running/way.ts'
import { SamePress } from './same-press.ts'
import { Subscriptions } from './subscriptions.ts'
import { TriggerStarter } from './trigger-starter.ts'

export interface EngineOptions {
  readonly world: World
  /**
   * `event`: what started the rule; null where no event did. `also`: rows of the journal, to be stored together with what
   * the effect changes in the store.
   */
  perform(effect: Effect, because: string, event: PlayerEvent | null, also: Also): Promise<void>
  readonly clock: Clock
  readonly log: Log
  /** Without them no trigger that waits for a moment can start. */
  readonly moments?: Pick<Moments, 'of'>
  /** Told when somebody begins to listen to such events, for sources that have to be asked for them; returns what ends it. */
  readonly listening?: (source: EventSource, match: Readonly<Record<string, string>>) => () => void
  /** Resolves when an effect can be tried, as just after the start nothing is known of players yet; null: now. */
  readonly ready?: RunsOptions['ready']
  /** Where runs outlive the process; without it they do not. */
  readonly journal?: JournalStore
  /** The same of what became of them. */
  readonly traces?: TraceStore
  /** Told that a rule rests as it was started too often, and with null that it does no longer. */
  readonly troubled?: (rule: Rule, why: string | null) => void
  /** Nothing leaves the house, not even through a plug-in. */
  readonly dryRun?: boolean
}

/** A rule whose triggers are set up. */
interface ArmedRule {
  /** As it is written now: only its place may change while it stands. */
  rule: Rule
  /** Ends its triggers. */
  readonly triggers: AbortController
  /** Where it stands among all of them. */
  order: number
}

// What happened longer ago is nothing to act on any more: it came late, or is told again.
const lateMs = 60_000

/** Events in, effects out: starts the rules whose triggers fire, and sees to it that what they began is done once. */
export class Engine {
  readonly #options: EngineOptions
  readonly #subscriptions: Subscriptions
  readonly #triggers: TriggerStarter
  readonly #runs: Runs
  readonly #traces: TraceBook
  readonly #armed = new Map<string, ArmedRule>()
  readonly #presses: SamePress
  #isStarted = false
  #isStopped = false
  /** What the last process left, until the rules are there. */
  #kept: readonly Kept[] = []
  /** The event that triggers are being told of, with what it has started so far; null while they are told of none. */
  #telling: Telling | null = null
  /** How many rules have led to what triggers are being told of, by setting inputs that start one another. */
  #depth = 0

  constructor(options: EngineOptions) {
    this.#options = options
    this.#presses = new SamePress(options.clock)
    const { world, clock, log, dryRun = false } = options
    const memory = memoryStorage()
    const journal = { name: 'runs', runs: memory.collection<null>('runs'), setMany: memory.setMany }
    this.#subscriptions = new Subscriptions((named) => world.playerId(named))
    this.#triggers = new TriggerStarter({
      ...{ world, clock, log, subscriptions: this.#subscriptions },
      moments: options.moments,
      listening: options.listening,
      didNotFire: (nearly) => this.#runs.didNotFire(nearly),
    })
    this.#traces = new TraceBook({ store: options.traces ?? memoryCollection(), clock, log })
    this.#runs = new Runs({
      ...{ world, clock, log, dryRun, traces: this.#traces },
      journal: options.journal ?? journal,
      perform: (...performed) => options.perform(...performed),
      ready: (effect) => options.ready?.(effect) ?? null,
      arm: (rule, trigger, armed) => this.#armForRun(rule, trigger, armed),
      troubled: (rule, why) => options.troubled?.(rule, why),
    })
  }

  /** What became of the last runs of each rule. */
  get traces(): Pick<TraceBook, 'of' | 'find' | 'onChange'> {
    return this.#traces
  }

  /** Reads what the last process left. To be called before the first start, where it is kept at all. */
  async open(): Promise<void> {
    await this.#traces.open()
    this.#kept = await this.#runs.open()
  }

  /**
   * Takes the rules in place of those that ran before. Those that mean the same go on as if nothing had happened; of
   * those that are gone or changed, the runs under way end. Only the first start is one to the rules that wait for it;
   * it takes up the runs that the last process left.
   * A rule whose trigger fails to start is left out by name.
   */
  start(rules: readonly Rule[]): void {
    // Files that were being read when the product stopped start nothing again.
    if (this.#isStopped) return
    const coming = new Map(rules.filter(({ enabled }) => enabled).map((rule) => [rule.id, rule]))
    for (const [id, armed] of this.#armed) {
      const rule = coming.get(id)
      if (rule !== undefined && isSame(rule, armed.rule)) armed.rule = rule
      else this.#disarm(id, armed, { runsGoOn: rule !== undefined && isWrittenSame(rule, armed.rule) })
    }
    this.#traces.keepOnly(new Set(rules.map(({ id }) => id)))
    for (const [order, rule] of [...coming.values()].entries()) {
      const armed = this.#armed.get(rule.id)
      if (armed === undefined) this.#arm(rule, order)
      else armed.order = order
    }
    if (this.#isStarted) return
    for (const kept of this.#kept)
      if (isKeptRun(kept)) this.#runs.takeUp(kept, coming.get(kept.record.rule))
      else this.#toldOfInput({ ...kept.record, announced: kept.key })
    const taken = new Set(this.#kept.flatMap((kept) => (isKeptRun(kept) ? [kept.record.number] : [])))
    this.#traces.endLost(({ id }) => taken.has(id))
    this.#kept = []
    this.happened('startup', { type: 'startup' })
    this.#isStarted = true
  }

  /** Takes no more events; resolves when the runs under way have ended, or are kept where they wait. */
  async stop(): Promise<void> {
    this.#isStopped = true
    // What runs set until then is kept for the rules that wait for it.
    await this.#runs.stop()
    for (const { triggers } of this.#armed.values()) triggers.abort(takenOut)
    this.#armed.clear()
    await this.#traces.close()
  }

  /** Takes in what a player did; resolves when the runs that this started have ended, or only wait. */
  async handle(event: PlayerEvent): Promise<void> {
    if (this.#presses.isAgain(event)) {
      this.#options.log.debug('a press was told of twice, and is one', { player: event.player })
      return
    }
    const runs = this.#told('player', { ...event }, { event, announced: undefined })
    await Promise.all(runs.map((run) => run.rested))
  }

  /** Takes in what happened, from wherever: `event` has the fields of its source, see `EventSource`. */
  happened(source: EventSource, event: RuleEvent): void {
    this.#told(source, event, { event: null, announced: undefined })
  }

  /**
   * What is to be stored together with an input's new value, so that rules hear of it also where the product is killed just
   * then; null where none waits for it.
   */
  announce(id: string, value: PlainValue): Announced | null {
    const isAwaited = this.#subscriptions.of('input', inputEvent(id, value)).length > 0
    return isAwaited ? this.#runs.announce(id, value) : null
  }

  /** Takes in that an input was set. `announced`: the name under which it was announced, if it was. */
  inputChanged({ id, value }: Pick<Input, 'id' | 'value'>, announced?: string): void {
    const depth = this.#runs.depthOf(id)
    this.#toldOfInput({ input: id, value, depth, ...(announced === undefined ? {} : { announced }) })
  }

  #toldOfInput({ input, value, depth, announced }: ToldInput): void {
    this.#depth = depth
    this.#told('input', inputEvent(input, value), { event: null, announced })
    this.#depth = 0
  }

  /** Rows that are stored together with the runs that are started next, and not before: else a kill would lose those. */
  due(rows: readonly Entry[]): void {
    this.#runs.due(rows)
  }

  /** Resolves when every run that has begun by now has ended, or only waits. */
  async settled(): Promise<void> {
    await this.#runs.settled()
  }

  /** Returns the runs that it has started. */
  #told(source: EventSource, event: RuleEvent, { event: from, announced }: Origin): readonly Run[] {
    if (this.#isLate(event)) return []
    const before = this.#telling
    const telling: Telling = { event: from, starts: [], rows: [] }
    this.#telling = telling
    for (const { receive } of this.#subscriptions.of(source, event)) receive(event)
    this.#telling = before
    return this.#runs.begin(telling.starts, { announced, rows: telling.rows.flatMap((rows) => rows()) })
  }

  #isLate({ at, type }: RuleEvent): boolean {
    if (typeof at !== 'string') return false
    const late = this.#options.clock.now().getTime() - Date.parse(at)
    if (!(late > lateMs)) return false
    this.#options.log.debug('an event came too late to act on', { type: String(type), at })
    return true
  }

  #arm(rule: Rule, order: number): void {
    const armed: ArmedRule = { rule, triggers: new AbortController(), order }
    // As many as its author likes; to Node more than ten are a leak, of which it warns.
    setMaxListeners(0, armed.triggers.signal)
    this.#armed.set(rule.id, armed)
    for (const [index, bound] of rule.when.entries()) {
      const fire = (data: TriggerData, because: string) => {
        const { clock } = this.#options
        const event = this.#telling?.event ?? null
        const trigger = triggerIn(armed.rule, bound, rule)
        const [depth, at] = [this.#depth, clock.now()]
        const start = { rule: armed.rule, trigger, data, because, event, depth, at }
        if (this.#telling === null) this.#runs.begin([start], { rows: [] })
        else this.#telling.starts.push(start)
      }
      this.#triggers.start(bound, {
        rule,
        name: rule.id,
        signal: armed.triggers.signal,
        order: () => armed.order + index / rule.when.length,
        fire,
      })
    }
  }

  #armForRun(rule: Rule, trigger: Bound<TriggerDef>, armed: Armed): void {
    const { name, signal, fired, unmet, rows } = armed
    const order = () => this.#armed.get(rule.id)?.order ?? 0
    const fire = (data: TriggerData, because: string) => {
      const { world } = this.#options
      const asked = ask(trigger.if ?? [], { rule, data: { ...armed.data, ...data }, world })
      if (asked.unmet !== null) return unmet(asked.unmet, because)
      fired(because)
      this.#telling?.rows.push(rows)
    }
    this.#triggers.start(trigger, { rule, name, signal, order, fire })
  }

  #disarm(id: string, armed: ArmedRule, { runsGoOn }: { readonly runsGoOn: boolean }): void {
    this.#armed.delete(id)
    armed.triggers.abort(takenOut)
    if (!runsGoOn) this.#runs.endAll(id, 'the rule was changed, or taken out')
  }
}

/** An input's new value that rules are to be told of. */
interface ToldInput extends Pick<InputRecord, 'input' | 'depth'> {
  /** Null of a button that was pressed. */
  readonly value: PlainValue | null
  readonly announced?: string
}

/** What an event brings about. */
interface Telling {
  readonly event: PlayerEvent | null
  readonly starts: Start[]
  /** Of the runs that have waited for it. */
  readonly rows: (() => readonly Entry[])[]
}

/** Where an event comes from. */
interface Origin {
  /** What a player did, where it is that. */
  readonly event: PlayerEvent | null
  /** Under which name the journal has it, where it does. */
  readonly announced: string | undefined
}

function inputEvent(name: string, value: PlainValue | null): RuleEvent {
  return { type: 'input', name, value }
}

/** Whether it means the same, also in what it uses of what all files share. */
function isSame(one: Rule, other: Rule): boolean {
  if (one === other) return true
  return isWrittenSame(one, other) && one.meaning?.shared === other.meaning?.shared
}

function isWrittenSame(one: Rule, other: Rule): boolean {
  return one.meaning !== undefined && one.meaning.own === other.meaning?.own
}

// Without a reason of ours each signal makes an error with a stack, and there may be thousands.
const takenOut = 'the rule is taken out'

/** The same trigger of the rule as it was read again. */
function triggerIn(rule: Rule, bound: Bound<TriggerDef>, armed: Rule): Bound<TriggerDef> {
  return rule.when[armed.when.indexOf(bound)] ?? bound
}
