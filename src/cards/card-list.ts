import { type Clock, isoOf } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'

/** A card as a list of the account has it. */
export interface ListedCard {
  readonly card_id: string
  readonly title: string
  readonly author: string | null
  readonly cover_url: string | null
  /** ISO 8601; null where nobody says. */
  readonly updated_at: string | null
  /** Whether it is the account's own, or of its family alone: bought, for one. */
  readonly whose: 'own' | 'family'
}

/** The cards that the account and its family have. */
export interface ListedCards {
  readonly cards: readonly ListedCard[]
  /** Why those of the family are not among them; null where they are. */
  readonly incomplete: string | null
}

/** A list of cards, and how much it is to be trusted. */
export interface CardsRead extends ListedCards {
  /** When the account told of them, in ISO 8601. */
  readonly read_at: string
  /** Why a newer list could not be had; null for one that is as fresh as was asked. */
  readonly problem: string | null
}

interface CardListOptions {
  readonly list: () => Promise<ListedCards>
  /** Told of every list that was read. */
  readonly onRead: (cards: readonly ListedCard[]) => void
  readonly clock: Clock
}

// Nothing announces a card that was made elsewhere; who wants to see it asks for a fresh list.
const freshMs = 600_000
// Whatever is asked for, the account is not asked more often.
const apartMs = 10_000
// Whoever asks gets an old list by then, or is told that there is none.
const patienceMs = { old: 3_000, none: 20_000 } as const

/** The cards of the account: asked for when somebody wants them, one reading at a time, and kept while they are fresh. */
export class CardList {
  readonly #options: CardListOptions
  #last: { readonly listed: ListedCards; readonly at: Date } | undefined
  #fault: { readonly error: unknown; readonly atMs: number } | undefined
  #reading: Promise<void> | undefined
  #isOutdated = false

  constructor(options: CardListOptions) {
    this.#options = options
  }

  /**
   * The list, at most ten minutes old; with `refresh` newer than ten seconds. Where Yoto does not give it now, the last
   * one that it gave.
   * @throws AppError as the account does where it has not given any.
   */
  async read({ refresh = false }: { refresh?: boolean } = {}): Promise<CardsRead> {
    const ageMs = refresh ? apartMs : freshMs
    if (!this.#isFresh(ageMs))
      await this.#atMost(this.#last === undefined ? patienceMs.none : patienceMs.old, this.#ask())
    if (this.#last === undefined) throw this.#fault?.error ?? late()
    const { listed, at } = this.#last
    const problem = this.#isFresh(ageMs) ? null : messageOf(this.#fault?.error ?? late())
    return { ...listed, read_at: isoOf(at), problem }
  }

  /** Forgets the list, and whatever is being read: it is of an account that is signed out. */
  forget(): void {
    this.#last = undefined
    this.#reading = undefined
    this.askAgain()
  }

  /** The account was changed: whatever was read, or is being read, is older than that. */
  outdate(): void {
    this.#isOutdated = true
    this.#reading = undefined
    this.askAgain()
  }

  /** Asks again for what was refused, as soon as somebody wants it. */
  askAgain(): void {
    this.#fault = undefined
  }

  #isFresh(ageMs: number): boolean {
    return !this.#isOutdated && this.#last !== undefined && this.#now - this.#last.at.getTime() < ageMs
  }

  /** Resolves when the list has been read, or cannot be. */
  #ask(): Promise<void> {
    if (this.#reading !== undefined) return this.#reading
    if (this.#fault !== undefined && this.#now - this.#fault.atMs < apartMs) return Promise.resolve()
    const reading = this.#options.list().then(
      (listed) => {
        if (this.#reading !== reading) return
        this.#last = { listed, at: this.#options.clock.now() }
        this.#fault = undefined
        this.#isOutdated = false
        this.#options.onRead(listed.cards)
      },
      (error: unknown) => {
        if (this.#reading === reading) this.#fault = { error, atMs: this.#now }
      },
    )
    this.#reading = reading
    void reading.finally(() => {
      if (this.#reading === reading) this.#reading = undefined
    })
    return reading
  }

  async #atMost(ms: number, work: Promise<void>): Promise<void> {
    const done = new AbortController()
    const patience = this.#options.clock.sleep(ms, done.signal).catch(() => undefined)
    await Promise.race([work, patience])
    done.abort()
  }

  get #now(): number {
    return this.#options.clock.now().getTime()
  }
}

function late(): AppError {
  return new AppError(
    'unavailable',
    'Yoto has not told of the cards of its account yet: ask again in a while',
  )
}
