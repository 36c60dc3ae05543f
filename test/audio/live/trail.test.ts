import { expect, test } from 'vitest'
import { Trail } from '../../../src/audio/live/trail.ts'

test('looks back over the items that were sent', () => {
  const trail = new Trail(100)
  trail.add({ item: 'one', frame: 500 }, 20)
  trail.add({ item: 'one', frame: 520 }, 20)
  trail.add({ item: 'two', frame: 0 }, 30)
  expect(trail.back(0)).toEqual({ item: 'two', frame: 30 })
  expect(trail.back(10)).toEqual({ item: 'two', frame: 20 })
  expect(trail.back(31)).toEqual({ item: 'one', frame: 539 })
  expect(trail.back(70)).toEqual({ item: 'one', frame: 500 })
})

test('begins with the oldest that it knows', () => {
  const trail = new Trail(100)
  expect(trail.back(5)).toBeNull()
  trail.add({ item: 'one', frame: 7 }, 3)
  expect(trail.back(50)).toEqual({ item: 'one', frame: 7 })
})

test('keeps no more than it is asked to look back', () => {
  const trail = new Trail(100)
  for (let item = 0; item < 50; item++) trail.add({ item: `${item}`, frame: 0 }, 30)
  expect(trail.back(100)).toEqual({ item: '46', frame: 20 })
  expect(trail.back(10_000)).toEqual({ item: '46', frame: 0 })
})

test('an item that is heard twice in a row is two runs', () => {
  const trail = new Trail(100)
  trail.add({ item: 'one', frame: 0 }, 40)
  trail.add({ item: 'one', frame: 0 }, 40)
  expect(trail.back(50)).toEqual({ item: 'one', frame: 30 })
})
