import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Turns } from '../core/turns.ts'
import { type AccountCards, type Copy, rewriteCopies } from './copies.ts'
import type { PublishedCard } from './record.ts'
import { mustBePublished, unsearchedKeys, withoutSecrets, withSearch } from './rotation.ts'
import type { StoredCards } from './stored-cards.ts'

interface RepublishingOptions {
  readonly stored: StoredCards
  readonly cards: AccountCards
  /** Publishes our card as its record is when its turn comes. */
  readonly publish: (cardId: string) => Promise<void>
  readonly log: Log
}

/** Gives the cards of the account the keys that their records have. What fails stays owed, and is tried by the next run. */
export class Republishing {
  readonly #options: RepublishingOptions
  readonly #turns = new Turns<string>()
  readonly #refusals = new Map<string, string>()
  #searchFailure: string | null = null

  constructor(options: RepublishingOptions) {
    this.#options = options
  }

  /** Does what is owed when its turn comes; rejects only when the store fails. */
  run(found: (copy: Copy) => void = () => undefined): Promise<void> {
    return this.#turns.take('', async () => {
      const owed = this.#options.stored.inUse().filter(mustBePublished)
      this.#forgetRefusals(new Set(owed.map(({ card_id }) => card_id)))
      for (const card of owed) await this.#republish(card)
      await this.#search(found)
    })
  }

  /** Why the account did not take the card the last time it was owed to it; null when it did. It names no key. */
  refusalOf({ card_id }: PublishedCard): string | null {
    return this.#refusals.get(card_id ?? '') ?? null
  }

  /** Why the other cards of the account could not all be given new keys the last time; it names no key. */
  searchFailure(): string | null {
    return this.#searchFailure
  }

  /** The text with no more than six characters of any key. */
  withoutKeys(text: string): string {
    return this.#options.stored.all().reduce(withoutSecrets, text)
  }

  /** A card may have been published in another way since. */
  #forgetRefusals(owed: ReadonlySet<string | null>): void {
    for (const cardId of this.#refusals.keys()) if (!owed.has(cardId)) this.#refusals.delete(cardId)
  }

  async #republish({ card_id, key, title }: PublishedCard): Promise<void> {
    const { stored, publish, log } = this.#options
    if (card_id === null) return
    try {
      await publish(card_id)
      this.#refusals.delete(card_id)
    } catch (error) {
      const isGone = error instanceof AppError && error.code === 'not_found'
      const reason = isGone ? 'the account has no such card any more' : this.withoutKeys(messageOf(error))
      this.#refusals.set(card_id, reason)
      log.warn('a card could not be published again', { card: card_id, title, reason })
      if (isGone) await stored.change(key, (card) => ({ ...card, carried_key: card.key }))
    }
  }

  async #search(found: (copy: Copy) => void): Promise<void> {
    const { stored, cards, log } = this.#options
    const asking = stored.inUse().filter((card) => unsearchedKeys(card, stored).length > 0)
    if (asking.length === 0) {
      this.#searchFailure = null
      return
    }
    const { done, rewritten, failure } = await rewriteCopies({
      cards,
      isOurs: (cardId) => stored.inUse().some((card) => card.card_id === cardId),
      oldKeys: new Set(asking.flatMap((card) => unsearchedKeys(card, stored))),
      newKeyOf: (old) => stored.find(old)?.key ?? old,
      found,
    }).catch((error) => ({ done: none, rewritten: none, failure: messageOf(error) }))
    this.#searchFailure = failure === null ? null : this.withoutKeys(failure)
    if (failure !== null) log.warn('other cards may carry an old key', { reason: this.#searchFailure })
    for (const { key } of asking)
      await stored.change(key, (card) => withSearch(card, stored, { searched: done, copied: rewritten }))
  }
}

const none: ReadonlySet<string> = new Set()
