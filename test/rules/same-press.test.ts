import { expect, test } from 'vitest'
import { SamePress } from '../../src/rules/same-press.ts'
import { buttonPress } from '../support/button-press.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

test('the same button of a player within 300 ms is one press', async () => {
  const clock = new VirtualClock()
  const same = new SamePress(clock)
  expect(same.isAgain(buttonPress())).toBe(false)
  await clock.advance(299)
  expect(same.isAgain(buttonPress())).toBe(true)
  expect(same.isAgain(buttonPress({ player: 'y2' }))).toBe(false)
  await clock.advance(1)
  expect(same.isAgain(buttonPress())).toBe(false)
})

test('each request that is a press counts', () => {
  const same = new SamePress(new VirtualClock())
  expect([1, 2].map(() => same.isAgain(buttonPress({ via: 'http' })))).toEqual([false, false])
})

test('another button in between makes it another press', () => {
  const same = new SamePress(new VirtualClock())
  const answers = ['right', 'left', 'right', 'right'] as const
  expect(answers.map((button) => same.isAgain(buttonPress({ button })))).toEqual([false, false, false, true])
})
