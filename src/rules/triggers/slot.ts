import { Type } from 'typebox'
import type { RuleEvent } from '../plugin.ts'
import { trigger } from '../plugin.ts'
import { inWords, theStream } from '../telling.ts'

const slotName = Type.String({ minLength: 1, expected: 'the name of a slot, or default' })

export const slot = trigger({
  title: 'Slot',
  describe:
    'A slot of a schedule has begun or ended: of the stream that is named, of the stream of the rule, or of any. `default` is what holds outside all slots. With `also_at_start` also when the rules begin to run in a slot that has begun before.',
  examples: [
    '- slot: {began: night}',
    '- slot: {ended: night, stream: bedroom}',
    '- slot: {began: night, also_at_start: true}',
  ],
  options: Type.Object(
    {
      began: Type.Optional(slotName),
      ended: Type.Optional(slotName),
      stream: Type.Optional(Type.String({ minLength: 1 })),
      also_at_start: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  explain({ began, ended, stream, also_at_start: atStart }, telling) {
    const where = `of ${stream === undefined && telling.stream === null ? 'any stream' : theStream(stream ?? telling.stream)}`
    const what = [
      ...(began === undefined ? [] : [`the slot ${began} ${where} begins`]),
      ...(atStart === true && began !== undefined ? ['it holds as the rules begin to run'] : []),
      ...(ended === undefined ? [] : [`the slot ${ended} ${where} ends`]),
    ]
    return inWords(what, 'or')
  },
  provides: { stream: 'text', slot: 'text' },
  start(context) {
    const { began, ended, stream, also_at_start } = context.options
    const watch = (type: 'began' | 'ended' | 'holds', name: string | undefined) => {
      if (name === undefined) return
      const match = { type, slot: name, ...(stream === undefined ? {} : { stream }) }
      context.on('slot', match, (event) => context.fire(dataOf(event), `slot ${name} ${type}`))
    }
    watch('ended', ended)
    watch('began', began)
    if (also_at_start === true) watch('holds', began)
  },
})

function dataOf({ stream, slot: name }: RuleEvent) {
  return { slot: name, ...(typeof stream === 'string' ? { stream } : {}) }
}
