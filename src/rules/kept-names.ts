import type { Declaration, PlainValue } from '../core/value-form.ts'
import type { Environment, Values } from '../language/expression/environment.ts'
import { fieldsOf } from '../language/expression/kept-fields.ts'
import { list } from '../language/wording.ts'

export interface Remembered {
  readonly vars: ReadonlyMap<string, Declaration>
  readonly inputs: ReadonlyMap<string, Declaration>
  /** Those that are declared but wrong, as `vars.coins`, with where they stand; '' where that is no news. */
  readonly faulty: ReadonlyMap<string, string>
}

interface Kept {
  vars(): ReadonlyMap<string, PlainValue>
  inputs(): ReadonlyMap<string, PlainValue>
}

/** The names `vars.…` and `inputs.…`, for every expression that may speak of the house. */
export function keptEnvironment({ vars, inputs, faulty }: Remembered): Pick<Environment, 'groups'> & {
  readonly absent: Readonly<Record<string, string>>
} {
  const wrong = [...faulty].map(([name, place]) => [name, place && `mend its declaration in ${place} first`])
  return {
    groups: {
      ...(vars.size === 0 ? {} : { vars: fieldsOf(vars) }),
      ...(inputs.size === 0 ? {} : { inputs: fieldsOf(inputs) }),
    },
    absent: {
      vars: 'no file declares any `vars`; begin with a section `vars:`, as in `vars: {plays: {start: 0, max: 100}}`',
      inputs:
        'no file declares any `inputs`; begin with a section `inputs:`, as in `inputs: {party: {type: switch}}`',
      ...Object.fromEntries(wrong),
    },
  }
}

/** What those names stand for now. */
export function keptValues(kept: Kept): Pick<Values, 'vars' | 'inputs'> {
  return { vars: Object.fromEntries(kept.vars()), inputs: Object.fromEntries(kept.inputs()) }
}

/** What those names stand for where nothing was ever set. */
export function startsOf({
  vars,
  inputs,
}: Pick<Remembered, 'vars' | 'inputs'>): Readonly<Record<'vars' | 'inputs', Record<string, PlainValue>>> {
  return { vars: startsIn(vars), inputs: startsIn(inputs) }
}

function startsIn(declared: ReadonlyMap<string, Declaration>): Record<string, PlainValue> {
  return Object.fromEntries([...declared.values()].map(({ id, start }) => [id, start]))
}

/** For messages: what there is of it. */
export function knownNames(declared: Iterable<string>): string {
  const names = [...declared]
  return names.length === 0 ? 'there are none' : `known: ${list(names)}`
}
