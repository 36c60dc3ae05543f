import type { Declaration, PlainValue, ValueForm } from '../core/value-form.ts'
import type { Environment, Field, Fields, Values } from '../language/expression/environment.ts'
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

/** What expressions know of a value before anything runs. */
export function fieldFor(form: Exclude<ValueForm, { type: 'press' }>): Field {
  switch (form.type) {
    case 'flag':
      return { type: 'bool' }
    case 'choice':
      return { type: 'text', words: form.options }
    case 'number':
      return { type: 'number', range: [form.min, form.max] }
  }
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

function fieldsOf(declared: ReadonlyMap<string, Declaration>): Fields {
  return Object.fromEntries(
    [...declared.values()].flatMap(({ id, form }) => (form.type === 'press' ? [] : [[id, fieldFor(form)]])),
  )
}

/** For messages: what there is of it. */
export function knownNames(declared: Iterable<string>): string {
  const names = [...declared]
  return names.length === 0 ? 'there are none' : `known: ${list(names)}`
}
