import { AppError } from '../core/error.ts'
import { readCard } from './card.ts'
import type { CardStore, StoredCard } from './card-store.ts'
import type { Playback } from './playback.ts'
import type { ResumePoints } from './resume-points.ts'

interface CardSlotParts {
  readonly cards: Pick<CardStore, 'get'>
  readonly playback: Playback
  readonly resumePoints: ResumePoints
  readonly awake: () => boolean
}

/** The card in a player, which plays from where it was left. */
export class CardSlot {
  readonly #parts: CardSlotParts
  #cardId: string | undefined

  constructor(parts: CardSlotParts) {
    this.#parts = parts
  }

  get cardId(): string | undefined {
    return this.#cardId
  }

  /** @throws AppError `not_found` for a card that the cloud does not have. */
  async insert(cardId: string): Promise<void> {
    const stored = await this.#parts.cards.get(cardId)
    if (stored === undefined) throw new AppError('not_found', `the simulated cloud has no card "${cardId}"`)
    this.takeOut()
    this.#cardId = cardId
    this.#start(stored)
  }

  takeOut(): void {
    const { playback, resumePoints } = this.#parts
    this.#cardId = undefined
    if (playback.source !== 'card') return
    resumePoints.keep(playback)
    playback.unload()
  }

  /** Plays the card again, unless it is taken out meanwhile or gone from the cloud. */
  async play(): Promise<void> {
    const cardId = this.#cardId
    if (cardId === undefined) return
    const stored = await this.#parts.cards.get(cardId)
    if (stored !== undefined && this.#cardId === cardId) this.#start(stored)
  }

  #start(stored: StoredCard): void {
    const { playback, resumePoints, awake } = this.#parts
    if (!awake()) return
    resumePoints.keep(playback)
    const card = readCard(stored)
    playback.start({ card, source: 'card', ...resumePoints.find(card), anyButtonStop: false })
  }
}
