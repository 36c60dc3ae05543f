import { Type } from 'typebox'
import { describeEvent, onCardFields, playerEventData } from '../player-event.ts'
import { trigger } from '../plugin.ts'
import { on } from '../telling.ts'

const eventTypeOf = {
  started: 'playback_started',
  paused: 'playback_paused',
  resumed: 'playback_resumed',
  stopped: 'playback_stopped',
  track_started: 'track_started',
  track_ended: 'track_ended',
  queue_ended: 'queue_ended',
} as const

type Word = keyof typeof eventTypeOf
const words = Object.keys(eventTypeOf) as Word[]

const happens: Readonly<Record<Word, string>> = {
  started: 'playing begins',
  paused: 'playing is paused',
  resumed: 'playing goes on after a pause',
  stopped: 'playing stops',
  track_started: 'a track begins',
  track_ended: 'a track ends',
  queue_ended: 'the queue of a stream has come to its end',
}

export const playing = trigger({
  title: 'Playing',
  describe:
    'A player began, paused, went on or stopped, or came to another track; `queue_ended`: the last item of a queue that is played item by item, by a queue card or live, is over. With `by: hand` only what nobody told it to do, with `by: command` only what a rule, the panel or Home Assistant did.',
  examples: [
    '- playing: started',
    '- playing: {change: stopped, by: hand, player: kids-room}',
    '- playing: queue_ended',
  ],
  options: Type.Object(
    {
      change: Type.Union(words.map((word) => Type.Literal(word))),
      by: Type.Optional(Type.Union([Type.Literal('hand'), Type.Literal('command')])),
      player: Type.Optional(Type.String({ minLength: 1 })),
      stream: Type.Optional(Type.String({ minLength: 1 })),
    },
    { additionalProperties: false },
  ),
  shorthand: 'change',
  explain({ change, by, player, stream }, telling) {
    const cause = by === undefined ? '' : by === 'hand' ? ' by hand' : ' by a command'
    return `${happens[change]}${cause}${on({ player, stream }, telling)}`
  },
  provides: { ...onCardFields, position_s: 'number', natural: 'bool' },
  start(context) {
    const { change, by, player, stream } = context.options
    const match = {
      type: eventTypeOf[change],
      ...(player ? { player } : {}),
      ...(stream ? { stream } : {}),
    }
    context.on('player', match, (event) => {
      const because = describeEvent(event, context.world)
      const isCommanded = event.commanded === true
      if (by !== undefined && isCommanded !== (by === 'command'))
        context.didNotFire(`${because}, ${isCommanded ? 'by a command' : 'by hand'}`)
      else context.fire(playerEventData(event), because)
    })
  },
})
