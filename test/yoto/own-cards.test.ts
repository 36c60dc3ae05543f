import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { memoryCollection } from '../../src/core/memory-collection.ts'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import { YotoApi } from '../../src/yoto/api.ts'
import { changedCard } from '../../src/yoto/card-change.ts'
import { OwnCards } from '../../src/yoto/own-cards.ts'
import { fastClock } from '../support/fast-clock.ts'
import { recordingLog } from '../support/recording-log.ts'
import { simulatedAccount } from '../support/simulated-account.ts'

const recorded = resolve('../shared/fixtures/yoto')
const jets = ['', '-free'].map((end) => `${recorded}/card-stream-dreaming-of-a-jet-plane${end}.json`)
const track =
  '{"key":"01","title":"One","type":"stream","format":"mp3","trackUrl":"https://example.org/a.mp3","n":1.0}'
/** With what only its text can say. */
const odd = `{ "cardId":"odd01", "title":"Caf\\u00e9", "big":12345678901234567890, "twice":1, "twice":2.0,
  "content" :{"chapters":[ {"key":"08", "title":"One","tracks":[${track} ], "new": {"field": 12e4}}]} }`

let cloud: SimulatedCloud
let account: Awaited<ReturnType<typeof simulatedAccount>>
let api: YotoApi
let cards: OwnCards
let records: ReturnType<typeof memoryCollection<unknown>>
let posted: string[]

beforeEach(async () => {
  const clock = fastClock(10)
  const log = recordingLog()
  posted = []
  records = memoryCollection<unknown>()
  await records.set('odd01', { document: odd })
  cloud = await startCloud({ clock, log, approveAfterPolls: 0, cards: records })
  account = await simulatedAccount(cloud)
  const accessToken = async () => account.token
  const { apiUrl } = cloud
  api = new YotoApi({
    ...{ apiUrl, accessToken, clock, log },
    fetch(url, init) {
      if (init?.method === 'POST') posted.push(String(init.body))
      return fetch(url, init)
    },
  })
  cards = new OwnCards(api)
})

afterEach(() => cloud.stop())

const retitled = (title: string) => (card: { json: JsonObject }) => changedCard(card.json, { title })

test('a card is written back with one place changed, and what Yoto adds by itself', async () => {
  expect(await account.text('odd01')).toBe(`{"card":${odd}}`)
  await cards.change('odd01', retitled('B'))
  const expected = odd.replace(String.raw`"Caf\u00e9"`, '"B"')
  expect(posted).toEqual([expected])
  const first = await account.text('odd01')
  expect(first.startsWith(`{"card":${expected.slice(0, expected.lastIndexOf('}')).trimEnd()}`)).toBe(true)
  const updatedAt = /"updatedAt":"[^"]+"/
  expect(first).toMatch(updatedAt)
  await cards.change('odd01', retitled('C'))
  const second = await account.text('odd01')
  expect(second.replace(updatedAt, '').replace('"C"', '"B"')).toBe(first.replace(updatedAt, ''))
  expect(second).not.toBe(first)
})

test('a plan is written over a card, and all it does not speak of stays as it is spelt', async () => {
  const { plan } = await api.ownCard('odd01')
  expect(await cards.save({ ...plan, title: 'B' }, 'odd01')).toBe('odd01')
  for (const kept of ['"big":12345678901234567890', '"twice":1, "twice":2.0', '"n":1.0', '{"field": 12e4}'])
    expect(posted[0]).toContain(kept)
  expect(await cards.save({ ...plan, title: 'New' }, null)).not.toBe('odd01')
})

test('an address is replaced, and a card without it is not written', async () => {
  await cards.rewrite('odd01', (url) => url)
  expect(posted).toEqual([])
  await cards.rewrite('odd01', (url) => url.replace('/a.mp3', '/b.mp3'))
  expect(posted).toEqual([odd.replace('/a.mp3', '/b.mp3')])
})

test('changes that are asked for at once are all made', async () => {
  const author = (card: { json: JsonObject }) => changedCard(card.json, { author: 'Ann' })
  await Promise.all([cards.change('odd01', retitled('B')), cards.change('odd01', author)])
  expect(await account.card('odd01')).toMatchObject({ title: 'B', metadata: { author: 'Ann' } })
})

describe.skipIf(!jets.every(existsSync))('the recorded stream cards (skipped where they are absent)', () => {
  test.each(jets)('go to Yoto with the changed field alone', async (file) => {
    const text = readFileSync(file, 'utf8').trim()
    const { cardId, title, content } = JSON.parse(text)
    await records.set(cardId, { document: text })
    expect(await account.text(cardId)).toBe(`{"card":${text}}`)
    await cards.change(cardId, (card) => card.json)
    expect(posted).toEqual([])
    await cards.change(cardId, retitled('Jets'))
    await records.set(cardId, { document: text })
    const url: string = content.chapters[1].tracks[0].trackUrl
    await cards.rewrite(cardId, (each) => (each === url ? 'https://example.org/other' : each))
    await records.set(cardId, { document: text })
    const icon = `yoto:#${'i'.repeat(43)}`
    const [{ key, display }] = content.chapters
    await cards.change(cardId, ({ json }) => changedCard(json, { chapters: [{ key, icon }] }))
    expect(posted).toEqual([
      text.replace(`"title": "${title}"`, '"title": "Jets"'),
      text.replace(`"trackUrl": "${url}"`, '"trackUrl": "https://example.org/other"'),
      text.replace(display.icon16x16, icon),
    ])
    for (const each of posted) expect(each).not.toBe(text)
  })
})

describe('a deletion', () => {
  const isThere = async () => (await account.text('odd01')).startsWith('{"card"')

  test('is done once, after the card was seen', async () => {
    const seen: string[] = []
    await cards.delete('odd01', async ({ text }) => void seen.push(text))
    expect(seen).toEqual([`{"card":${odd}}`])
    expect(await isThere()).toBe(false)
    await expect(cards.delete('odd01', async () => undefined)).rejects.toMatchObject({ code: 'not_found' })
  })

  test.each([
    ['is lost', { status: null, done: true }],
    ['is a failure of the server, though it is done', { status: 500, done: true }],
    ['is a failure of the server', { status: 500 }],
    ['is half a JSON', { status: 200, cut: 0.5 }],
    ['is nothing', { status: 200, cut: 0 }],
    ['asks for patience', { status: 429, retryAfterSeconds: 1 }],
  ])('whose answer %s is done', async (_what, fault) => {
    const order = cloud.restTrouble.add({ call: /^DELETE/, times: 1, ...fault })
    await api.deleteCard('odd01')
    expect(order.taken).toBe(1)
    expect(await isThere()).toBe(false)
  })

  test.each([401, 403])('that is refused with %i is an error, and leaves the card', async (status) => {
    cloud.restTrouble.add({ call: /^DELETE/, times: 9, status })
    await expect(api.deleteCard('odd01')).rejects.toMatchObject({ code: 'refused' })
    expect(await isThere()).toBe(true)
  })

  test('of a card that was not there is an error', async () => {
    await expect(api.deleteCard('none0')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('does not happen where the card cannot be kept before', async () => {
    const full = async () => {
      throw new Error('the disk is full')
    }
    await expect(cards.delete('odd01', full)).rejects.toThrow('the disk is full')
    expect(await isThere()).toBe(true)
  })
})

test.each(['../mine', '..', '.', 'mine', 'bulk', 'a/b', 'a?b', '', 'a b', 'é'])(
  'no call is made for what cannot be the id of a card: %j',
  async (cardId) => {
    const order = cloud.restTrouble.add({ call: /./, status: 500, times: 1 })
    for (const call of [
      api.ownCard(cardId),
      api.card(cardId),
      api.familyCard(cardId),
      api.deleteCard(cardId),
    ])
      await expect(call).rejects.toMatchObject({ code: 'not_found' })
    expect(order.taken).toBe(0)
  },
)

test.each([
  ['is bought', { userId: 'yoto' }, 'conflict'],
  ['was deleted', { deleted: true }, 'not_found'],
])('a card that %s is not written', async (_what, more, code) => {
  await records.set('odd01', { document: JSON.stringify({ ...JSON.parse(odd), ...more }) })
  await expect(cards.change('odd01', retitled('B'))).rejects.toMatchObject({ code })
  await expect(cards.delete('odd01', async () => undefined)).rejects.toMatchObject({ code })
  expect(posted).toEqual([])
})

test('a document that is cut off, or in no encoding of text, is no card to be written', async () => {
  cloud.restTrouble.add({ call: /^GET .content/, status: 200, cut: 0.5, times: 1 })
  cloud.restTrouble.add({ call: /^GET .content/, status: 200, cut: 0, times: 1 })
  for (let each = 0; each < 2; each++)
    await expect(cards.change('odd01', retitled('B'))).rejects.toMatchObject({ code: 'unavailable' })
  expect(posted).toEqual([])
})
