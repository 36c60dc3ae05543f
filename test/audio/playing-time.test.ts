import { expect, test } from 'vitest'
import { begunWithin, playingMs } from '../../src/audio/playing-time.ts'

const files = [{ frames: 100 }, { frames: 1 }, { frames: 50 }]

test('as many files have begun as play before the time is over, and always the first', () => {
  const counts = [-5000, 0, 1, 2399, 2400, 2401, 2423, 2424, 2425, 1e9, Number.POSITIVE_INFINITY].map((ms) =>
    begunWithin(files, ms),
  )
  expect(counts).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3])
  expect(begunWithin([], 1000)).toBe(0)
  expect(begunWithin([], 0)).toBe(0)
})

test('files play for 24 ms a frame', () => {
  expect(playingMs(files)).toBe(151 * 24)
})
