import type { Calendar } from './calendar.ts'
import type { Schedule } from './rule-set.ts'
import { playlistIn, type SlotNow, slotsFrom } from './schedule.ts'
import { changeOf, longestQueueMs } from './slot-terms.ts'

interface Ahead {
  readonly calendar: Calendar
  readonly fromMs: number
  readonly slots: readonly SlotNow[]
}

// Of the week that was looked ahead, six days are left at its end.
const knownMs = 86_400_000

/**
 * When what a stream holds ends by its schedule. Asked for at every request for audio, so what a schedule says in the
 * coming week is worked out once a day. It says the same whenever it is worked out, also where the clock is set.
 */
export class SlotEnds {
  readonly #calendar: () => Calendar
  readonly #ahead = new WeakMap<Schedule, Ahead>()

  constructor(calendar: () => Calendar) {
    this.#calendar = calendar
  }

  /**
   * When the schedule puts other content into its stream than the playlist it holds at `now`; null: not in the next six
   * days. A boundary at which no other occurrence begins changes nothing, for a slot that is covered by an earlier
   * one never holds. One that brings the same playlist once more, as the next day of a whole-day slot does, ends nothing
   * either: what would be heard behind it is what is heard before it. `playlist` is null for what was put together by
   * hand, which every boundary replaces. What comes `after_queue` leaves it its time, but not for ever.
   */
  of(schedule: Schedule, playlist: string | null, now: Date): Date | null {
    const [first, ...coming] = this.#from(schedule, now)
    let current = first
    let latestMs = Number.POSITIVE_INFINITY
    for (const next of coming) {
      const isOther = next.occurrence !== current?.occurrence
      const isSame = playlist !== null && playlistIn(schedule, next) === playlist
      if (isOther && !isSame && current !== undefined) {
        const endMs = current.until.getTime()
        if (changeOf(schedule, next.slot) !== 'after_queue') return new Date(Math.min(endMs, latestMs))
        latestMs = Math.min(endMs + longestQueueMs, latestMs)
      }
      current = next
    }
    return Number.isFinite(latestMs) ? new Date(latestMs) : null
  }

  #from(schedule: Schedule, now: Date): readonly SlotNow[] {
    const nowMs = now.getTime()
    const calendar = this.#calendar()
    const known = this.#ahead.get(schedule)
    const isKnown = known?.calendar === calendar && known.fromMs <= nowMs && nowMs < known.fromMs + knownMs
    const ahead = isKnown ? known : { calendar, fromMs: nowMs, slots: slotsFrom(schedule, now, calendar) }
    if (!isKnown) this.#ahead.set(schedule, ahead)
    return ahead.slots.slice(ahead.slots.findIndex(({ until }) => nowMs < until.getTime()))
  }
}
