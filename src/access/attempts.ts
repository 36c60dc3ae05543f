import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { Recent } from '../core/recent.ts'

interface Count {
  readonly failures: number
  /** In ms: attempts before this are refused. */
  readonly waitUntil: number
  /** In ms: from then on it is as if nothing had happened. */
  readonly forgetAt: number
}

// A parent who does not find the right one of their passwords is not kept waiting.
const freeAttempts = 4
const firstWaitMs = 1000
const longestWaitMs = 300_000
const rememberedMs = 3_600_000
const mostRemembered = 10_000

/** Counts wrong guesses by what they were made at and by whom, and makes each wait longer than the one before. */
export class Attempts {
  readonly #clock: Clock
  readonly #counts = new Recent<string, Count>(mostRemembered)
  readonly #isKept: (key: string) => boolean
  /** Guesses at these are never forgotten for others, or whoever has many addresses could make us forget. */
  readonly #kept = new Map<string, Count>()

  /** `isKept`: of few keys, which nobody outside can invent. */
  constructor({ clock, isKept }: { clock: Clock; isKept: (key: string) => boolean }) {
    this.#clock = clock
    this.#isKept = isKept
  }

  /**
   * Begins an attempt, which counts as wrong until it has succeeded: many at once are as many as one after the other.
   * Returns what takes it back, for one that was not looked at.
   * @throws AppError `too_many` while one of the keys has to wait; `retry_after_s` says for how long.
   */
  begin(keys: readonly string[]): () => void {
    const now = this.#clock.now().getTime()
    const waitMs = Math.max(...keys.map((key) => this.#count(key, now).waitUntil)) - now
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000)
      throw new AppError('too_many', `too many wrong attempts: try again in ${seconds} s`, {
        details: { retry_after_s: seconds },
      })
    }
    for (const key of keys) this.#add(key, now, 1)
    return () => {
      for (const key of keys) this.#add(key, now, -1)
    }
  }

  /** Forgets what went wrong before. */
  succeeded(keys: readonly string[]): void {
    for (const key of keys) this.#countsOf(key).delete(key)
  }

  #countsOf(key: string): Map<string, Count> {
    return this.#isKept(key) ? this.#kept : this.#counts
  }

  #count(key: string, now: number): Count {
    const count = this.#countsOf(key).get(key)
    return count === undefined || count.forgetAt <= now ? none : count
  }

  #add(key: string, now: number, more: 1 | -1): void {
    const failures = Math.max(0, this.#count(key, now).failures + more)
    this.#countsOf(key).set(key, {
      failures,
      waitUntil: now + waitAfter(failures),
      forgetAt: now + rememberedMs,
    })
  }
}

const none: Count = { failures: 0, waitUntil: 0, forgetAt: 0 }

function waitAfter(failures: number): number {
  if (failures <= freeAttempts) return 0
  return Math.min(firstWaitMs * 2 ** (failures - freeAttempts - 1), longestWaitMs)
}
