import { expect, test } from 'vitest'
import { betterLevel, levelFilters, levelFor } from '../../../src/audio/import/level.ts'
import type { Heard } from '../../../src/audio/import/sound.ts'

const heard = (lufs: number | null, peak: number | null): Heard => ({
  loudness:
    lufs === null
      ? null
      : { integrated_lufs: lufs, range_lu: 5, threshold_lufs: lufs - 10, offset_lu: -18 - lufs },
  true_peak_dbtp: peak,
})

test('what can be loud enough by a gain alone gets one, and no limiter', () => {
  expect(levelFor(heard(-28, -20))).toEqual({ gain_db: 10.45, ceiling_dbtp: -2.5, isLimited: false })
  expect(levelFilters(levelFor(heard(-28, -20)))).toEqual(['volume=10.45dB:precision=float'])
  expect(levelFor(heard(-28, -10)).isLimited).toBe(true)
  expect(levelFor(heard(-8, 1))).toMatchObject({ isLimited: false })
})

test('silence, its noise, and what cannot be measured keep their level, but for their peaks', () => {
  expect(levelFor(heard(null, null))).toMatchObject({ gain_db: 0, isLimited: false })
  expect(levelFor(heard(-51, -40))).toMatchObject({ gain_db: 0, isLimited: false })
  expect(levelFor(heard(null, -1))).toMatchObject({ gain_db: -1.5, isLimited: false })
})

test('a result within half a unit and below the peak is good', () => {
  const level = levelFor(heard(-28, -20))
  expect(betterLevel(level, heard(-28, -20), heard(-18.5, -1.5))).toBeNull()
  expect(betterLevel(level, heard(-28, -20), heard(-19, -9))).toMatchObject({
    gain_db: 11.45,
    isLimited: false,
  })
})

test('a peak that only the encoder made too loud is limited the next time', () => {
  const level = levelFor(heard(-28, -16))
  expect(level.isLimited).toBe(false)
  const better = betterLevel(level, heard(-28, -16), heard(-18, -1))
  expect(better?.isLimited).toBe(true)
  expect(better?.ceiling_dbtp).toBeCloseTo(-5.55 - 0.7, 5)
})

test('what no gain makes loud is not raised for ever', () => {
  const clicks = heard(-43, -1)
  let level = levelFor(clicks)
  for (let attempt = 0; attempt < 10; attempt++) level = betterLevel(level, clicks, heard(-40, -4)) ?? level
  expect(level.gain_db).toBe(levelFor(clicks).gain_db + 12)
  expect(betterLevel(level, clicks, heard(-40, -4))).toBeNull()
})
