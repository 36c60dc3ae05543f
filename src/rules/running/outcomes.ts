import { type Clock, isoOf } from '../../core/clock.ts'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import type { Judgement } from '../condition.ts'
import type { Rule } from '../rule-set.ts'
import { EndOfRun, StepFailed } from './end-of-run.ts'
import type { Run } from './run.ts'
import type { Start } from './start.ts'
import { endSteps, type RunOutcome, type RunTrace } from './trace.ts'
import type { TraceBook } from './trace-book.ts'
import { placeOf, wordsOf } from './words.ts'

interface OutcomesOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  readonly traces: TraceBook
  readonly newNumber: () => number
}

const tellAgainMs = 12 * 60 * 60 * 1000

interface Nothing {
  readonly outcome: 'did_not_run' | 'ignored'
  readonly why: string
  readonly saw?: readonly string[]
}

/** Says what became of starts and runs, in the log and in their traces. */
export class Outcomes {
  readonly #options: OutcomesOptions
  /** By rule: when the log was last told that it runs. */
  readonly #told = new Map<string, number>()

  constructor(options: OutcomesOptions) {
    this.#options = options
  }

  /** A trigger nearly fired. */
  didNotFire(nearly: Pick<Start, 'rule' | 'trigger' | 'because'>): void {
    const { because: why } = nearly
    this.#options.log.debug(`${wordsOf(nearly.rule)} did not run: ${why}`)
    this.notBegun({ ...nearly, data: {} }, { outcome: 'did_not_run', why })
  }

  /**
   * It may run. Of a rule that a clock starts again and again the log has one run in a while, its traces have each: returns
   * whether this is one more of these.
   */
  runs({ rule, trigger, because, at }: Pick<Start, 'rule' | 'trigger' | 'because' | 'at'>): boolean {
    const { log } = this.#options
    const told = this.#told.get(rule.id)
    const isAgain = told !== undefined && at.getTime() - told < tellAgainMs
    const isRoutine = trigger.definition.upcoming !== undefined && isAgain
    if (!isRoutine) this.#told.set(rule.id, at.getTime())
    log[isRoutine ? 'debug' : 'info'](`${wordsOf(rule)} runs`, { because })
    return isRoutine
  }

  /** Its conditions do not hold: so it is with most that a rule hears of, and its traces say so. */
  unmet({ rule, because }: Pick<Start, 'rule' | 'because'>, { why, saw }: Judgement): void {
    const seen = saw.length === 0 ? {} : { saw }
    this.#options.log.debug(`${wordsOf(rule)} did not run: ${why}`, { because, ...seen })
  }

  /** A start of which no run came. */
  notBegun(
    { rule, trigger, data, because }: Pick<Start, 'rule' | 'trigger' | 'data' | 'because'>,
    { outcome, why, saw = [] }: Nothing,
  ): void {
    const { clock, traces, newNumber } = this.#options
    const at = isoOf(clock.now())
    traces.add({
      ...{ id: newNumber(), rule: rule.id, at, because },
      trigger: { kind: trigger.kind, data },
      ...{ outcome, why, saw: [...saw], steps: [], ended_at: at },
    })
  }

  /** A run was ended, or failed. */
  ended({ rule, trace }: Run, error: unknown): void {
    const { log } = this.#options
    if (error instanceof EndOfRun) {
      const outcome = error.how === 'stopped' ? 'stopped' : 'ended'
      log.info(`${wordsOf(rule)} ${outcome}${error.why === null ? '' : `: ${error.why}`}`)
      this.close(trace, outcome, error.why)
      return
    }
    // What a step said itself is not said again.
    if (!(error instanceof StepFailed))
      log.error(`${placeOf(rule)} could not run`, { error: messageOf(error) })
    const cause = error instanceof StepFailed ? error.cause : error
    const prefix = error instanceof StepFailed ? `${error.message}: ` : ''
    this.close(trace, 'failed', `${prefix}${messageOf(cause)}`)
  }

  /** Runs that the product could not wait for when it stopped. */
  leftBehind(runs: readonly Run[]): void {
    for (const [rule, times] of oftenOf(runs))
      this.#options.log.warn(
        `${placeOf(rule)} did not come to its next wait in time${times === 1 ? '' : `, in ${times} runs`}`,
      )
  }

  /** Runs that had more to do when the product stopped, and of which the store knows nothing. */
  lost(runs: readonly Run[]): void {
    const why = 'the product stopped, and the store could not be written'
    for (const { trace } of runs) this.close(trace, 'ended', why)
    for (const [rule, times] of oftenOf(runs))
      this.#options.log.error(
        `${placeOf(rule)} had more to do${times === 1 ? '' : `, in ${times} runs`}, and will not go on with it at the next start: the store could not be written`,
      )
  }

  /** Of runs that had not come so far as to be kept, too. */
  close(trace: RunTrace, outcome: RunOutcome, why: string | null): void {
    const { clock, traces } = this.#options
    trace.outcome = outcome
    trace.why = why
    trace.ended_at = isoOf(clock.now())
    endSteps(trace)
    traces.add(trace)
  }
}

/** A rule that runs many times is spoken of once. */
function oftenOf(runs: readonly Run[]): ReadonlyMap<Rule, number> {
  const often = new Map<Rule, number>()
  for (const { rule } of runs) often.set(rule, (often.get(rule) ?? 0) + 1)
  return often
}
