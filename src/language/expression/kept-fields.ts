import type { Declaration, ValueForm } from '../../core/value-form.ts'
import type { Field, Fields } from './environment.ts'

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

/** The same of all that can be spoken of: a button has no value. */
export function fieldsOf(declared: ReadonlyMap<string, Declaration>): Fields {
  return Object.fromEntries(
    [...declared.values()].flatMap(({ id, form }) => (form.type === 'press' ? [] : [[id, fieldFor(form)]])),
  )
}
