import { backoffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'

export interface Failure {
  readonly reason: string
  readonly times: number
  readonly againAtMs: number
}

interface FailuresOptions {
  /** Told why nothing can be said, and with null that it can again. */
  readonly troubled: ((reason: string | null) => void) | undefined
  readonly clock: Clock
  /** 0 (inclusive) to 1. */
  readonly random: () => number
}

// However long the others took.
const soonestMs = 10_000
const retry = { firstMs: 30_000, longestMs: 3_600_000 }

/** What could not be said, each text by itself or all of them, and when it is tried again: ever more seldom. */
export class Failures {
  readonly #options: FailuresOptions
  readonly #ofTexts = new Map<string, Failure>()
  #ofAll: Failure | null = null

  constructor(options: FailuresOptions) {
    this.#options = options
  }

  /** Why this text is not to be tried yet; undefined where it is. */
  waiting(key: string): Failure | undefined {
    return [this.#ofAll, this.#ofTexts.get(key)].find(
      (failure): failure is Failure => failure != null && this.#nowMs < failure.againAtMs,
    )
  }

  /** This text alone cannot be said. */
  ofText(key: string, reason: string): void {
    this.#ofTexts.set(key, this.#next(reason, this.#ofTexts.get(key)))
  }

  /** None can. */
  ofAll(reason: string): void {
    // Others that were under way fail with it, and that is no second time.
    if (this.#ofAll !== null && this.#nowMs < this.#ofAll.againAtMs) return
    this.#ofAll = this.#next(reason, this.#ofAll)
    this.#options.troubled?.(reason)
  }

  /** This text was said, so others can be. */
  well(key: string): void {
    this.#ofTexts.delete(key)
    this.calm()
  }

  /** Nobody is waiting for what failed, or it is well. */
  calm(): void {
    if (this.#ofAll === null) return
    this.#ofAll = null
    this.#options.troubled?.(null)
  }

  /** Nothing that failed says anything about what comes now. */
  forget(): void {
    this.#ofTexts.clear()
    this.calm()
  }

  /** When the first of these is tried again; null where none of them has failed. */
  againAt(keys: readonly string[]): Date | null {
    const times = keys.flatMap((key) => {
      const failure = this.waiting(key) ?? this.#ofAll ?? this.#ofTexts.get(key)
      return failure === undefined ? [] : [failure.againAtMs]
    })
    return times.length === 0 ? null : new Date(Math.max(Math.min(...times), this.#nowMs + soonestMs))
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }

  #next(reason: string, before: Failure | null | undefined): Failure {
    const times = (before?.times ?? 0) + 1
    const { random } = this.#options
    return { reason, times, againAtMs: this.#nowMs + backoffMs(times, { ...retry, random }) }
  }
}
