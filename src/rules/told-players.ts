import type { Effect, Perform } from '../core/effect.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'

/**
 * Tells players that a slot has begun. A player that is told asks for the stream, and must find nobody still at work on
 * it: so nothing waits for that.
 */
export class ToldPlayers {
  readonly #options: { readonly perform: Perform; readonly log: Log }
  readonly #underWay = new Set<Promise<void>>()

  constructor(options: { readonly perform: Perform; readonly log: Log }) {
    this.#options = options
  }

  tell(effect: Effect, because: string): void {
    const { perform, log } = this.#options
    const telling: Promise<void> = perform(effect, because)
      .catch((error) =>
        log.warn('a player could not be told that a slot has begun; it goes on to the end of what it has', {
          because,
          error: messageOf(error),
        }),
      )
      .finally(() => this.#underWay.delete(telling))
    this.#underWay.add(telling)
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay)
  }
}
