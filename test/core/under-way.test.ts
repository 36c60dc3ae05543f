import { expect, test } from 'vitest'
import { UnderWay } from '../../src/core/under-way.ts'

/** Works that end when the test says so. */
function house(most: number) {
  const underWay = new UnderWay(most)
  const begun: string[] = []
  const ends = new Map<string, (failure?: Error) => void>()
  const run = (work: string) => async () => {
    begun.push(work)
    await new Promise<void>((resolve, reject) =>
      ends.set(work, (failure) => (failure === undefined ? resolve() : reject(failure))),
    )
    return work
  }
  return {
    begun,
    act: (work: string, { name = 'y1', isUrgent = false } = {}) =>
      underWay.take(name, { run: run(work), isUrgent }),
    async end(work: string, failure?: Error) {
      ends.get(work)?.(failure)
      await new Promise(setImmediate)
    },
  }
}

const busy = { code: 'busy', message: expect.stringContaining('2 are under way for y1 already') }

test('one more than may be is refused, and the next is done when there is room again', async () => {
  const { act, begun, end } = house(2)
  const first = act('a')
  void act('b')
  await expect(act('c')).rejects.toMatchObject(busy)
  await end('a')
  expect(await first).toBe('a')
  void act('d')
  expect(begun).toEqual(['a', 'b', 'd'])
})

test('room that a failure leaves is room', async () => {
  const { act, begun, end } = house(1)
  const failing = act('a')
  const told = expect(failing).rejects.toThrow('gone')
  await end('a', new Error('gone'))
  await told
  void act('b')
  expect(begun).toEqual(['a', 'b'])
})

test('what is urgent finds room beside all else, and not without end', async () => {
  const { act, begun } = house(1)
  void act('a')
  await expect(act('b')).rejects.toMatchObject({ code: 'busy' })
  void act('c', { isUrgent: true })
  void act('d', { isUrgent: true })
  await expect(act('e', { isUrgent: true })).rejects.toMatchObject({ code: 'busy' })
  expect(begun).toEqual(['a', 'c', 'd'])
})

test('those that begin while others end are counted', async () => {
  const { act, begun, end } = house(2)
  const next = act('a').then(() => {
    void act('c')
    void act('d')
  })
  void act('b')
  await Promise.all([end('a'), end('b'), next])
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  await expect(act('e')).rejects.toMatchObject(busy)
})

test('each name has room of its own', () => {
  const { act, begun } = house(1)
  void act('a')
  void act('b', { name: 'y2' })
  expect(begun).toEqual(['a', 'b'])
})
