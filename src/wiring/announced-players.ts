import type { Collection } from '../core/collection.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'

/** Where players come from in this run; what stands on the broker of another origin is taken back. */
export type PlayerOrigin = 'account' | 'simulator' | 'nowhere'

interface AnnouncedPlayersOptions {
  /** By player id. */
  readonly records: Collection<PlayerOrigin>
  readonly origin: PlayerOrigin
  /** Clears what is retained for a player. */
  readonly takeBack: (id: string) => void
  readonly log: Log
}

/**
 * Remembers for whom topics stand retained on the broker, over restarts: players that are gone by then would
 * stand there for ever. Only a list of the account's players counts as gone, never a cloud or broker that is away.
 */
export class AnnouncedPlayers {
  readonly #options: AnnouncedPlayersOptions
  readonly #known = new Set<string>()
  #work: Promise<void> = Promise.resolve()

  constructor(options: AnnouncedPlayersOptions) {
    this.#options = options
  }

  /** Takes back players of another origin, such as the simulator of the run before. */
  clearOthers(): Promise<void> {
    return this.#clear((_id, origin) => origin !== this.#options.origin)
  }

  /** These are all there are. */
  keepOnly(ids: ReadonlySet<string>): Promise<void> {
    return this.#clear((id) => !ids.has(id))
  }

  add(id: string): void {
    if (this.#known.has(id)) return
    this.#known.add(id)
    this.#inTurn(() => this.#options.records.set(id, this.#options.origin))
  }

  remove(id: string): void {
    this.#known.delete(id)
    this.#inTurn(() => this.#options.records.delete(id))
  }

  /** Resolves when all that was asked for is in the store. */
  settled(): Promise<void> {
    return this.#work
  }

  #clear(isGone: (id: string, origin: PlayerOrigin) => boolean): Promise<void> {
    const { records, takeBack } = this.#options
    return this.#inTurn(async () => {
      for (const [id, origin] of await records.entries()) {
        if (!isGone(id, origin)) continue
        takeBack(id)
        this.#known.delete(id)
        await records.delete(id)
      }
    })
  }

  #inTurn(work: () => Promise<unknown>): Promise<void> {
    this.#work = this.#work.then(work).then(
      () => undefined,
      (error) =>
        this.#options.log.warn('which players stand on the broker could not be noted', {
          error: messageOf(error),
        }),
    )
    return this.#work
  }
}
