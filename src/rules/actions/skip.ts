import { Type } from 'typebox'
import { action } from '../plugin.ts'
import { playerTarget, streamTarget, targetPlayer, thePlayer } from '../target.ts'
import { theStream } from '../telling.ts'

const ways = { next: 1, previous: -1 } as const

export const skip = action({
  title: 'Skip',
  describe:
    'Goes to the next or the previous track. A player does so at once, whatever card it has. With `stream`, or where no player is known, the queue of a stream steps on, and whoever plays it hears that from the next request on.',
  examples: ['- skip: next', '- skip: {to: previous, player: kids-room}', '- skip: {stream: bedroom}'],
  options: Type.Object(
    {
      to: Type.Optional(Type.Union([Type.Literal('next'), Type.Literal('previous')])),
      player: playerTarget,
      stream: streamTarget,
    },
    { additionalProperties: false },
  ),
  shorthand: 'to',
  explain({ to = 'next', player, stream }, telling) {
    const isStream = stream !== undefined || (player === undefined && telling.player === null)
    const named = stream ?? telling.stream
    const where = isStream && named !== null ? theStream(named) : thePlayer(player, telling)
    const way = to === 'next' ? 'goes on to the next' : 'goes back to the previous'
    return `${way} ${isStream && named !== null ? 'item of' : 'track of'} ${where}`
  },
  async run(context) {
    const { options, trigger } = context
    const { to = 'next', player, stream } = options
    if (stream === undefined && (player ?? trigger.player) !== undefined)
      return context.effect({ kind: 'command', player: targetPlayer(context).id, command: { type: to } })
    const mutation = { op: 'step', by: ways[to] } as const
    return { kind: 'mutate-queue', stream: stream ?? context.stream(), mutation }
  },
})
