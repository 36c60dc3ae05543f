import type { Clock } from '../core/clock.ts'

/** Timers that end together, as they do when a player is switched off. */
export class Timers {
  readonly #clock: Clock
  readonly #pending = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `run` in `ms` milliseconds of the clock; returns what cancels it. */
  after(ms: number, run: () => void): () => void {
    const cancelTimer = this.#clock.at(new Date(this.#clock.now().getTime() + ms), () => {
      this.#pending.delete(cancel)
      run()
    })
    const cancel = () => {
      this.#pending.delete(cancel)
      cancelTimer()
    }
    this.#pending.add(cancel)
    return cancel
  }

  cancelAll(): void {
    for (const cancel of this.#pending) cancel()
  }
}
