import { type CardPlan, queueCardPlan, streamCardPlan } from '../core/card-plan.ts'
import { type Clock, isoOf } from '../core/clock.ts'
import { AppError, type ErrorCode, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Turns } from '../core/turns.ts'
import type { CardRequest } from './change.ts'
import type { AccountCards } from './copies.ts'
import type { CardLook, PublishedCard } from './record.ts'
import { mustBePublished } from './rotation.ts'
import { carriesKey, type SoughtCard } from './sought-card.ts'
import type { StoredCards } from './stored-cards.ts'
import { withoutTakenOff } from './taken-off.ts'
import { trackCardPlan } from './track-on-card.ts'

/** The cards of the household's account. Each call throws AppError where the account refuses or is away. */
export interface CardAccount extends AccountCards {
  /** Makes the card, or replaces it when `cardId` is given; resolves with its id. */
  save(plan: CardPlan, cardId: string | null): Promise<string>
  /** The card that was made of this although nobody answered; null where there is none, or more than one may be it. */
  find(sought: SoughtCard): Promise<string | null>
  /** Does the account still have the card? */
  exists(cardId: string): Promise<boolean>
  /** One that the account does not have is deleted already. */
  delete(cardId: string): Promise<void>
}

interface PublisherOptions {
  readonly stored: StoredCards
  readonly account: CardAccount
  /** Where players fetch the stream of a key, or one of its slots or tracks. */
  readonly urlOf: (key: string, file: string) => string
  /** What the card of a story that runs on it by itself holds; null where the story is not known any more. */
  readonly storyPlan: (card: PublishedCard) => CardPlan | null
  readonly newKey: () => string
  readonly clock: Clock
  readonly log: Log
}

// No card has it for its id.
const makingOne = ''
const saidNo: readonly ErrorCode[] = ['refused', 'unprocessable', 'invalid', 'not_found']

/** Has the account make cards, and keeps what it took. What is asked for one card happens one after the other. */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #turns = new Turns<string>()

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  /**
   * Makes a card that plays the stream. The key is in the store before the account has the card, and leaves it only
   * when the account said no: after a broken connection the card may be there, and must not point at a key nobody
   * knows.
   * @throws AppError of the account when it refuses or is away.
   */
  async publish(request: CardRequest): Promise<PublishedCard> {
    const draft = await this.addKey(request)
    if (this.#carriesKey(draft)) return this.#make(draft, new Set())
    // Of two that play the same, one would be taken for the other.
    return this.#turns.take(makingOne, async () => this.#make(draft, await this.#cardsNow()))
  }

  /** `before`: the cards that the account had; null where nobody knows. */
  async #make(draft: PublishedCard, before: ReadonlySet<string> | null): Promise<PublishedCard> {
    try {
      return await this.#save(draft)
    } catch (error) {
      if (isNo(error)) await this.#drop(draft.key)
      const made = isNo(error) || before === null ? null : await this.#made(draft, before)
      if (made === null) throw error
      return made
    }
  }

  /** The card of a draft that the account may have made although its answer was lost. */
  async #made(draft: PublishedCard, before: ReadonlySet<string>): Promise<PublishedCard | null> {
    const { account, stored } = this.#options
    const { key } = draft
    const known = stored.inUse().flatMap(({ card_id }) => card_id ?? [])
    const others = new Set([...before, ...known])
    const plan = this.planOf(draft)
    const card_id = await account.find({ plan, key, others }).catch(() => null)
    return card_id === null ? null : stored.change(key, (now) => ({ ...now, card_id }))
  }

  /** What cannot be made at all is refused where it is made. */
  #carriesKey(draft: PublishedCard): boolean {
    const { story, tracks } = draft
    if (tracks === null && story?.media === undefined) return true
    return carriesKey(this.planOf(draft), draft.key)
  }

  async #cardsNow(): Promise<ReadonlySet<string> | null> {
    const list = await this.#options.account.list().catch(() => null)
    return list === null ? null : new Set(list.map(({ card_id }) => card_id))
  }

  /** A new key for what is asked, without a card. */
  async addKey(request: CardRequest): Promise<PublishedCard> {
    const { stored, newKey, urlOf, clock } = this.#options
    const { slots = 'interactive', confirm = 'request', player = null, story = null } = request
    const { tracks = null, look = null } = request
    const key = newKey()
    const card: PublishedCard = {
      ...request,
      ...{ key, slots, confirm, player, story, tracks, look },
      distrusted: null,
      card_id: null,
      url: urlOf(key, 'stream'),
      created_at: isoOf(clock.now()),
      old_keys: [],
      carried_key: key,
      stream_deleted_at: null,
    }
    const added = withoutTakenOff(card)
    await stored.add(added)
    return added
  }

  /** Sees to it that the account has the card as it should be; makes or mends it where needed. */
  ensure(cardId: string): Promise<PublishedCard> {
    return this.#inTurn(cardId, async (card) => {
      const exists = await this.#options.account.exists(cardId)
      const isRight = card.url === this.#options.urlOf(card.key, 'stream') && !mustBePublished(card)
      return exists && isRight ? card : this.#save({ ...card, card_id: exists ? cardId : null })
    })
  }

  /** Publishes the card as its record is when its turn comes, where the account may have another. */
  async publishAgain(cardId: string): Promise<void> {
    await this.#inTurn(cardId, async (card) => {
      let latest = card
      while (mustBePublished(latest)) latest = await this.#save(latest)
      return latest
    })
  }

  /**
   * Publishes the card as its record is when its turn comes, whatever the account has; one that is gone there is made anew,
   * with another id.
   */
  publishAnyway(cardId: string): Promise<PublishedCard> {
    return this.#inTurn(cardId, async (card) => {
      const exists = await this.#options.account.exists(cardId)
      return this.#save({ ...card, card_id: exists ? cardId : null })
    })
  }

  /**
   * Deletes the card in the account, and then what is known of it here: its keys open nothing any more.
   * @throws AppError of the account; then all is as it was, or, where that did not answer, done when asked again
   */
  async delete(cardId: string): Promise<void> {
    const { stored, account, log } = this.#options
    await this.#inTurn(cardId, async (card) => {
      await account.delete(cardId)
      await stored.remove(card.key)
      log.info('card deleted', { card: cardId, ...playedBy(card) })
      return card
    })
  }

  /**
   * Changes what stands on the card, as it is when its turn comes; null: not at all. It is kept only when the account took it. Until that has answered nobody
   * knows what its card holds, and the process may end before.
   */
  saveChange(
    cardId: string,
    changeOf: (card: PublishedCard) => ((card: PublishedCard) => PublishedCard) | null,
  ): Promise<PublishedCard> {
    return this.#inTurn(cardId, async (card) => {
      const { stored } = this.#options
      const change = changeOf(card)
      if (change === null) return card
      await stored.change(card.key, (now) => ({ ...now, carried_key: null }))
      try {
        return await this.#save(change(card), change)
      } catch (error) {
        const { carried_key } = card
        if (isNo(error)) await stored.change(card.key, (now) => ({ ...now, carried_key }))
        throw error
      }
    })
  }

  /**
   * What the card holds.
   * @throws AppError `conflict` where its story is not known any more.
   */
  planOf(card: PublishedCard): CardPlan {
    return withPictures(this.#chaptersOf(card), card.look)
  }

  #chaptersOf(card: PublishedCard): CardPlan {
    const { urlOf, storyPlan } = this.#options
    const { key, title, kind, slots, chapters, story, tracks } = card
    if (tracks !== null) return trackCardPlan({ title, tracks, urlOf: (number) => urlOf(key, number) })
    if (story?.run === 'card') {
      const plan = storyPlan(card)
      if (plan === null)
        throw new AppError(
          'conflict',
          `the story "${story.id}" of the card "${title}" is not known here any more`,
        )
      return plan
    }
    if (kind === 'stream') return streamCardPlan({ title, url: urlOf(key, 'stream'), count: chapters })
    const plan = queueCardPlan({ title, slots, urlOf: (place) => urlOf(key, place) })
    return story === null ? plan : { ...plan, beginsAnew: true }
  }

  #inTurn(cardId: string, work: (card: PublishedCard) => Promise<PublishedCard>): Promise<PublishedCard> {
    return this.#turns.take(cardId, async () => {
      const card = this.#options.stored.inUse().find((known) => known.card_id === cardId)
      if (card === undefined)
        throw new AppError('not_found', `the card "${cardId}" is not known here any more`)
      return work(card)
    })
  }

  /** The record may have got a new key by the time the account has the card with the one before. */
  async #save(
    card: PublishedCard,
    keep: (card: PublishedCard) => PublishedCard = (now) => now,
  ): Promise<PublishedCard> {
    const { stored, account, urlOf, log } = this.#options
    const card_id = await account.save(this.planOf(card), card.card_id).catch((error: unknown) => {
      throw isGone(card, error) ? gone(card, error) : error
    })
    const url = urlOf(card.key, 'stream')
    const saved = await stored.change(card.key, (now) =>
      withoutTakenOff(keep({ ...now, card_id, url, carried_key: card.key })),
    )
    log.info('card published', { card: card_id, ...playedBy(card), kind: card.kind })
    return saved
  }

  async #drop(key: string): Promise<void> {
    const { stored, log } = this.#options
    await stored
      .remove(key)
      .catch((error) => log.warn('an unused key stays in the store', { error: messageOf(error) }))
  }
}

/** For the log. */
function playedBy({ stream, story, tracks }: PublishedCard) {
  if (tracks !== null) return { tracks: tracks.length }
  return story === null ? { stream } : { story: story.id, run: story.run }
}

/** A chapter keeps the icon that it has of its own; one whose own is taken off shows that of the card. */
function withPictures(plan: CardPlan, look: CardLook | null): CardPlan {
  if (look === null) return plan
  const { cover, icon } = look
  const chapters =
    icon === undefined ? plan.chapters : plan.chapters.map((each) => ({ ...each, icon: each.icon ?? icon }))
  return { ...plan, chapters, ...(cover === undefined ? {} : { cover }) }
}

function isGone({ card_id }: PublishedCard, error: unknown): boolean {
  return card_id !== null && error instanceof AppError && error.code === 'not_found'
}

function gone({ card_id, title }: PublishedCard, cause: unknown): AppError {
  return new AppError(
    'not_found',
    `the account has no card "${title}" (${card_id}) any more: POST /api/cards/${card_id}/publish makes it anew, with another id`,
    { cause },
  )
}

/** The account has answered, so it did not take the card. */
export function isNo(error: unknown): boolean {
  return error instanceof AppError && saidNo.includes(error.code)
}
