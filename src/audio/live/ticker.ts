import type { Clock } from '../../core/clock.ts'

interface Slot {
  /** When it is due, modulo the period. */
  readonly phaseMs: number
  readonly runs: Set<(dueMs: number) => void>
  cancel: () => void
}

interface TickerOptions {
  readonly clock: Clock
  readonly periodMs: number
  readonly slots: number
  readonly full: number
}

/**
 * Calls everybody once in a period, in groups that are spread over it, so that many hundreds of listeners are not all
 * written to in the same millisecond. A group is filled before the next is begun: to wake up for a few costs more than
 * the few do. Nothing is counted by ticks: a late one is late, and none is made up for.
 */
export class Ticker {
  readonly #clock: Clock
  readonly #periodMs: number
  readonly #full: number
  readonly #slots: readonly Slot[]

  /** `slots`: how many groups there are at most. `full`: how many a group has before another is begun. */
  constructor({ clock, periodMs, slots, full }: TickerOptions) {
    this.#clock = clock
    this.#periodMs = periodMs
    this.#full = full
    this.#slots = Array.from({ length: slots }, (_, place) => ({
      phaseMs: Math.floor((place * periodMs) / slots),
      runs: new Set<(dueMs: number) => void>(),
      cancel: () => undefined,
    }))
  }

  /** How many are called. */
  get size(): number {
    return this.#slots.reduce((sum, { runs }) => sum + runs.size, 0)
  }

  /**
   * `run` must not throw. It is told when it was due, which is a whole number of periods behind the last time, and a
   * little before now. Returns what ends it.
   */
  add(run: (dueMs: number) => void): () => void {
    const slot =
      this.#slots.find(({ runs }) => runs.size < this.#full) ??
      this.#slots.reduce((least, other) => (other.runs.size < least.runs.size ? other : least))
    slot.runs.add(run)
    if (slot.runs.size === 1) this.#arm(slot, this.#nowMs)
    return () => {
      slot.runs.delete(run)
      if (slot.runs.size === 0) slot.cancel()
    }
  }

  #arm(slot: Slot, afterMs: number): void {
    const period = this.#periodMs
    const dueMs = afterMs + period - modulo(afterMs - slot.phaseMs, period)
    slot.cancel = this.#clock.at(new Date(dueMs), () => {
      const nowMs = this.#nowMs
      // A timer may come a millisecond too soon; and a clock that was set back must not keep it waiting.
      this.#arm(slot, dueMs - nowMs > period ? nowMs : Math.max(nowMs, dueMs))
      const lateMs = nowMs - dueMs
      const wasDueMs = dueMs + (lateMs > 0 ? lateMs - (lateMs % period) : 0)
      for (const run of slot.runs) run(lateMs < -period ? nowMs : wasDueMs)
    })
  }

  get #nowMs(): number {
    return this.#clock.now().getTime()
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
