import type { Declaration, PlainValue } from '../../core/value-form.ts'
import type { RuleSet } from '../rule-set.ts'
import type { Stage } from './house.ts'

/** What the household remembers, beginning as the stage has it. */
export function stagedValues(
  { vars, inputs }: Pick<RuleSet, 'vars' | 'inputs'>,
  stage: Pick<Stage, 'vars' | 'inputs'>,
): Pick<RuleSet, 'vars' | 'inputs'> {
  return { vars: startingAt(vars, stage.vars), inputs: startingAt(inputs, stage.inputs) }
}

function startingAt<Declared extends Declaration>(
  declared: ReadonlyMap<string, Declared>,
  values: ReadonlyMap<string, PlainValue>,
): ReadonlyMap<string, Declared> {
  return new Map([...declared].map(([id, one]) => [id, { ...one, start: values.get(id) ?? one.start }]))
}
