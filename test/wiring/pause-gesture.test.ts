import { beforeEach, expect, test } from 'vitest'
import type { PublishedCard } from '../../src/cards/record.ts'
import type { PlayerEvent } from '../../src/core/event.ts'
import type { Change } from '../../src/hub.ts'
import { watchPauseGesture } from '../../src/wiring/pause-gesture.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const card = (id: string, story: PublishedCard['story']) => ({ card_id: id, story }) as PublishedCard
const cards = new Map([
  ['walk1', card('walk1', { id: 'walk', run: 'live', version: null })],
  ['song1', card('song1', null)],
])

let clock: VirtualClock
let tell: (change: Change) => void
let again: string[]

beforeEach(() => {
  clock = new VirtualClock()
  again = []
  watchPauseGesture({
    hub: {
      subscribe: (_, receive) => {
        tell = receive
        return () => undefined
      },
    },
    cards: { byCard: (id) => cards.get(id) },
    again: async ({ card_id }, player) => void again.push(`${card_id} on ${player}`),
    ...{ clock, log: recordingLog() },
  })
})

type Kind = 'paused' | 'resumed' | 'stopped'

/** Each so many milliseconds after the one before. */
async function happens(
  steps: readonly (readonly [afterMs: number, kind: Kind, more?: object])[],
  { player = 'y1', card_id = 'walk1' } = {},
) {
  for (const [afterMs, kind, more] of steps) {
    await clock.advance(afterMs)
    const at = clock.now().toISOString()
    const where = { player, at, card_id, chapter_key: null, track_key: null, position_s: 3 }
    tell({ kind: 'event', event: { ...where, type: `playback_${kind}`, ...more } as PlayerEvent })
  }
}

test('paused, let go on and paused again at once: it begins again, and a third pause is the first of two', async () => {
  await happens([
    [0, 'paused'],
    [1_000, 'resumed'],
    [1_500, 'paused'],
  ])
  expect(again).toEqual(['walk1 on y1'])
  await happens([
    [500, 'resumed'],
    [500, 'paused'],
  ])
  expect(again).toHaveLength(1)
  await happens([
    [500, 'resumed'],
    [500, 'paused'],
  ])
  expect(again).toHaveLength(2)
})

test.each<[string, Parameters<typeof happens>]>([
  [
    'slowly',
    [
      [
        [0, 'paused'],
        [2_000, 'resumed'],
        [2_100, 'paused'],
      ],
    ],
  ],
  [
    'told twice, without going on between',
    [
      [
        [0, 'paused'],
        [1_000, 'paused'],
      ],
    ],
  ],
  [
    'by a command of ours',
    [
      [
        [0, 'paused'],
        [500, 'resumed'],
        [500, 'paused', { commanded: true }],
      ],
    ],
  ],
  [
    'after a command of ours',
    [
      [
        [0, 'paused', { commanded: true }],
        [500, 'resumed'],
        [500, 'paused'],
      ],
    ],
  ],
  [
    'let go on by a command of ours',
    [
      [
        [0, 'paused'],
        [500, 'resumed', { commanded: true }],
        [500, 'paused'],
      ],
    ],
  ],
  [
    'and stopped between',
    [
      [
        [0, 'paused'],
        [500, 'stopped'],
        [500, 'resumed'],
        [500, 'paused'],
      ],
    ],
  ],
  [
    'on a card of songs',
    [
      [
        [0, 'paused'],
        [500, 'resumed'],
        [500, 'paused'],
      ],
      { card_id: 'song1' },
    ],
  ],
  [
    'on a card of somebody else',
    [
      [
        [0, 'paused'],
        [500, 'resumed'],
        [500, 'paused'],
      ],
      { card_id: 'other' },
    ],
  ],
])('%s: nothing begins again', async (_, asked) => {
  await happens(...asked)
  expect(again).toEqual([])
})

test('what two players do is no gesture of one; what is told late is none either', async () => {
  await happens([[0, 'paused']], { player: 'y1' })
  await happens([[500, 'paused']], { player: 'y2' })
  await happens([[500, 'resumed']], { player: 'y1' })
  await happens([[500, 'paused']], { player: 'y2' })
  expect(again).toEqual([])
  const late = new Date(clock.now().getTime() - 60_000).toISOString()
  await happens([
    [0, 'paused', { at: late }],
    [0, 'resumed', { at: late }],
    [0, 'paused', { at: late }],
  ])
  expect(again).toEqual([])
})
