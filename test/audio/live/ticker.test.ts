import { expect, test } from 'vitest'
import { Ticker } from '../../../src/audio/live/ticker.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const periodMs = 120

function tickerWith(count: number) {
  const clock = new VirtualClock()
  const ticker = new Ticker({ clock, periodMs, slots: 6 })
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
  const ticker = new Ticker({ clock, periodMs, slots: 1 })
  let calls = 0
  let cancel: () => void = () => undefined
  ticker.add(() => cancel())
  cancel = ticker.add(() => calls++)
  await clock.advance(1200)
  expect(calls).toBe(0)
})
