import type { Clock } from '../../src/core/clock.ts'

interface Timer {
  readonly when: number
  readonly order: number
  readonly run: () => void
}

/** A clock that stands still until a test moves it. Timers run in order of time, then of setting. */
export class VirtualClock implements Clock {
  #now: number
  #order = 0
  readonly #timers = new Set<Timer>()

  constructor(start = '2026-11-21T10:00:00Z') {
    this.#now = Date.parse(start)
  }

  now(): Date {
    return new Date(this.#now)
  }

  at(when: Date, run: () => void): () => void {
    const timer = { when: when.getTime(), order: this.#order++, run }
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
   * Moves the clock on, running what is due on the way. Between two timers it lets promises and sockets
   * have their turn, so that what one timer starts can set the next; `between` is how long that turn is.
   */
  async advance(ms: number, between: () => Promise<void> = oneTurn): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await between()
      const next = this.#next(end)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.when)
      next.run()
    }
    this.#now = end
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.when > end) continue
      if (
        next === undefined ||
        timer.when < next.when ||
        (timer.when === next.when && timer.order < next.order)
      )
        next = timer
    }
    return next
  }
}

export function oneTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
