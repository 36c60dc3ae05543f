import { messageOf } from '../core/error.ts'
import type { Expression, Outcome } from '../language/expression/expression.ts'
import { asksHouse, type CompiledStory } from './compiled.ts'
import type { Situation } from './situation.ts'

/**
 * Whether a condition holds. What is not known does not hold; in any house, `maybe` is as the house has it, and the others
 * are so however it is.
 */
export function verdictOn(
  compiled: CompiledStory,
  condition: string,
  vars: Situation['vars'],
): 'yes' | 'no' | 'maybe' {
  const expression = compiled.condition(condition)
  if (expression === undefined) return 'no'
  const outcome = answered(compiled, expression, vars)
  if ('value' in outcome) return outcome.value === true ? 'yes' : 'no'
  return compiled.house === 'any' && asksHouse(compiled, expression) ? 'maybe' : 'no'
}

/** What an expression of the story comes to. Of any house nothing is known, so that what has a value has it in each. */
export function answered(compiled: CompiledStory, expression: Expression, vars: Situation['vars']): Outcome {
  const { house } = compiled
  if (house === 'any' || !asksHouse(compiled, expression)) return expression.evaluate(vars)
  const outcome = asked(expression, { ...house.values, ...vars })
  if ('fault' in outcome) house.unanswered?.(expression.text, outcome.fault)
  return outcome
}

/** A calendar, or whatever else stands behind a name, may fail. */
function asked(expression: Expression, values: Parameters<Expression['evaluate']>[0]): Outcome {
  try {
    return expression.evaluate(values)
  } catch (error) {
    return { fault: messageOf(error), saw: [] }
  }
}
