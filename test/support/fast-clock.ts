import { type Clock, systemClock } from '../../src/core/clock.ts'

/** The machine's clock, running `factor` times as fast: players play and timers fire that much sooner. It begins `aheadMs` ahead. */
export function fastClock(factor: number, aheadMs = 0): Clock {
  const start = Date.now()
  const clock: Clock = {
    now: () => new Date(start + aheadMs + (Date.now() - start) * factor),
    at(when, run) {
      const realMs = (when.getTime() - clock.now().getTime()) / factor
      return systemClock.at(new Date(Date.now() + realMs), run)
    },
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  }
  return clock
}
