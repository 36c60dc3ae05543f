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

/** What came of asking. */
export interface Asked {
  /** The first condition that does not hold; null where all of them do. */
  readonly unmet: Judgement | null
  /** What those that were asked looked at, each once; not more than anybody reads. */
  readonly saw: readonly string[]
}

const mostSeen = 20

/** Asks one condition after the other; those behind one that does not hold are not asked. */
export function ask(conditions: readonly RuleCondition[], asking: Asking): Asked {
  if (conditions.length === 0) return { unmet: null, saw: [] }
  const { world } = asking
  const values = valuesFor(asking, world)
  const saw: string[] = []
  for (const condition of conditions) {
    const judgement = judge(condition, world, values)
    saw.push(...judgement.saw)
    if (judgement.holds !== true) return { unmet: judgement, saw: eachOnce(saw) }
  }
  return { unmet: null, saw: eachOnce(saw) }
}

/** The number of the way that is gone, or why none is; with what was looked at on the way. */
export function wayAmong(
  ways: readonly Way[],
  asking: Asking,
): { readonly way: number | Judgement; readonly saw: readonly string[] } {
  const saw: string[] = []
  for (const [index, way] of ways.entries()) {
    const asked = ask(way.if ?? [], asking)
    saw.push(...asked.saw)
    if (asked.unmet === null) return { way: index, saw: eachOnce(saw) }
  }
  const seen = eachOnce(saw)
  return { way: { holds: false, why: 'none of its conditions holds', saw: seen }, saw: seen }
}

function eachOnce(saw: readonly string[]): readonly string[] {
  return [...new Set(saw)].slice(0, mostSeen)
}
