import { describe, expect, test } from 'vitest'
import { recordOf } from '../../src/cards/record.ts'
import type { Expected } from '../../src/core/expectation.ts'
import { playerName } from '../../src/core/listener.ts'
import { type PlayerState, unknownPlayer } from '../../src/core/player.ts'
import { emptyQueue, type Queue } from '../../src/core/queue.ts'
import { SlotGround } from '../../src/wiring/slot-ground.ts'

const records = Object.entries({
  places: { kind: 'queue', slots: 'interactive', stream: 'bedroom' },
  whole: { kind: 'stream', stream: 'bedroom' },
  other: { kind: 'queue', stream: 'kitchen' },
  tracks: {
    tracks: [{ file: 'a.mp3' }, { stream: 'bedroom' }, { stream: 'kitchen' }].map((plays) => ({
      title: 'x',
      plays,
    })),
  },
})
const cards = new Map(
  records.map(([card_id, record]) => [card_id, recordOf('key', { ...record, card_id }) ?? undefined]),
)

function ground(
  cardIds: readonly string[],
  mode: Queue['mode'] = 'finite',
  patch: Partial<PlayerState> = {},
  expected?: Expected,
) {
  const players = cardIds.map((card_id) => {
    const playing = { online: true, playback: 'playing', card_id, chapter_key: 'start' } as const
    return { ...unknownPlayer(card_id, card_id), ...playing, ...patch }
  })
  return new SlotGround({
    hub: {
      players: () => players,
      expectedTrack: () => expected,
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

describe('the streams that a player may be playing', () => {
  const at = (chapter_key: string | null) => ({ chapter_key, track_key: chapter_key })
  const streams = (card_id: string, patch: Partial<PlayerState>, expected?: Expected) => {
    const slots = ground([card_id], 'finite', patch, expected)
    const playing = { online: true, playback: 'playing', card_id } as const
    return slots.streamsOf({ ...unknownPlayer(card_id, card_id), ...playing, ...patch })
  }

  test.each<[string, string, Partial<PlayerState>, readonly string[]]>([
    ['is that of its card', 'whole', at('03'), ['bedroom']],
    ['is that of its track', 'tracks', at('02'), ['bedroom']],
    ['is that of the next', 'tracks', at('03'), ['kitchen']],
    ['is none where it plays a file', 'tracks', at('01'), []],
    ['are all of the card while its chapter is not known', 'tracks', at(null), ['bedroom', 'kitchen']],
    ['are all where the chapter is of an older copy', 'tracks', at('09'), ['bedroom', 'kitchen']],
    ['are none while it is off', 'tracks', { ...at('02'), online: false }, []],
    ['are none while it pauses', 'tracks', { ...at('02'), playback: 'paused' }, []],
    ['are none by a card of others', 'foreign', at('02'), []],
  ])('%s', (_name, card_id, patch, expected) => {
    expect(streams(card_id, patch)).toEqual(expected)
  })

  test('are also those of the chapter that it was just sent to', () => {
    const sent = (key: string) => ({ card_id: 'tracks', chapter_key: key, track_key: key })
    expect(streams('tracks', at('01'), sent('02'))).toEqual(['bedroom'])
    expect(streams('tracks', at('02'), sent('01'))).toEqual(['bedroom'])
    expect(streams('tracks', at('02'), sent('03'))).toEqual(['bedroom', 'kitchen'])
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

describe('players that hear another item of a stream than is to be heard now', () => {
  async function sentOn(slots: SlotGround, behind: readonly string[] | null) {
    const asked: string[] = []
    if (behind !== null)
      slots.setPlaces({
        async sendsOn(_stream, { name, confirm }) {
          asked.push(`${name} ${confirm}`)
          return behind.some((card) => name.includes(card))
        },
      })
    return { told: await slots.sendOn('bedroom'), asked }
  }
  const places = { card_id: 'places', chapter_key: 'now-a', track_key: 'now-a' }

  test.each(['finite', 'live'] as const)('are sent on where they have a queue card (%s)', async (mode) => {
    const { told, asked } = await sentOn(ground(all, mode), all)
    expect(told).toEqual([{ kind: 'command', player: 'places', command: { type: 'card', ...places } }])
    expect(asked).toEqual([`${playerName('places', 'places')} request`])
  })

  test('are left alone where they hear it, and before anybody can listen', async () => {
    expect((await sentOn(ground(all), [])).told).toEqual([])
    expect((await sentOn(ground(all), null)).told).toEqual([])
  })

  test.each([{ playback: 'paused' }, { playback: 'stopped' }, { online: false }] as const)(
    'are not started with %j',
    async (patch) => {
      expect(await sentOn(ground(all, 'finite', patch), all)).toEqual({ told: [], asked: [] })
    },
  )
})
