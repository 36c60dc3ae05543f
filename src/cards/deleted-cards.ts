import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import { isJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'

/** A card that was deleted here, as it was. */
export interface DeletedCard {
  readonly card_id: string
  readonly title: string
  /** ISO 8601. */
  readonly deleted_at: string
  /** When its document is thrown away. */
  readonly kept_until: string
  /** The JSON of the card exactly as Yoto had it. */
  readonly document: string
}

interface DeletedCardsOptions {
  readonly records: Collection<unknown>
  readonly clock: Clock
  readonly log: Log
}

const keptMs = 30 * 24 * 3_600_000

/** The documents of deleted cards, kept for thirty days: Yoto gives nothing back. */
export class DeletedCards {
  readonly #options: DeletedCardsOptions

  constructor(options: DeletedCardsOptions) {
    this.#options = options
  }

  /**
   * Keeps the document of a card that is about to be deleted; the store has it when it resolves. A card whose deletion
   * is refused then is to be forgotten again.
   * @throws AppError of the store.
   */
  async keep(cardId: string, title: string, document: string): Promise<void> {
    const { records, clock } = this.#options
    await records.set(cardId, { title, document, deleted_at: isoOf(clock.now()) })
  }

  /** @throws AppError of the store. */
  async forget(cardId: string): Promise<void> {
    await this.#options.records.delete(cardId)
  }

  /** The newest first. @throws AppError of the store. */
  async list(): Promise<readonly DeletedCard[]> {
    const entries = await this.#options.records.entries()
    return entries
      .flatMap(([cardId, record]) => this.#kept(cardId, record) ?? [])
      .sort((one, other) => Date.parse(other.deleted_at) - Date.parse(one.deleted_at))
  }

  /** @throws AppError `not_found`, and that of the store. */
  async get(cardId: string): Promise<DeletedCard> {
    const kept = this.#kept(cardId, await this.#options.records.get(cardId))
    if (kept !== undefined) return kept
    throw new AppError(
      'not_found',
      `no deleted card "${cardId.slice(0, 80)}" is kept here; documents are kept for 30 days`,
    )
  }

  /** Throws away what was kept long enough. Never rejects. */
  async tidy(): Promise<void> {
    const { records, log } = this.#options
    try {
      for (const [cardId, record] of await records.entries())
        if (this.#kept(cardId, record) === undefined) await records.delete(cardId)
    } catch (error) {
      log.warn('documents of deleted cards stay in the store', { error: messageOf(error) })
    }
  }

  /** Undefined for what was kept long enough, or cannot be read. */
  #kept(cardId: string, record: unknown): DeletedCard | undefined {
    if (!isJsonObject(record)) return undefined
    const { title, document, deleted_at } = record
    if (typeof title !== 'string' || typeof document !== 'string' || typeof deleted_at !== 'string')
      return undefined
    const endMs = Date.parse(deleted_at) + keptMs
    if (!(endMs > this.#options.clock.now().getTime())) return undefined
    return { card_id: cardId, title, deleted_at, kept_until: isoOf(new Date(endMs)), document }
  }
}
