import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { mostSaid, spokenItem } from '../../core/spoken.ts'
import { action } from '../plugin.ts'
import { neededStream } from '../target.ts'
import { theStream } from '../telling.ts'
import { putNow } from './queue.ts'

const places = { next: 'insert-next', last: 'append' } as const
const inWords = { next: 'next in', last: 'at the end of', now: 'at once in' } as const

export const say = action({
  title: 'Say',
  describe:
    'Has a voice say a text in a stream: `next` behind the current item, `last` at the end of its queue, `now` at once to those who listen. The rule goes on when the voice has said it and the queue holds it, which takes some seconds the first time. It needs a voice (option speech.provider).',
  examples: [
    '- say: Good night, Mia',
    `- say: {text: "It is \${now.time}", at: now}`,
    '- say: {text: Breakfast is ready, stream: bedroom}',
  ],
  options: Type.Object(
    {
      text: Type.String({ minLength: 1, maxLength: mostSaid, expected: 'a text' }),
      at: Type.Optional(Type.Union([Type.Literal('next'), Type.Literal('now'), Type.Literal('last')])),
      stream: neededStream,
    },
    { additionalProperties: false },
  ),
  shorthand: 'text',
  texts: ['text'],
  explain: ({ text, at = 'next', stream }, telling) =>
    `says "${text}" ${inWords[at]} ${theStream(stream ?? telling.stream)}`,
  async run(context) {
    const { text, at = 'next' } = context.options
    if (text.length > mostSaid)
      throw new AppError(
        'invalid',
        `\`say\` takes at most ${mostSaid} characters, and these are ${text.length}`,
      )
    const stream = context.options.stream ?? context.stream()
    const content = spokenItem(text)
    if (at === 'now') return putNow(context, stream, [{ kind: 'fill-queue', stream, how: 'now', content }])
    await context.effect({ kind: 'fill-queue', stream, how: places[at], content })
  },
})
