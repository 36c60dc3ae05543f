import { expect, test } from 'vitest'
import { backoffMs } from '../../src/core/backoff.ts'

test('waits double from the first to the longest', () => {
  const random = () => 1
  const waits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10_000].map((failures) => backoffMs(failures, { random }))
  expect(waits).toEqual([1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
  const local = { firstMs: 500, longestMs: 30_000, random }
  expect([1, 2, 7, 50].map((failures) => backoffMs(failures, local))).toEqual([500, 1_000, 30_000, 30_000])
})

test('and are cut by up to a half', () => {
  expect(backoffMs(3, { random: () => 0 })).toBe(2_000)
  expect(backoffMs(3, { random: () => 0.5 })).toBe(3_000)
})
