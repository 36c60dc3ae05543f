import { Type } from 'typebox'
import { playerEventData, playerEventFields } from '../player-event.ts'
import { trigger } from '../plugin.ts'
import { streamTarget } from '../target.ts'
import { on } from '../telling.ts'

export const stream = trigger({
  title: 'Stream',
  describe:
    'Audio of a stream was `requested` by a player or any other listener: at the beginning of a card, and again at each item of a queue card. Who it is need not be known.',
  examples: ['- stream: requested', '- stream: {is: requested, stream: bedroom}'],
  options: Type.Object(
    {
      is: Type.Literal('requested'),
      stream: streamTarget,
      player: Type.Optional(Type.String({ minLength: 1 })),
    },
    { additionalProperties: false },
  ),
  shorthand: 'is',
  explain: ({ stream: own, player }, telling) => {
    const named = own ?? telling.stream
    const what = named === null ? 'a stream is requested' : `the stream ${named} is requested`
    return `${what}${player === undefined && telling.player === null ? '' : on({ player }, { ...telling, stream: null })}`
  },
  provides: { ...playerEventFields, card_id: 'text' },
  start(context) {
    const { stream: own, player } = context.options
    const match = {
      type: 'stream_requested',
      ...(own === undefined ? {} : { stream: own }),
      ...(player === undefined ? {} : { player }),
    }
    context.on('player', match, (event) => {
      const who = typeof event.player === 'string' ? context.world.player(event.player)?.name : undefined
      const by = who === undefined ? '' : ` by ${who}`
      context.fire(playerEventData(event), `stream "${event.stream}" was requested${by}`)
    })
  },
})
