import { messageOf } from '../../core/error.ts'
import type { Values } from '../../language/expression/environment.ts'
import { judge, type RuleCondition } from '../condition.ts'
import { conditionInWords } from '../explain/rule-words.ts'
import { valuesFor } from '../names.ts'
import type { Telling, World } from '../plugin.ts'
import type { Rule, RuleSet } from '../rule-set.ts'

/** Whether a condition of a rule holds at the moment. */
export interface ConditionNow {
  /** `expression`, `any`, `none`, or as it is called in the catalog. */
  readonly kind: string
  /** An expression as it is written, any other in plain English. */
  readonly text: string
  /** Null where that cannot be told, for something in it is not known. */
  readonly holds: boolean | null
  /** Why it does not hold, or why that cannot be told; null where it holds. */
  readonly why: string | null
  /** What its names stand for: `player.battery is 8`. */
  readonly saw: readonly string[]
  /** Those within it. */
  readonly conditions: readonly ConditionNow[]
}

/** Where a condition stands: in the rule's own `if`, or in that of a trigger, counted from 1. */
export interface PlacedCondition extends ConditionNow {
  readonly trigger: { readonly kind: string; readonly id: string | null; readonly number: number } | null
}

interface Ground {
  readonly rule: Rule
  readonly telling: Telling
  readonly world: World
  readonly values: Values
}

/**
 * Whether the conditions of the rule hold now. What only a trigger tells, `trigger.…` and the player or stream of a rule
 * that names none, is not known.
 */
export function conditionsNow(
  rule: Rule,
  world: World,
  { playlists }: Pick<RuleSet, 'playlists'>,
): PlacedCondition[] {
  const { trigger: _, ...values } = valuesFor({ rule, data: {} }, world)
  const { player, stream } = rule
  const content = (name: string) => `${playlists.has(name) ? 'the playlist' : 'the file'} ${name}`
  const ground: Ground = { rule, telling: { player, stream, content }, world, values }
  return [
    ...rule.when.flatMap(({ kind, id, if: own = [] }, index) =>
      own.map((one) => ({ trigger: { kind, id, number: index + 1 }, ...stateOf(one, ground) })),
    ),
    ...rule.if.map((one) => ({ trigger: null, ...stateOf(one, ground) })),
  ]
}

function stateOf(condition: RuleCondition, ground: Ground): ConditionNow {
  const { holds, why, saw } = judged(condition, ground)
  return {
    kind: condition.kind,
    text: 'expression' in condition ? condition.expression.text.trim() : wordsOf(condition, ground),
    holds,
    why: holds === true ? null : why,
    saw: [...new Set(saw)],
    conditions: innerOf(condition).map((one) => stateOf(one, ground)),
  }
}

function wordsOf(condition: Exclude<RuleCondition, { expression: unknown }>, { telling }: Ground): string {
  // Those within it are told by themselves.
  const { if: _, ...alone } = { if: undefined, ...condition }
  return conditionInWords(alone, telling)
}

function innerOf(condition: RuleCondition): readonly RuleCondition[] {
  if ('expression' in condition) return []
  return 'conditions' in condition ? condition.conditions : (condition.if ?? [])
}

function judged(condition: RuleCondition, { rule, world, values }: Ground): ReturnType<typeof judge> {
  try {
    const judgement = judge(condition, world, values)
    if (judgement.holds !== null) return judgement
    const untold = [...new Set(namesIn(condition))].filter((name) => isToldByTrigger(name, rule))
    if (untold.length === 0) return judgement
    return { ...judgement, why: `${untold.join(', ')}: only what starts the rule tells that` }
  } catch (error) {
    return { holds: null, why: `it could not be asked: ${messageOf(error)}`, saw: [] }
  }
}

function namesIn(condition: RuleCondition): readonly string[] {
  return 'expression' in condition ? condition.expression.names : innerOf(condition).flatMap(namesIn)
}

function isToldByTrigger(name: string, { player, stream }: Rule): boolean {
  const [group] = name.split('.')
  return (
    group === 'trigger' || (group === 'player' && player === null) || (group === 'stream' && stream === null)
  )
}
