import type { RuleCondition } from './condition.ts'
import type { ActionDef, TriggerDef } from './plugin.ts'
import type { Bound } from './rule-set.ts'

/** One item of `do`: an action of the catalog, or the grammar that says when, whether and how often others are done. */
export type Step = ActionStep | ChooseStep | WaitStep | WaitForStep | RepeatStep | ParallelStep | StopStep

/** What may stand beside any of them. */
interface AnyStep {
  /** As people write it: `queue`, `wait_for`. */
  readonly kind: string
  /** The `name:` beside it, for people. */
  readonly name?: string
  /** The `if:` beside it: all of them must hold, else it is skipped. */
  readonly if?: readonly RuleCondition[]
  /** `continue`: the run goes on behind it though it failed. */
  readonly onError?: 'continue'
}

export interface ActionStep extends Bound<ActionDef>, Omit<AnyStep, 'kind' | 'name' | 'if'> {
  readonly does: 'act'
}

/** The first way that can be gone is, if any: `if` with `then` and `else`, and `choose`. */
export interface ChooseStep extends AnyStep {
  readonly does: 'choose'
  readonly ways: readonly Way[]
}

export interface Way {
  /** All of them must hold; null for `else`. */
  readonly if: readonly RuleCondition[] | null
  readonly do: readonly Step[]
}

export interface WaitStep extends AnyStep {
  readonly does: 'wait'
  readonly ms: number
}

/** Waits until one of the triggers fires. */
export interface WaitForStep extends AnyStep {
  readonly does: 'wait-for'
  readonly when: readonly Bound<TriggerDef>[]
  /** Null: for ever. */
  readonly timeoutMs: number | null
  /** What is done when the time is over; the run then goes on behind it. `stop` ends it. */
  readonly onTimeout: readonly Step[] | 'stop'
}

export interface RepeatStep extends AnyStep {
  readonly does: 'repeat'
  /** So many rounds, or as long as these hold: asked before each. */
  readonly rounds: number | readonly RuleCondition[]
  /** With conditions: no more rounds than this, and then the run fails. */
  readonly most: number
  readonly do: readonly Step[]
}

/** All at once; the run goes on when all have ended. */
export interface ParallelStep extends AnyStep {
  readonly does: 'parallel'
  readonly ways: readonly (readonly Step[])[]
}

/** Ends the run, wherever in it. */
export interface StopStep extends AnyStep {
  readonly does: 'stop'
  /** For the trace. */
  readonly because: string | null
}

/** What a rule does with a trigger that fires while it still runs: as automations of Home Assistant do. */
export const ruleModes = ['single', 'restart', 'queued', 'parallel'] as const
export type RuleMode = (typeof ruleModes)[number]

/** The lists of steps that stand in this one. */
export function innerLists(step: Step): readonly (readonly Step[])[] {
  switch (step.does) {
    case 'choose':
      return step.ways.map((way) => way.do)
    case 'wait-for':
      return step.onTimeout === 'stop' ? [] : [step.onTimeout]
    case 'repeat':
      return [step.do]
    case 'parallel':
      return step.ways
    default:
      return []
  }
}

/** The steps and all that stand in them. */
export function allSteps(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step) => [step, ...innerLists(step).flatMap(allSteps)])
}
