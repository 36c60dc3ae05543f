import type { LeftTestCard } from '../core/address-check.ts'
import type { CardPlan } from '../core/card-plan.ts'
import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Turns } from '../core/turns.ts'
import { isNo } from './publisher.ts'
import { type StoredTestCard, storedTestCardIn, testCardPlan, testCardTitle } from './test-card.ts'

/** What test cards need of the account. Each call throws AppError where that refuses or is away. */
export interface TestCardAccount {
  save(plan: CardPlan): Promise<string>
  /** @throws AppError `not_found` where there is none. */
  delete(cardId: string): Promise<void>
  list(): Promise<readonly { readonly card_id: string; readonly title: string }[]>
  /** The addresses of the card's tracks. */
  addresses(cardId: string): Promise<readonly string[]>
}

interface TestCardsOptions {
  /** By key. What the store gives back is checked before it is believed. */
  readonly records: Collection<unknown>
  readonly account: TestCardAccount
  /** Why the last of them could not be deleted, with null that they all were. */
  readonly trouble: (text: string | null) => void
  readonly clock: Clock
  readonly log: Log
}

/**
 * Test cards in the account. Each stands in the store before the account is asked for it and leaves that when the
 * account has it no more, so none is left behind by a crash.
 */
export class TestCards {
  readonly #options: TestCardsOptions
  readonly #left = new Map<string, StoredTestCard>()
  /** Keys of cards that the account is being asked for. */
  readonly #making = new Set<string>()
  readonly #turns = new Turns<string>()

  constructor(options: TestCardsOptions) {
    this.#options = options
  }

  /** Reads what earlier runs have left. Rejects as the store does. */
  async start(): Promise<void> {
    for (const [key, value] of await this.#options.records.entries()) {
      const card = storedTestCardIn(value)
      if (card?.key === key) this.#left.set(key, card)
    }
  }

  /** Those that may be in the account, the oldest first. */
  left(): readonly LeftTestCard[] {
    return [...this.#left.values()]
      .map(({ card_id, created_at }) => ({ card_id, created_at }))
      .sort((one, other) => Date.parse(one.created_at) - Date.parse(other.created_at))
  }

  has(key: string): boolean {
    return this.#left.has(key)
  }

  /** Makes one, and says which. @throws AppError of the account and of the store. */
  async make(key: string, url: string): Promise<string> {
    const { account, clock, log } = this.#options
    this.#making.add(key)
    try {
      await this.#keep({ key, card_id: null, created_at: isoOf(clock.now()) })
      const cardId = await account.save(testCardPlan(url))
      await this.#keep({ key, card_id: cardId, created_at: isoOf(clock.now()) })
      log.info('test card published', { card: cardId })
      return cardId
    } catch (error) {
      if (isNo(error)) await this.#forget(key)
      throw error
    } finally {
      this.#making.delete(key)
    }
  }

  /** Takes those out of the account that are not kept; what fails is tried by the next call. Never rejects. */
  tidy(isKept: (key: string) => boolean): Promise<void> {
    return this.#turns.take('', async () => {
      const failures: string[] = []
      for (const card of [...this.#left.values()])
        if (!isKept(card.key) && !this.#making.has(card.key))
          await this.#remove(card).catch((error) => failures.push(messageOf(error)))
      this.#options.trouble(failures[0] ?? null)
    })
  }

  async #remove(card: StoredTestCard): Promise<void> {
    const { account, log } = this.#options
    const cardId = card.card_id ?? (await this.#find(card))
    if (cardId !== null) {
      await account.delete(cardId).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== 'not_found') throw error
      })
    }
    await this.#forget(card.key)
    if (cardId !== null) log.info('test card deleted', { card: cardId })
  }

  /** The card that was made when Yoto's answer was lost; null where none was. */
  async #find({ key }: StoredTestCard): Promise<string | null> {
    const { account } = this.#options
    for (const { card_id, title } of await account.list()) {
      if (title !== testCardTitle) continue
      const addresses = await account.addresses(card_id)
      if (addresses.some((address) => address.includes(`/${key}/`))) return card_id
    }
    return null
  }

  async #keep(card: StoredTestCard): Promise<void> {
    await this.#options.records.set(card.key, card)
    this.#left.set(card.key, card)
  }

  async #forget(key: string): Promise<void> {
    await this.#options.records.delete(key)
    this.#left.delete(key)
  }
}
