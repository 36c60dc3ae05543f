import { Type } from 'typebox'
import { content } from '../content.ts'
import { action } from '../plugin.ts'
import { neededStream, playerTarget, targetPlayer, thePlayer } from '../target.ts'
import { theStream } from '../telling.ts'

const count = Type.Integer({ minimum: 1, maximum: 10_000 })

export const play = action({
  title: 'Play',
  describe:
    'Puts a playlist or a file into a stream, as `queue: {set: …}` does, and has a player play the card of that stream from its beginning. Without a playlist the player plays what the stream holds. The stream needs a card that the player may play.',
  examples: [
    '- play: forest',
    '- play: {what: forest, shuffle: true, limit: 2, player: kids-room, stream: bedroom}',
    '- play: {}',
  ],
  options: Type.Object(
    {
      what: Type.Optional(content),
      shuffle: Type.Optional(Type.Literal(true)),
      limit: Type.Optional(count),
      player: playerTarget,
      stream: neededStream,
    },
    { additionalProperties: false },
  ),
  shorthand: 'what',
  references: ({ what }) => (what === undefined ? [] : [{ kind: 'playlist or file', name: what }]),
  explain({ what, shuffle, limit, player, stream }, telling) {
    const how = [
      ...(shuffle === true ? ['shuffled'] : []),
      ...(limit === undefined ? [] : [limit === 1 ? 'one item of it' : `at most ${limit} items of it`]),
    ]
    const where = theStream(stream ?? telling.stream)
    const content = what === undefined ? `what ${where} holds` : telling.content(what)
    const from = what === undefined ? '' : ` from ${where}`
    return [`plays ${content} on ${thePlayer(player, telling)}${from}`, ...how].join(', ')
  },
  async run(context) {
    const { what, shuffle, limit } = context.options
    const stream = context.options.stream ?? context.stream()
    const { id } = targetPlayer(context)
    if (what !== undefined)
      await context.effect({
        kind: 'fill-queue',
        stream,
        how: 'replace',
        content: what,
        ...(shuffle === undefined ? {} : { shuffle }),
        ...(limit === undefined ? {} : { limit }),
      })
    await context.effect({ kind: 'start-stream', stream, player: id })
  },
})
