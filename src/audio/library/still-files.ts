import type { Clock } from '../../core/clock.ts'
import type { Identity } from '../open-files.ts'
import type { Place } from './inspect-file.ts'

// A share of the network may have another time than this machine.
const longAgoMs = 60_000
const stillMs = 2_000

/**
 * Tells whether a file is still being copied: one that has changed within a minute has to be seen twice with the same
 * size and times, two seconds apart. What lay there when the run began is believed; so is what is known to be whole.
 */
export class StillFiles {
  readonly #clock: Clock
  readonly #begunMs: number
  /** By path. */
  readonly #seen = new Map<string, { readonly identity: Identity; readonly sinceMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#begunMs = clock.now().getTime()
  }

  isStill({ wished, identity, changedAt }: Place): boolean {
    const nowMs = this.#clock.now().getTime()
    const changedMs = changedAt.getTime()
    if (changedMs < this.#begunMs || changedMs < nowMs - longAgoMs) return true
    const seen = this.#seen.get(wished)
    if (seen?.identity === identity && seen.sinceMs <= nowMs) return nowMs - seen.sinceMs >= stillMs
    this.#seen.set(wished, { identity, sinceMs: nowMs })
    return false
  }

  /** It was put there in one step. */
  isWhole({ wished, identity }: Place): void {
    this.#seen.set(wished, { identity, sinceMs: 0 })
  }

  forget(wished: string): void {
    this.#seen.delete(wished)
  }
}
