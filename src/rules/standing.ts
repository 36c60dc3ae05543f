import type { Calendar } from './calendar.ts'
import type { Schedule } from './rule-set.ts'

interface Stand {
  readonly calendar: Calendar
  readonly fromMs: number
  readonly untilMs: number
}

/**
 * Whether what was last put into effect is still what is due. Asked at every request for audio, so it is two look-ups
 * and two comparisons. It holds for the schedule and the calendar it was worked out with, and not before that moment
 * either: then the clock was set.
 */
export class Standing {
  readonly #stands = new Map<Schedule, Stand>()

  note(schedule: Schedule, stand: Stand): void {
    this.#stands.set(schedule, stand)
  }

  forget(schedule: Schedule): void {
    this.#stands.delete(schedule)
  }

  clear(): void {
    this.#stands.clear()
  }

  holds(schedule: Schedule, { nowMs, calendar }: { nowMs: number; calendar: Calendar }): boolean {
    const stand = this.#stands.get(schedule)
    if (stand === undefined || stand.calendar !== calendar) return false
    return stand.fromMs <= nowMs && nowMs < stand.untilMs
  }
}
