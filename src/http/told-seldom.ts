import type { Clock } from '../core/clock.ts'
import { Recent } from '../core/recent.ts'

interface Allowance {
  /** How many may be told of now. */
  readonly left: number
  readonly atMs: number
}

// More than a child makes by seeking, and a player that fetches its audio in pieces asks for fewer in a minute.
const atOnce = 30
const perSecond = 1
const listenersKept = 1000

/**
 * Decides whether a listener that goes on in the middle of the audio is told of once more. Who fetches it piece by
 * piece as fast as it comes would fill the history with what says nothing, push out what does, and be answered
 * slowly for it.
 */
export class ToldSeldom {
  readonly #clock: Clock
  readonly #allowances = new Recent<string, Allowance>(listenersKept)

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  /** Whether this request is to be told of; it counts as told of then. */
  isTold(listener: string): boolean {
    const { left, atMs } = this.#allowance(listener)
    if (left < 1) return false
    this.#allowances.set(listener, { left: left - 1, atMs })
    return true
  }

  /** Whether it would be, without counting. */
  wouldTell(listener: string): boolean {
    return this.#allowance(listener).left >= 1
  }

  #allowance(listener: string): Allowance {
    const atMs = this.#clock.now().getTime()
    const before = this.#allowances.get(listener) ?? { left: atOnce, atMs }
    // The clock may have been set back since.
    const earned = (Math.max(0, atMs - before.atMs) / 1000) * perSecond
    return { left: Math.min(atOnce, before.left + earned), atMs }
  }
}
