import type { Values } from '../language/expression/environment.ts'
import type { Expression } from '../language/expression/expression.ts'
import type { ConditionDef, World } from './plugin.ts'
import type { Bound } from './rule-set.ts'

/** What may stand under `if`: a condition of the catalog, an expression, or several of them. */
export type RuleCondition = Bound<ConditionDef> | ExpressionCondition | ConditionGroup

interface ExpressionCondition {
  readonly kind: 'expression'
  readonly expression: Expression
}

export interface ConditionGroup {
  /** Whether one of them must hold, or none may. */
  readonly kind: (typeof groupKinds)[number]
  readonly conditions: readonly RuleCondition[]
}

export const groupKinds = ['any', 'none'] as const

export interface Judgement {
  /** Null where it cannot be told, because something in it is not known. */
  readonly holds: boolean | null
  /** For people, of a condition that does not hold. */
  readonly why: string
  /** What its names stood for. */
  readonly saw: readonly string[]
}

/** Whether the condition holds now. */
export function judge(condition: RuleCondition, world: World, values: Values): Judgement {
  if ('expression' in condition) return judgeExpression(condition.expression, values)
  if ('conditions' in condition) return judgeGroup(condition, world, values)
  const holds = condition.definition.test(condition.options as never, world)
  const why = `its condition \`${condition.kind}\`${condition.name === undefined ? '' : ` (${condition.name})`} does not hold`
  const seen = condition.definition.saw?.(condition.options as never, world) ?? []
  if (!holds) return { holds, why, saw: seen }
  // What stands beside it must hold as well.
  const own = (condition.if ?? []).map((one) => judge(one, world, values))
  return (
    own.find((judgement) => judgement.holds !== true) ?? {
      holds,
      why,
      saw: [...seen, ...own.flatMap(({ saw }) => saw)],
    }
  )
}

function judgeExpression(expression: Expression, values: Values): Judgement {
  const outcome = expression.evaluate(values)
  const shown = `its condition \`${expression.text.trim()}\``
  if ('fault' in outcome)
    return { holds: null, why: `${shown} cannot be answered: ${outcome.fault}`, saw: outcome.saw }
  return { holds: outcome.value === true, why: `${shown} does not hold`, saw: outcome.saw }
}

/** One condition that holds decides; where none does, one that cannot be answered leaves the group unanswered. */
function judgeGroup({ kind, conditions }: ConditionGroup, world: World, values: Values): Judgement {
  const judgements = conditions.map((condition) => judge(condition, world, values))
  const saw = [...new Set(judgements.flatMap((judgement) => judgement.saw))]
  const unsure = judgements.find(({ holds }) => holds === null)
  if (judgements.some(({ holds }) => holds === true))
    return { holds: kind === 'any', why: 'one of its conditions under `none` holds', saw }
  if (unsure !== undefined) return { holds: null, why: unsure.why, saw }
  return { holds: kind === 'none', why: 'none of its conditions under `any` holds', saw }
}
