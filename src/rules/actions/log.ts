import { Type } from 'typebox'
import { action } from '../plugin.ts'

export const log = action({
  title: 'Log',
  describe: 'Writes a line into the log.',
  examples: ['- log: Somebody is awake', `- log: "It is \${now.time}"`],
  options: Type.Object(
    { message: Type.String({ minLength: 1, maxLength: 1000 }) },
    { additionalProperties: false },
  ),
  shorthand: 'message',
  texts: ['message'],
  explain: ({ message }) => `writes "${message}" into the log`,
  run: ({ options, effect }) => effect({ kind: 'log', message: options.message }),
})
