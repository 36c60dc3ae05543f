import type { Entry } from '../../core/collection.ts'
import type { Log } from '../../core/log.ts'
import type { Judgement } from '../condition.ts'
import type { TriggerData, TriggerDef, World } from '../plugin.ts'
import type { Bound, Rule } from '../rule-set.ts'
import type { EffectHands } from './effects.ts'
import type { Run, Strand } from './run.ts'
import type { StepTrace } from './trace.ts'

/** What steps are done with. */
export interface StepHands extends EffectHands {
  readonly world: World
  readonly log: Log
  /** Calls `fired` when the trigger next fires and its own `if` holds, until the signal is aborted. */
  arm(rule: Rule, trigger: Bound<TriggerDef>, armed: Armed): void
  changed(run: Run): void
}

export interface Armed {
  /** Tells it from the rule's own triggers and from those of other runs. */
  readonly name: string
  readonly signal: AbortSignal
  /** What the rule was started with: it stands for whatever the trigger itself does not tell of. */
  readonly data: TriggerData
  readonly fired: (because: string) => void
  /** It fired, but its `if` did not hold. */
  readonly unmet: (judgement: Judgement, because: string) => void
  /** As the run is by then, to be written together with whatever else the same event has brought about. */
  readonly rows: () => readonly Entry[]
}

/** Where a list of steps stands: `prefix` is `2.` within step 2, empty for the rule's own. */
export interface ListPlace {
  readonly run: Run
  readonly strand: Strand
  readonly prefix: string
  /** Whether the run comes to no step behind it. */
  readonly isLast: boolean
}

/** Where a step stands. */
export interface StepPlace {
  readonly run: Run
  readonly strand: Strand
  /** `2.1` */
  readonly step: string
  readonly isLast: boolean
  readonly trace: StepTrace
}
