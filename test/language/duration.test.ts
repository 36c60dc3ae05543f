import { expect, test } from 'vitest'
import { durationMs } from '../../src/language/duration.ts'

test.each([
  ['10s', 10_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
])('%s is %d milliseconds', (text, expected) => {
  expect(durationMs(text)).toBe(expected)
})
