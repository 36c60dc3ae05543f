import type { PublishedCards } from '../cards/published.ts'
import type { PublishedCard } from '../cards/record.ts'
import { AppError, messageOf } from '../core/error.ts'
import { Turns } from '../core/turns.ts'
import type { CardUploads } from './card-uploads.ts'
import type { Progress } from './chapter-uploads.ts'
import type { Problems } from './problems.ts'

export interface Keeping {
  /** Ends it at once. */
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

interface CardKeepingInput {
  readonly cards: Pick<PublishedCards, 'byCard'>
  readonly uploads: CardUploads
  readonly problems: Problems
  /** For the names of problems: `card/7JtVV/<what>`. */
  readonly what: string
  /** Brings the card in the account to what it should be. @throws where that cannot be done now */
  readonly keep: (card: PublishedCard, keeping: Keeping) => Promise<void>
  /** Whether its audio is to lie in the account: then it is tried again soon. */
  readonly isUploaded: (card: PublishedCard) => boolean
  /** What is wrong with the card as long as that fails, without the reason. */
  readonly wrong: (card: PublishedCard) => string
}

/**
 * Keeps cards in the account at what they should be. What is asked for one card happens one after the other, for two at
 * once would publish the same twice; what fails is said, and tried again.
 */
export class CardKeeping {
  readonly #input: CardKeepingInput
  readonly #troubled = new Set<string>()
  readonly #turns = new Turns<string>()
  /** Cards whose turn has not come yet: it will see all that is asked for until then. */
  readonly #waiting = new Map<string, Promise<void>>()
  readonly #stopping = new AbortController()
  /** What is under way, by card. */
  readonly #running = new Map<string, AbortController>()

  constructor(input: CardKeepingInput) {
    this.#input = input
  }

  /** Aborted when all of it ends. */
  get signal(): AbortSignal {
    return this.#stopping.signal
  }

  /** Brings the card to what it should be when its turn comes. Never rejects. */
  keep(cardId: string): Promise<void> {
    const waiting = this.#waiting.get(cardId)
    if (waiting !== undefined) return waiting
    const turn = this.#turns.take(cardId, async () => {
      this.#waiting.delete(cardId)
      await this.#keep(cardId)
    })
    this.#waiting.set(cardId, turn)
    return turn
  }

  /** Ends what is under way for the card: something else is wished of it. */
  leave(cardId: string): void {
    this.#running.get(cardId)?.abort(new AppError('unavailable', 'something else was wished meanwhile'))
  }

  /** Nothing is to be done for a card that is not there any more. */
  forget(cardId: string): void {
    this.leave(cardId)
    this.#settled(cardId)
  }

  #settled(cardId: string): void {
    this.#trouble(cardId, null)
    this.#input.uploads.ended(cardId)
  }

  /** Ends what is under way; the next run of the program goes on with it. */
  async stop(): Promise<void> {
    this.#stopping.abort(new AppError('unavailable', 'the program is being ended'))
    await this.#turns.allSettled()
  }

  async #keep(cardId: string): Promise<void> {
    const { cards, uploads, keep, isUploaded, wrong } = this.#input
    const leaving = new AbortController()
    const signal = AbortSignal.any([this.#stopping.signal, leaving.signal])
    const card = cards.byCard(cardId)
    if (card === undefined || signal.aborted) return
    this.#running.set(cardId, leaving)
    const onProgress = (progress: Progress) => {
      if (!signal.aborted) uploads.goesOn(cardId, progress)
    }
    try {
      await keep(card, { signal, onProgress })
      this.#settled(cardId)
    } catch (error) {
      if (signal.aborted) return
      // It may have been deleted meanwhile.
      if (cards.byCard(cardId) === undefined) return this.#settled(cardId)
      const reason = messageOf(error)
      const again = isUploaded(card) ? 'tried again by itself' : 'tried again every hour'
      this.#trouble(cardId, `card "${card.title}" ${wrong(card)}: ${reason}; ${again}`)
      if (isUploaded(card)) uploads.failed(cardId, reason)
    } finally {
      this.#running.delete(cardId)
    }
  }

  #trouble(cardId: string, text: string | null): void {
    const name = `card/${cardId}/${this.#input.what}`
    if (text === null && !this.#troubled.delete(name)) return
    if (text !== null) this.#troubled.add(name)
    this.#input.problems.set(name, text)
  }
}
