import { expect, test } from 'vitest'
import { Ticker } from '../../../src/audio/live/ticker.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const periodMs = 120

function tickerWith(count: number) {
  const clock = new VirtualClock()
  const ticker = new Ticker({ clock, periodMs, slots: 6, full: 1 })
  const calls: number[][] = Array.from({ length: count }, () => [])
  const cancels = calls.map((times) => ticker.add((nowMs) => times.push(nowMs)))
  return { clock, ticker, calls, cancels }
}

test('calls everybody once in each period, at the same distance', async () => {
  const { clock, calls } = tickerWith(60)
  await clock.advance(1200)
  for (const times of calls) {
    expect(times).toHaveLength(10)
    for (const [place, time] of times.slice(1).entries()) expect(time - (times[place] ?? 0)).toBe(periodMs)
  }
})

test('calls no more than a share of them at the same time', async () => {
  const { clock, calls } = tickerWith(60)
  await clock.advance(periodMs)
  const together = new Map<number, number>()
  for (const time of calls.flat()) together.set(time, (together.get(time) ?? 0) + 1)
  expect([...together.values()]).toEqual(Array(6).fill(10))
})

test('fills a group before the next is begun, and spreads what is more than all of them hold', async () => {
  const clock = new VirtualClock()
  const ticker = new Ticker({ clock, periodMs, slots: 3, full: 20 })
  const times: number[] = []
  const groups = async (count: number) => {
    while (ticker.size < count) ticker.add(() => times.push(clock.now().getTime()))
    await clock.advance(periodMs)
    times.length = 0
    await clock.advance(periodMs)
    return [...new Set(times)].map((at) => times.filter((time) => time === at).length).sort()
  }
  expect(await groups(20)).toEqual([20])
  expect(await groups(50)).toEqual([10, 20, 20])
  expect(await groups(90)).toEqual([30, 30, 30])
})

test('tells when a call was due and not when it came, so that the steps are even', async () => {
  const clock = new VirtualClock()
  let lateMs = 0
  const late = {
    now: () => clock.now(),
    at: (when: Date, run: () => void) => clock.at(new Date(when.getTime() + lateMs), run),
    sleep: (ms: number) => clock.sleep(ms),
  }
  const ticker = new Ticker({ clock: late, periodMs, slots: 1, full: 1 })
  const steps: number[] = []
  let last = Math.floor(clock.now().getTime() / periodMs) * periodMs
  ticker.add((dueMs) => {
    steps.push((dueMs - last) / periodMs)
    last = dueMs
    lateMs = steps.length === 4 ? 3.5 * periodMs : (steps.length * 37) % 100
  })
  await clock.advance(12 * periodMs)
  // Late by more than three periods it has as much to do as four.
  expect(steps).toEqual([1, 1, 1, 1, 1, 4, 1, 1])
})

test('keeps no timer when nobody is left', async () => {
  const { clock, ticker, calls, cancels } = tickerWith(20)
  await clock.advance(periodMs)
  for (const cancel of cancels) cancel()
  expect(ticker.size).toBe(0)
  await clock.advance(1200)
  expect(calls.flat()).toHaveLength(20)
})

test('one that ends another in its tick does so at once', async () => {
  const clock = new VirtualClock()
  const ticker = new Ticker({ clock, periodMs, slots: 1, full: 1 })
  let calls = 0
  let cancel: () => void = () => undefined
  ticker.add(() => cancel())
  cancel = ticker.add(() => calls++)
  await clock.advance(1200)
  expect(calls).toBe(0)
})
