import type { Temporal } from 'temporal-polyfill'
import type { Days } from '../time.ts'
import type { LocalDay } from './local-day.ts'

/** One of the moments that belong to a date. */
export interface DatedMoment {
  /** What it is called among those of its date, as in `19:30` or `sunset-30m`. Never more than once per date. */
  readonly label: string
  /** Null where the date has none, as a sunset in the polar summer; `why` is said once. */
  readonly at: Date | null
  readonly why?: string
}

/** Which moments of each date somebody wants to hear of. */
export interface MomentWish {
  /**
   * Tells it apart from other wishes of the rule, and stays the same over restarts: what was wished for says it best.
   * A wish that was not there yet when a moment came has not missed it.
   */
  readonly name: string
  /**
   * The moments of the date; they lie within a day of it. Synchronous, the same for the same date. Those outside of the
   * span are asked of nobody and may be left out, so that a thousand rules of every minute are soon looked up.
   */
  on(day: LocalDay, span: { readonly after: Date; readonly until: Date }): readonly DatedMoment[]
  /** How much later a moment may still be heard of that came while nobody could hear it; 0: not at all. */
  readonly ifMissedMs: number
  /** Nothing is said of those that were missed: the next one comes soon. */
  readonly isQuiet?: boolean
}

/** A moment that has come. */
export interface CameMoment {
  readonly label: string
  readonly date: Temporal.PlainDate
  /** The instant that was meant. */
  readonly at: Date
  /** What clocks show then, "HH:MM". */
  readonly time: string
  /** How much later it is by now. */
  readonly lateMs: number
}

export interface DailyWish {
  /** "HH:MM", one or several. */
  readonly at: string | readonly string[]
  /** Every day where absent. */
  readonly days?: Days
  readonly ifMissedMs?: number
}

/** How triggers wait for moments: each is heard of once per date, whatever the clock does and however often the product restarts. */
export interface TriggerMoments {
  /** At times of day. */
  daily(wish: DailyWish, receive: (moment: CameMoment) => void): void
  /** At moments of its own reckoning. */
  dated(wish: MomentWish, receive: (moment: CameMoment) => void): void
}
