import { expect, test } from 'vitest'
import { LivePositions, type StoredPosition } from '../../../src/audio/live/live-positions.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const place = { item: 'item-1', frame: 500 }
const left = { ...place, isEnd: false, round: null }

async function positionsOver(store = memoryCollection<StoredPosition>(), clock = new VirtualClock()) {
  const failures: unknown[] = []
  const positions = new LivePositions({ store, clock, failed: (error) => failures.push(error) })
  await positions.start()
  return { positions, store, clock, failures }
}

test('whoever has just left goes on there once, under any of its names', async () => {
  const { positions, clock } = await positionsOver()
  positions.left('card address 1', 'bedroom', left)
  await clock.advance(59_000)
  expect(positions.takeLeft(['card player 1', 'card address 1'], 'kitchen')).toBeNull()
  expect(positions.takeLeft(['card player 1', 'card address 1'], 'bedroom')).toMatchObject(place)
  expect(positions.takeLeft(['card address 1'], 'bedroom')).toBeNull()
})

test('after a minute it does not go on, but where it was is known for a day', async () => {
  const { positions, clock } = await positionsOver()
  positions.left('listener', 'bedroom', left)
  await clock.advance(61_000)
  expect(positions.takeLeft(['listener'], 'bedroom')).toBeNull()
  expect(positions.last(['listener'], 'bedroom')).toMatchObject(place)
  await clock.advance(24 * 3_600_000)
  expect(positions.last(['listener'], 'bedroom')).toBeNull()
})

test('is known to the next run, as far as it was stored', async () => {
  const { positions, store, clock } = await positionsOver()
  positions.at('listener', 'bedroom', place)
  expect(await store.entries()).toEqual([])
  await positions.flush()
  expect(await store.entries()).toHaveLength(1)
  const next = await positionsOver(store, clock)
  expect(next.positions.takeLeft(['listener'], 'bedroom')).toMatchObject(place)
})

test('the end of a stream holds for a minute, and leaves nothing in the store', async () => {
  const { positions, store, clock } = await positionsOver()
  positions.at('listener', 'bedroom', place)
  await positions.flush()
  positions.left('listener', 'bedroom', { ...place, isEnd: true, round: null })
  await positions.flush()
  expect(await store.entries()).toEqual([])
  expect(positions.takeLeft(['listener'], 'bedroom')?.isEnd).toBe(true)
  expect(positions.takeLeft(['listener'], 'bedroom')?.isEnd).toBe(true)
  expect(positions.last(['listener'], 'bedroom')).toBeNull()
  await clock.advance(61_000)
  expect(positions.takeLeft(['listener'], 'bedroom')).toBeNull()
})

test('what is older than a day leaves the store', async () => {
  const { positions, store, clock } = await positionsOver()
  positions.at('listener', 'bedroom', place)
  await positions.flush()
  await clock.advance(25 * 3_600_000)
  await positionsOver(store, clock)
  expect(await store.entries()).toEqual([])
})

test('keeps the last thousand, in the store too', async () => {
  const { positions, store } = await positionsOver()
  for (let one = 0; one < 1100; one++) positions.at(`listener ${one}`, 'bedroom', place)
  await positions.flush()
  expect(await store.entries()).toHaveLength(1000)
})

test('what could not be stored is stored the next time', async () => {
  const store = memoryCollection<StoredPosition>()
  let isFull = true
  const { positions, failures } = await positionsOver({
    ...store,
    set: (key, value) => (isFull ? Promise.reject(new Error('disk full')) : store.set(key, value)),
  })
  positions.at('listener', 'bedroom', place)
  await positions.flush()
  expect(failures).toHaveLength(1)
  isFull = false
  await positions.flush()
  expect(await store.entries()).toHaveLength(1)
})
