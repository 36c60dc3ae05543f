import { Temporal } from 'temporal-polyfill'
import type { Schedule, Slot } from './rule-set.ts'
import { matchesDays, weekdayOf } from './time.ts'

/** What a schedule says at one moment. */
export interface SlotNow {
  /** Null where no slot covers the moment and the schedule's default holds. */
  readonly slot: Slot | null
  /** Names this very occurrence: equal while it lasts, new when it comes again. */
  readonly occurrence: string
  /** The next moment at which the answer may be another one. */
  readonly until: Date
}

interface Window {
  readonly slot: Slot
  readonly date: Temporal.PlainDate
  readonly start: number
  readonly end: number
}

// Slots repeat by the week; a day more covers one that has just begun or ended.
const daysAround = 8
const dayMs = 86_400_000

/**
 * The slot that holds at `now`: the first in the file's order whose days and window match. A pure function,
 * so nothing can be missed or happen twice. Windows belong to the day they start on; over a change of the
 * clocks each is one pair of instants: a start in the gap moves behind it, an end that comes twice is the later.
 */
export function slotAt(schedule: Schedule, now: Date, zone: string): SlotNow {
  const moment = now.getTime()
  const today = Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(zone).toPlainDate()
  const windows: Window[] = []
  for (let offset = -daysAround; offset <= daysAround; offset++)
    windows.push(...windowsOf(schedule.slots, today.add({ days: offset }), zone))
  const current = schedule.slots
    .flatMap((slot) => windows.filter((window) => window.slot === slot))
    .find((window) => window.start <= moment && moment < window.end)
  const boundaries = windows.flatMap((window) => [window.start, window.end])
  const until = Math.min(...boundaries.filter((time) => time > moment), moment + daysAround * dayMs)
  return {
    slot: current?.slot ?? null,
    occurrence:
      current === undefined
        ? defaultSince(boundaries, moment)
        : `${current.slot.id}@${current.date.toString()}`,
    until: new Date(until),
  }
}

/** The default is a new occurrence each time a slot has passed. */
function defaultSince(boundaries: readonly number[], moment: number): string {
  const last = Math.max(...boundaries.filter((time) => time <= moment))
  return Number.isFinite(last) ? `default@${new Date(last).toISOString()}` : 'default'
}

function windowsOf(slots: readonly Slot[], date: Temporal.PlainDate, zone: string): Window[] {
  return slots
    .filter((slot) => slot.days === null || matchesDays(slot.days, weekdayOf(date)))
    .map((slot) => {
      const [from, to] = slot.window ?? ['00:00', '00:00']
      const lastDay = to <= from ? date.add({ days: 1 }) : date
      return {
        slot,
        date,
        start: instant(date, from, zone, 'compatible'),
        end: instant(lastDay, to, zone, 'later'),
      }
    })
}

function instant(
  date: Temporal.PlainDate,
  time: string,
  zone: string,
  disambiguation: 'compatible' | 'later',
): number {
  return date.toPlainDateTime(Temporal.PlainTime.from(time)).toZonedDateTime(zone, { disambiguation })
    .epochMilliseconds
}
