import type { Clock } from '../../src/core/clock.ts'

interface Timer {
  readonly due: number
  readonly run: () => void
}

/**
 * A clock on a wall, with timers that go by the machine's own time: setting the clock or a sleep of the machine moves
 * what it shows, and no timer. Moves in steps and without promises, so that a year takes seconds.
 */
export class HouseholdClock implements Pick<Clock, 'now' | 'at'> {
  #shown: number
  #machine = 0
  readonly #timers = new Set<Timer>()

  constructor(start: Date) {
    this.#shown = start.getTime()
  }

  now(): Date {
    return new Date(this.#shown)
  }

  at(when: Date, run: () => void): () => void {
    const timer = { due: this.#machine + Math.max(0, when.getTime() - this.#shown), run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Time passes, and timers fire on the way. */
  run(ms: number): void {
    const end = this.#machine + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next)
      this.#to(Math.max(next.due, this.#machine))
      next.run()
    }
    this.#to(end)
  }

  /** The machine sleeps, or its clock is set; back by less than nothing. */
  shift(ms: number): void {
    this.#shown += ms
  }

  #to(machine: number): void {
    this.#shown += machine - this.#machine
    this.#machine = machine
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers)
      if (timer.due <= end && (next === undefined || timer.due < next.due)) next = timer
    return next
  }
}
