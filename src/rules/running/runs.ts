import type { Clock } from '../../core/clock.ts'
import type { Also, Entry } from '../../core/collection.ts'
import type { Effect } from '../../core/effect.ts'
import { messageOf } from '../../core/error.ts'
import type { PlayerEvent } from '../../core/event.ts'
import type { Announced } from '../../core/kept-values.ts'
import type { Log } from '../../core/log.ts'
import type { World } from '../plugin.ts'
import type { Rule } from '../rule-set.ts'
import { EndOfRun } from './end-of-run.ts'
import { InputDepths } from './input-depths.ts'
import { type InputRecord, Journal, type JournalStore, type Kept, type KeptRun } from './journal.ts'
import { Lanes } from './lanes.ts'
import { meaningOfRule } from './meaning.ts'
import { Modes } from './modes.ts'
import { Outcomes } from './outcomes.ts'
import { Run } from './run.ts'
import { laneOf, type Start } from './start.ts'
import { StartLimits } from './start-limits.ts'
import type { StepHands } from './step-place.ts'
import { Steps } from './steps.ts'
import type { TraceBook } from './trace-book.ts'
import { ask } from './way.ts'
import { wordsOf } from './words.ts'

export interface RunsOptions {
  readonly world: World
  /** `event`: what started the rule; null where no event did. `also`: rows that are stored together with what it changes. */
  perform(effect: Effect, because: string, event: PlayerEvent | null, also: Also): Promise<void>
  readonly arm: StepHands['arm']
  readonly ready?: StepHands['ready']
  readonly journal: JournalStore
  readonly traces: TraceBook
  /** Told that a rule rests as it was started too often, and with null that it does no longer. */
  readonly troubled: (rule: Rule, why: string | null) => void
  readonly dryRun: boolean
  readonly clock: Clock
  readonly log: Log
}

interface Beginning {
  readonly announced?: string | undefined
  readonly rows: readonly Entry[]
}

// The whole product has ten seconds to stop.
const stopMs = 3_000

/** What started rules do: whether they may, their conditions, then one step after the other. */
export class Runs {
  readonly #options: RunsOptions
  readonly #journal: Journal
  readonly #lanes = new Lanes()
  readonly #limits: StartLimits
  readonly #modes: Modes
  readonly #outcomes: Outcomes
  readonly #steps: Steps
  /** Those that have begun and not ended, in their order. */
  readonly #all = new Set<Run>()
  readonly #depths = new InputDepths()
  #isStopping = false
  #hasStopped = false
  #isJournalBroken = false

  constructor(options: RunsOptions) {
    this.#options = options
    const { world, clock, log, arm, traces, dryRun } = options
    const { journal } = options
    this.#journal = new Journal({
      ...{ runs: journal.runs, name: journal.name, clock },
      setMany: (entries) => journal.setMany(entries).then(() => this.#journalWorks()),
      failed: (error) => this.#journalFails(error),
    })
    this.#limits = new StartLimits({ clock, log, troubled: (rule, why) => options.troubled(rule, why) })
    this.#modes = new Modes({ world, clock })
    this.#outcomes = new Outcomes({
      clock,
      log,
      traces,
      newNumber: () => this.#journal.nextNumber(clock.now()),
    })
    this.#steps = new Steps({
      ...{ world, clock, log, arm, dryRun },
      changed: (run) => traces.changed(run.trace),
      ready: (effect) => options.ready?.(effect) ?? null,
      perform: (effect, run, also) => this.#perform(effect, run, also),
    })
  }

  /** What the last process left. */
  async open(): Promise<readonly Kept[]> {
    const { traces } = this.#options
    const kept = await this.#journal.open()
    this.#journal.numbersFollow(traces.highest)
    return kept
  }

  /** How many rules have led to the input being set just now; 0 where no rule did. */
  depthOf(input: string): number {
    return this.#depths.of(input)
  }

  /** To be stored together with an input's new value, so that who waits for it hears of it also after a kill. */
  announce(input: InputRecord['input'], value: InputRecord['value']): Announced {
    const name = this.#journal.newKey()
    const number = this.#journal.nextNumber(this.#options.clock.now())
    return {
      name,
      rows: [this.#journal.announced(name, { number, input, value, depth: this.depthOf(input) })],
    }
  }

  /** Is stored with the next runs that begin, soon at the latest. */
  due(rows: readonly Entry[]): void {
    this.#journal.due(rows)
  }

  /** Those that have begun and not ended. */
  get underWay(): readonly Run[] {
    return [...this.#all]
  }

  /** Resolves when every run that has begun by now has ended, or has nothing to do but wait. */
  async settled(): Promise<void> {
    await Promise.all([...this.#all].map((run) => run.rested))
  }

  /**
   * Begins the runs that one event has started: the journal has all of them before anything has come of one.
   * `announced`: the name under which the event itself stood there, and does no longer. `rows`: of runs that have waited
   * for it.
   */
  begin(starts: readonly Start[], { announced, rows }: Beginning): readonly Run[] {
    // An input that was announced is told of by the next process.
    if (this.#isStopping) return []
    const runs = starts.flatMap((start) =>
      this.#mayStart(start) && !this.#isAnswered(start) ? [new Run(start, this.#ground)] : [],
    )
    if (announced !== undefined) this.#journal.over(announced)
    this.#journal.due([...runs.flatMap((run) => run.rows()), ...rows])
    for (const run of runs) void this.#run(run)
    return runs
  }

  /** A trigger nearly fired. */
  didNotFire(nearly: Pick<Start, 'rule' | 'trigger' | 'because'>): void {
    this.#outcomes.didNotFire(nearly)
  }

  /**
   * Whether its conditions do not hold, where that can be told at once, as nobody acts in its lane: of a thousand rules that
   * hear an event most come to nothing, and these leave no more than a trace.
   */
  #isAnswered(start: Start): boolean {
    const { world } = this.#options
    const { rule, data, trigger } = start
    const conditions = [...(trigger.if ?? []), ...rule.if]
    if (conditions.length === 0 || !this.#lanes.isFree(laneOf(start, world))) return false
    try {
      const { unmet, saw } = ask(conditions, { rule, data, world })
      if (unmet === null) return false
      this.#outcomes.unmet(start, unmet)
      this.#outcomes.notBegun(start, { outcome: 'did_not_run', why: unmet.why, saw })
      return true
    } catch {
      // What is wrong with it is said when its turn has come.
      return false
    }
  }

  /** Takes up a run that the last process left, or says why that cannot be. */
  takeUp({ key, record }: KeptRun, rule: Rule | undefined): void {
    const trigger = rule?.when[record.trigger]
    if (rule === undefined || trigger === undefined || meaningOfRule(rule) !== record.meaning) {
      const why = `rule "${record.rule}" was ${rule === undefined ? 'taken out or switched off' : 'edited'} while it waited`
      this.#options.log.info(`${why}: that run has ended`, { because: record.because })
      const trace = this.#options.traces.find(record.rule, record.number)
      if (trace !== undefined) this.#outcomes.close(trace, 'ended', why)
      this.#journal.over(key)
      return
    }
    const { data, because, event, depth, at } = record
    const start: Start = { rule, trigger, data, because, event, depth, at: new Date(at) }
    const trace = this.#options.traces.find(record.rule, record.number)
    const run = new Run(start, this.#ground, { key, record, ...(trace === undefined ? {} : { trace }) })
    if (run.progress.get(admitted) === true) {
      this.#modes.enter(run)
      // Where the product was killed before it was written, it starts over.
      this.#options.traces.add(run.trace)
    }
    void this.#run(run)
  }

  /** Ends the runs of a rule that was edited or taken out: where they wait, or before their next step. */
  endAll(rule: string, why: string): void {
    for (const run of this.#all) {
      if (run.rule.id !== rule) continue
      this.#options.traces.add(run.trace)
      run.end(why)
    }
    this.#limits.forget(rule)
  }

  /**
   * Starts nothing more. Resolves when those that wait are in the journal, and those that acted wait or have ended; what
   * does neither in time is left where it is, and what came of its last effect will not be known. What the journal could
   * not take is lost, and said to be.
   */
  async stop(): Promise<void> {
    this.#isStopping = true
    const all = [...this.#all]
    for (const run of all) run.suspend()
    const enough = new AbortController()
    const patience = this.#options.clock.sleep(stopMs, enough.signal).catch(() => undefined)
    await Promise.race([Promise.all(all.map((run) => run.over)), patience])
    enough.abort('stopped')
    this.#outcomes.leftBehind([...this.#all])
    await Promise.all([...this.#all].map((run) => run.abandon()))
    await this.#journal.close().catch((error) => this.#journalFails(error))
    this.#outcomes.lost(all.filter(({ isLost }) => isLost))
    // What those write that were left behind is not expected to be kept any more.
    this.#hasStopped = true
  }

  get #ground() {
    const { clock, world } = this.#options
    const journalFails = (error: unknown) => this.#journalFails(error)
    return { journal: this.#journal, lanes: this.#lanes, clock, world, journalFails }
  }

  #mayStart(start: Start): boolean {
    const held = this.#limits.heldBack(start)
    if (held !== null) this.#outcomes.notBegun(start, { outcome: 'ignored', why: held })
    return held === null
  }

  async #run(run: Run): Promise<void> {
    this.#all.add(run)
    let how: 'over' | 'suspended' = 'over'
    try {
      await run.strand.turn?.ready
      if (await this.#isAdmitted(run)) {
        await this.#steps.doAll(run.rule.do, { run, strand: run.strand, prefix: '', isLast: true })
        this.#outcomes.close(run.trace, 'done', null)
      }
    } catch (error) {
      if (error instanceof EndOfRun && error.how === 'suspended') how = 'suspended'
      else this.#outcomes.ended(run, error)
    }
    this.#all.delete(run)
    this.#modes.leave(run)
    await run.close(how).catch((error) => this.#journalFails(error))
  }

  /** Whether its conditions hold and its mode lets it run; asked once, when its turn has come. */
  async #isAdmitted(run: Run): Promise<boolean> {
    const { log, traces, world } = this.#options
    const { rule, progress } = run
    if (progress.get(admitted) === true) return true
    run.checkGoesOn()
    const { because, data, trigger } = run.start
    if (progress.get(conditionsHeld) !== true) {
      const { unmet, saw: looked } = ask([...(trigger.if ?? []), ...rule.if], { rule, data, world })
      run.trace.saw = looked
      if (unmet !== null) {
        this.#outcomes.unmet(run.start, unmet)
        this.#outcomes.close(run.trace, 'did_not_run', unmet.why)
        return false
      }
      progress.set(conditionsHeld, true)
    }
    const held = await this.#modes.heldBack(run, this.#all)
    if (held !== null) {
      log.debug(`${wordsOf(rule)} is not started again: ${held}`, { because })
      this.#outcomes.close(run.trace, 'ignored', held)
      return false
    }
    progress.set(admitted, true)
    this.#modes.enter(run)
    run.isRoutine = this.#outcomes.runs(run.start)
    traces.add(run.trace)
    return true
  }

  #perform(effect: Effect, { rule, start }: Run, also: Also): Promise<void> {
    const perform = () => this.#options.perform(effect, `rule ${rule.id}`, start.event, also)
    return this.#depths.during(effect, start.depth, perform)
  }

  #journalWorks(): void {
    this.#isJournalBroken = false
  }

  /** Rules run without it; only a restart would lose what waits. */
  #journalFails(error: unknown): void {
    if (this.#isJournalBroken || this.#hasStopped) return
    this.#isJournalBroken = true
    this.#options.log.error('what rules are about to do could not be kept; they run all the same', {
      error: messageOf(error),
    })
  }
}

/** Its conditions held, and need not be asked again after a restart. */
const conditionsHeld = 'conditions'
/** It may run, as far as its mode goes. */
const admitted = 'admitted'
