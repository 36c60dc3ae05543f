import { Type } from 'typebox'
import type { Effect } from '../../core/effect.ts'
import { AppError } from '../../core/error.ts'
import { action, type Reference } from '../plugin.ts'

const content = Type.String({ minLength: 1, expected: 'the name of a playlist or of a file' })

interface QueueOptions {
  readonly set?: string
  readonly add?: string
  readonly next?: string
  readonly clear?: boolean
  readonly limit?: number
  readonly stream?: string
}

export const queue = action({
  title: 'Queue',
  describe:
    'Changes what a stream plays: `set` replaces its queue, `add` appends, `next` puts behind the current item, `clear` empties it. The player hears it from its next request on. A closed stream stays closed.',
  examples: [
    '- queue: {set: forest}',
    '- queue: {add: lullabies, limit: 1}',
    '- queue: {clear: true, stream: bedroom}',
  ],
  options: Type.Object(
    {
      set: Type.Optional(content),
      add: Type.Optional(content),
      next: Type.Optional(content),
      clear: Type.Optional(Type.Literal(true)),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
      stream: Type.Optional(Type.String({ minLength: 1 })),
    },
    { additionalProperties: false },
  ),
  references: (options): Reference[] =>
    contentsOf(options).map((name) => ({ kind: 'playlist or file', name })),
  async run(context) {
    const { options } = context
    const stream = options.stream ?? context.stream()
    for (const effect of effectsOf(options, stream)) await context.effect(effect)
  },
})

/** The playlists and files that it names. */
export function contentsOf(options: QueueOptions): string[] {
  return [options.set, options.add, options.next].filter((name) => name !== undefined)
}

/** @throws AppError `invalid` when the options say nothing to do. */
export function effectsOf({ set, add, next, clear, limit }: QueueOptions, stream: string): Effect[] {
  const fill = (how: 'replace' | 'append' | 'insert-next', content: string | undefined): Effect[] =>
    content === undefined
      ? []
      : [{ kind: 'fill-queue', stream, how, content, ...(limit === undefined ? {} : { limit }) }]
  const effects: Effect[] = [
    ...(clear ? [{ kind: 'mutate-queue', stream, mutation: { op: 'clear' } } as const] : []),
    ...fill('replace', set),
    ...fill('append', add),
    ...fill('insert-next', next),
  ]
  if (effects.length === 0)
    throw new AppError('invalid', '`queue` says nothing to do: give it set, add, next or clear')
  return effects
}
