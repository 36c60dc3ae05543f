import { beforeEach, describe, expect, test } from 'vitest'
import type { PublishedCards } from '../../src/cards/published.ts'
import { type Ground, newGround, settled, startCards, storedKeys } from './household.ts'

const bedroom = { stream: 'bedroom', title: 'Bedroom', kind: 'stream', chapters: 3 } as const
const bedroomQueue = { ...bedroom, kind: 'queue' } as const

let ground: Ground
let cards: PublishedCards

beforeEach(async () => {
  ground = newGround()
  cards = await startCards(ground)
})

function lastPlan() {
  const plan = ground.account.saved.at(-1)?.plan
  if (plan === undefined) throw new Error('nothing was saved')
  return plan
}

describe('publishing', () => {
  test('a stream card has chapters of one track that all play the stream', async () => {
    const card = await cards.publish(bedroom)
    expect(card).toMatchObject({ card_id: 'card0', stream: 'bedroom', chapters: 3 })
    expect(lastPlan().chapters.map(({ key, tracks }) => [key, tracks.length, tracks[0]?.url])).toEqual([
      ['01', 1, card.url],
      ['02', 1, card.url],
      ['03', 1, card.url],
    ])
    expect(cards.byKey(card.key)).toEqual(card)
    expect(cards.byCard('card0')).toEqual(card)
  })

  test('a queue card has a chapter for each slot, with an address of its own', async () => {
    const card = await cards.publish(bedroomQueue)
    const urls = lastPlan().chapters.map(({ key, tracks }) => [key, tracks[0]?.url])
    expect(urls).toHaveLength(7)
    for (const [slot, url] of urls) expect(url).toBe(`http://192.0.2.1:8098/media/${card.key}/${slot}.mp3`)
    expect(card.url).toBe(`http://192.0.2.1:8098/media/${card.key}/stream.mp3`)
  })

  test('a linear queue card has a numbered chapter for each item, and knows its player', async () => {
    const card = await cards.publish({
      ...bedroomQueue,
      slots: 'linear',
      confirm: 'mqtt',
      player: 'y1',
    })
    expect(
      lastPlan()
        .chapters.map(({ key }) => key)
        .slice(0, 3),
    ).toEqual(['01', '02', '03'])
    expect(card).toMatchObject({ slots: 'linear', confirm: 'mqtt', player: 'y1' })
    expect((await startCards(ground)).byKey(card.key)).toEqual(card)
  })

  test('the key is in the store before the account has the card', async () => {
    let stored: string[] = []
    ground.account.asked = async () => {
      stored = await storedKeys(ground)
    }
    const { key } = await cards.publish(bedroom)
    expect(stored).toEqual([key])
  })

  test('a refused card leaves no key behind', async () => {
    ground.account.fault = 'refused'
    await expect(cards.publish(bedroom)).rejects.toThrow('the account says refused')
    expect(await storedKeys(ground)).toEqual([])
  })

  test('a card that may have been made before the connection broke keeps its key, and is not the stream’s own', async () => {
    ground.account.fault = 'unavailable'
    await expect(cards.publish(bedroom)).rejects.toThrow()
    const [key = ''] = await storedKeys(ground)
    expect(cards.byKey(key)?.stream).toBe('bedroom')
    expect(await cards.streamUrl('bedroom')).not.toContain(key)
  })

  test.each([{ slots: 'linear' }, { confirm: 'mqtt' }] as const)(
    'a stream card cannot have %j',
    async (wish) => {
      const name = Object.keys(wish).join()
      await expect(cards.publish({ ...bedroom, ...wish })).rejects.toMatchObject({
        code: 'unprocessable',
        message: expect.stringContaining(`${name}: only a queue card has this`),
      })
      expect(await storedKeys(ground)).toEqual([])
    },
  )
})

describe('mending', () => {
  test('a stream may have a card of each kind, and a record that names none is a stream card', async () => {
    const { kind: _, ...older } = await cards.publish(bedroom)
    await ground.records.set(older.key, older)
    const again = await startCards(ground)
    expect(again.byKey(older.key)).toMatchObject(older)
    expect((await again.ensure(bedroom)).key).toBe(older.key)
    const queue = await again.ensure(bedroomQueue)
    expect(queue.key).not.toBe(older.key)
    expect(await again.ensure(bedroomQueue)).toEqual(queue)
    expect((await startCards(ground)).list().map(({ key }) => key)).toEqual([older.key, queue.key])
    expect(ground.account.saved).toHaveLength(2)
  })

  test('a card is known again after a restart, and not made twice', async () => {
    const first = await cards.ensure(bedroom)
    expect(await (await startCards(ground)).ensure(bedroom)).toEqual(first)
    expect(ground.account.saved).toHaveLength(1)
  })

  test('a card that the account lost is made anew under its old key', async () => {
    const first = await cards.ensure(bedroom)
    ground.account.cards.clear()
    ground.account.cards.set('another', { title: 'Another', urls: [] })
    const mended = await (await startCards(ground)).ensure(bedroom)
    expect(mended.key).toBe(first.key)
    expect(mended.card_id).toBe('card1')
  })

  test('a card whose address is not ours any more is mended', async () => {
    await cards.ensure(bedroom)
    const moved = await (await startCards(ground, 'http://192.0.2.9:8098')).ensure(bedroom)
    expect(moved.url).toContain('http://192.0.2.9:8098/')
    expect(ground.account.saved[1]).toMatchObject({ cardId: 'card0' })
  })
})

describe('the address of a stream', () => {
  test('is the same for two who ask at once, and never a card’s', async () => {
    const card = await cards.publish(bedroom)
    const [one, other] = await Promise.all([cards.streamUrl('bedroom'), cards.streamUrl('bedroom')])
    expect(one).toBe(other)
    expect(one).not.toBe(card.url)
  })

  test('is the same each time, without a card', async () => {
    const url = await cards.streamUrl('kitchen')
    expect(await cards.streamUrl('kitchen')).toBe(url)
    expect(await (await startCards(ground)).streamUrl('kitchen')).toBe(url)
    expect(cards.list()).toEqual([])
  })
})

describe('changing a card', () => {
  test('its player and its confirmation change without asking the account', async () => {
    const { key } = await cards.publish(bedroomQueue)
    ground.account.fault = 'unavailable'
    await cards.change('card0', { player: 'y1', confirm: 'mqtt' })
    expect((await startCards(ground)).byKey(key)).toMatchObject({ player: 'y1', confirm: 'mqtt' })
    expect(await cards.change('card0', { player: null })).toMatchObject({ player: null, confirm: 'mqtt' })
  })

  test('a new cut and title are on the card before they are kept', async () => {
    const { key } = await cards.publish(bedroomQueue)
    const card = await cards.change('card0', { slots: 'linear', title: 'Dreams', player: 'y1' })
    expect(card).toMatchObject({ key, slots: 'linear', title: 'Dreams', player: 'y1', carried_key: key })
    expect(ground.account.saved.at(-1)).toMatchObject({ cardId: 'card0', plan: { title: 'Dreams' } })
    expect(cards.planOf(card).chapters[0]?.key).toBe('01')
    expect((await startCards(ground)).byKey(key)).toEqual(card)
  })

  test('what is the same already is not published again', async () => {
    await cards.publish(bedroomQueue)
    await cards.change('card0', { slots: 'interactive', title: 'Bedroom' })
    expect(ground.account.saved).toHaveLength(1)
  })

  test('nothing of it is kept when the account says no', async () => {
    const card = await cards.publish(bedroomQueue)
    ground.account.fault = 'refused'
    await expect(cards.change('card0', { slots: 'linear', player: 'y1' })).rejects.toThrow('refused')
    expect(cards.byKey(card.key)).toEqual(card)
    await settled()
    expect(ground.troubles).toEqual(new Map())
  })

  test('a card of which nobody knows what the account made of it is made again as it was', async () => {
    const card = await cards.publish(bedroomQueue)
    ground.account.fault = 'unavailable'
    await expect(cards.change('card0', { slots: 'linear', title: 'Dreams' })).rejects.toThrow('unavailable')
    await settled()
    expect([...ground.troubles.values()]).toEqual([
      expect.stringContaining('card "Bedroom" (card0) may differ from what is shown here'),
    ])
    expect([...ground.troubles.keys()]).toEqual(['card/card0/outdated'])
    const again = await startCards(ground)
    ground.account.fault = null
    await again.settle()
    expect(again.byKey(card.key)).toEqual(card)
    expect(lastPlan().chapters).toHaveLength(7)
    expect(ground.troubles).toEqual(new Map())
  })

  test.each([{ slots: 'interactive' }, { confirm: 'request' }] as const)(
    'a stream card cannot be given %j',
    async (wish) => {
      await cards.publish(bedroom)
      await expect(cards.change('card0', wish)).rejects.toMatchObject({ code: 'unprocessable' })
    },
  )

  test('a card that was not published here is not found', async () => {
    await expect(cards.change('nope0', { player: null })).rejects.toMatchObject({
      code: 'not_found',
      message: 'there is no published card "nope0"',
    })
  })
})

describe('a card whose requests are no presses', () => {
  const reason = 'Nursery asks ahead'

  test('is switched to what Yoto reports, says so, and goes on saying so after a restart', async () => {
    const { key } = await cards.publish(bedroomQueue)
    await cards.distrust(key, reason)
    for (const run of [cards, await startCards(ground)]) {
      expect(run.byKey(key)).toMatchObject({ confirm: 'mqtt', distrusted: reason })
      expect([...ground.troubles]).toEqual([
        [
          'card/card0/distrusted',
          'card "Bedroom": Nursery asks ahead; to undo: PUT /api/cards/card0 {"confirm":"request"}',
        ],
      ])
    }
    expect(ground.account.saved).toHaveLength(1)
  })

  test.each(['request', 'mqtt'] as const)(
    'is a person’s again once confirm is set to %s',
    async (confirm) => {
      const { key } = await cards.publish(bedroomQueue)
      await cards.distrust(key, reason)
      expect(await cards.change('card0', { confirm })).toMatchObject({ confirm, distrusted: null })
      expect(ground.troubles).toEqual(new Map())
    },
  )

  test('keeps what a person chose, and a stream card has nothing to distrust', async () => {
    const queue = await cards.publish({ ...bedroomQueue, confirm: 'mqtt' })
    const stream = await cards.publish(bedroom)
    for (const { key } of [queue, stream]) await cards.distrust(key, reason)
    await cards.distrust('nobody’s key', reason)
    expect(cards.list()).toEqual([queue, stream])
  })

  test('is found by an old key too', async () => {
    const { key } = await cards.publish(bedroomQueue)
    await cards.rotateCard('card0', { now: false })
    await cards.distrust(key, reason)
    expect(cards.card('card0')).toMatchObject({ distrusted: reason })
  })
})

describe('records of earlier versions', () => {
  test('have the defaults for what they lack, and keep what this version does not know', async () => {
    const oldest = { key: 'k1', stream: 'bedroom', title: 'Bedroom', card_id: 'c1', chapters: 20, url: 'u' }
    const older = { ...oldest, key: 'k2', card_id: 'c2', kind: 'queue', created_at: '2026-11-01T00:00:00Z' }
    await ground.records.set('k1', oldest)
    await ground.records.set('k2', {
      ...older,
      of_tomorrow: true,
      old_keys: [7, { key: 'k0' }, { key: 'k2', ends_at: '2026-11-01T00:00:00Z' }],
    })
    await ground.records.set('k3', { ...oldest, key: 'k3', card_id: 'c3', kind: 'linear' })
    const again = await startCards(ground)
    const found = again.list().map(({ kind, slots, confirm, player }) => [kind, slots, confirm, player])
    expect(found).toEqual([
      ['stream', 'interactive', 'request', null],
      ['stream', 'interactive', 'request', null],
      ['queue', 'interactive', 'request', null],
    ])
    await again.change('c2', { player: 'y1' })
    expect(await ground.records.get('k2')).toMatchObject({ of_tomorrow: true, player: 'y1', old_keys: [] })
    expect(ground.troubles).toEqual(new Map())
  })

  test('that cannot be read are named and left alone, whatever else is done', async () => {
    await ground.records.set('k-secret-9', { stream: 7 })
    const again = await startCards(ground)
    await again.publish(bedroom)
    await again.tidy(() => false)
    expect(await ground.records.get('k-secret-9')).toEqual({ stream: 7 })
    const line = ground.log.lines.find(({ level }) => level === 'warn')
    expect(line).toMatchObject({
      message: expect.stringContaining('cannot be read'),
      detail: { key: 'k-secr' },
    })
  })
})
