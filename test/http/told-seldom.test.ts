import { expect, test } from 'vitest'
import { ToldSeldom } from '../../src/http/told-seldom.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const told = (seldom: ToldSeldom, listener: string, requests: number) =>
  Array.from({ length: requests }, () => seldom.isTold(listener)).filter(Boolean).length

test('a listener that seeks is told of each time, and one that asks without end once a second', async () => {
  const clock = new VirtualClock()
  const seldom = new ToldSeldom({ clock })
  expect(told(seldom, 'one', 1000)).toBe(30)
  expect(told(seldom, 'other', 5)).toBe(5)
  await clock.advance(3_000)
  expect(told(seldom, 'one', 1000)).toBe(3)
  await clock.advance(3_600_000)
  expect(told(seldom, 'one', 1000)).toBe(30)
})

test('to look whether it would be told of counts for nothing', () => {
  const seldom = new ToldSeldom({ clock: new VirtualClock() })
  for (let look = 0; look < 100; look++) expect(seldom.wouldTell('one')).toBe(true)
  expect(told(seldom, 'one', 1000)).toBe(30)
  expect(seldom.wouldTell('one')).toBe(false)
  expect(seldom.wouldTell('other')).toBe(true)
})
