import { beforeEach, expect, test } from 'vitest'
import { type PublishedCard, PublishedCards } from '../../src/cards/published.ts'
import type { CardPlan } from '../../src/core/card-plan.ts'
import { AppError } from '../../src/core/error.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const bedroom = { stream: 'bedroom', title: 'Bedroom', kind: 'stream', chapters: 3 } as const
const bedroomQueue = { ...bedroom, kind: 'queue' } as const

let saved: { plan: CardPlan; cardId: string | null }[]
let account: Set<string>
let keys = 0
let records: ReturnType<typeof memoryCollection<PublishedCard>>

beforeEach(() => {
  saved = []
  account = new Set()
  records = memoryCollection()
})

async function household(
  base = 'http://192.0.2.1:8098',
  fault?: 'refused' | 'unavailable',
): Promise<PublishedCards> {
  const cards = new PublishedCards({
    records,
    async save(plan, cardId) {
      if (fault !== undefined) throw new AppError(fault, 'too many tracks')
      // The key must open the door before the account has a card that carries it.
      const url = plan.chapters[0]?.tracks[0]?.url ?? ''
      expect((await records.entries()).some(([key]) => url.includes(key))).toBe(true)
      saved.push({ plan, cardId })
      const id = cardId ?? `card${account.size}`
      account.add(id)
      return id
    },
    exists: async (cardId) => account.has(cardId),
    urlOf: (key, file) => `${base}/media/${key}/${file}.mp3`,
    newKey: () => `key${++keys}`,
    clock: new VirtualClock(),
    log: recordingLog(),
  })
  await cards.start()
  return cards
}

test('a published card has chapters of one track that all play the stream', async () => {
  const cards = await household()
  const card = await cards.publish(bedroom)
  expect(card).toMatchObject({ card_id: 'card0', stream: 'bedroom', chapters: 3 })
  expect(saved[0]?.plan.chapters.map(({ key, tracks }) => [key, tracks.length, tracks[0]?.url])).toEqual([
    ['01', 1, card.url],
    ['02', 1, card.url],
    ['03', 1, card.url],
  ])
  expect(cards.byKey(card.key)).toEqual(card)
  expect(cards.byCard('card0')).toEqual(card)
})

test('a queue card has a chapter for each slot, with an address of its own', async () => {
  const cards = await household()
  const card = await cards.publish(bedroomQueue)
  const urls = saved[0]?.plan.chapters.map(({ key, tracks }) => [key, tracks[0]?.url])
  expect(urls).toHaveLength(7)
  for (const [slot, url] of urls ?? [])
    expect(url).toBe(`http://192.0.2.1:8098/media/${card.key}/${slot}.mp3`)
  expect(card.url).toBe(`http://192.0.2.1:8098/media/${card.key}/stream.mp3`)
})

test('a stream may have a card of each kind, and a record that names none is a stream card', async () => {
  const cards = await household()
  const { kind: _, ...older } = await cards.publish(bedroom)
  await records.set(older.key, older)
  const again = await household()
  expect(again.byKey(older.key)).toEqual(older)
  expect((await again.ensure(bedroom)).key).toBe(older.key)
  const queue = await again.ensure(bedroomQueue)
  expect(queue.key).not.toBe(older.key)
  expect(await again.ensure(bedroomQueue)).toEqual(queue)
  expect((await household()).list().map(({ key }) => key)).toEqual([older.key, queue.key])
  expect(saved).toHaveLength(2)
})

test('a card is known again after a restart, and not made twice', async () => {
  const first = await (await household()).ensure(bedroom)
  const again = await household()
  expect(await again.ensure(bedroom)).toEqual(first)
  expect(saved).toHaveLength(1)
})

test('a card that the account lost is made anew under its old key', async () => {
  const first = await (await household()).ensure(bedroom)
  account.clear()
  account.add('another')
  const mended = await (await household()).ensure(bedroom)
  expect(mended.key).toBe(first.key)
  expect(mended.card_id).toBe('card1')
})

test('a card whose address is not ours any more is mended', async () => {
  await (await household()).ensure(bedroom)
  const moved = await (await household('http://192.0.2.9:8098')).ensure(bedroom)
  expect(moved.url).toContain('http://192.0.2.9:8098/')
  expect(saved[1]).toMatchObject({ cardId: 'card0' })
})

test('a refused card leaves no key behind', async () => {
  const cards = await household('http://192.0.2.1:8098', 'refused')
  await expect(cards.publish(bedroom)).rejects.toThrow('too many tracks')
  expect(await records.entries()).toEqual([])
})

test('a card that may have been made before the connection broke keeps its key', async () => {
  const cards = await household('http://192.0.2.1:8098', 'unavailable')
  await expect(cards.publish(bedroom)).rejects.toThrow()
  const [key] = (await records.entries())[0] ?? ['']
  expect(cards.byKey(key)?.stream).toBe('bedroom')
})

test('two who ask at once for the address of a stream get the same, and never a card’s', async () => {
  const cards = await household()
  const card = await cards.publish(bedroom)
  const [one, other] = await Promise.all([cards.streamUrl('bedroom'), cards.streamUrl('bedroom')])
  expect(one).toBe(other)
  expect(one).not.toBe(card.url)
})

test('a stream without a card has one address, the same each time', async () => {
  const cards = await household()
  const url = await cards.streamUrl('kitchen')
  expect(await cards.streamUrl('kitchen')).toBe(url)
  expect(cards.list()).toEqual([])
})
