import { expect, test } from 'vitest'
import { Recent } from '../../src/core/recent.ts'

test('keeps what was set last, the oldest first', () => {
  const recent = new Recent<string, number>(3)
  for (const [place, name] of ['a', 'b', 'c'].entries()) recent.set(name, place)
  recent.set('a', 9).set('d', 4)
  expect([...recent]).toEqual([
    ['c', 2],
    ['a', 9],
    ['d', 4],
  ])
})
