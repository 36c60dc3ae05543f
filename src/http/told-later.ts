import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'

// Those who come together come within this; and it is sooner than anybody acts on what is told.
const laterMs = 50

/**
 * Tells of what was answered a little later and piece by piece: when many listeners come at once, all of them hear
 * something before it is told of the first.
 */
export class ToldLater {
  readonly #clock: Clock
  readonly #log: Log
  readonly #waiting: (() => void)[] = []
  #isTelling = false
  #isOver = false

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock
    this.#log = log
  }

  /** Calls `tell` behind all that were added before. */
  add(tell: () => void): void {
    if (this.#isOver) {
      this.#call(tell)
      return
    }
    this.#waiting.push(tell)
    if (this.#isTelling) return
    this.#isTelling = true
    this.#clock.at(new Date(this.#clock.now().getTime() + laterMs), () => this.#next())
  }

  /** Tells of all that waits, and from now on at once: those who are told stop next. */
  stop(): void {
    this.#isOver = true
    for (const tell of this.#waiting.splice(0)) this.#call(tell)
  }

  #next(): void {
    const tell = this.#waiting.shift()
    this.#isTelling = tell !== undefined
    if (tell === undefined) return
    // What arrives meanwhile is answered in between.
    setImmediate(() => this.#next())
    this.#call(tell)
  }

  #call(tell: () => void): void {
    try {
      tell()
    } catch (error) {
      this.#log.error('a request could not be told of', { error: messageOf(error) })
    }
  }
}
