import { expect, test } from 'vitest'
import { Loved } from '../../../src/audio/library/loved.ts'
import { memoryCollection } from '../../support/memory-collection.ts'

test('what is loved is known after a restart too, until it is loved no longer', async () => {
  const records = memoryCollection<true>()
  const loved = new Loved(records)
  await loved.open()
  await loved.set('a', true)
  await loved.set('b', true)
  await loved.set('b', false)
  expect([loved.has('a'), loved.has('b'), loved.has('c')]).toEqual([true, false, false])
  const again = new Loved(records)
  await again.open()
  expect([again.has('a'), again.has('b')]).toEqual([true, false])
})

test('what could not be kept is as it was before', async () => {
  const records = {
    ...memoryCollection<true>(),
    set: () => Promise.reject(new Error('the disk is full')),
    delete: () => Promise.reject(new Error('the disk is full')),
    entries: async (): Promise<[string, true][]> => [['old', true]],
  }
  const loved = new Loved(records)
  await loved.open()
  await expect(loved.set('new', true)).rejects.toThrow('the disk is full')
  await expect(loved.set('old', false)).rejects.toThrow('the disk is full')
  expect([loved.has('new'), loved.has('old')]).toEqual([false, true])
})
