import type { Judgement, Place } from '../../core/slot.ts'

/** A place somebody has gone to, what that means, and whether it was a command of ours that led there. */
export interface Way {
  readonly stream: string
  readonly player: string | null
  readonly card_id: string | null
  readonly place: Place
  readonly judgement: Judgement
  /** Whether what was played before may have come to its end by then. */
  readonly mayHaveEnded: boolean
  readonly isCommanded: boolean
  /** How long it had played what it was at before, in ms, by its own words; null where it has not said. */
  readonly playedMs: number | null
}

/** An item, or none (`id: null`) where all is over; without a body there is nothing to play. */
export interface Found<Body> {
  readonly id: string | null
  readonly body: Body | null
  /** The step led into the next round of a shuffled queue. */
  readonly isNextRound?: boolean
}

/** What is known of a listener who goes from item to item. */
export interface Going {
  /** All is over. */
  readonly isOver: boolean
  /** The listener has heard nothing yet. */
  readonly isNew: boolean
  /** For how long it has heard what it hears, in ms; null where nobody knows. */
  readonly playingMs: number | null
}

/**
 * What the places of a card play, item by item: a queue, or a story. `Step` is how one is gone on from. Nothing of it
 * changes but by `go` and `settle`; what was looked up once is what that step comes to. Methods reject as the library does.
 */
export interface SlotTrack<Body, Step> {
  isOpen(stream: string): boolean
  /** The item that is current; null where all is over. */
  current(stream: string): string | null
  /** Whether an item is still there, or may be: all can always be over (null). */
  has(stream: string, id: string | null): boolean
  /** Whether its end is followed by silence, in which presses are still answered. */
  readonly waitsAtItsEnd: boolean
  /** The step that stays where it is. */
  readonly stay: Step
  /** The step that a way means, if nobody in the house wants otherwise. */
  stepOf(way: Way, going: Going): Step
  /** What would be current after the step. */
  look(stream: string, step: { from: string | null; by: Step }): Promise<Found<Body>>
  /** Makes the step, unless somebody else has changed what is current: then that is what is found. */
  go(stream: string, step: { from: string | null; by: Step }): Promise<Found<Body>>
  /** Makes what was looked up current in place of `from`, with the same reserve as `go`. */
  settle(stream: string, from: string | null, found: Found<Body>): Promise<Found<Body>>
  /** The item's body; null when the item is gone or cannot be played. */
  body(stream: string, id: string | null): Promise<Body | null>
}
