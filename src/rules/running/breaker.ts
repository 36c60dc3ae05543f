import type { Clock } from '../../core/clock.ts'

const mostInAMinute = 30
const minuteMs = 60_000
/** How long a rule rests that was started too often. */
export const pauseMs = 600_000

/**
 * Stops rules that go round in circles. It counts the starts that a circle may have brought about, not presses of a child
 * nor what the clock does: nobody who turns a knob often enough is to find it dead.
 */
export class Breaker {
  readonly #clock: Pick<Clock, 'now'>
  readonly #starts = new Map<string, number[]>()
  readonly #pausedUntil = new Map<string, number>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Until when the rule rests; null: it does not. */
  pausedUntil(rule: string): Date | null {
    const until = this.#pausedUntil.get(rule)
    if (until === undefined) return null
    // Where it is further away, the clock was set back meanwhile.
    if (until > this.#nowMs && until - this.#nowMs <= pauseMs) return new Date(until)
    this.#pausedUntil.delete(rule)
    return null
  }

  /** Counts a start; false where it is one too many, and the rule rests from now on. */
  allows(rule: string): boolean {
    const since = this.#nowMs - minuteMs
    const recent = (this.#starts.get(rule) ?? []).filter((at) => at > since && at <= this.#nowMs)
    recent.push(this.#nowMs)
    this.#starts.set(rule, recent)
    if (recent.length <= mostInAMinute) return true
    this.pause(rule)
    return false
  }

  pause(rule: string): void {
    this.#starts.delete(rule)
    this.#pausedUntil.set(rule, this.#nowMs + pauseMs)
  }

  /** A rule that was edited starts over. */
  forget(rule: string): void {
    this.#starts.delete(rule)
    this.#pausedUntil.delete(rule)
  }

  get #nowMs(): number {
    return this.#clock.now().getTime()
  }
}
