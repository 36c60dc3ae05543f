import { expect, test } from 'vitest'
import { Pace } from '../../../src/audio/live/pace.ts'

const beganMs = 1_000_000
const burst = 166

test('four seconds are due at once, and then what time has passed', () => {
  const pace = new Pace(beganMs)
  expect(pace.due(beganMs)).toBe(burst)
  expect(pace.due(beganMs + 23)).toBe(burst)
  expect(pace.due(beganMs + 24)).toBe(burst + 1)
  expect(pace.due(beganMs + 2400)).toBe(burst + 100)
})

test('is as far after an hour of uneven ticks as the clock is', () => {
  const pace = new Pace(beganMs)
  let nowMs = beganMs
  for (let tick = 0; nowMs < beganMs + 3_600_000; tick++) {
    pace.due(nowMs)
    nowMs += 100 + ((tick * 37) % 150)
  }
  expect(pace.due(nowMs)).toBe(burst + Math.floor((nowMs - beganMs) / 24))
})

test.each([
  ['forward', 3_600_000],
  ['back', -3_600_000],
])('a clock that is set %s is no time that has passed', (_, step) => {
  const pace = new Pace(beganMs)
  expect(pace.due(beganMs + 2400)).toBe(burst + 100)
  expect(pace.due(beganMs + 2400 + step)).toBe(burst + 100)
  expect(pace.due(beganMs + 4800 + step)).toBe(burst + 200)
})
