import { hash } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Turns } from '../core/turns.ts'
import { isOwnKey, keysOf, type PublishedCard, recordOf } from './record.ts'
import { isForgotten, opens, spentKeys, withoutKeys } from './rotation.ts'

interface StoredCardsOptions {
  /** By key. What the store gives back is checked before it is believed. */
  readonly records: Collection<unknown>
  /** Whether the account in use is the simulated one. */
  readonly simulated: boolean
  /** Called after each change. */
  readonly changed: () => void
  /** Told of every key, so that no more than its beginning is ever said. */
  readonly hideKey: (key: string) => void
  readonly clock: Clock
  readonly log: Log
}

/** The records of cards and keys, in the store and at hand. Changes happen one after the other, each in the store first. */
export class StoredCards {
  readonly #options: StoredCardsOptions
  readonly #byKey = new Map<string, PublishedCard>()
  /** The record of each key, new or old, by the digest of that key. */
  readonly #byDigest = new Map<string, PublishedCard>()
  readonly #turns = new Turns<string>()

  constructor(options: StoredCardsOptions) {
    this.#options = options
  }

  /** Reads the records of earlier runs. */
  async start(): Promise<void> {
    const { records, log, changed } = this.#options
    for (const [key, stored] of await records.entries()) {
      const card = recordOf(key, stored)
      if (card === null) log.warn('a stored card cannot be read; it stays as it is', { key: key.slice(0, 6) })
      else this.#byKey.set(key, card)
    }
    await this.#dropTwins()
    for (const card of this.#byKey.values()) this.#index(card)
    changed()
  }

  /** The oldest first, those of an account that is not in use too: what they open stays open. */
  all(): PublishedCard[] {
    return [...this.#byKey.values()].sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
  }

  /** Those of the account in use, and keys that belong to no card; the oldest first. */
  inUse(): PublishedCard[] {
    const { simulated } = this.#options
    return this.all().filter((card) => isOwnKey(card) || (card.simulated === true) === simulated)
  }

  /** The cards of the family, while the simulated account is in use: those in the hands of children, who come back to them. */
  familysAway(): PublishedCard[] {
    if (!this.simulated) return []
    return this.all().filter((card) => !isOwnKey(card) && card.simulated !== true)
  }

  /** Whether the account in use is the simulated one. */
  get simulated(): boolean {
    return this.#options.simulated
  }

  /**
   * The record that has this key or ever had it. Looked up by digest: how long that takes tells nobody how much of
   * a key was guessed right.
   */
  find(key: string): PublishedCard | undefined {
    return this.#byDigest.get(digestOf(key))
  }

  /** The record that this key opens now. */
  opened(key: string): PublishedCard | undefined {
    const card = this.find(key)
    return card !== undefined && opens(card, key, this.#options.clock.now()) ? card : undefined
  }

  /** Keeps a new record; a card is one of the account in use. */
  add(card: PublishedCard): Promise<void> {
    const isSimulated = this.#options.simulated && !isOwnKey(card)
    return this.#turns.take('', () => this.#keep(isSimulated ? { ...card, simulated: true } : card))
  }

  /**
   * Changes the record that has this key or ever had it. One that gets a new key is in the store under that before
   * it leaves the place of the old one.
   * @throws AppError `not_found` when it is gone, and that of the store.
   */
  change(key: string, change: (card: PublishedCard) => PublishedCard): Promise<PublishedCard> {
    return this.#turns.take('', () => this.#change(key, change))
  }

  /** Changes every record that fits, as it is when its turn comes. */
  changeAll(
    fits: (card: PublishedCard) => boolean,
    change: (card: PublishedCard) => PublishedCard,
  ): Promise<void> {
    return this.#turns.take('', async () => {
      for (const { key } of this.all().filter(fits)) await this.#change(key, change)
    })
  }

  remove(key: string): Promise<void> {
    return this.#turns.take('', async () => {
      const card = this.find(key)
      if (card !== undefined) await this.#remove(card)
    })
  }

  /** Removes what no longer opens anything: old keys that ended, and the records of streams long deleted. */
  tidy(streamExists: (stream: string) => boolean): Promise<void> {
    return this.#turns.take('', async () => {
      for (const card of this.all()) await this.#tidy(card, card.stream === null || streamExists(card.stream))
      this.#options.changed()
    })
  }

  async #change(key: string, change: (card: PublishedCard) => PublishedCard): Promise<PublishedCard> {
    const before = this.find(key)
    if (before === undefined) throw new AppError('not_found', 'the card is not known here any more')
    const after = change(before)
    if (after === before) return before
    await this.#keep(after, before.key)
    if (after.key !== before.key) await this.#forget(before.key)
    return after
  }

  async #tidy(card: PublishedCard, streamExists: boolean): Promise<void> {
    const now = this.#options.clock.now()
    if (streamExists && card.stream_deleted_at !== null) {
      await this.#keep({ ...card, stream_deleted_at: null })
      return
    }
    if (isForgotten(card, now)) {
      await this.#remove(card)
      return
    }
    const spent = spentKeys(card, now)
    if (spent.length === 0) return
    // A record that a crash left under its old key would open again once nothing lists that key as old.
    for (const key of spent) await this.#options.records.delete(key)
    await this.#keep(withoutKeys(card, spent))
  }

  async #keep(card: PublishedCard, keyBefore = card.key): Promise<void> {
    await this.#options.records.set(card.key, card)
    this.#unindex(this.#byKey.get(keyBefore))
    this.#byKey.delete(keyBefore)
    this.#byKey.set(card.key, card)
    this.#index(card)
    this.#options.changed()
  }

  async #remove(card: PublishedCard): Promise<void> {
    // The record itself last: until then it says which keys are old.
    for (const key of keysOf(card).reverse()) await this.#options.records.delete(key)
    this.#unindex(card)
    this.#byKey.delete(card.key)
    this.#options.changed()
  }

  #index(card: PublishedCard): void {
    for (const key of keysOf(card)) {
      this.#options.hideKey(key)
      this.#byDigest.set(digestOf(key), card)
    }
  }

  #unindex(card: PublishedCard | undefined): void {
    for (const key of card === undefined ? [] : keysOf(card)) this.#byDigest.delete(digestOf(key))
  }

  /** A process that ended in the middle of a rotation leaves the record under its old key too. */
  async #dropTwins(): Promise<void> {
    const old = new Set(this.all().flatMap(({ old_keys }) => old_keys.map(({ key }) => key)))
    for (const { key } of this.all().filter((card) => old.has(card.key))) {
      this.#byKey.delete(key)
      await this.#forget(key)
    }
  }

  /** The record stands under its new key already; what stays behind is dropped at the next start. */
  async #forget(key: string): Promise<void> {
    await this.#options.records.delete(key).catch((error) =>
      this.#options.log.warn('the record of an old key stays in the store until it can be dropped', {
        key: key.slice(0, 6),
        error: messageOf(error),
      }),
    )
  }
}

function digestOf(key: string): string {
  return hash('sha256', key, 'base64')
}

/** The store gives its records back in an order of its own. */
function orderOf({ created_at, key }: PublishedCard): string {
  return `${created_at} ${key}`
}
