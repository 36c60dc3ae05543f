import { randomInt } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { memoryCollection } from '../core/memory-collection.ts'
import { type Card, readCard } from './card.ts'
import { checkForm } from './card-form.ts'
import { textWith, withServerFields } from './card-text.ts'
import type { FindMedia } from './media-store.ts'

export type StoredCard = JsonObject & { readonly cardId: string }

const idCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** The family's own cards, as the very text that was sent, with what the service adds. What the store gives back is checked before it is believed. */
export class CardStore {
  readonly #cards: Collection<unknown>
  readonly #media: FindMedia
  readonly #clock: Clock
  readonly #log: Log
  /** Cards of other makers by their ids. They need no store: nobody here can change them. */
  readonly #bought: ReadonlyMap<string, StoredCard>

  constructor(parts: {
    cards: Collection<unknown> | undefined
    bought?: readonly JsonObject[] | undefined
    media: FindMedia
    clock: Clock
    log: Log
  }) {
    this.#cards = parts.cards ?? memoryCollection()
    this.#bought = new Map((parts.bought ?? []).map((card) => [String(card.cardId), boughtCard(card)]))
    this.#media = parts.media
    this.#clock = parts.clock
    this.#log = parts.log
  }

  async get(cardId: string): Promise<StoredCard | undefined> {
    return this.#believed(cardId, await this.#cards.get(cardId))
  }

  /** The text of the card; undefined where there is none, or where it was kept without. */
  async text(cardId: string): Promise<string | undefined> {
    const record = await this.#cards.get(cardId)
    return (await this.get(cardId)) === undefined ? undefined : documentIn(record)
  }

  /** The card as players fetch it, the family's own or a bought one. */
  async played(cardId: string): Promise<StoredCard | undefined> {
    return this.#bought.get(cardId) ?? this.get(cardId)
  }

  bought(): readonly StoredCard[] {
    return [...this.#bought.values()]
  }

  async all(): Promise<StoredCard[]> {
    const entries = await this.#cards.entries()
    return entries
      .flatMap(([cardId, card]) => this.#believed(cardId, card) ?? [])
      .sort((one, other) => (one.cardId < other.cardId ? -1 : 1))
  }

  /**
   * Keeps a card under its own id, or a new one where it has none; undefined when it names a card that is
   * not there. `text` is what was sent.
   * @throws AppError `invalid` for a card that is not of Yoto's form, or that names audio which was never uploaded.
   */
  async put(body: JsonObject, text = JSON.stringify(body)): Promise<StoredCard | undefined> {
    const read = readCard(body)
    checkForm(body)
    this.#checkMedia(read)
    const old = typeof body.cardId === 'string' ? await this.get(body.cardId) : undefined
    if (typeof body.cardId === 'string' && old === undefined) return undefined
    const now = this.#laterThan(old?.updatedAt)
    const cardId = old?.cardId ?? (await this.#freshId())
    const card: StoredCard = withServerFields({
      ...body,
      cardId,
      createdAt: old?.createdAt ?? now,
      updatedAt: now,
      deleted: false,
    })
    await this.#cards.set(cardId, { document: textWith(text, { sent: body, card }) })
    return card
  }

  delete(cardId: string): Promise<boolean> {
    return this.#cards.delete(cardId)
  }

  /** No source says what the service does with such a card; this is the strictest that it may do. */
  #checkMedia({ tracks }: Card): void {
    for (const { audio, trackKey } of tracks) {
      if (audio.kind !== 'uploaded' || audio.media === undefined || this.#media(audio.media)) continue
      throw new AppError('invalid', `track "${trackKey}": there is no media ${audio.media}`)
    }
  }

  async #freshId(): Promise<string> {
    for (;;) {
      const id = Array.from({ length: 5 }, () => idCharacters[randomInt(idCharacters.length)]).join('')
      if ((await this.#cards.get(id)) === undefined) return id
    }
  }

  /** The time, moved on where it has not moved since: each save is newer than the one before. */
  #laterThan(before: unknown): string {
    const nowMs = this.#clock.now().getTime()
    const beforeMs = typeof before === 'string' ? Date.parse(before) : Number.NaN
    return new Date(beforeMs >= nowMs ? beforeMs + 1 : nowMs).toISOString()
  }

  #believed(cardId: string, record: unknown): StoredCard | undefined {
    if (record === undefined) return undefined
    const document = documentIn(record)
    const card = document === undefined ? record : parseJsonObject(document)
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

/** Undefined for a card that was kept as an object, by an earlier version. */
function documentIn(record: unknown): string | undefined {
  return isJsonObject(record) && typeof record.document === 'string' ? record.document : undefined
}

/** @throws AppError `invalid` for a card that is not of Yoto's form. */
function boughtCard(card: JsonObject): StoredCard {
  const { cardId } = readCard(card)
  return { userId: 'yoto', ...card, cardId }
}
