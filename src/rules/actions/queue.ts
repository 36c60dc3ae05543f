import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import type { QueueMutation } from '../../core/queue.ts'
import { type ActionContext, action, type Reference } from '../plugin.ts'

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
    'Changes what a stream plays: `set` replaces its queue, `add` appends, `next` puts behind the current item, `clear` empties it. The player hears it from its next request on.',
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
    for (const mutation of await mutationsOf(options, context))
      await context.effect({ kind: 'mutate-queue', stream, mutation })
  },
})

function contentsOf(options: QueueOptions): string[] {
  return [options.set, options.add, options.next].filter((name) => name !== undefined)
}

async function mutationsOf(
  options: QueueOptions,
  context: Pick<ActionContext<unknown>, 'world'>,
): Promise<QueueMutation[]> {
  const filesOf = async (name: string) => (await context.world.files(name)).slice(0, options.limit)
  const mutations: QueueMutation[] = []
  if (options.clear) mutations.push({ op: 'clear' })
  if (options.set !== undefined)
    mutations.push({ op: 'replace', files: await filesOf(options.set), playlist: options.set })
  if (options.add !== undefined) mutations.push({ op: 'append', files: await filesOf(options.add) })
  if (options.next !== undefined) mutations.push({ op: 'insert-next', files: await filesOf(options.next) })
  if (mutations.length === 0)
    throw new AppError('invalid', '`queue` says nothing to do: give it set, add, next or clear')
  return mutations
}
