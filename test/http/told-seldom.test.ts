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
