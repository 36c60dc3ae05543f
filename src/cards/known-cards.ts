import { backoffMs } from '../core/backoff.ts'
import { type CardPlan, type TrackPlace, trackAddresses } from '../core/card-plan.ts'
import type { Clock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Recent } from '../core/recent.ts'
import { CardList, type CardsRead, type ListedCard, type ListedCards } from './card-list.ts'

/** What the product knows of a card that lies in a player, ours or any other. */
export interface KnownCard {
  readonly title: string
  readonly cover_url: string | null
  /** The tracks in playing order; null for a card of which only a list of the account tells. */
  readonly layout: readonly TrackPlace[] | null
  /** Its maker has it begin again by itself after its last track. */
  readonly repeats?: true
}

interface KnownCardsOptions {
  /** Asks the account for a card. */
  readonly fetch: (
    cardId: string,
  ) => Promise<{ plan: CardPlan; cover_url: string | null; updated_at: string | null }>
  /** All cards the account and its family have. */
  readonly list: () => Promise<ListedCards>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

interface Entry {
  readonly card: KnownCard
  readonly askedAtMs: number
  /** The newest change the card was asked for after, in ms; null where none is known. */
  readonly changedAtMs: number | null
}

interface Refusal {
  readonly failures: number
  /** When the card may be asked for again, in ms. */
  readonly untilMs: number
}

// Cards that nobody put in for long are asked for again.
const mostCards = 200
// Nothing announces a change of a card that no player plays.
const freshMs = 6 * 3_600_000
// A player speaks of its card every few seconds; the account is not asked that often for one it does not give.
const firstRefusalMs = 60_000
const longestRefusalMs = 3_600_000

/** Remembers the account's cards, so that presses can be read off them and their titles shown. */
export class KnownCards {
  readonly #options: KnownCardsOptions
  readonly #entries = new Recent<string, Entry>(mostCards)
  readonly #asked = new Map<string, Promise<KnownCard | null>>()
  readonly #refused = new Recent<string, Refusal>(mostCards)
  /** When cards were changed that were not asked for since, in ms. */
  readonly #changed = new Recent<string, number>(mostCards)
  readonly #listeners = new Set<(cardId: string, card: KnownCard) => void>()
  readonly #list: CardList

  constructor(options: KnownCardsOptions) {
    this.#options = options
    const { list, clock } = options
    this.#list = new CardList({ list, onRead: (cards) => this.#heardOfAll(cards), clock })
  }

  /** What is known by now, be it old. */
  get(cardId: string): KnownCard | undefined {
    return this.#entries.get(cardId)?.card
  }

  /**
   * The card, asked for where it is not known or no longer fresh, once at a time; what was known before where the
   * account does not give it now, null where that is nothing.
   */
  learn(cardId: string): Promise<KnownCard | null> {
    const entry = this.#entries.get(cardId)
    if (entry !== undefined && this.#isFresh(cardId, entry)) return Promise.resolve(entry.card)
    if ((this.#refused.get(cardId)?.untilMs ?? 0) > this.#now) return Promise.resolve(entry?.card ?? null)
    const asked = this.#asked.get(cardId) ?? this.#ask(cardId).finally(() => this.#asked.delete(cardId))
    this.#asked.set(cardId, asked)
    return asked
  }

  /** Calls `run` with each card that was asked for and given, until the returned function is called. */
  onLearnt(run: (cardId: string, card: KnownCard) => void): () => void {
    this.#listeners.add(run)
    return () => this.#listeners.delete(run)
  }

  /**
   * Takes note of when a card was last changed, in ISO 8601, as a player or a list says: it is asked for again where
   * what is known of it is older. A player may hold on to an old copy of its card, so earlier times say nothing.
   */
  heardOf(cardId: string, updatedAt: string): void {
    const changedAtMs = Date.parse(updatedAt)
    const entry = this.#entries.get(cardId)
    if (Number.isNaN(changedAtMs) || entry === undefined) return
    if (changedAtMs <= (entry.changedAtMs ?? Number.NEGATIVE_INFINITY)) return
    if (changedAtMs <= (this.#changed.get(cardId) ?? Number.NEGATIVE_INFINITY)) return
    this.#changed.set(cardId, changedAtMs)
    void this.learn(cardId)
  }

  /** All cards of the account and its family, as `CardList` reads them. */
  list(options: { refresh?: boolean } = {}): Promise<CardsRead> {
    return this.#list.read(options)
  }

  /** A card of the account was made or deleted here: its lists are asked for again. */
  listChanged(): void {
    this.#list.outdate()
  }

  /** A card of the account was changed here: it is asked for again where it is known, and so are the lists. */
  changedHere(cardId: string): void {
    this.listChanged()
    if (this.#entries.get(cardId) === undefined) return
    this.#changed.set(cardId, Number.NEGATIVE_INFINITY)
    void this.learn(cardId)
  }

  /** Forgets all: it was told by an account that is signed out. */
  forget(): void {
    this.#entries.clear()
    this.#changed.clear()
    this.#list.forget()
    this.askAgain()
  }

  /** Asks again for what was refused, as soon as somebody wants it: another sign-in may be given it. */
  askAgain(): void {
    this.#refused.clear()
    this.#list.askAgain()
  }

  #heardOfAll(cards: readonly ListedCard[]): void {
    for (const { card_id, updated_at } of cards) if (updated_at) this.heardOf(card_id, updated_at)
  }

  #isFresh(cardId: string, { askedAtMs }: Entry): boolean {
    return !this.#changed.has(cardId) && this.#now - askedAtMs < freshMs
  }

  async #ask(cardId: string): Promise<KnownCard | null> {
    const heardMs = this.#changed.get(cardId) ?? null
    try {
      const { plan, cover_url, updated_at } = await this.#options.fetch(cardId)
      const { title, repeats } = plan
      const card = { title, cover_url, layout: trackAddresses(plan), ...(repeats ? { repeats } : {}) }
      this.#learnt(cardId, { card, askedAtMs: this.#now, changedAtMs: latest(updated_at, heardMs) })
      return card
    } catch (error) {
      this.#refuse(cardId, error)
      return this.get(cardId) ?? this.#askList(cardId)
    }
  }

  /** Titles and pictures of cards that the account does not give stand in its lists all the same. */
  async #askList(cardId: string): Promise<KnownCard | null> {
    const listed = await this.list().catch(() => null)
    const found = listed?.cards.find(({ card_id }) => card_id === cardId)
    if (found === undefined) return null
    const card = { title: found.title, cover_url: found.cover_url, layout: null }
    const untilMs = this.#refused.get(cardId)?.untilMs ?? this.#now
    // As soon as the card itself may be asked for again, it is.
    this.#learnt(cardId, { card, askedAtMs: untilMs - freshMs, changedAtMs: null })
    return card
  }

  #learnt(cardId: string, entry: Entry): void {
    this.#entries.set(cardId, entry)
    if (entry.card.layout !== null) this.#refused.delete(cardId)
    const changedAtMs = this.#changed.get(cardId)
    if (changedAtMs !== undefined && changedAtMs <= (entry.changedAtMs ?? Number.NEGATIVE_INFINITY))
      this.#changed.delete(cardId)
    for (const listener of this.#listeners) listener(cardId, entry.card)
  }

  #refuse(cardId: string, error: unknown): void {
    const { random, log } = this.#options
    const failures = (this.#refused.get(cardId)?.failures ?? 0) + 1
    const isGone = error instanceof AppError && error.code === 'not_found'
    const waitMs = isGone
      ? longestRefusalMs
      : backoffMs(failures, { firstMs: firstRefusalMs, longestMs: longestRefusalMs, random })
    this.#refused.set(cardId, { failures, untilMs: this.#now + waitMs })
    const detail = { card: cardId, error: messageOf(error) }
    if (failures > 1) log.debug('a card could not be read again', detail)
    else log.warn('a card could not be read; presses on it cannot be told apart', detail)
  }

  get #now(): number {
    return this.#options.clock.now().getTime()
  }
}

function latest(updatedAt: string | null, heardMs: number | null): number | null {
  const ownMs = updatedAt === null ? Number.NaN : Date.parse(updatedAt)
  if (Number.isNaN(ownMs)) return heardMs
  return Math.max(ownMs, heardMs ?? ownMs)
}
