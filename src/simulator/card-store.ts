import { randomInt } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { messageOf } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { readCard } from './card.ts'

export type StoredCard = JsonObject & { readonly cardId: string }

const idCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** The family's own cards, as the JSON that was sent. What the store gives back is checked before it is believed. */
export class CardStore {
  readonly #cards: Collection<unknown>
  readonly #clock: Clock
  readonly #log: Log

  constructor(parts: { cards: Collection<unknown> | undefined; clock: Clock; log: Log }) {
    this.#cards = parts.cards ?? memoryCollection()
    this.#clock = parts.clock
    this.#log = parts.log
  }

  async get(cardId: string): Promise<StoredCard | undefined> {
    return this.#believed(cardId, await this.#cards.get(cardId))
  }

  async all(): Promise<StoredCard[]> {
    const entries = await this.#cards.entries()
    return entries
      .flatMap(([cardId, card]) => this.#believed(cardId, card) ?? [])
      .sort((one, other) => (one.cardId < other.cardId ? -1 : 1))
  }

  /**
   * Keeps a card under its own id, or a new one where it has none; undefined when it names a card that is
   * not there.
   * @throws AppError `invalid` for a card that is not of Yoto's form.
   */
  async put(body: JsonObject): Promise<StoredCard | undefined> {
    readCard(body)
    const old = typeof body.cardId === 'string' ? await this.get(body.cardId) : undefined
    if (typeof body.cardId === 'string' && old === undefined) return undefined
    const now = this.#clock.now().toISOString()
    const cardId = old?.cardId ?? (await this.#freshId())
    const card: StoredCard = {
      ...body,
      cardId,
      createdAt: old?.createdAt ?? now,
      updatedAt: now,
      deleted: false,
    }
    await this.#cards.set(cardId, card)
    return card
  }

  delete(cardId: string): Promise<boolean> {
    return this.#cards.delete(cardId)
  }

  async #freshId(): Promise<string> {
    for (;;) {
      const id = Array.from({ length: 5 }, () => idCharacters[randomInt(idCharacters.length)]).join('')
      if ((await this.#cards.get(id)) === undefined) return id
    }
  }

  #believed(cardId: string, card: unknown): StoredCard | undefined {
    if (card === undefined) return undefined
    try {
      if (!isJsonObject(card) || card.cardId !== cardId) throw new Error('is not the card of that id')
      readCard(card)
      return { ...card, cardId }
    } catch (error) {
      this.#log.warn('a stored card cannot be used', { card: cardId, reason: messageOf(error) })
      return undefined
    }
  }
}

function memoryCollection(): Collection<unknown> {
  const values = new Map<string, unknown>()
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => {
      values.set(key, value)
    },
    delete: async (key) => values.delete(key),
    entries: async () => [...values],
  }
}
