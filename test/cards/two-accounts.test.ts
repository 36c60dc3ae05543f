import { beforeEach, expect, test } from 'vitest'
import type { PublishedCards } from '../../src/cards/published.ts'
import { streamCardPlan } from '../../src/core/card-plan.ts'
import { AccountCards, carries, dayMs, type Ground, newGround, startCards } from './household.ts'

const bedroom = { stream: 'bedroom', title: 'Bedroom', kind: 'queue', chapters: 0 } as const

let family: Ground
let simulator: Ground
let key: string

// One store, and two accounts of which one at a time is in use.
beforeEach(async () => {
  family = newGround()
  simulator = { ...family, account: new AccountCards(), keys: 50 }
  key = (await (await startCards(family)).publish(bedroom)).key
})

const startSimulated = () => startCards(simulator, undefined, undefined, true)
const idsIn = (cards: PublishedCards) => cards.list().map(({ key }) => key)

test('cards of the family are out of reach while players are simulated, and play on', async () => {
  const cards = await startSimulated()
  expect(cards.list()).toEqual([])
  expect(cards.byCard('card0')).toBeUndefined()
  await expect(cards.delete('card0')).rejects.toMatchObject({ code: 'not_found' })
  await expect(cards.change('card0', { title: 'Another' })).rejects.toMatchObject({ code: 'not_found' })
  expect(cards.byKey(key)).toMatchObject({ stream: 'bedroom' })
  expect(cards.inAnyAccount()).toMatchObject([{ key }])
  expect(cards.keptFor('bedroom')).toMatchObject({ cards: 1 })
  await cards.tidy(() => true)
  expect(idsIn(await startCards(family))).toEqual([key])
})

test('cards of simulated players are no cards of the family', async () => {
  const made = await (await startSimulated()).publish({ ...bedroom, title: 'Tried' })
  const cards = await startCards(family)
  expect(idsIn(cards)).toEqual([key])
  expect(cards.byKey(made.key)).toMatchObject({ title: 'Tried' })
  // Of the same id, each in its account.
  expect(made.card_id).toBe('card0')
  await cards.delete('card0')
  expect(idsIn(await startSimulated())).toEqual([made.key])
  expect([...simulator.account.cards.keys()]).toEqual(['card0'])
  expect([...family.account.cards.keys()]).toEqual([])
})

test('a change of such a card leaves it where it is', async () => {
  const simulated = await startSimulated()
  const { card_id } = await simulated.publish({ ...bedroom, title: 'Tried' })
  await simulated.change(card_id ?? '', { title: 'Tried again' })
  expect((await startCards(family)).list().map(({ title }) => title)).toEqual(['Bedroom'])
  expect((await startSimulated()).list().map(({ title }) => title)).toEqual(['Tried again'])
})

test('ensure makes a card of its own in each account', async () => {
  const simulated = await startSimulated()
  await simulated.ensure(bedroom)
  await simulated.ensure(bedroom)
  expect(simulated.list()).toHaveLength(1)
  expect([...simulator.account.cards.keys()]).toEqual(['card0'])
  expect(family.account.saved).toHaveLength(1)
})

test('the address of a stream itself is one, whatever players there are', async () => {
  const url = await (await startCards(family)).streamUrl('bedroom')
  expect(await (await startSimulated()).streamUrl('bedroom')).toBe(url)
})

test('a stream whose keys are rotated meanwhile has its cards published when their account is back', async () => {
  const simulated = await startSimulated()
  const { cards: rotated } = await simulated.rotateStream('bedroom', { now: true })
  expect(rotated).toEqual([
    { card_id: 'card0', title: 'Bedroom', republished: false, reason: expect.stringContaining('not in use') },
  ])
  expect(simulated.byKey(key)).toBeUndefined()
  expect(family.troubles).toEqual(new Map())
  await simulated.settle()
  expect(carries(family, 'card0', key)).toBe(true)
  const cards = await startCards(family)
  await cards.settle()
  expect(carries(family, 'card0', cards.card('card0').key)).toBe(true)
  expect(family.troubles).toEqual(new Map())
})

test('who rotates a stream meanwhile is told until when the cards of the family play on', async () => {
  const simulated = await startSimulated()
  const { old_keys_end_at } = await simulated.rotateStream('bedroom', { now: false })
  expect(simulated.byKey(key)).toBeDefined()
  expect(Date.parse(old_keys_end_at ?? '')).toBe(family.clock.now().getTime() + 7 * dayMs)
})

test('cards of simulated players are of no account to who rotates or deletes a stream of the family', async () => {
  await (await startSimulated()).publish({ ...bedroom, title: 'Tried' })
  const cards = await startCards(family)
  expect(cards.keptFor('bedroom')).toMatchObject({ cards: 1 })
  const { cards: rotated } = await cards.rotateStream('bedroom', { now: false })
  expect(rotated).toEqual([{ card_id: 'card0', title: 'Bedroom', republished: true }])
})

test('cards that people make by hand get the new address of a stream in both accounts, each when it is in use', async () => {
  const url = await (await startCards(family)).streamUrl('bedroom')
  const byHand = streamCardPlan({ title: 'By hand', url, count: 1 })
  const [ofFamily, tried] = await Promise.all(
    [family, simulator].map(({ account }) => account.save(byHand, null)),
  )
  const simulated = await startSimulated()
  const { search_failure } = await simulated.rotateStream('bedroom', { now: false })
  expect(search_failure).toBeNull()
  const newUrl = await simulated.streamUrl('bedroom')
  expect(newUrl).not.toBe(url)
  const urlsOn = ({ account }: Ground, cardId = '') => account.cards.get(cardId)?.urls
  expect(urlsOn(simulator, tried)).toEqual([newUrl])
  expect(urlsOn(family, ofFamily)).toEqual([url])
  await (await startCards(family)).settle()
  expect(urlsOn(family, ofFamily)).toEqual([newUrl])
})

test('a deleted stream ends the keys of both in the end', async () => {
  const simulated = await startSimulated()
  await simulated.streamChanged('bedroom', false)
  await simulated.tidy(() => false)
  expect(simulated.byKey(key)).toBeDefined()
  await family.clock.advance(31 * 86_400_000)
  await simulated.tidy(() => false)
  expect(simulated.byKey(key)).toBeUndefined()
})
