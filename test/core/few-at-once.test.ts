import { expect, test } from 'vitest'
import { fewAtOnce } from '../../src/core/few-at-once.ts'

test('as many works as may be go on at once, and what came of them keeps its order', async () => {
  let busy = 0
  let most = 0
  const results = await fewAtOnce([5, 1, 3, 2, 4], 2, async (turns) => {
    most = Math.max(most, ++busy)
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    busy--
    return turns * 10
  })
  expect(results).toEqual([50, 10, 30, 20, 40])
  expect(most).toBe(2)
  expect(await fewAtOnce([], 3, async () => 1)).toEqual([])
})

test('behind one that fails nothing new is begun', async () => {
  const begun: number[] = []
  const work = async (item: number) => {
    begun.push(item)
    await new Promise((resolve) => setImmediate(resolve))
    if (item === 2) throw new Error('the second')
  }
  await expect(fewAtOnce([1, 2, 3, 4, 5, 6], 2, work)).rejects.toThrow('the second')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(begun.length).toBeLessThan(5)
})
