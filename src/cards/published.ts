import { type CardPlan, linearStreamPlan } from '../core/card-plan.ts'
import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, type ErrorCode, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'

/** What a media key stands for: a stream, and the card that carries the key, where one does. */
export interface PublishedCard {
  /** At least 128 random bits; whoever knows it may listen. */
  readonly key: string
  readonly stream: string
  readonly title: string
  readonly card_id: string | null
  /** Number of one-track chapters on the card; 0 for a key without a card. */
  readonly chapters: number
  /** The address the card was given, so that a change of the public address is seen. */
  readonly url: string
  readonly created_at: string
}

interface PublishedCardsOptions {
  /** By key. */
  readonly records: Collection<PublishedCard>
  /** Makes the card in the account, or replaces it when `cardId` is given; resolves with its id. */
  readonly save: (plan: CardPlan, cardId: string | null) => Promise<string>
  /** Does the account still have the card? */
  readonly exists: (cardId: string) => Promise<boolean>
  /** Where players fetch the stream of a key. */
  readonly urlOf: (key: string) => string
  readonly newKey: () => string
  readonly clock: Clock
  readonly log: Log
}

const saidNo: readonly ErrorCode[] = ['refused', 'unprocessable', 'invalid', 'not_found']

/** The cards this product made, and the keys that open the media door. */
export class PublishedCards {
  readonly #options: PublishedCardsOptions
  readonly #byKey = new Map<string, PublishedCard>()
  /** Keys on their way into the store, by stream. */
  readonly #making = new Map<string, Promise<string>>()

  constructor(options: PublishedCardsOptions) {
    this.#options = options
  }

  /** Reads the cards of earlier runs. */
  async start(): Promise<void> {
    for (const [key, card] of await this.#options.records.entries()) this.#byKey.set(key, card)
  }

  /** The published cards, without keys that no card carries. */
  list(): PublishedCard[] {
    return [...this.#byKey.values()].filter((card) => card.card_id !== null)
  }

  byKey(key: string): PublishedCard | undefined {
    return this.#byKey.get(key)
  }

  byCard(cardId: string): PublishedCard | undefined {
    return this.list().find((card) => card.card_id === cardId)
  }

  /** Where anything that is not a card fetches the stream; the same address each time. */
  async streamUrl(stream: string): Promise<string> {
    const own = (card: PublishedCard) => card.stream === stream && card.card_id === null
    const known = [...this.#byKey.values()].find(own)
    if (known !== undefined) return this.#options.urlOf(known.key)
    const made = this.#making.get(stream) ?? this.#makeKey(stream).finally(() => this.#making.delete(stream))
    this.#making.set(stream, made)
    return made
  }

  async #makeKey(stream: string): Promise<string> {
    const card = this.#draft({ stream, title: stream, chapters: 0 })
    await this.#keep(card)
    return card.url
  }

  /**
   * Makes a linear card of one-track chapters that all play the stream. The key is in the store before the
   * account has the card, and leaves it only when the account said no: after a broken connection the card may be
   * there, and must not point at a key nobody knows.
   * @throws AppError of the account when it refuses or is away.
   */
  async publish(request: { stream: string; title: string; chapters: number }): Promise<PublishedCard> {
    const draft = this.#draft(request)
    await this.#keep(draft)
    try {
      return await this.#save(draft)
    } catch (error) {
      if (error instanceof AppError && saidNo.includes(error.code)) await this.#drop(draft.key)
      throw error
    }
  }

  /** Sees to it that the stream has a card in the account that points here; makes or mends it where needed. */
  async ensure(request: { stream: string; title: string; chapters: number }): Promise<PublishedCard> {
    const card = this.list().find((known) => known.stream === request.stream)
    if (card === undefined || card.card_id === null) return this.publish(request)
    const url = this.#options.urlOf(card.key)
    const exists = await this.#options.exists(card.card_id)
    if (exists && card.url === url) return card
    return this.#save({ ...card, url, card_id: exists ? card.card_id : null })
  }

  #draft(request: { stream: string; title: string; chapters: number }): PublishedCard {
    const { newKey, urlOf, clock } = this.#options
    const key = newKey()
    return { ...request, key, card_id: null, url: urlOf(key), created_at: isoOf(clock.now()) }
  }

  async #save(card: PublishedCard): Promise<PublishedCard> {
    const { title, url, chapters } = card
    const cardId = await this.#options.save(linearStreamPlan({ title, url, count: chapters }), card.card_id)
    const saved = { ...card, card_id: cardId }
    await this.#keep(saved)
    this.#options.log.info('card published', { card: cardId, stream: card.stream, chapters })
    return saved
  }

  async #drop(key: string): Promise<void> {
    this.#byKey.delete(key)
    await this.#options.records
      .delete(key)
      .catch((error) =>
        this.#options.log.warn('an unused key stays in the store', { error: messageOf(error) }),
      )
  }

  async #keep(card: PublishedCard): Promise<void> {
    await this.#options.records.set(card.key, card)
    this.#byKey.set(card.key, card)
  }
}
