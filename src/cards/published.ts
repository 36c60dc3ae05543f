import type { CardPlan } from '../core/card-plan.ts'
import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Turns } from '../core/turns.ts'
import { type CardChange, type CardRequest, changed, checkWish, isNewOnCard } from './change.ts'
import type { Copy } from './copies.ts'
import { type OldAddress, oldAddressOf } from './old-address.ts'
import { type CardAccount, Publisher } from './publisher.ts'
import { isOwnKey, type PublishedCard, playsStream } from './record.ts'
import { Republishing } from './republishing.ts'
import { type Rotation, rotateKeys } from './rotate.ts'
import { keptDays, oldKeysEndAt, withKeyUsed } from './rotation.ts'
import { StoredCards } from './stored-cards.ts'
import { troublesOf } from './trouble.ts'

interface PublishedCardsOptions {
  /** By key. */
  readonly records: Collection<unknown>
  /** Whether the account in use is the simulated one. Cards of the other are not listed, and play on. */
  readonly simulated: boolean
  readonly account: CardAccount
  /** Where players fetch the stream of a key, or one of its slots or tracks. */
  readonly urlOf: (key: string, file: string) => string
  /** What the card of a story that runs on it by itself holds; null where the story is not known any more. */
  readonly storyPlan: (card: PublishedCard) => CardPlan | null
  readonly newKey: () => string
  /** Told of every key, so that no more than its beginning is ever said. */
  readonly hideKey: (key: string) => void
  /** Says what is wrong under this name, or with null that nothing is any more. */
  readonly trouble: (name: string, text: string | null) => void
  readonly clock: Clock
  readonly log: Log
}

/** The cards this product made, and the keys that open the media door. */
export class PublishedCards {
  readonly #options: PublishedCardsOptions
  readonly #stored: StoredCards
  readonly #publisher: Publisher
  readonly #republishing: Republishing
  /** Two who ask at once for the address of a stream get the same. */
  readonly #turns = new Turns<string>()
  /** The names of what is said to be wrong now. */
  #troubles: ReadonlySet<string> = new Set()
  readonly #listeners = new Set<() => void>()

  constructor(options: PublishedCardsOptions) {
    this.#options = options
    const { records, simulated, account, urlOf, storyPlan, newKey, hideKey, clock, log } = options
    const stored = new StoredCards({
      records,
      simulated,
      changed: () => this.#changed(),
      hideKey,
      clock,
      log,
    })
    const publisher = new Publisher({ stored, account, urlOf, storyPlan, newKey, clock, log })
    const publish = (cardId: string) => publisher.publishAgain(cardId)
    this.#stored = stored
    this.#publisher = publisher
    this.#republishing = new Republishing({ stored, cards: account, publish, log })
  }

  /** Reads the cards of earlier runs. */
  start(): Promise<void> {
    return this.#stored.start()
  }

  /** Calls `changed` after each change of a card or a key. */
  onChange(changed: () => void): () => void {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }

  /** The published cards of the account in use, the oldest first, without keys that no card carries. */
  list(): PublishedCard[] {
    return this.#stored.inUse().filter((card) => card.card_id !== null)
  }

  /** The same of every account: what they play has to stay, whichever is in use. */
  inAnyAccount(): PublishedCard[] {
    return this.#stored.all().filter((card) => card.card_id !== null)
  }

  /** What the key opens now; an old key opens the same as the new one until it ends. */
  byKey(key: string): PublishedCard | undefined {
    return this.#stored.opened(key)
  }

  byCard(cardId: string): PublishedCard | undefined {
    return this.list().find((card) => card.card_id === cardId)
  }

  /** @throws AppError `not_found`. */
  card(cardId: string): PublishedCard {
    const card = this.byCard(cardId)
    if (card !== undefined) return card
    throw new AppError('not_found', `there is no published card "${cardId.slice(0, 80)}"`)
  }

  oldKeysEndAt(card: PublishedCard): string | null {
    return oldKeysEndAt([card], this.#options.clock.now())
  }

  /** Where anything that is not a card fetches the stream; the same address until its key is rotated. */
  async streamUrl(stream: string): Promise<string> {
    const known = () => this.#stored.all().find((card) => card.stream === stream && isOwnKey(card))
    const make = () => this.#publisher.addKey({ stream, title: stream, kind: 'stream', chapters: 0 })
    const { key } = known() ?? (await this.#turns.take(stream, async () => known() ?? make()))
    return this.#options.urlOf(key, 'stream')
  }

  /** Where a track of the card is fetched, by its number; the same address until the card's key is rotated. */
  trackUrl(card: PublishedCard, number: string): string {
    return this.#options.urlOf(card.key, number)
  }

  /**
   * Makes a card that plays the stream.
   * @throws AppError of the account when it refuses or is away, `unprocessable` for what such a card cannot have.
   */
  async publish(request: CardRequest): Promise<PublishedCard> {
    checkWish(request, request)
    const card = await this.#publisher.publish(request)
    // Its key may have been rotated while the card was made.
    void this.settle()
    return card
  }

  /** Sees to it that the stream has a card of that kind in the account that points here; makes or mends it where needed. */
  async ensure(request: CardRequest): Promise<PublishedCard> {
    const fits = (card: PublishedCard) =>
      card.kind === request.kind && card.stream === request.stream && card.story?.id === request.story?.id
    const cardId = this.list().find(fits)?.card_id ?? null
    return cardId === null ? this.publish(request) : this.#publisher.ensure(cardId)
  }

  /**
   * Changes a card. What stands on the card itself is kept only when the account took it; then all of the change
   * is, else nothing.
   * @throws AppError `not_found`, `unprocessable` for what such a card cannot have, and those of the account.
   */
  async change(cardId: string, change: CardChange): Promise<PublishedCard> {
    const card = this.card(cardId)
    checkWish({ kind: card.kind, story: change.story ?? card.story }, change)
    const keep = (now: PublishedCard) => changed(now, change)
    if (!isNewOnCard(card, change)) return this.#stored.change(card.key, keep)
    try {
      return await this.#publisher.saveChange(cardId, () => keep)
    } catch (error) {
      // Where nobody knows what the account made of it, the card has to be made again as it was.
      void this.settle()
      throw error
    }
  }

  /**
   * Changes what stands on a card by what it is when its turn comes; null leaves it as it is.
   * @throws AppError `not_found`, and those of the account
   */
  async changeAs(
    cardId: string,
    changeOf: (card: PublishedCard) => CardChange | null,
  ): Promise<PublishedCard> {
    this.card(cardId)
    try {
      return await this.#publisher.saveChange(cardId, (card) => {
        const change = changeOf(card)
        return change === null ? null : (now) => changed(now, change)
      })
    } catch (error) {
      void this.settle()
      throw error
    }
  }

  /** Publishes the card anew, whatever the account has. @throws AppError `not_found`, and those of the account. */
  async publishAgain(cardId: string): Promise<PublishedCard> {
    this.card(cardId)
    return this.#publisher.publishAnyway(cardId)
  }

  /** Deletes the card there and here. @throws AppError `not_found`, that of the account and that of the store. */
  async delete(cardId: string): Promise<void> {
    this.card(cardId)
    await this.#publisher.delete(cardId)
  }

  /**
   * Stops to take the requests of a queue card for presses; the store has it when it resolves.
   * @throws AppError of the store.
   */
  async distrust(key: string, reason: string): Promise<void> {
    const trusted = ({ kind, story, confirm }: PublishedCard) =>
      (kind === 'queue' || story?.run === 'live') && confirm === 'request'
    const card = this.#stored.find(key)
    if (card === undefined || !trusted(card)) return
    await this.#stored.change(key, (now) =>
      trusted(now) ? { ...now, confirm: 'mqtt', distrusted: reason } : now,
    )
    this.#options.log.warn('a card is distrusted', { card: card.card_id, reason })
  }

  /**
   * A listener asked for audio from its first byte with this key. Where that is the newest one, the card in the
   * child's hand has it, and the old ones end. Never rejects.
   */
  async used(key: string): Promise<void> {
    const { clock, log } = this.#options
    const end = (card: PublishedCard) => (card.key === key ? withKeyUsed(card, clock.now()) : card)
    const card = this.byKey(key)
    if (card === undefined || end(card) === card) return
    try {
      await this.#stored.change(key, end)
      log.info('the new key is in use, the old ones have ended', { card: card.card_id, stream: card.stream })
    } catch (error) {
      log.warn('the old keys of a card could not be ended yet', { error: messageOf(error) })
    }
  }

  /**
   * Gives a card a new key at once and publishes it again. Old keys live until the new one is used, at most a week;
   * with `now` not a moment longer. The new key is in the store before the account is asked, and stays when that
   * says no: then the card is owed to the account, and `settle` tries again.
   * @throws AppError `not_found`, and that of the store.
   */
  async rotateCard(cardId: string, options: { now: boolean }): Promise<Rotation> {
    this.card(cardId)
    return this.#rotate((card) => card.card_id === cardId, options)
  }

  /** The same for everything of a stream: its own key, and those of all cards that play it. */
  rotateStream(stream: string, options: { now: boolean }): Promise<Rotation> {
    return this.#rotate((card) => playsStream(card, stream), options)
  }

  /** Publishes what is owed to the account. Never rejects. */
  async settle(found?: (copy: Copy) => void): Promise<void> {
    await this.#republishing.run(found).catch((error) => {
      this.#options.log.warn('what the account took could not be stored', { error: messageOf(error) })
    })
    this.#sayTroubles()
  }

  /** How many cards keep the key they carry when the stream is deleted, for how many days, and whose `tracks` play it. */
  keptFor(stream: string): { cards: number; days: number; tracks: readonly string[] } {
    const playing = [...this.#stored.inUse(), ...this.#stored.familysAway()]
    const cards = playing.filter((card) => card.card_id !== null && playsStream(card, stream))
    const tracks = cards.flatMap((card) => (card.tracks === null ? [] : card.title))
    return { cards: cards.length - tracks.length, days: keptDays, tracks }
  }

  /**
   * A stream was deleted, or there is one of that name: its keys are kept for thirty days, and a stream of the name
   * gets them back. Never rejects.
   */
  async streamChanged(stream: string, exists: boolean): Promise<void> {
    const { clock, log } = this.#options
    const deletedAt = exists ? null : isoOf(clock.now())
    const isNews = (card: PublishedCard) =>
      card.stream === stream && (card.stream_deleted_at === null) !== exists
    await this.#stored
      .changeAll(isNews, (card) => ({ ...card, stream_deleted_at: deletedAt }))
      .catch((error) =>
        log.warn('that a stream came or went could not be noted at its keys', {
          stream,
          error: messageOf(error),
        }),
      )
  }

  /** Removes keys and records that open nothing any more. Never rejects. */
  async tidy(streamExists: (stream: string) => boolean): Promise<void> {
    await this.#stored
      .tidy(streamExists)
      .catch((error) => this.#options.log.warn('old keys stay in the store', { error: messageOf(error) }))
  }

  /** The address of ours that the card in the account carries, where we have another by now; else null. */
  oldAddressOf(card: PublishedCard): OldAddress | null {
    const url = this.#options.urlOf(card.key, 'stream')
    return oldAddressOf(card, { url, planOf: (known) => this.planOf(known) })
  }

  /** The text with no more than six characters of any key. */
  withoutKeys(text: string): string {
    return this.#republishing.withoutKeys(text)
  }

  /** What the card holds. */
  planOf(card: PublishedCard): CardPlan {
    return this.#publisher.planOf(card)
  }

  async #rotate(fits: (card: PublishedCard) => boolean, { now }: { now: boolean }): Promise<Rotation> {
    const { newKey, clock, log } = this.#options
    const rotation = rotateKeys({
      stored: this.#stored,
      fits,
      endNow: now,
      newKey,
      settle: (found) => this.settle(found),
      republishing: this.#republishing,
      clock,
      log,
    })
    return rotation.catch((error) => {
      // Some of the keys may be in the store, and their cards are owed to the account.
      void this.settle()
      throw error
    })
  }

  #changed(): void {
    this.#sayTroubles()
    for (const listener of this.#listeners) listener()
  }

  #sayTroubles(): void {
    const { trouble, clock } = this.#options
    const all = this.#stored.inUse().flatMap((card) =>
      troublesOf(card, {
        now: clock.now(),
        refusal: this.#republishing.refusalOf(card),
        searchFailure: this.#republishing.searchFailure(),
        simulated: this.#stored.simulated,
      }),
    )
    // A stream may have several keys without a card, and with them the same trouble more than once.
    const troubles = new Map(all.map(({ name, text }) => [name, text]))
    for (const name of this.#troubles) if (!troubles.has(name)) trouble(name, null)
    for (const [name, text] of troubles) trouble(name, text)
    this.#troubles = new Set(troubles.keys())
  }
}
