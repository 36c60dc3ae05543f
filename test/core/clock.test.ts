import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isoOf, systemClock } from '../../src/core/clock.ts'

describe('the clock of the machine', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  // Node's own timers fire at once beyond 2^31 − 1 ms.
  test('sleeps longer than a timer of Node can', async () => {
    const day = 24 * 3_600_000
    let awake = false
    const slept = systemClock.sleep(60 * day).then(() => {
      awake = true
    })
    await vi.advanceTimersByTimeAsync(60 * day - 1)
    expect(awake).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await slept
  })

  test('stops to sleep when it is told to, with the reason and without a timer left', async () => {
    const abort = new AbortController()
    const slept = expect(systemClock.sleep(1_000, abort.signal)).rejects.toThrow('enough')
    abort.abort(new Error('enough'))
    await slept
    expect(vi.getTimerCount()).toBe(0)
    await expect(systemClock.sleep(1_000, abort.signal)).rejects.toThrow('enough')
  })
})

test('nothing that waits on the clock keeps the process alive', () => {
  const timeouts = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timeouts()
  const cancel = systemClock.at(new Date(Date.now() + 60_000), () => {})
  const abort = new AbortController()
  systemClock.sleep(60_000, abort.signal).catch(() => {})
  expect(timeouts()).toBe(before)
  cancel()
  abort.abort()
})

test('times are written with an offset', () => {
  expect(isoOf(new Date('2026-11-21T10:00:00.5Z'))).toBe('2026-11-21T10:00:00.500+00:00')
})
