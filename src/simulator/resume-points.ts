import type { Clock } from '../core/clock.ts'
import { type Card, placeOf } from './card.ts'
import { beginning, type TrackStart } from './deck.ts'
import type { Playback } from './playback.ts'

/** Where each card was left, for as long as the card says that it is to be kept. */
export class ResumePoints {
  readonly #clock: Clock
  readonly #points = new Map<string, Point>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Keeps where playback is, unless it has stopped. */
  keep({ card, track, positionSeconds, byte }: Played): void {
    if (card === undefined || track === undefined) return
    const { chapterKey, trackKey } = track
    const from = { seconds: positionSeconds, byte }
    this.#points.set(card.cardId, { chapterKey, trackKey, from, atMs: this.#clock.now().getTime() })
  }

  forget(cardId: string): void {
    this.#points.delete(cardId)
  }

  /** Where to begin with this card: its first track unless it was left elsewhere not too long ago. */
  find(card: Card): { place: number; from: TrackStart } {
    const point = this.#points.get(card.cardId)
    const first = { place: 0, from: beginning }
    if (point === undefined) return first
    const ageSeconds = (this.#clock.now().getTime() - point.atMs) / 1000
    const place = placeOf(card, point.chapterKey, point.trackKey)
    return ageSeconds > card.resumeTimeoutSeconds || place === undefined ? first : { place, from: point.from }
  }
}

type Played = Pick<Playback, 'card' | 'track' | 'positionSeconds' | 'byte'>

interface Point {
  readonly chapterKey: string
  readonly trackKey: string
  readonly from: TrackStart
  readonly atMs: number
}
