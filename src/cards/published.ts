import { type CardPlan, queueCardPlan, streamCardPlan } from '../core/card-plan.ts'
import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, type ErrorCode, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Place } from '../core/slot.ts'

/** What a media key stands for: a stream, and the card that carries the key, where one does. */
export interface PublishedCard {
  /** At least 128 random bits; whoever knows it may listen. */
  readonly key: string
  readonly stream: string
  readonly title: string
  readonly card_id: string | null
  /** Absent in records from before there were queue cards, and `linear` in some: those are stream cards. */
  readonly kind?: CardKind
  /** Number of one-track chapters on the card; 0 for a key without a card. */
  readonly chapters: number
  /** The address the card was given, so that a change of the public address is seen. */
  readonly url: string
  readonly created_at: string
}

/** `queue`: chapters that each play one item of it; `stream`: chapters that all play it as one file. */
export type CardKind = 'queue' | 'stream'

export interface CardRequest {
  readonly stream: string
  readonly title: string
  readonly kind: CardKind
  /** Number of chapters of a stream card; a queue card has its slots. */
  readonly chapters: number
}

interface PublishedCardsOptions {
  /** By key. */
  readonly records: Collection<PublishedCard>
  /** Makes the card in the account, or replaces it when `cardId` is given; resolves with its id. */
  readonly save: (plan: CardPlan, cardId: string | null) => Promise<string>
  /** Does the account still have the card? */
  readonly exists: (cardId: string) => Promise<boolean>
  /** Where players fetch the stream of a key, or one of its slots. */
  readonly urlOf: (key: string, file: 'stream' | Place) => string
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

  /** The published cards, the oldest first, without keys that no card carries. */
  list(): PublishedCard[] {
    const published = [...this.#byKey.values()].filter((card) => card.card_id !== null)
    return published.sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
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
    if (known !== undefined) return this.#options.urlOf(known.key, 'stream')
    const made = this.#making.get(stream) ?? this.#makeKey(stream).finally(() => this.#making.delete(stream))
    this.#making.set(stream, made)
    return made
  }

  async #makeKey(stream: string): Promise<string> {
    const card = this.#draft({ stream, title: stream, kind: 'stream', chapters: 0 })
    await this.#keep(card)
    return card.url
  }

  /**
   * Makes a card of one-track chapters that plays the stream. The key is in the store before the
   * account has the card, and leaves it only when the account said no: after a broken connection the card may be
   * there, and must not point at a key nobody knows.
   * @throws AppError of the account when it refuses or is away.
   */
  async publish(request: CardRequest): Promise<PublishedCard> {
    const draft = this.#draft(request)
    await this.#keep(draft)
    try {
      return await this.#save(draft)
    } catch (error) {
      if (error instanceof AppError && saidNo.includes(error.code)) await this.#drop(draft.key)
      throw error
    }
  }

  /** Sees to it that the stream has a card of that kind in the account that points here; makes or mends it where needed. */
  async ensure(request: CardRequest): Promise<PublishedCard> {
    const card = this.list().find(
      (known) => known.stream === request.stream && kindOf(known) === request.kind,
    )
    if (card === undefined || card.card_id === null) return this.publish(request)
    const url = this.#options.urlOf(card.key, 'stream')
    const exists = await this.#options.exists(card.card_id)
    if (exists && card.url === url) return card
    return this.#save({ ...card, url, card_id: exists ? card.card_id : null })
  }

  /** What the card holds. */
  planOf(card: PublishedCard): CardPlan {
    const { key, title, url, chapters } = card
    if (kindOf(card) === 'stream') return streamCardPlan({ title, url, count: chapters })
    return queueCardPlan({ title, slots: 'interactive', urlOf: (slot) => this.#options.urlOf(key, slot) })
  }

  #draft(request: CardRequest): PublishedCard {
    const { newKey, urlOf, clock } = this.#options
    const key = newKey()
    return { ...request, key, card_id: null, url: urlOf(key, 'stream'), created_at: isoOf(clock.now()) }
  }

  async #save(card: PublishedCard): Promise<PublishedCard> {
    const cardId = await this.#options.save(this.planOf(card), card.card_id)
    const saved = { ...card, card_id: cardId }
    await this.#keep(saved)
    this.#options.log.info('card published', { card: cardId, stream: card.stream, kind: kindOf(card) })
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

export function kindOf(card: PublishedCard): CardKind {
  return card.kind === 'queue' ? 'queue' : 'stream'
}

/** The store gives its records back in an order of its own. */
function orderOf({ created_at, key }: PublishedCard): string {
  return `${created_at} ${key}`
}
