import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/error.ts'

interface Timer {
  readonly when: number
  readonly order: number
  readonly run: () => void
}

/** A clock that stands still until somebody moves it. What is due on the way is done in order of time, then of asking. */
export class DryClock implements Clock {
  readonly #mostTimers: number
  readonly #timers = new Set<Timer>()
  #now: number
  #asked = 0
  #done = 0

  /** `mostTimers`: how many may be done before it is taken that they never end. */
  constructor(start: Date, mostTimers: number) {
    this.#now = start.getTime()
    this.#mostTimers = mostTimers
  }

  now(): Date {
    return new Date(this.#now)
  }

  at(when: Date, run: () => void): () => void {
    const timer = { when: when.getTime(), order: this.#asked++, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const cancel = this.at(new Date(this.#now + ms), () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      })
      const stop = () => {
        cancel()
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  /**
   * Moves it on; before each timer and at the end what the last one started has its turn with `quiet`. Stays where it
   * is as soon as `isOver`.
   * @throws AppError `conflict` when more timers are due than any house has.
   */
  async advance(ms: number, quiet: () => Promise<void>, isOver = () => false): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await quiet()
      if (isOver()) return
      const next = this.#next(end)
      if (next === undefined) break
      if (++this.#done > this.#mostTimers)
        throw new AppError('conflict', `more than ${this.#mostTimers} things were due one after the other`)
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.when)
      next.run()
    }
    this.#now = end
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers)
      if (timer.when <= end && (next === undefined || isBefore(timer, next))) next = timer
    return next
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.when < other.when || (one.when === other.when && one.order < other.order)
}
