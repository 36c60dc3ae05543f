import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { PublishedCards } from '../../src/cards/published.ts'
import { AppError } from '../../src/core/error.ts'
import { carries, dayMs, type Ground, newGround, settled, startCards, storedKeys } from './household.ts'

const bedroom = { stream: 'bedroom', title: 'Bedroom', kind: 'queue', chapters: 0 } as const
const week = '2026-11-28T10:00:00.000+00:00'

let ground: Ground
let cards: PublishedCards
let oldKey: string

beforeEach(async () => {
  ground = newGround()
  cards = await startCards(ground)
  oldKey = (await cards.publish(bedroom)).key
})

const newKey = () => cards.card('card0').key

describe('rotating the key of a card', () => {
  test('publishes the card with the new key while the old one still opens', async () => {
    const rotation = await cards.rotateCard('card0', { now: false })
    expect(rotation).toEqual({
      cards: [{ card_id: 'card0', title: 'Bedroom', republished: true }],
      search_failure: null,
      old_keys_end_at: week,
    })
    expect(newKey()).not.toBe(oldKey)
    expect(carries(ground, 'card0', newKey())).toBe(true)
    expect(cards.byKey(oldKey)).toEqual(cards.byKey(newKey()))
    expect(cards.card('card0').url).toContain(newKey())
    expect(await storedKeys(ground)).toEqual([newKey()])
    expect(ground.troubles).toEqual(new Map())
  })

  test('ends the old key as soon as a player comes with the new one', async () => {
    await cards.rotateCard('card0', { now: false })
    await cards.used(oldKey)
    expect(cards.byKey(oldKey)).toBeDefined()
    await cards.used(newKey())
    expect(cards.byKey(oldKey)).toBeUndefined()
    expect(cards.byKey(newKey())).toBeDefined()
    expect(cards.oldKeysEndAt(cards.card('card0'))).toBeNull()
    expect((await startCards(ground)).byKey(oldKey)).toBeUndefined()
  })

  test('ends the old key after seven days, by the clock alone', async () => {
    await cards.rotateCard('card0', { now: false })
    await ground.clock.advance(7 * dayMs - 1)
    expect(cards.byKey(oldKey)).toBeDefined()
    await ground.clock.advance(1)
    expect(cards.byKey(oldKey)).toBeUndefined()
    expect(cards.byKey(newKey())).toBeDefined()
  })

  test('ends every old key at once when they have leaked', async () => {
    await cards.rotateCard('card0', { now: false })
    const middle = newKey()
    const rotation = await cards.rotateCard('card0', { now: true })
    expect(rotation.old_keys_end_at).toBeNull()
    expect([oldKey, middle, newKey()].map((key) => cards.byKey(key) !== undefined)).toEqual([
      false,
      false,
      true,
    ])
    expect(carries(ground, 'card0', newKey())).toBe(true)
  })

  test('gives each old key its own seven days', async () => {
    await cards.rotateCard('card0', { now: false })
    const middle = newKey()
    await ground.clock.advance(3 * dayMs)
    await cards.rotateCard('card0', { now: false })
    await ground.clock.advance(4 * dayMs)
    expect(cards.byKey(oldKey)).toBeUndefined()
    expect(cards.byKey(middle)).toBeDefined()
  })

  test('loses no key when two rotate at once, and the card carries the last', async () => {
    const both = await Promise.all([
      cards.rotateCard('card0', { now: false }),
      cards.rotateCard('card0', { now: false }),
    ])
    expect(both.map(({ cards: [card] }) => card?.republished)).toEqual([true, true])
    expect(cards.card('card0').old_keys.map(({ key }) => key)).toEqual([oldKey, expect.any(String)])
    for (const { key } of cards.card('card0').old_keys) expect(cards.byKey(key)?.key).toBe(newKey())
    expect(carries(ground, 'card0', newKey())).toBe(true)
    expect(await storedKeys(ground)).toEqual([newKey()])
  })

  test('of a card that is just being changed comes after the change, and keeps both', async () => {
    let release = () => {}
    ground.account.hold = new Promise((resolve) => {
      release = resolve
    })
    const change = cards.change('card0', { slots: 'linear' })
    await settled()
    const rotation = cards.rotateCard('card0', { now: true })
    await settled()
    expect(cards.byKey(oldKey)).toBeUndefined()
    release()
    await Promise.all([change, rotation])
    expect(cards.card('card0')).toMatchObject({ slots: 'linear', carried_key: newKey() })
    expect(carries(ground, 'card0', newKey())).toBe(true)
    expect(ground.account.cards.get('card0')?.urls[0]).toContain('/01.mp3')
  })

  test('of a card that is just being made reaches the card all the same', async () => {
    let release = () => {}
    ground.account.hold = new Promise((resolve) => {
      release = resolve
    })
    const publishing = cards.publish({ ...bedroom, stream: 'kitchen' })
    await settled()
    await cards.rotateStream('kitchen', { now: true })
    release()
    const { card_id, key } = await publishing
    await settled()
    expect(carries(ground, card_id ?? '', key)).toBe(true)
    expect(cards.card(card_id ?? '')).toMatchObject({ key, carried_key: key })
  })

  test('of an unknown card is an error', async () => {
    await expect(cards.rotateCard('nope0', { now: true })).rejects.toMatchObject({ code: 'not_found' })
  })

  test('is in the store before the account is asked', async () => {
    let stored: string[] = []
    ground.account.asked = async () => {
      stored = await storedKeys(ground)
    }
    await cards.rotateCard('card0', { now: false })
    expect(stored).toEqual([newKey()])
  })

  test('changes nothing when the store cannot take it', async () => {
    const { set } = ground.records
    ground.records.set = async () => {
      throw new Error('the disk is full')
    }
    await expect(cards.rotateCard('card0', { now: true })).rejects.toThrow('the disk is full')
    ground.records.set = set
    expect(cards.byKey(oldKey)).toEqual(cards.card('card0'))
    expect(ground.account.saved).toHaveLength(1)
  })

  test('puts no more than six characters of a key into log, answer and problem, whatever the account says', async () => {
    const { urls } = ground.account.cards.get('card0') ?? { urls: [] }
    ground.account.cards.set('copy0', { title: 'Copy', urls })
    ground.account.save = async (plan) => {
      throw new AppError('refused', `bad address ${plan.chapters[0]?.tracks[0]?.url}`)
    }
    ground.account.rewrite = async (_, newUrl) => {
      throw new AppError('refused', `bad address ${urls.map(newUrl)}, was ${urls}`)
    }
    const rotation = await cards.rotateCard('card0', { now: false })
    for (const said of [ground.log.lines, rotation, [...ground.troubles.values()]]) {
      const text = JSON.stringify(said)
      expect(text).toContain(`/media/${newKey().slice(0, 6)}…/start.mp3`)
      for (const key of [oldKey, newKey()]) expect(text).not.toContain(key.slice(0, 7))
    }
  })
})

describe('a process that ends between the two writes of a rotation', () => {
  test('knows the card under its new key alone, and old keys end as they should', async () => {
    const before = await ground.records.get(oldKey)
    ground.account.fault = 'unavailable'
    await cards.rotateCard('card0', { now: true })
    await ground.records.set(oldKey, before)
    const again = await startCards(ground)
    expect(again.list()).toEqual([cards.card('card0')])
    expect(again.byKey(oldKey)).toBeUndefined()
    expect(await storedKeys(ground)).toEqual([newKey()])
  })

  test('does not bring the old key back when the store could not drop it for long', async () => {
    const before = await ground.records.get(oldKey)
    const { delete: drop } = ground.records
    ground.records.delete = async () => {
      throw new Error('the disk is read-only')
    }
    await cards.rotateCard('card0', { now: true })
    expect(await ground.records.get(oldKey)).toEqual(before)
    await cards.tidy(() => true)
    const again = await startCards(ground)
    expect(again.byKey(oldKey)).toBeUndefined()
    ground.records.delete = drop
    await again.tidy(() => true)
    expect(await storedKeys(ground)).toEqual([newKey()])
    expect((await startCards(ground)).byKey(oldKey)).toBeUndefined()
  })
})

describe('an account that is away', () => {
  beforeEach(() => {
    ground.account.fault = 'unavailable'
  })

  test('does not hinder the rotation; what it is owed is said, and done when it is back', async () => {
    const rotation = await cards.rotateCard('card0', { now: false })
    expect(rotation).toEqual({
      cards: [
        { card_id: 'card0', title: 'Bedroom', republished: false, reason: 'the account says unavailable' },
      ],
      search_failure: 'the account says unavailable',
      old_keys_end_at: week,
    })
    expect([...ground.troubles.values()]).toEqual([
      expect.stringMatching(
        /^card "Bedroom" \(card0\) still carries an old key, which works until 2026-11-28 10:00 UTC: the account says unavailable; tried again every hour, and at once when/,
      ),
      expect.stringContaining('the key of card "Bedroom" is new, and other cards of the account'),
    ])
    expect([...ground.troubles.keys()]).toEqual(['card/card0/outdated', 'card/card0/copies'])
    ground.account.fault = null
    await cards.settle()
    expect(carries(ground, 'card0', newKey())).toBe(true)
    expect(ground.troubles).toEqual(new Map())
  })

  test('is owed the card after a restart too, and the old key is not ended by whoever has the new one', async () => {
    await cards.rotateCard('card0', { now: false })
    await cards.used(newKey())
    expect(cards.byKey(oldKey)).toBeDefined()
    const again = await startCards(ground)
    await again.settle()
    expect([...ground.troubles.values()][0]).toContain('still carries an old key')
    ground.account.fault = null
    await again.settle()
    expect(carries(ground, 'card0', newKey())).toBe(true)
    await again.used(newKey())
    expect(again.byKey(oldKey)).toBeUndefined()
  })

  test('makes the card silent when its key had leaked, and that is said', async () => {
    await cards.rotateCard('card0', { now: true })
    expect([...ground.troubles.values()][0]).toContain(
      'card "Bedroom" (card0) is silent until it could be published again with its new key',
    )
  })

  test('makes the card silent once the old key has ended, and nothing of it is forgotten', async () => {
    await cards.rotateCard('card0', { now: false })
    await ground.clock.advance(8 * dayMs)
    await cards.tidy(() => true)
    await cards.settle()
    expect([...ground.troubles.values()][0]).toContain('card "Bedroom" (card0) is silent')
    ground.account.fault = null
    await cards.settle()
    expect(carries(ground, 'card0', newKey())).toBe(true)
  })

  test('keeps nobody waiting who rotates a key', async () => {
    ground.account.fault = null
    let release = () => {}
    ground.account.hold = new Promise((resolve) => {
      release = resolve
    })
    const rotating = cards.rotateCard('card0', { now: false })
    await ground.clock.advance(15_000)
    expect(await rotating).toMatchObject({
      cards: [{ republished: false, reason: 'the account has not answered yet' }],
      search_failure: 'the account has not answered yet',
    })
    release()
    await cards.settle()
    expect(carries(ground, 'card0', newKey())).toBe(true)
  })
})

test('a card that is gone from the account is owed nothing, and that is said once', async () => {
  ground.account.cards.clear()
  const { cards: outcomes } = await cards.rotateCard('card0', { now: false })
  expect(outcomes).toEqual([
    {
      card_id: 'card0',
      title: 'Bedroom',
      republished: false,
      reason: 'the account has no such card any more',
    },
  ])
  expect(ground.troubles).toEqual(new Map())
  expect(cards.card('card0').carried_key).toBe(newKey())
})

test('a card that the account refuses keeps its old key, whoever comes with the new one', async () => {
  ground.account.odd.set('card0', 'refused')
  expect(await cards.rotateCard('card0', { now: false })).toMatchObject({ search_failure: null })
  await cards.used(newKey())
  expect(cards.byKey(oldKey)).toBeDefined()
})

test('one card that the account refuses keeps no other from its new key', async () => {
  await cards.publish({ ...bedroom, title: 'Den' })
  ground.account.odd.set('card0', 'refused')
  const { cards: outcomes } = await cards.rotateStream('bedroom', { now: false })
  expect(outcomes).toEqual([
    { card_id: 'card0', title: 'Bedroom', republished: false, reason: 'the account says refused' },
    { card_id: 'card1', title: 'Den', republished: true },
  ])
})

describe('rotating the keys of a stream', () => {
  test('changes its own address and the keys of all its cards, and of no other stream', async () => {
    const address = await cards.streamUrl('bedroom')
    await cards.publish({ ...bedroom, stream: 'kitchen' })
    const kitchen = cards.card('card1')
    const rotation = await cards.rotateStream('bedroom', { now: false })
    expect(rotation.cards.map(({ card_id }) => card_id)).toEqual(['card0'])
    expect(await cards.streamUrl('bedroom')).not.toBe(address)
    expect(newKey()).not.toBe(oldKey)
    expect(cards.card('card1')).toEqual(kitchen)
  })

  test('that the store can take for some only leaves no card behind with a key that is not its own', async () => {
    await cards.publish({ ...bedroom, title: 'Den' })
    const { set } = ground.records
    let writes = 0
    ground.records.set = async (key, value) => {
      if (++writes === 2) throw new Error('the disk is full')
      return set(key, value)
    }
    await expect(cards.rotateStream('bedroom', { now: true })).rejects.toThrow('the disk is full')
    await settled()
    for (const { card_id, key } of cards.list()) expect(carries(ground, card_id ?? '', key)).toBe(true)
    expect(cards.byKey(oldKey)).toBeUndefined()
  })

  test('without any key changes nothing', async () => {
    expect(await cards.rotateStream('attic', { now: false })).toEqual({
      cards: [],
      search_failure: null,
      old_keys_end_at: null,
    })
  })
})

describe('cards that people made by hand with the address of a stream', () => {
  const radio = 'https://radio.example/live.mp3'
  let address: string

  beforeEach(async () => {
    address = await cards.streamUrl('bedroom')
    ground.account.cards.set('hand0', { title: 'By hand', urls: [radio, address] })
    ground.account.cards.set('other', { title: 'Radio', urls: [radio] })
  })

  test('are given the new address, and nothing else on them changes', async () => {
    const rotation = await cards.rotateStream('bedroom', { now: false })
    expect(rotation.cards).toEqual([
      { card_id: 'card0', title: 'Bedroom', republished: true },
      { card_id: 'hand0', title: 'By hand', republished: true },
    ])
    expect(ground.account.cards.get('hand0')?.urls).toEqual([radio, await cards.streamUrl('bedroom')])
    expect(ground.account.cards.get('other')?.urls).toEqual([radio])
  })

  test('keep the old address alive for its seven days, for a player may hold them as they were', async () => {
    const old = address.split('/')[4] ?? ''
    await cards.rotateStream('bedroom', { now: false })
    const fresh = (await cards.streamUrl('bedroom')).split('/')[4] ?? ''
    await cards.used(fresh)
    expect(cards.byKey(old)?.stream).toBe('bedroom')
    await ground.clock.advance(7 * dayMs)
    expect(cards.byKey(old)).toBeUndefined()
  })

  test('keep a card’s old key alive too, where they are copies of that card', async () => {
    ground.account.cards.set('copy0', {
      title: 'Copy',
      urls: [...(ground.account.cards.get('card0')?.urls ?? [])],
    })
    const { cards: outcomes } = await cards.rotateCard('card0', { now: false })
    expect(outcomes.map(({ card_id, republished }) => [card_id, republished])).toEqual([
      ['card0', true],
      ['copy0', true],
    ])
    expect(carries(ground, 'copy0', newKey())).toBe(true)
    await cards.used(newKey())
    expect(cards.byKey(oldKey)).toBeDefined()
  })

  test('that cannot be changed are named, and tried again even when the old address has ended', async () => {
    ground.account.odd.set('hand0', 'refused')
    const rotation = await cards.rotateStream('bedroom', { now: true })
    const reason = 'card "By hand" (hand0): the account says refused'
    expect(rotation).toMatchObject({
      cards: [{ card_id: 'card0' }, { card_id: 'hand0', republished: false, reason }],
      search_failure: reason,
    })
    expect([...ground.troubles.values()]).toEqual([
      expect.stringContaining(
        `the address of stream "bedroom" is new, and other cards of the account that carry the old one are silent until they have the new one: ${reason}`,
      ),
    ])
    expect([...ground.troubles.keys()]).toEqual(['stream/bedroom/copies'])
    await ground.clock.advance(10 * dayMs)
    const again = await startCards(ground)
    await again.tidy(() => true)
    ground.account.odd.clear()
    await again.settle()
    expect(ground.account.cards.get('hand0')?.urls).toEqual([radio, await again.streamUrl('bedroom')])
    expect(ground.troubles).toEqual(new Map())
  })

  test('that could not be read are read again by the next try', async () => {
    ground.account.odd.set('hand0', 'unavailable')
    await cards.rotateStream('bedroom', { now: false })
    ground.account.odd.clear()
    await cards.settle()
    expect(ground.account.cards.get('hand0')?.urls).toEqual([radio, await cards.streamUrl('bedroom')])
  })

  test('that stand behind three which fail come with a later try', async () => {
    const { urls } = ground.account.cards.get('card0') ?? { urls: [] }
    const byHand = ground.account.cards.get('hand0')
    ground.account.cards.delete('hand0')
    for (const copy of ['copy0', 'copy1', 'copy2']) {
      ground.account.cards.set(copy, { title: copy, urls })
      ground.account.odd.set(copy, 'refused')
    }
    ground.account.cards.set('hand0', byHand ?? { title: '', urls: [] })
    const { cards: outcomes } = await cards.rotateStream('bedroom', { now: false })
    expect(outcomes.map(({ card_id }) => card_id)).toEqual(['card0', 'copy0', 'copy1', 'copy2'])
    ground.account.odd.clear()
    await cards.settle()
    expect(byHand?.urls).toEqual([radio, await cards.streamUrl('bedroom')])
    expect(carries(ground, 'copy2', newKey())).toBe(true)
  })

  test('are brought from any older key to the newest', async () => {
    ground.account.fault = 'unavailable'
    await cards.rotateStream('bedroom', { now: false })
    await cards.rotateStream('bedroom', { now: false })
    ground.account.fault = null
    await cards.settle()
    expect(ground.account.cards.get('hand0')?.urls).toEqual([radio, await cards.streamUrl('bedroom')])
  })

  test('are not each asked for while the account is away', async () => {
    for (let more = 0; more < 20; more++)
      ground.account.cards.set(`more${more}`, { title: 'More', urls: [radio] })
    const listed = await ground.account.list()
    let asked = 0
    ground.account.list = async () => listed
    ground.account.rewrite = async () => {
      asked++
      throw new Error('no answer')
    }
    await cards.rotateStream('bedroom', { now: false })
    expect(asked).toBe(3)
    expect(ground.troubles.size).toBeGreaterThan(0)
  })
})

describe('a stream with several keys that no card carries', () => {
  test('says what is the matter with them once, and not in turns', async () => {
    ground.account.fault = 'unavailable'
    await expect(cards.publish({ ...bedroom, stream: 'attic' })).rejects.toThrow('unavailable')
    await cards.streamUrl('attic')
    const told = vi.spyOn(ground.troubles, 'set')
    await cards.rotateStream('attic', { now: true })
    const texts = told.mock.calls.flatMap(([name, text]) => (name === 'stream/attic/copies' ? [text] : []))
    expect(new Set(texts).size).toBe(1)
  })
})

describe('tidying', () => {
  test('takes ended keys out of the store, and leaves living ones', async () => {
    await cards.rotateCard('card0', { now: false })
    await cards.tidy(() => true)
    expect(cards.card('card0').old_keys).toHaveLength(1)
    await ground.clock.advance(7 * dayMs)
    await cards.tidy(() => true)
    expect(cards.card('card0').old_keys).toEqual([])
    expect((await startCards(ground)).card('card0').old_keys).toEqual([])
  })

  test('gives up a key that could not be looked for long after it ended', async () => {
    ground.account.fault = 'unavailable'
    await cards.streamUrl('attic')
    await cards.rotateStream('attic', { now: true })
    expect(ground.troubles.size).toBe(1)
    await ground.clock.advance(30 * dayMs)
    await cards.tidy(() => true)
    expect(ground.troubles).toEqual(new Map())
  })

  test('that the store hinders is logged, and breaks nothing', async () => {
    await cards.rotateCard('card0', { now: true })
    ground.records.delete = async () => {
      throw new Error('the disk is read-only')
    }
    await cards.tidy(() => true)
    expect(ground.log.lines.at(-1)).toMatchObject({ level: 'warn', message: 'old keys stay in the store' })
    expect(cards.byKey(newKey())).toBeDefined()
    expect(cards.byKey(oldKey)).toBeUndefined()
  })
})

describe('a stream that was deleted', () => {
  test('keeps its keys for thirty days, and not a moment longer', async () => {
    const address = await cards.streamUrl('bedroom')
    expect(cards.keptFor('bedroom')).toEqual({ cards: 1, days: 30, tracks: [] })
    await cards.streamChanged('bedroom', false)
    await ground.clock.advance(30 * dayMs - 1)
    await cards.tidy(() => false)
    expect(cards.byKey(oldKey)).toBeDefined()
    expect(await cards.streamUrl('bedroom')).toBe(address)
    await ground.clock.advance(1)
    expect(cards.byKey(oldKey)).toBeUndefined()
    expect((await startCards(ground)).byKey(oldKey)).toBeUndefined()
    await cards.tidy(() => false)
    expect(await storedKeys(ground)).toEqual([])
    expect(cards.list()).toEqual([])
  })

  test('gets them back when there is a stream of that name, and its thirty days start over', async () => {
    await cards.streamChanged('bedroom', false)
    await ground.clock.advance(20 * dayMs)
    await cards.streamChanged('bedroom', true)
    await cards.streamChanged('bedroom', false)
    await ground.clock.advance(20 * dayMs)
    expect((await startCards(ground)).byKey(oldKey)).toBeDefined()
  })

  test('and made again at once is a living stream, in whatever time the store needs', async () => {
    const news = [false, true, false, true].map((exists) => cards.streamChanged('bedroom', exists))
    await Promise.all(news)
    expect(cards.card('card0').stream_deleted_at).toBeNull()
  })

  test('but lives after all, as after a crash, loses no key', async () => {
    await cards.streamChanged('bedroom', false)
    await ground.clock.advance(40 * dayMs)
    const again = await startCards(ground)
    await again.tidy((stream) => stream === 'bedroom')
    expect(again.byKey(oldKey)).toMatchObject({ stream_deleted_at: null })
  })

  test('has its old keys ended all the same', async () => {
    await cards.rotateCard('card0', { now: false })
    await cards.streamChanged('bedroom', false)
    await ground.clock.advance(7 * dayMs)
    expect(cards.byKey(oldKey)).toBeUndefined()
    expect(cards.byKey(newKey())).toBeDefined()
  })

  test('is not one that never was: its cards wait for it', async () => {
    await ground.clock.advance(100 * dayMs)
    await cards.tidy(() => false)
    expect(cards.byKey(oldKey)).toBeDefined()
  })
})
