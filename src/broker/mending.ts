import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Outbox } from './outbox.ts'
import { Seldom } from './seldom.ts'

interface MendingOptions {
  readonly outbox: Pick<Outbox, 'repeat'>
  /** Asked when the time has come to mend a topic. */
  readonly mayMend: (topic: string) => boolean
  readonly clock: Clock
  readonly log: Log
}

/** What has happened to a topic of ours. */
export interface Damage {
  /** How long whoever did it may take to explain themselves. */
  readonly patienceMs: number
  readonly level: 'info' | 'warn'
  /** Said about the first of such topics, seldom. */
  readonly words: (topic: string) => string
}

interface Mended {
  readonly atMs: number
  /** How long it is left after that, whatever happens to it. */
  readonly restMs: number
}

const shortestRestMs = 1000
const longestRestMs = 60_000
// A topic that was left alone for that long starts over.
const forgivenMs = 2 * longestRestMs

/**
 * Says again what somebody else has overwritten: once a second a topic at most, and ever more seldom, down to once a
 * minute, while they go on.
 */
export class Mending {
  readonly #options: MendingOptions
  readonly #mended = new Map<string, Mended>()
  readonly #planned = new Map<string, () => void>()
  readonly #lines: Seldom

  constructor(options: MendingOptions) {
    this.#options = options
    this.#lines = new Seldom(options.clock)
  }

  /** Call it when everything is said anyway, or nothing any more. */
  forget(): void {
    for (const cancel of this.#planned.values()) cancel()
    this.#planned.clear()
    this.#mended.clear()
  }

  /** Somebody else's word stands where ours should. */
  mend(topic: string, damage: Damage): void {
    if (this.#planned.has(topic)) return
    const { clock } = this.#options
    const now = clock.now().getTime()
    const last = this.#lastOf(topic, now)
    const restMs = last === undefined ? 0 : last.atMs + last.restMs - now
    const waitMs = Math.max(damage.patienceMs, restMs)
    if (waitMs <= 0) {
      this.#repeat(topic, damage)
      return
    }
    const cancel = clock.at(new Date(now + waitMs), () => {
      this.#planned.delete(topic)
      this.#repeat(topic, damage)
    })
    this.#planned.set(topic, cancel)
  }

  /** A clock that was set back must not hold it up. */
  #lastOf(topic: string, now: number): Mended | undefined {
    const last = this.#mended.get(topic)
    return last === undefined || now < last.atMs || now > last.atMs + forgivenMs ? undefined : last
  }

  #repeat(topic: string, { level, words }: Damage): void {
    const { outbox, mayMend, clock, log } = this.#options
    if (!mayMend(topic) || !outbox.repeat(topic)) return
    const now = clock.now().getTime()
    const last = this.#lastOf(topic, now)
    const restMs = last === undefined ? shortestRestMs : Math.min(longestRestMs, 2 * last.restMs)
    this.#mended.set(topic, { atMs: now, restMs })
    if (this.#lines.mayBeSaid(level)) log[level](words(topic))
  }
}
