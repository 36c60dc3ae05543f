import { describe, expect, test } from 'vitest'
import { recordOf } from '../../src/cards/record.ts'
import { playerName } from '../../src/core/listener.ts'
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
