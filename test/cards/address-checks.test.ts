import { beforeEach, describe, expect, test } from 'vitest'
import { AddressChecks } from '../../src/cards/address-checks.ts'
import { type TestCardAccount, TestCards } from '../../src/cards/test-cards.ts'
import type { CheckFault } from '../../src/core/address-check.ts'
import { AppError } from '../../src/core/error.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { oneTurn, VirtualClock } from '../support/virtual-clock.ts'

const secondMs = 1000
const player = 'Yoto v2 FW; version v2.23.4'
const esp = 'ESP32 HTTP Client/1.0'
const phone = 'Yoto/3456 CFNetwork/1410.0.3 Darwin/22.6.0'

/** The account's cards: title and the addresses of their tracks. */
let account: Map<string, { title: string; addresses: string[] }>
let fault: { save?: AppError; lost?: AppError; delete?: AppError }
let records: ReturnType<typeof memoryCollection<unknown>>
let clock: VirtualClock
let troubles: (string | null)[]
let own: CheckFault | null
let online: boolean | null
let hidden: string[]
let checks: AddressChecks

const accountOfTest: TestCardAccount = {
  async save({ title, chapters }) {
    if (fault.save) throw fault.save
    const id = `card${account.size + 1}`
    account.set(id, { title, addresses: chapters.flatMap(({ tracks }) => tracks.map(({ url = '' }) => url)) })
    if (fault.lost) throw fault.lost
    return id
  },
  async delete(cardId) {
    if (fault.delete) throw fault.delete
    if (!account.delete(cardId)) throw new AppError('not_found', 'no such card')
  },
  list: async () => [...account].map(([card_id, { title }]) => ({ card_id, title })),
  addresses: async (cardId) => account.get(cardId)?.addresses ?? [],
}

/** As at each start of the program. */
async function begin(): Promise<void> {
  const log = recordingLog()
  const cards = new TestCards({
    records,
    account: accountOfTest,
    trouble: (text) => troubles.push(text),
    ...{ clock, log },
  })
  await cards.start()
  let keys = 0
  checks = new AddressChecks({
    cards,
    urlOf: (key) => `https://audio.example.org/media/${key}/stream.mp3`,
    newKey: () => `${keys++}-random-text-of-a-key`,
    hideKey: (key) => hidden.push(key),
    fetchOwn: async () => own,
    isOnline: () => online,
    ...{ clock, log },
  })
}

beforeEach(async () => {
  account = new Map()
  fault = {}
  records = memoryCollection()
  clock = new VirtualClock()
  troubles = []
  own = null
  online = true
  hidden = []
  await begin()
})

/** What the card plays. */
const keyOn = (cardId: string) => /media\/([^/]+)/.exec(account.get(cardId)?.addresses[0] ?? '')?.[1] ?? ''
const ask = (key: string, userAgent: string, method: 'GET' | 'HEAD' = 'GET', address = '192.168.1.7') =>
  checks.asked(key, { method, address, userAgent })
const settled = async () => {
  for (let turns = 0; turns < 20; turns++) await oneTurn()
}

describe('a test card', () => {
  test('waits, is fetched, and is deleted a minute later', async () => {
    const { id, card_id, ...made } = await checks.start(null)
    expect(made).toMatchObject({ state: 'waiting', title: 'Yoto Smart Stream: test', card: 'in_account' })
    const key = keyOn(card_id)
    expect(checks.opened(key)).toEqual({ card_id })
    expect(hidden).toContain(key)
    await clock.advance(5 * secondMs)
    ask(key, player)
    expect(checks.find(id)).toMatchObject({
      state: 'fetched',
      fetched: { at: '2026-11-21T10:00:05.000+00:00', by: 'player', from: 'home network' },
      likely_cause: null,
    })
    await clock.advance(59 * secondMs)
    expect(account.has(card_id)).toBe(true)
    await clock.advance(2 * secondMs)
    await settled()
    expect(account.size).toBe(0)
    expect(checks.find(id)).toMatchObject({ state: 'fetched', card: 'deleted' })
    expect(await records.entries()).toEqual([])
    expect(checks.left()).toEqual([])
  })

  test.each([
    [player, 'GET', 'player'],
    [esp, 'GET', 'player'],
    [esp, 'HEAD', 'probe'],
    [phone, 'GET', 'app'],
    ['Dalvik/2.1.0 (Linux; U; Android 14)', 'GET', 'app'],
    ['curl/8', 'GET', 'unknown'],
    ['', 'HEAD', 'unknown'],
  ] as const)('that %j fetches by %s is fetched by: %s', async (agent, method, by) => {
    const { id, card_id } = await checks.start(null)
    ask(keyOn(card_id), agent, method)
    expect(checks.find(id).fetched?.by).toBe(by)
  })

  test('is fetched by whoever says most, and once a player has come by nobody else', async () => {
    const { id, card_id } = await checks.start(null)
    const key = keyOn(card_id)
    const by = () => checks.find(id).fetched?.by
    ask(key, 'curl/8')
    expect(by()).toBe('unknown')
    ask(key, phone)
    expect(by()).toBe('app')
    ask(key, esp, 'HEAD')
    expect(by()).toBe('probe')
    ask(key, player)
    ask(key, 'curl/8')
    expect(by()).toBe('player')
  })

  test.each([
    ['127.0.0.1', 'this machine'],
    ['10.0.0.5', 'home network'],
    ['fd00::5', 'home network'],
    ['1.1.1.1', 'internet'],
    ['', 'unknown'],
  ])('is fetched from %j: %s', async (address, from) => {
    const { id, card_id } = await checks.start(null)
    ask(keyOn(card_id), player, 'GET', address)
    expect(checks.find(id).fetched?.from).toBe(from)
  })

  test('is not fetched by our own fetch, nor by one of another key', async () => {
    const { id, card_id } = await checks.start(null)
    const ownKey = hidden.find((key) => key !== keyOn(card_id)) ?? ''
    expect(checks.opened(ownKey)).toEqual({ card_id: null })
    expect(checks.opened('another')).toBeUndefined()
    ask(ownKey, player)
    ask('another', player)
    expect(checks.find(id).state).toBe('waiting')
  })

  test('that nobody fetches stays ten minutes for a late one', async () => {
    const { id, card_id } = await checks.start(null)
    const key = keyOn(card_id)
    await clock.advance(29 * secondMs)
    expect(checks.find(id)).toMatchObject({ state: 'waiting', likely_cause: null })
    await clock.advance(2 * secondMs)
    expect(checks.find(id)).toMatchObject({ state: 'not_fetched', likely_cause: { cause: 'no_request' } })
    await clock.advance(200 * secondMs)
    ask(key, player)
    expect(checks.find(id)).toMatchObject({ state: 'fetched', likely_cause: null })

    const second = await checks.start(null)
    await clock.advance(601 * secondMs)
    await settled()
    expect(account.size).toBe(0)
    expect(checks.find(second.id)).toMatchObject({ state: 'not_fetched', card: 'deleted' })
    ask(key, player)
    expect(checks.find(second.id).state).toBe('not_fetched')
  })

  test('takes the place of the one before, which is deleted', async () => {
    const first = await checks.start(null)
    await clock.advance(31 * secondMs)
    const second = await checks.start(null)
    await settled()
    expect([...account.keys()]).toEqual([second.card_id])
    expect(() => checks.find(first.id)).toThrow(/no check/)
    expect(checks.latest()?.id).toBe(second.id)
  })

  test('does not take the place of one that is waited for, or being made', async () => {
    const [first, refused] = await Promise.allSettled([checks.start(null), checks.start(null)])
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'conflict' } })
    if (first.status === 'rejected') throw first.reason
    const { id, card_id } = first.value
    await expect(checks.start(null)).rejects.toThrow(`GET /api/address-check/${id} says what comes of it`)
    expect([[...account.keys()], checks.latest()?.id]).toEqual([[card_id], id])
    ask(keyOn(card_id), player)
    expect((await checks.start(null)).id, 'the first is judged').not.toBe(id)
  })
})

describe('the likely cause', () => {
  const play = (run: (cardId: string) => Promise<void>) => ({ player: 'p1', run })
  const cause = async (started: Awaited<ReturnType<typeof checks.start>>) => {
    await clock.advance(31 * secondMs)
    return checks.find(started.id).likely_cause
  }

  test('is what our own fetch has met, before all others', async () => {
    own = { cause: 'refused', words: 'nothing listens there' }
    online = false
    const started = await checks.start(play(async () => undefined))
    await settled()
    expect(checks.find(started.id).own_fetch).toEqual({ state: 'failed', fault: own })
    expect(await cause(started)).toEqual(own)
  })

  test('is a player that is offline', async () => {
    online = false
    const refuses = async () => {
      throw new AppError('unavailable', 'not there')
    }
    expect(await cause(await checks.start(play(refuses)))).toMatchObject({ cause: 'player_offline' })
  })

  test('is a player that would not play', async () => {
    const played: string[] = []
    const refuses = async (cardId: string) => {
      played.push(cardId)
      throw new AppError('refused', 'the player said no')
    }
    const started = await checks.start(play(refuses))
    expect(played).toEqual([started.card_id])
    expect(await cause(started)).toEqual({
      cause: 'player_refused',
      words: expect.stringContaining('the player said no'),
    })
  })

  test('is the way from the player to us where all else is well', async () => {
    expect(await cause(await checks.start(play(async () => undefined)))).toMatchObject({
      cause: 'no_request',
    })
  })
})

describe('nothing is left in the account unlisted', () => {
  test('a card that the account refused is forgotten', async () => {
    fault.save = new AppError('unprocessable', 'no such address')
    await expect(checks.start(null)).rejects.toThrow('no such address')
    expect(await records.entries()).toEqual([])
  })

  test('the next run deletes the card of a run that ended', async () => {
    const { card_id } = await checks.start(null)
    await begin()
    expect(checks.left()).toEqual([{ card_id, created_at: '2026-11-21T10:00:00.000+00:00' }])
    await checks.tidy()
    expect([account.size, checks.left()]).toEqual([0, []])
  })

  test('a card whose making was not answered is found by its key, and no other is touched', async () => {
    account.set('theirs', {
      title: 'Yoto Smart Stream: test',
      addresses: ['https://x/media/other/stream.mp3'],
    })
    account.set('card', {
      title: 'Bedroom',
      addresses: ['https://x/media/0-random-text-of-another/stream.mp3'],
    })
    fault.lost = new AppError('unavailable', 'the connection broke')
    await expect(checks.start(null)).rejects.toThrow('the connection broke')
    expect(account.size).toBe(3)
    expect(checks.left()).toMatchObject([{ card_id: null }])
    await begin()
    await checks.tidy()
    expect([...account.keys()]).toEqual(['theirs', 'card'])
    expect(await records.entries()).toEqual([])
  })

  test('what cannot be deleted is said, and tried again', async () => {
    const { card_id } = await checks.start(null)
    await begin()
    fault.delete = new AppError('unavailable', 'nobody is signed in')
    await checks.tidy()
    expect(troubles.at(-1)).toBe('nobody is signed in')
    expect(checks.left()).toMatchObject([{ card_id }])
    fault = {}
    await checks.tidy()
    expect(troubles.at(-1)).toBeNull()
    expect(account.size).toBe(0)
  })

  test('a card that somebody has deleted is no trouble', async () => {
    const { card_id } = await checks.start(null)
    account.delete(card_id)
    await begin()
    await checks.tidy()
    expect([troubles.at(-1), checks.left()]).toEqual([null, []])
  })
})
