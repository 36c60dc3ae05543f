import type { Clock } from '../../core/clock.ts'

interface Slot {
  /** When it is due, modulo the period. */
  readonly phaseMs: number
  readonly runs: Set<(nowMs: number) => void>
  cancel: () => void
}

/**
 * Calls everybody once in a period, in groups that are spread over it, so that hundreds of listeners are not all
 * written to in the same millisecond. Nothing is counted by ticks: a late one is late, and none is made up for.
 */
export class Ticker {
  readonly #clock: Clock
  readonly #periodMs: number
  readonly #slots: readonly Slot[]

  /** `slots`: how many groups there are. */
  constructor({ clock, periodMs, slots }: { clock: Clock; periodMs: number; slots: number }) {
    this.#clock = clock
    this.#periodMs = periodMs
    this.#slots = Array.from({ length: slots }, (_, place) => ({
      phaseMs: Math.floor((place * periodMs) / slots),
      runs: new Set<(nowMs: number) => void>(),
      cancel: () => undefined,
    }))
  }

  /** How many are called. */
  get size(): number {
    return this.#slots.reduce((sum, { runs }) => sum + runs.size, 0)
  }

  /** `run` must not throw. Returns what ends it. */
  add(run: (nowMs: number) => void): () => void {
    const slot = this.#slots.reduce((least, other) => (other.runs.size < least.runs.size ? other : least))
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
      for (const run of slot.runs) run(nowMs)
    })
  }

  get #nowMs(): number {
    return this.#clock.now().getTime()
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
