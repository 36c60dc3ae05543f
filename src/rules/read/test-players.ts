import { type Static, Type } from 'typebox'
import { dayModes, type PlayerPatch } from '../../core/player.ts'
import { streamNamePattern } from '../../core/queue.ts'
import type { CardIn } from '../dry/house.ts'
import { volumeOf } from '../dry/told.ts'

export const cardIdPattern = /^[A-Za-z0-9]{5}$/

export const cardId = Type.String({
  pattern: cardIdPattern.source,
  expected: 'a card id of five letters and digits',
})

export const streamName = Type.String({
  pattern: streamNamePattern.source,
  expected: 'the name of a stream',
})

/** What a test can say of a player, in the words of expressions. */
export const playerFields = {
  playing: Type.Optional(Type.Boolean()),
  online: Type.Optional(Type.Boolean()),
  volume: Type.Optional(Type.Integer({ minimum: 0, maximum: 16 })),
  battery: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  charging: Type.Optional(Type.Boolean()),
  day_mode: Type.Optional(Type.Union(dayModes.map((mode) => Type.Literal(mode)))),
}

export const stagePlayer = Type.Object(
  {
    ...playerFields,
    name: Type.Optional(Type.String({ minLength: 1 })),
    card: Type.Optional(
      Type.Union([Type.Literal('none'), cardId], {
        expected: 'a card id of five letters and digits, or none',
      }),
    ),
    stream: Type.Optional(streamName),
  },
  { additionalProperties: false },
)

const playerState = Type.Object(playerFields)

/** One of them and nothing else. */
export const playerFieldsOnly = Type.Object(playerFields, { additionalProperties: false, minProperties: 1 })

/** The state that the words stand for. `halted`: what a player does that does not play. */
export function patchOfFields(
  { playing, online, volume, battery, charging, day_mode }: Static<typeof playerState>,
  halted: 'paused' | 'stopped',
): PlayerPatch {
  return {
    ...(playing === undefined ? {} : { playback: playing ? 'playing' : halted }),
    ...(online === undefined ? {} : { online }),
    ...(volume === undefined ? {} : volumeOf(volume, null)),
    ...(battery === undefined ? {} : { battery_percent: battery }),
    ...(charging === undefined ? {} : { charging }),
    ...(day_mode === undefined ? {} : { day_mode }),
  }
}

/** A player as the test finds it; one of whom no card is named has that of the test's stream. */
export interface ReadPlayer {
  readonly patch: PlayerPatch
  readonly card: CardIn | 'of the test'
}

export function playerOf({ name, card, stream, ...fields }: Static<typeof stagePlayer>): ReadPlayer {
  return {
    patch: {
      playback: 'stopped',
      ...patchOfFields(fields, 'stopped'),
      ...(name === undefined ? {} : { name }),
    },
    card: cardIn(card, stream),
  }
}

function cardIn(card: string | undefined, stream: string | undefined): ReadPlayer['card'] {
  if (stream !== undefined) return { stream }
  if (card === undefined) return 'of the test'
  return card === 'none' ? null : { id: card }
}
