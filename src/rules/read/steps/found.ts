import type { Node, ScalarNode } from '../../../language/node.ts'
import type { Report } from '../../../language/report.ts'
import type { ActionDef, TriggerDef } from '../../plugin.ts'
import type { Bound } from '../../rule-set.ts'
import type { Step } from '../../step.ts'
import { allOf } from '../bind.ts'
import { type ConditionReading, readConditions } from '../conditions.ts'
import type { Declared } from '../declared.ts'
import { endsRun } from './ends.ts'

/** What expressions of the rule may name, known once its triggers are read. */
export type StepReading = ConditionReading & {
  readonly declared: Declared
  /** The rule's own. */
  readonly player: string | null
}

/** An item of `do` whose kind and options are good; what is written in it as expressions waits for their names. */
export interface FoundStep {
  readonly enabled: boolean
  /** What messages about it as a whole point at. */
  readonly place: Node
  /** Null after errors, which are reported. */
  finish(reading: StepReading): FinishedStep | null
}

export interface FinishedStep extends Parts {
  readonly step: Step
}

/** What a step is or holds, with the nodes that messages point at. */
export interface Parts {
  /** Actions of the catalog, also those that are switched off. */
  readonly acts: readonly PartNode<ActionDef>[]
  /** Triggers that are waited for, also those that are switched off. */
  readonly awaited: readonly PartNode<TriggerDef>[]
  /** What lets time pass. */
  readonly pauses: readonly Node[]
}

export interface PartNode<Definition> {
  readonly bound: Bound<Definition>
  readonly node: Node
}

export const noParts: Parts = { acts: [], awaited: [], pauses: [] }

export function partsOf(all: readonly Parts[]): Parts {
  return {
    acts: all.flatMap(({ acts }) => acts),
    awaited: all.flatMap(({ awaited }) => awaited),
    pauses: all.flatMap(({ pauses }) => pauses),
  }
}

/** What readers of the grammar are given. */
export interface Finding {
  readonly report: Report
  readonly declared: Declared
  readonly triggers: ReadonlyMap<string, TriggerDef>
  /** All of a list that stands in the item, or null where one of them was wrong. */
  find(nodes: readonly Node[]): readonly FoundStep[] | null
}

/** An item of the grammar, with what stands beside its kind. */
export interface GrammarItem {
  readonly kind: string
  readonly key: ScalarNode
  readonly value: Node
  readonly name?: string
  readonly enabled: boolean
  /** What stands behind the `if:` beside it. */
  readonly if: Node | null
  readonly onError?: 'continue'
}

/** Reads one kind of the grammar; null after errors, which are reported. */
export type ReadGrammar = (item: GrammarItem, finding: Finding) => FoundStep | null

type Beside = 'kind' | 'name' | 'if' | 'onError'
type Bare<Kind> = Kind extends Step ? Omit<Kind, Beside> : never

interface BareStep extends Parts {
  readonly step: Bare<Exclude<Step, { does: 'act' }>>
}

/** The step, once what stands beside it is read as well. */
export function foundGrammar(
  { kind, key, name, enabled, if: own, onError }: GrammarItem,
  finish: (reading: StepReading) => BareStep | null,
): FoundStep {
  return {
    enabled,
    place: key,
    finish(reading) {
      const conditions = own === null ? [] : readConditions(own, reading)
      const bare = finish(reading)
      if (conditions === null || bare === null) return null
      const step: Step = {
        ...bare.step,
        kind,
        ...(name === undefined ? {} : { name }),
        ...(conditions.length === 0 ? {} : { if: conditions }),
        ...(onError === undefined ? {} : { onError }),
      }
      return { ...bare, step }
    },
  }
}

export interface FinishedList extends Parts {
  readonly steps: readonly Step[]
}

/** Those that are switched on, with the parts of all; null after errors. */
export function finishSteps(found: readonly FoundStep[], reading: StepReading): FinishedList | null {
  const all = allOf(
    found.map((one) => {
      const finished = one.finish(reading)
      return finished === null ? null : { ...finished, found: one }
    }),
  )
  if (all === null) return null
  const done = all.filter(({ found }) => found.enabled)
  warnOfUnreachable(done, reading.report)
  return {
    ...partsOf(all),
    steps: done.map(({ step }) => step),
    // What is switched off takes no time.
    pauses: done.flatMap(({ pauses }) => pauses),
  }
}

function warnOfUnreachable(
  done: readonly { readonly step: Step; readonly found: FoundStep }[],
  report: Report,
): void {
  const end = done.findIndex(({ step }) => endsRun(step))
  const last = done[end]
  const next = done[end + 1]
  if (last === undefined || next === undefined) return
  const { step } = last
  const message =
    step.does === 'stop'
      ? 'nothing after `stop` runs'
      : `nothing after this \`${step.kind}\` runs: whatever is done there, it comes to \`stop\``
  report.add(
    next.found.place,
    'warning',
    'rule/unreachable',
    message,
    'take it out, or put it before the `stop`',
  )
}
