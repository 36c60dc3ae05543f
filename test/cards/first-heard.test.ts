import { describe, expect, test } from 'vitest'
import { FirstHeard } from '../../src/cards/first-heard.ts'
import type { Collection } from '../../src/core/collection.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const player = 'ESP32 HTTP Client/1.0'
const app = 'Yoto/2.1 CFNetwork/1.0'
const address = 'https://audio.example.org'
const request = { card_id: 'c1', player: null, method: 'GET', userAgent: player } as const

async function open({
  records = memoryCollection<unknown>(),
  at = address,
  cardIn = null,
}: {
  records?: Collection<unknown>
  at?: string
  cardIn?: string | null
} = {}) {
  const clock = new VirtualClock()
  const log = recordingLog()
  const cards = new Map([
    ['c1', { title: 'Sunny', audio: 'streamed' }],
    ['c2', { title: 'By itself', audio: 'uploaded' }],
  ] as const)
  const heard = new FirstHeard({
    ...{ records, address: at, clock, log },
    cardOf: (id) => cards.get(id as 'c1'),
    cardIn: () => cardIn,
  })
  await heard.start()
  return { heard, clock, log, records }
}

describe('the first time', () => {
  test('is that of a player that fetches what a card of ours plays', async () => {
    const { heard, clock } = await open()
    expect(heard.soFar()).toEqual({ card: null, reached_at: null })
    heard.asked({ ...request, player: 'y1' })
    const first = heard.soFar()
    expect(first.card).toMatchObject({ card_id: 'c1', title: 'Sunny', player: 'y1' })
    expect(first.reached_at).toBe(first.card?.at)
    await clock.advance(60_000)
    heard.asked({ ...request, player: 'y2' })
    heard.asked({ ...request, card_id: 'test' })
    expect(heard.soFar()).toEqual(first)
  })

  test.each([
    ['a probe', { ...request, method: 'HEAD' }],
    ['the app on a phone', { ...request, userAgent: app }],
    ['a browser', { ...request, userAgent: 'Mozilla/5.0' }],
    [
      'a browser with the key of a card that is bound to a player',
      { ...request, player: 'y1', userAgent: 'Mozilla/5.0' },
    ],
    ['what has no card', { ...request, card_id: null }],
  ] as const)('is not that of %s', async (_name, asked) => {
    const { heard } = await open()
    heard.asked(asked)
    expect(heard.soFar()).toEqual({ card: null, reached_at: null })
  })

  test('is that of somebody unknown where the player has the card in it', async () => {
    const { heard } = await open({ cardIn: 'c1' })
    const unknown = { ...request, player: 'y1', userAgent: 'something new' } as const
    heard.asked({ ...unknown, method: 'HEAD' })
    expect(heard.soFar().card).toBeNull()
    heard.asked(unknown)
    expect(heard.soFar().card).toMatchObject({ player: 'y1' })
  })

  test('of a test card shows the way, and no card of the household', async () => {
    const { heard } = await open()
    heard.asked({ ...request, card_id: 'test' })
    expect(heard.soFar()).toEqual({ card: null, reached_at: expect.any(String) })
  })

  test('of audio that lies in the account is what a player says of itself, and shows no way here', async () => {
    const { heard } = await open()
    heard.told({ id: 'y1', playback: 'paused', card_id: 'c2' })
    heard.told({ id: 'y1', playback: 'playing', card_id: 'c1' })
    heard.told({ id: 'y1', playback: 'playing', card_id: 'theirs' })
    expect(heard.soFar().card).toBeNull()
    heard.told({ id: 'y1', playback: 'playing', card_id: 'c2' })
    expect(heard.soFar()).toEqual({
      card: { card_id: 'c2', title: 'By itself', player: 'y1', at: expect.any(String) },
      reached_at: null,
    })
  })

  test('has the player that says a moment later that it plays the card, and nobody who says so later', async () => {
    const [soon, late] = [await open(), await open()]
    for (const { heard } of [soon, late]) heard.asked(request)
    soon.heard.told({ id: 'y2', playback: 'playing', card_id: 'c2' })
    soon.heard.told({ id: 'y1', playback: 'playing', card_id: 'c1' })
    soon.heard.told({ id: 'y3', playback: 'playing', card_id: 'c1' })
    expect(soon.heard.soFar().card?.player).toBe('y1')
    await late.clock.advance(60_000)
    late.heard.told({ id: 'y1', playback: 'playing', card_id: 'c1' })
    expect(late.heard.soFar().card?.player).toBeNull()
  })

  test('is known to the next run; of another address it says nothing', async () => {
    const { heard, records } = await open()
    heard.asked(request)
    heard.told({ id: 'y1', playback: 'playing', card_id: 'c1' })
    expect((await open({ records })).heard.soFar()).toEqual(heard.soFar())
    const moved = await open({ records, at: 'https://other.example.org' })
    expect(moved.heard.soFar()).toEqual({ ...heard.soFar(), reached_at: null })
    // A player may still have the card with the old address in it.
    moved.heard.asked(request)
    expect(moved.heard.soFar().reached_at).toBeNull()
    moved.heard.asked({ ...request, card_id: 'test' })
    expect(moved.heard.soFar().reached_at).not.toBeNull()
  })

  test('is none where the store holds something else, and where it fails the run goes on', async () => {
    const records = memoryCollection<unknown>()
    await records.set('card', { card_id: 7 })
    await records.set('reached', 'yes')
    const set = () => Promise.reject(new Error('the disk is full'))
    const { heard, log } = await open({ records: { ...records, set } })
    expect(heard.soFar()).toEqual({ card: null, reached_at: null })
    heard.asked(request)
    await expect.poll(() => log.lines.map(({ detail }) => detail?.error)).toContain('the disk is full')
    expect(heard.soFar().card).not.toBeNull()
  })
})
