import { type Judgement, judge, type RuleCondition } from '../condition.ts'
import { valuesFor } from '../names.ts'
import type { TriggerData, World } from '../plugin.ts'
import type { Rule } from '../rule-set.ts'
import type { Way } from '../step.ts'

/** What conditions are asked about. */
export interface Asking {
  readonly rule: Rule
  readonly data: TriggerData
  readonly world: World
}

/** The first condition that does not hold; those behind it are not asked. Null where all of them hold. */
export function unmetAmong(conditions: readonly RuleCondition[], asking: Asking): Judgement | null {
  if (conditions.length === 0) return null
  const { world } = asking
  const values = valuesFor(asking, world)
  for (const condition of conditions) {
    const judgement = judge(condition, world, values)
    if (judgement.holds !== true) return judgement
  }
  return null
}

/** The number of the way that is gone, or why none is. */
export function wayAmong(ways: readonly Way[], asking: Asking): number | Judgement {
  const saw: string[] = []
  for (const [index, way] of ways.entries()) {
    const unmet = way.if === null ? null : unmetAmong(way.if, asking)
    if (unmet === null) return index
    saw.push(...unmet.saw)
  }
  return { holds: false, why: 'none of its conditions holds', saw: [...new Set(saw)] }
}
