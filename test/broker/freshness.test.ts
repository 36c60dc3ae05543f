import { describe, expect, test } from 'vitest'
import { Freshness, TooOld } from '../../src/broker/freshness.ts'
import { SleepingClock } from '../support/sleeping-clock.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

function subject() {
  const heart = new SleepingClock()
  const clock = new VirtualClock()
  const freshness = new Freshness({ clock, heart })
  freshness.start()
  return { heart, clock, freshness }
}

describe('a message that comes', () => {
  test('while all goes on is fresh for ten seconds', async () => {
    const { heart, clock, freshness } = subject()
    await heart.advance(3_600_000)
    const { check } = freshness.arrived()
    await clock.advance(10_000)
    check()
    await clock.advance(1)
    expect(check).toThrow(TooOld)
  })

  test.each(['before', 'after'])(
    'when the program stood still may be old, read %s its timers',
    async (order) => {
      const { heart, freshness } = subject()
      await heart.advance(60_000)
      heart.pass(1_800_000)
      if (order === 'after') await heart.advance(1000)
      expect(freshness.arrived().check).toThrow('this program stood still for 180')
      await heart.advance(2000)
      freshness.arrived().check()
    },
  )

  test('after a stop of a few seconds is fresh', async () => {
    const { heart, freshness } = subject()
    await heart.advance(60_000)
    heart.pass(8000)
    freshness.arrived().check()
  })

  test('after a clock was set back by hours is fresh', async () => {
    const { heart, freshness } = subject()
    heart.pass(60_000)
    expect(freshness.arrived().check).toThrow(TooOld)
    heart.pass(-7_200_000)
    freshness.arrived().check()
  })
})
