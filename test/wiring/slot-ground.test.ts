import { describe, expect, test } from 'vitest'
import { recordOf } from '../../src/cards/record.ts'
import { type PlayerState, unknownPlayer } from '../../src/core/player.ts'
import { emptyQueue, type Queue } from '../../src/core/queue.ts'
import { SlotGround } from '../../src/wiring/slot-ground.ts'

const records = Object.entries({
  places: { kind: 'queue', slots: 'interactive', stream: 'bedroom' },
  whole: { kind: 'stream', stream: 'bedroom' },
  other: { kind: 'queue', stream: 'kitchen' },
})
const cards = new Map(
  records.map(([card_id, record]) => [card_id, recordOf('key', { ...record, card_id }) ?? undefined]),
)

function ground(
  cardIds: readonly string[],
  mode: Queue['mode'] = 'finite',
  patch: Partial<PlayerState> = {},
) {
  const players = cardIds.map((card_id) => {
    const playing = { online: true, playback: 'playing', card_id, chapter_key: 'start' } as const
    return { ...unknownPlayer(card_id, card_id), ...playing, ...patch }
  })
  return new SlotGround({
    hub: {
      players: () => players,
      expectedTrack: () => undefined,
      queue: (name) => ({ ...emptyQueue(name), mode }),
    },
    cards: { byCard: (id) => cards.get(id) },
    streamFor: (stream) => stream,
  })
}

const all = ['places', 'whole', 'other']
const told = (slots: SlotGround, playlist: string | null) =>
  slots
    .cutOver({ stream: 'bedroom', playlist })
    .map((effect) => (effect.kind === 'command' ? `${effect.player} ${effect.command.type}` : effect))

describe('players that play a stream whose slot begins at once', () => {
  test('begin their card anew, or go to the first item', () => {
    expect(told(ground(all), 'night')).toEqual(['places card', 'whole restart'])
  })

  test('are stopped where the stream is closed', () => {
    expect(told(ground(all), null)).toEqual(['places stop', 'whole stop'])
  })

  test('are told nothing where they hear it live, for that goes over by itself', () => {
    expect(told(ground(all, 'live'), 'night')).toEqual(['places card'])
    expect(told(ground(all, 'live'), null)).toEqual(['places stop'])
  })

  test.each([{ playback: 'paused' }, { online: false }] as const)('are left in peace with %j', (patch) => {
    expect(told(ground(all, 'finite', patch), 'night')).toEqual([])
  })
})

test('a stream is heard item by item by its queue card, and live', () => {
  expect(ground(['places']).isHeard('bedroom')).toBe(true)
  expect(ground(['places'], 'finite', { playback: 'paused' }).isHeard('bedroom')).toBe(false)
  const slots = ground(['whole', 'other'])
  expect(slots.isHeard('bedroom')).toBe(false)
  slots.setLive({ listenersOf: (stream) => (stream === 'bedroom' ? 1 : 0) })
  expect(slots.isHeard('bedroom')).toBe(true)
})
