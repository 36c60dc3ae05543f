import { type Clock, isoOf } from '../../core/clock.ts'
import type { Entry } from '../../core/collection.ts'
import type { World } from '../plugin.ts'
import type { Rule } from '../rule-set.ts'
import { EndOfRun } from './end-of-run.ts'
import type { Batch, Journal, KeptRun } from './journal.ts'
import type { Lanes, Turn } from './lanes.ts'
import { LateSignal } from './late-signal.ts'
import { meaningOfRule } from './meaning.ts'
import { Progress } from './progress.ts'
import { laneOf, type Start } from './start.ts'
import { noteStep, type RunTrace, type StepTrace } from './trace.ts'

/** One thread through the steps of a run. */
export interface Strand {
  /** Its place among those who act on the same stream or player; null while it waits. */
  turn: Turn | null
  /** How many of its waits are under way. */
  waits: number
  /** Whether it waits, or for its turn behind that: it keeps nobody from acting. */
  isAside: boolean
}

interface Ground {
  readonly journal: Journal
  readonly lanes: Lanes
  readonly clock: Pick<Clock, 'now'>
  readonly world: Pick<World, 'playerId'>
  journalFails(error: unknown): void
}

/** A run that the last process left, with its trace where that was kept. */
interface Kept extends KeptRun {
  readonly trace?: RunTrace
}

/** A rule under way: who it is, how far it has come, and whether it acts, waits or is over. */
export class Run {
  readonly start: Start
  readonly number: number
  readonly progress: Progress
  readonly trace: RunTrace
  /** Resolves when it first has nothing to do but wait, or is over. */
  readonly rested: Promise<void>
  /** Resolves when it is over, or suspended. */
  readonly over: Promise<void>
  readonly strand: Strand
  /** A clock has started its rule before, and not long ago: what is usual in it is not worth a line of the log. */
  isRoutine = false
  readonly #ground: Ground
  readonly #key: string
  readonly #ends = new LateSignal()
  readonly #gone = new LateSignal()
  readonly #lane: string
  readonly #meaning: string
  #acting = 1
  #isForgotten = false
  #hasLeft = false
  #isClosed = false
  #hasRested: () => void = () => undefined
  #isOver: () => void = () => undefined

  /** `kept`: of a run that the last process left. Its place in the lane is taken at once. */
  constructor(start: Start, ground: Ground, kept?: Kept) {
    const { rule, trigger, data, because, at } = start
    this.start = start
    this.#ground = ground
    this.number = kept?.record.number ?? ground.journal.nextNumber(ground.clock.now())
    this.#key = kept?.key ?? ground.journal.newKey()
    this.progress = new Progress(kept?.record.marks)
    this.#meaning = kept?.record.meaning ?? meaningOfRule(rule)
    this.#lane = laneOf(start, ground.world)
    this.strand = this.newStrand()
    this.rested = new Promise((resolve) => {
      this.#hasRested = resolve
    })
    this.over = new Promise((resolve) => {
      this.#isOver = resolve
    })
    this.trace = kept?.trace ?? {
      id: this.number,
      rule: rule.id,
      at: isoOf(at),
      because,
      trigger: { kind: trigger.kind, data },
      outcome: 'running',
      why: null,
      saw: [],
      steps: [],
      ended_at: null,
    }
  }

  get rule(): Rule {
    return this.start.rule
  }

  /** Whether the journal has it, so that it would be taken up after a kill. */
  get isKept(): boolean {
    return this.#ground.journal.has(this.#key)
  }

  /** Whether it has more to do, and nobody would go on with it after a restart. */
  get isLost(): boolean {
    return !this.#isForgotten && !this.isKept
  }

  /** Aborted with an `EndOfRun`; also where it is suspended. */
  get signal(): AbortSignal {
    return this.#ends.signal
  }

  /** Aborted with an `EndOfRun` where nothing more may come of it; what it is about to do when it is suspended still may. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  /** Milliseconds of the clock: when what it does now was to be done; the same after a restart. */
  get dueMs(): number {
    const due = this.progress.get(dueAt)
    return typeof due === 'number' ? due : this.start.at.getTime()
  }

  /** It is due then, if it was not later already. */
  isDueAt(ms: number): void {
    if (ms > this.dueMs) this.progress.set(dueAt, ms)
  }

  /**
   * Ends it where it waits, or before its next step. The journal has forgotten it before anything that is written later: a
   * run that was ended never comes back beside the one that took its place.
   */
  end(why: string): void {
    this.#abort(new EndOfRun('ended', why))
    this.#forgotten()
    const { journal, journalFails } = this.#ground
    journal.write().catch(journalFails)
  }

  /** Ends all its strands, as one of them has come to a `stop`. */
  stop(why: string | null): void {
    this.#abort(new EndOfRun('stopped', why))
  }

  #abort(end: EndOfRun): void {
    this.#ends.abort(end)
    this.#gone.abort(end)
  }

  #forgotten(): void {
    if (this.#isForgotten) return
    this.#isForgotten = true
    this.#ground.journal.over(this.#key)
  }

  /** Ends it where it waits; what it is about to do is still done. */
  suspend(): void {
    if (!this.#ends.aborted) this.#ends.abort(new EndOfRun('suspended', null))
  }

  /** What it does takes too long to be waited for: the journal has it as it is, and nothing more comes of it. */
  async abandon(): Promise<void> {
    this.#gone.abort(new EndOfRun('suspended', null))
    await this.write()
  }

  /** @throws EndOfRun where it was ended. */
  checkGoesOn(): void {
    this.#gone.throwIfAborted()
  }

  /** As it is now, for the journal; nothing where it was ended. */
  rows(): readonly Entry[] {
    return this.#isForgotten ? [] : [this.#row()]
  }

  /** The same with all that the journal has to write, for whoever writes something together with it. */
  batch(): Batch {
    return this.#ground.journal.batch(this.rows())
  }

  #row(): Entry {
    const { rule, trigger, data, because, event, depth, at } = this.start
    return this.#ground.journal.row(this.#key, {
      number: this.number,
      rule: rule.id,
      meaning: this.#meaning,
      trigger: rule.when.indexOf(trigger),
      data,
      because,
      event,
      depth,
      at: at.toISOString(),
      marks: this.progress.marks,
    })
  }

  /** Resolves with whether the journal has how far it has come; where it cannot be written, the run goes on without it. */
  async write(): Promise<boolean> {
    const rows = this.rows()
    if (rows.length === 0) return true
    try {
      await this.#ground.journal.write(rows)
      return true
    } catch (error) {
      this.#ground.journalFails(error)
      return false
    }
  }

  /** Whether all that it had to do is done, and but on its way into the store. */
  get hasLeft(): boolean {
    return this.#hasLeft
  }

  /** It does nothing more: others act in its lane while what it has changed last is on its way into the store. */
  leave(): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    this.strand.turn?.leave(this.over)
  }

  /** Resolves when all that others did in its lane before is in the store, or lost. */
  othersStored(): Promise<void> {
    return this.#ground.lanes.settled(this.#lane)
  }

  newStrand(): Strand {
    return { turn: this.#ground.lanes.enter(this.#lane), waits: 0, isAside: false }
  }

  /** Lets others act while this strand waits for the work. @throws EndOfRun where the run is ended meanwhile. */
  async aside<Result>(strand: Strand, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    this.#ends.throwIfAborted()
    if (strand.waits++ === 0) {
      strand.turn?.leave()
      strand.turn = null
      strand.isAside = true
      this.acts(-1)
    }
    try {
      return await work(this.signal)
    } finally {
      if (--strand.waits === 0) {
        this.acts(1)
        if (!this.#ends.aborted && !this.#isClosed) await this.#enter(strand)
        strand.isAside = strand.waits > 0
      }
    }
  }

  async #enter(strand: Strand): Promise<void> {
    strand.turn = this.#ground.lanes.enter(this.#lane)
    await strand.turn.ready
  }

  /** So many strands more act now. */
  acts(more: number): void {
    this.#acting += more
    if (this.#acting === 0) this.#hasRested()
  }

  /** The trace of a step, at its beginning; of one that waited over a restart the same again. */
  stepTrace(step: string, of: { readonly kind: string; readonly name?: string }): StepTrace {
    const known = this.trace.steps.findLast((one) => one.step === step)
    if (known !== undefined && (known.outcome === 'waiting' || known.outcome === 'running')) return known
    const { kind, name } = of
    const at = isoOf(this.#ground.clock.now())
    const named = name === undefined ? {} : { name }
    const trace: StepTrace = { step, kind, ...named, at, outcome: 'running', effects: [] }
    noteStep(this.trace, trace)
    return trace
  }

  /** Nothing more comes of it. What others do in its lane from now on is written behind its end. */
  async close(how: 'over' | 'suspended'): Promise<void> {
    this.#isClosed = true
    try {
      if (how === 'over') this.#forgotten()
      else await this.write()
    } finally {
      this.strand.turn?.leave()
      this.#rest()
    }
  }

  #rest(): void {
    this.#hasRested()
    this.#isOver()
  }
}

// No step is called so.
const dueAt = 'due'
