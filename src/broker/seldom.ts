import type { Clock } from '../core/clock.ts'

const againAfterMs = 3_600_000
const mostInThatTime = 30

/** Lets one thing be said once an hour, and not too many different ones: whoever is refused tries again every second. */
export class Seldom {
  readonly #clock: Clock
  /** When each was said last, in that order. */
  readonly #said = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether it may be said now; it counts as said then. */
  mayBeSaid(what: string): boolean {
    const now = this.#clock.now().getTime()
    for (const [each, at] of this.#said) {
      // A clock that was set back must not silence it for long.
      if (now - at < againAfterMs && now >= at) break
      this.#said.delete(each)
    }
    if (this.#said.has(what) || this.#said.size >= mostInThatTime) return false
    this.#said.set(what, now)
    return true
  }
}
