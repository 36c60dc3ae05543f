import { Type } from 'typebox'
import { condition } from '../plugin.ts'
import { seen, theStream } from '../telling.ts'

export const slot = condition({
  title: 'Slot',
  describe:
    'A slot of a schedule holds now, by the clock: of the stream that is named, or of any. `default` is what holds outside all slots.',
  examples: ['- slot: night', '- slot: {is: night, stream: bedroom}'],
  options: Type.Object(
    {
      is: Type.String({ minLength: 1, expected: 'the name of a slot, or default' }),
      stream: Type.Optional(Type.String({ minLength: 1 })),
    },
    { additionalProperties: false },
  ),
  shorthand: 'is',
  explain: ({ is, stream }) =>
    `the slot ${is} of ${stream === undefined ? 'any stream' : theStream(stream)} holds`,
  test: ({ is, stream }, world) =>
    world.slots().some((held) => held.slot === is && (stream === undefined || held.stream === stream)),
  saw({ stream }, world) {
    const held = world.slots().filter((one) => stream === undefined || one.stream === stream)
    return held.map((one) => seen(`the slot of ${one.stream}`, one.slot))
  },
})
