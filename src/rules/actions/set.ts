import { Type } from 'typebox'
import { action } from '../plugin.ts'
import { inWords } from '../telling.ts'
import { inOrder } from './in-order.ts'

export const set = action({
  title: 'Set',
  describe:
    'Sets vars and inputs, in the order they are written. Behind each name stands an expression, or of a list of words one of them. A number beyond its bounds becomes the nearest that it can be.',
  examples: ['- set: {dino_plays: vars.dino_plays + 1}', '- set: {party: false}', '- set: {mood: calm}'],
  options: Type.Record(Type.String(), Type.String(), {
    minProperties: 1,
    expected: 'names of vars and inputs with what they are set to, as in {plays: vars.plays + 1}',
  }),
  explain: (options) =>
    `sets ${inWords(
      Object.entries(options).map(([name, value]) => `${name} to ${valueInWords(value)}`),
      'and',
    )}`,
  setsValues: true,
  run: (context) => inOrder(context, context.settings),
})

function valueInWords(text: string): string {
  if (text === 'true') return 'on'
  if (text === 'false') return 'off'
  return isPlain(text) ? text : `what \`${text}\` comes to`
}

/** A value by itself, or one word of a list. */
function isPlain(text: string): boolean {
  return /^(-?\d+(\.\d+)?|[\p{L}\d_-]+)$/u.test(text)
}
