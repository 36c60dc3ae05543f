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
  readonly steps: StepTrace[]
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
  outcome: 'running' | 'done' | 'skipped' | 'failed' | 'waiting'
  why?: string
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
