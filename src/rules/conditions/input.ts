import { Type } from 'typebox'
import { isWritten } from '../../core/value-form.ts'
import { condition } from '../plugin.ts'
import { seen } from '../telling.ts'

export const input = condition({
  title: 'Input',
  describe: 'An input is at that value; of a switch, without `is`, that it is on.',
  examples: ['- input: party', '- input: {name: party, is: false}'],
  options: Type.Object(
    { name: Type.String({ minLength: 1 }), is: Type.Optional(Type.String()) },
    { additionalProperties: false },
  ),
  shorthand: 'name',
  explain: ({ name, is = 'true' }) =>
    `the input ${name} is ${is === 'true' ? 'on' : is === 'false' ? 'off' : is}`,
  references: ({ name, is }) => [{ kind: 'input', name, value: is ?? 'true', option: 'is' }],
  test: ({ name, is = 'true' }, world) => isWritten(is, world.inputs().get(name)),
  saw: ({ name }, world) => [seen(`inputs.${name}`, world.inputs().get(name))],
})
