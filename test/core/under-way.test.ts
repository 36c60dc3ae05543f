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
    act: (work: string, { name = 'y1', overtakes = [] as string[], isUrgent = false } = {}) =>
      underWay.take(name, { run: run(work), overtakes, isUrgent }),
    set: (value: string, work: string, name = 'y1') =>
      underWay.take(name, { run: run(work), value: { name: value, overtaken: 'overtaken' } }),
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

test('of values that wait the newest is done, and no other', async () => {
  const { set, begun, end } = house(8)
  const works = ['1', '2', '3', '4', '5', '6', '7'].map((work) => set('volume', work))
  expect(begun).toEqual(['1', '2', '3', '4'])
  expect(await Promise.all([works[4], works[5]])).toEqual(['overtaken', 'overtaken'])
  await end('1')
  expect(begun).toEqual(['1', '2', '3', '4', '7'])
  await end('7')
  expect(await works[6]).toBe('7')
})

test('a value that is sent without end leaves room for others', () => {
  const { set, act, begun } = house(8)
  for (let n = 0; n < 50; n++) void set('volume', `${n}`)
  void set('light', 'red')
  void act('stop')
  expect(begun).toEqual(['0', '1', '2', '3', 'red', 'stop'])
})

test('values wait where acts have all the room, in the order of the newest', async () => {
  const { set, act, begun, end } = house(2)
  void act('a')
  void act('b')
  void set('volume', '1')
  void set('light', 'red')
  void set('volume', '2')
  await end('a')
  expect(begun).toEqual(['a', 'b', 'red'])
  await end('b')
  expect(begun).toEqual(['a', 'b', 'red', '2'])
})

test('what sets more than a value ends those that wait, unless it is refused itself', async () => {
  const { set, act, begun, end } = house(5)
  for (const work of ['1', '2', '3', '4']) void set('volume', work)
  const waits = set('volume', '5')
  void act('a')
  await expect(act('b', { overtakes: ['volume'] })).rejects.toMatchObject({ code: 'busy' })
  await end('a')
  void act('c', { overtakes: ['volume'] })
  expect(await waits).toBe('overtaken')
  await end('1')
  expect(begun).toEqual(['1', '2', '3', '4', 'a', 'c'])
})
