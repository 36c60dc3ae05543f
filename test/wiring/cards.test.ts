import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PublishedCards } from '../../src/cards/published.ts'
import { tendCards } from '../../src/wiring/cards.ts'
import {
  carries,
  dayMs,
  type Ground,
  newGround,
  settled,
  startCards,
  storedKeys,
} from '../cards/household.ts'
import { houseWith } from '../support/house.ts'

const hourMs = 3_600_000
const append = { op: 'append', files: ['a.mp3'] } as const

let ground: Ground
let cards: PublishedCards
let hub: ReturnType<typeof houseWith>['hub']
let stop: () => void
let key: string

beforeEach(async () => {
  ground = newGround()
  cards = await startCards(ground)
  hub = houseWith().hub
  await hub.mutateQueue('bedroom', append, 'the test')
  key = (await cards.publish({ stream: 'bedroom', title: 'Bedroom', kind: 'queue', chapters: 0 })).key
  tend()
})

afterEach(() => stop())

/** As at each start. */
function tend() {
  const link = { onSignedIn: () => () => undefined }
  const deleted = { tidy: async () => undefined }
  stop = tendCards({ published: cards, deleted, hub, link, clock: ground.clock }).stop
}

test('the keys of a deleted stream leave the store within an hour after thirty days', async () => {
  await hub.deleteQueue('bedroom')
  await settled()
  await ground.clock.advance(30 * dayMs - hourMs)
  expect(cards.byKey(key)).toBeDefined()
  await ground.clock.advance(2 * hourMs)
  expect(cards.byKey(key)).toBeUndefined()
  expect(await storedKeys(ground)).toEqual([])
})

test('a stream of the same name has the old keys', async () => {
  await hub.deleteQueue('bedroom')
  await ground.clock.advance(20 * dayMs)
  await hub.mutateQueue('bedroom', append, 'the test')
  await ground.clock.advance(40 * dayMs)
  expect(cards.byKey(key)).toMatchObject({ stream: 'bedroom', stream_deleted_at: null })
})

test('a start long after a crash in the middle of things takes no key of a living stream', async () => {
  stop()
  await cards.streamChanged('bedroom', false)
  await ground.clock.advance(40 * dayMs)
  cards = await startCards(ground)
  tend()
  await settled()
  expect(cards.byKey(key)).toBeDefined()
})

test('what is owed to the account is tried again every hour, until it is done', async () => {
  ground.account.fault = 'unavailable'
  await cards.rotateCard('card0', { now: true })
  await ground.clock.advance(3 * hourMs)
  expect(ground.troubles.size).toBeGreaterThan(0)
  ground.account.fault = null
  await ground.clock.advance(hourMs)
  expect(carries(ground, 'card0', cards.card('card0').key)).toBe(true)
  expect(ground.troubles).toEqual(new Map())
})

test('what is owed to the account is tried at the start', async () => {
  stop()
  ground.account.fault = 'unavailable'
  await cards.rotateCard('card0', { now: true })
  ground.account.fault = null
  cards = await startCards(ground)
  tend()
  await settled()
  expect(carries(ground, 'card0', cards.card('card0').key)).toBe(true)
})
