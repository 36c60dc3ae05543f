import type { Clock } from '../core/clock.ts'
import type { Button, PlayerEvent } from '../core/event.ts'

// A child that presses twice takes longer.
const samePressMs = 300

/**
 * Tells a press from one that was read off a player's words before: the same button of a player within 300 ms is one press.
 * Another button in between makes it another one, and so does a request that is the press itself.
 */
export class SamePress {
  readonly #clock: Pick<Clock, 'now'>
  /** By player, or by stream where nobody could name one. */
  readonly #last = new Map<string, { readonly button: Button; readonly atMs: number }>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  isAgain(event: PlayerEvent): boolean {
    // A request of a queue card is a press; its retries are none, and are known as such.
    if (event.type !== 'button' || event.via === 'http') return false
    const { button, player, stream = '' } = event
    const who = player ?? `stream ${stream}`
    const last = this.#last.get(who)
    const atMs = this.#clock.now().getTime()
    const sinceMs = atMs - (last?.atMs ?? Number.NEGATIVE_INFINITY)
    // A clock that was set back makes nobody deaf.
    if (last?.button === button && sinceMs >= 0 && sinceMs < samePressMs) return true
    this.#last.set(who, { button, atMs })
    return false
  }
}
