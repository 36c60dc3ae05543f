import type { PlainData, TriggerData } from '../plugin.ts'

/** What became of one start of a rule, for people. */
export interface RunTrace {
  /** The number of its run. */
  readonly id: number
  readonly rule: string
  /** ISO 8601: when the trigger fired. */
  readonly at: string
  readonly trigger: { readonly kind: string; readonly data: TriggerData }
  readonly because: string
  outcome: RunOutcome
  /** Why it did not run, or how it ended; null where that is plain. */
  why: string | null
  /** What its conditions looked at: `player.battery is 8`. */
  saw: readonly string[]
  /** Of many the first and the last. */
  readonly steps: StepTrace[]
  /** How many were left out between `stepsKept.first` and the last; absent where none was. */
  left_out?: number
  /** ISO 8601; null while it runs. */
  ended_at: string | null
}

/**
 * `ignored`: it ran already, or rests. `ended`: somebody edited the rule, or it was started again. `stopped`: by its own
 * `stop`.
 */
export type RunOutcome = 'running' | 'done' | 'did_not_run' | 'ignored' | 'failed' | 'stopped' | 'ended'

/** One step of it that was come to. */
export interface StepTrace {
  /** `2.1`: the first within the second. */
  readonly step: string
  readonly kind: string
  readonly name?: string
  readonly at: string
  /** `ended`: its run ended before it had. */
  outcome: 'running' | 'done' | 'skipped' | 'failed' | 'waiting' | 'ended'
  why?: string
  /** Which way was gone: `if`, `else`, `2 of 3`; of a repeat with `while`, how often it has gone round. */
  way?: string
  /** What its conditions looked at. */
  saw?: readonly string[]
  /** Of what it did. */
  readonly effects: EffectTrace[]
}

export interface EffectTrace {
  readonly kind: string
  /** What was asked for. */
  readonly asked: PlainData
  readonly at: string
  /** `unknown`: the product was killed before it was told; it is not done again. `late`: its time was long over. */
  outcome: 'sent' | 'done' | 'failed' | 'unknown' | 'late'
  reason?: string
  /** How long it took. */
  ms?: number
}

/** A loop of a thousand rounds is not read by anybody, and would be written each time: how many steps are kept of its ends. */
const stepsKept = { first: 50, last: 50 } as const

/** The steps that are not kept, with how many of those that are stand before them; null where all are kept. */
export function leftOutOf({
  left_out,
}: Pick<RunTrace, 'left_out'>): { readonly behind: number; readonly count: number } | null {
  return left_out === undefined ? null : { behind: stepsKept.first, count: left_out }
}

/** Notes a step. Of too many the oldest behind the first ones is left out, unless it is under way still. */
export function noteStep(trace: RunTrace, step: StepTrace): void {
  const { steps } = trace
  steps.push(step)
  if (steps.length <= stepsKept.first + stepsKept.last) return
  const over = steps.findIndex((one, index) => index >= stepsKept.first && !isOpen(one))
  if (over < 0) return
  steps.splice(over, 1)
  trace.left_out = (trace.left_out ?? 0) + 1
}

/** Steps that still run or wait have ended with their run. */
export function endSteps({ steps }: RunTrace): void {
  for (const step of steps) if (isOpen(step)) step.outcome = 'ended'
}

/** What a run does now: whether some step of it acts, or all that are under way only wait; else how it ended. */
export function standingOf({ outcome, steps }: RunTrace): RunOutcome | 'waiting' {
  if (outcome !== 'running') return outcome
  const open = steps.filter(isOpen)
  // A step within which others are under way tells nothing by itself.
  const last = open.filter((one) => !open.some((other) => other.step.startsWith(`${one.step}.`)))
  return last.length > 0 && last.every((one) => one.outcome === 'waiting') ? 'waiting' : 'running'
}

function isOpen({ outcome }: StepTrace): boolean {
  return outcome === 'running' || outcome === 'waiting'
}
