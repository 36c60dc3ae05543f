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
}

export const playing = trigger({
  title: 'Playing',
  describe: 'A player began, paused or stopped, or went on to another track.',
  examples: ['- playing: started', '- playing: track_ended'],
  options: Type.Object(
    {
      change: Type.Union(words.map((word) => Type.Literal(word))),
      stream: Type.Optional(Type.String({ minLength: 1 })),
    },
    { additionalProperties: false },
  ),
  shorthand: 'change',
  explain: ({ change, stream }, telling) => `${happens[change]}${on({ stream }, telling)}`,
  provides: { ...onCardFields, position_s: 'number', natural: 'bool' },
  start(context) {
    const { change, stream } = context.options
    const match = { type: eventTypeOf[change], ...(stream ? { stream } : {}) }
    context.on('player', match, (event) =>
      context.fire(playerEventData(event), describeEvent(event, context.world)),
    )
  },
})
