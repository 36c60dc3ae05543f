import { Type } from 'typebox'
import { isWritten } from '../../core/value-form.ts'
import { fieldFor } from '../../language/expression/kept-fields.ts'
import { trigger } from '../plugin.ts'

export const input = trigger({
  title: 'Input',
  describe:
    'An input was set to another value, or a button was pressed; with `to` only when it was set to just that. With `also_at_start` it fires at the start of the product too, if it is so then.',
  examples: [
    '- input: party',
    '- input: {name: party, to: true}',
    '- input: {name: party, to: true, also_at_start: true}',
  ],
  options: Type.Object(
    {
      name: Type.String({ minLength: 1 }),
      to: Type.Optional(Type.String()),
      also_at_start: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  shorthand: 'name',
  explain({ name, to, also_at_start: atStart }) {
    if (to === undefined)
      return `the input ${name} is set or pressed${atStart === true ? ' or the product starts' : ''}`
    const value = to === 'true' ? 'on' : to === 'false' ? 'off' : to
    return `the input ${name} is set to ${value}${atStart === true ? ' or is so when the product starts' : ''}`
  },
  references: ({ name, to }) => [{ kind: 'input', name, value: to ?? null, option: 'to' }],
  providesFor({ name }, inputs) {
    const declared = inputs.get(name)
    const form = declared?.form
    return { name: 'text', ...(form === undefined || form.type === 'press' ? {} : { value: fieldFor(form) }) }
  },
  start(context) {
    const { name, to, also_at_start: atStart } = context.options
    const fire = (value: unknown, because: string) => {
      if (to === undefined || isWritten(to, value)) context.fire({ name, value }, because)
    }
    context.on('input', { name }, ({ value }) =>
      fire(value, value === null ? `"${name}" was pressed` : `input "${name}" is ${value}`),
    )
    if (atStart !== true) return
    context.on('startup', {}, () => {
      const value = context.world.inputs().get(name)
      if (value !== undefined) fire(value, `input "${name}" is ${value} at the start`)
    })
  },
})
