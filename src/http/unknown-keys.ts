import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { networkOf } from './client-address.ts'

// A player with a card of long ago asks again and again, a guesser does nothing else: both get this much.
const burst = 30
const refillMs = 2000
const emptyToFullMs = burst * refillMs
// About a megabyte; from then on newcomers share one bucket.
const mostNetworks = 10_000
const newcomers = 'newcomers'
const sayAgainMs = 60_000

/**
 * Counts requests with unknown keys: thirty at once from one address (IPv6: one network of 64 bits), and one more
 * every two seconds. Requests with known keys are never counted and never refused, also from an address that is
 * over its limit; so it harms nobody that all newcomers share one bucket while more addresses ask than are remembered.
 */
export class UnknownKeys {
  readonly #clock: Clock
  readonly #log: Log
  /** When the bucket of a network will be full again, in ms; the one that was asked for longest ago first. */
  readonly #fullAtMs = new Map<string, number>()
  #quietUntilMs = Number.NEGATIVE_INFINITY

  constructor(options: { clock: Clock; log: Log }) {
    this.#clock = options.clock
    this.#log = options.log
  }

  /** How many networks are remembered now. */
  get size(): number {
    return this.#fullAtMs.size
  }

  /** Counts a request. @throws AppError `too_many` when there were more; `retry_after_s` says when to ask again. */
  count(address: string): void {
    const nowMs = this.#clock.now().getTime()
    this.#forgetFull(nowMs)
    const network = this.#bucketOf(networkOf(address))
    // A clock that was set back must not lock anybody out for longer than a bucket takes to fill.
    const fullAtMs = Math.min(this.#fullAtMs.get(network) ?? nowMs, nowMs + emptyToFullMs)
    const waitMs = Math.max(fullAtMs, nowMs) + refillMs - (nowMs + emptyToFullMs)
    if (waitMs > 0) {
      this.#fullAtMs.set(network, fullAtMs)
      this.#refuse(address, { waitMs, nowMs })
    }
    this.#fullAtMs.delete(network)
    this.#fullAtMs.set(network, Math.max(fullAtMs, nowMs) + refillMs)
  }

  #forgetFull(nowMs: number): void {
    for (const [network, fullAtMs] of this.#fullAtMs) {
      if (fullAtMs > nowMs) return
      this.#fullAtMs.delete(network)
    }
  }

  #bucketOf(network: string): string {
    return this.#fullAtMs.has(network) || this.#fullAtMs.size < mostNetworks ? network : newcomers
  }

  #refuse(address: string, { waitMs, nowMs }: { waitMs: number; nowMs: number }): never {
    if (nowMs >= this.#quietUntilMs) {
      this.#quietUntilMs = nowMs + sayAgainMs
      this.#log.warn('somebody asks for many keys that do not exist; more of them are refused for a while', {
        address,
      })
    }
    throw new AppError('too_many', 'too many keys that do not exist were asked for; try again later', {
      details: { retry_after_s: Math.ceil(waitMs / 1000) },
    })
  }
}
