import type { CardPlan } from '../core/card-plan.ts'
import { type TrackAddress, trackAddresses } from '../core/card-plan.ts'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Recent } from '../core/recent.ts'

/** What the product knows of a card that lies in a player, ours or any other. */
export interface KnownCard {
  readonly title: string
  readonly cover_url: string | null
  readonly layout: readonly TrackAddress[]
}

interface KnownCardsOptions {
  /** Asks the account for a card. */
  readonly fetch: (cardId: string) => Promise<{ plan: CardPlan; cover_url: string | null }>
  readonly clock: Clock
  readonly log: Log
}

// Cards that nobody put in for long are asked for again.
const mostCards = 200
// A player speaks of its card every few seconds; the account is not asked that often for one it does not give.
const askAgainMs = 600_000

/** Remembers cards, so that presses can be read off them and their titles shown. */
export class KnownCards {
  readonly #options: KnownCardsOptions
  readonly #cards = new Recent<string, KnownCard>(mostCards)
  readonly #asked = new Map<string, Promise<KnownCard | null>>()
  /** When a card that could not be read may be asked for again, in ms. */
  readonly #refused = new Recent<string, number>(mostCards)

  constructor(options: KnownCardsOptions) {
    this.#options = options
  }

  get(cardId: string): KnownCard | undefined {
    return this.#cards.get(cardId)
  }

  /** The card, asked for once at a time; null where the account does not give it. */
  learn(cardId: string): Promise<KnownCard | null> {
    const known = this.#cards.get(cardId)
    if (known !== undefined) return Promise.resolve(known)
    const now = this.#options.clock.now().getTime()
    if ((this.#refused.get(cardId) ?? 0) > now) return Promise.resolve(null)
    const asked = this.#asked.get(cardId) ?? this.#ask(cardId).finally(() => this.#asked.delete(cardId))
    this.#asked.set(cardId, asked)
    return asked
  }

  async #ask(cardId: string): Promise<KnownCard | null> {
    try {
      const { plan, cover_url } = await this.#options.fetch(cardId)
      const card = { title: plan.title, cover_url, layout: trackAddresses(plan) }
      this.#cards.set(cardId, card)
      this.#refused.delete(cardId)
      return card
    } catch (error) {
      this.#refused.set(cardId, this.#options.clock.now().getTime() + askAgainMs)
      this.#options.log.warn('a card could not be read; presses on it cannot be told apart', {
        card: cardId,
        error: messageOf(error),
      })
      return null
    }
  }
}
