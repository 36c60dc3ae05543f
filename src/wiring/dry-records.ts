import type { Clock } from '../core/clock.ts'
import type { Effect } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { Log, LogDetail } from '../core/log.ts'
import type { Dated, Records } from '../rules/dry/house.ts'
import type { RunTrace } from '../rules/running/trace.ts'

// More than any household comes to in a week, and few enough that what goes round in a circle ends in a moment.
const mostEffects = 10_000
// Of what comes every second, nobody reads more.
const mostRuns = 2_000

type Recording = { readonly [Kind in keyof Records]: Records[Kind][number][] }

/** Writes down what happens in a house that is tried dry, until it is too much. */
export class DryRecords {
  readonly #clock: Pick<Clock, 'now'>
  readonly #all: Recording = { ran: [], didNotRun: [], effects: [], said: [] }
  readonly #begun = new WeakSet<RunTrace>()
  readonly #runs = new Set<RunTrace>()
  #endless: string | null = null

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  get all(): Records {
    return this.#all
  }

  /** Every start of a rule so far, in order; those under way grow on. */
  get runs(): readonly RunTrace[] {
    return [...this.#runs]
  }

  /** Why the house cannot go on, in words; null while it can. */
  get endless(): string | null {
    return this.#endless
  }

  /** The house cannot go on; the first reason stays. */
  stopped(why: string): void {
    this.#endless ??= why
  }

  /** @throws AppError `conflict` where there were too many */
  effect(effect: Effect, because: string): void {
    if (this.#all.effects.length >= mostEffects) {
      this.#endless ??= `its rules came to more than ${mostEffects} effects`
      throw new AppError('conflict', this.#endless)
    }
    this.#note(this.#all.effects, { effect, because })
  }

  /** A trace is told of again with each step; its first step, or its end, is the first that is heard of a run. */
  traced(trace: RunTrace): void {
    if (this.#runs.size < mostRuns) this.#runs.add(trace)
    if (trace.outcome === 'ignored' || this.#begun.has(trace)) return
    this.#begun.add(trace)
    const { rule, outcome, why } = trace
    if (outcome !== 'did_not_run') this.#note(this.#all.ran, { rule })
    // Of what comes every second, an endless house would fill the memory.
    else if (this.#all.didNotRun.length < 2 * mostEffects)
      this.#note(this.#all.didNotRun, { rule, why: why ?? '' })
  }

  /** The log of the house. */
  log(): Log {
    const say = (level: 'info' | 'warn' | 'error') => (message: string, detail?: LogDetail) => {
      // An endless house would fill the memory.
      if (this.#all.said.length >= 2 * mostEffects) return
      const error = typeof detail?.error === 'string' ? `: ${detail.error}` : ''
      this.#note(this.#all.said, { level, message: `${message}${error}` })
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

  #note<What extends object>(into: Dated<What>[], what: What): void {
    into.push({ ...what, at: this.#clock.now() })
  }
}
