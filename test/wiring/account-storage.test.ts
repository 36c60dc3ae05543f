import { expect, test } from 'vitest'
import { memoryStorage } from '../../src/core/memory-collection.ts'
import {
  accountCollection,
  forgetSimulatedAudio,
  markSimulatedCards,
} from '../../src/wiring/account-storage.ts'

test('what lies in the simulated account has a place of its own', async () => {
  const storage = memoryStorage()
  const at = (simulated: boolean) => accountCollection<string>(storage, 'test-cards', { simulated })
  await at(false).set('key', 'of the family')
  await at(true).set('key', 'simulated')
  expect(await at(false).entries()).toEqual([['key', 'of the family']])
  expect(await at(true).entries()).toEqual([['key', 'simulated']])
})

test('cards of an earlier version are known by the deck of the simulated account', async () => {
  const storage = memoryStorage()
  const records = storage.collection<object>('published-cards')
  const before = {
    tried: { card_id: 'sim01', stream: 'bedroom', of: 'another version' },
    family: { card_id: 'fam01', stream: 'bedroom' },
    own: { card_id: null, stream: 'bedroom' },
  }
  for (const [key, record] of Object.entries(before)) await records.set(key, record)
  await storage.collection<object>('simulated-cards').set('sim01', {})
  await markSimulatedCards(storage)
  await markSimulatedCards(storage)
  expect(Object.fromEntries(await records.entries())).toEqual({
    ...before,
    tried: { ...before.tried, simulated: true },
  })
})

test('audio that an earlier version sent to the simulated account does not pass for audio at Yoto', async () => {
  const storage = memoryStorage()
  const sent = storage.collection<object>('uploaded-audio')
  const ofYoto = { media: { id: 'atYoto' }, used_ms: 1 }
  await sent.set('abc', { media: { id: 'tried' }, used_ms: 1 })
  await sent.set('def', ofYoto)
  await storage.collection<object>('simulated-media').set('tried', { id: 'tried' })
  await forgetSimulatedAudio(storage)
  expect(await sent.entries()).toEqual([['def', ofYoto]])
})
