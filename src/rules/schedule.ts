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
const weekMs = 7 * dayMs

/**
 * The slot that holds at `now`: the first in the file's order whose days and window match. A pure function,
 * so nothing can be missed or happen twice. Windows belong to the day they start on; over a change of the
 * clocks each is one pair of instants: a start in the gap moves behind it, an end that comes twice is the later.
 */
export function slotAt(schedule: Schedule, now: Date, zone: string): SlotNow {
  return slotIn(windowsAround(schedule, now, zone), schedule, now.getTime())
}

/** The slot that holds at `now`, and those behind it in order: each `until` is where the next begins. They reach a week ahead. */
export function slotsFrom(schedule: Schedule, now: Date, zone: string): SlotNow[] {
  const windows = windowsAround(schedule, now, zone)
  const end = now.getTime() + weekMs
  const slots: SlotNow[] = []
  for (let moment = now.getTime(); moment < end; ) {
    const slot = slotIn(windows, schedule, moment)
    slots.push(slot)
    moment = slot.until.getTime()
  }
  return slots
}

/** The playlist that the schedule puts into its stream; null where it closes it. */
export function playlistIn(schedule: Schedule, { slot }: Pick<SlotNow, 'slot'>): string | null {
  return slot === null ? schedule.default : slot.play
}

function windowsAround(schedule: Schedule, now: Date, zone: string): Window[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone).toPlainDate()
  const windows: Window[] = []
  for (let offset = -daysAround; offset <= daysAround; offset++)
    windows.push(...windowsOf(schedule.slots, today.add({ days: offset }), zone))
  return windows
}

function slotIn(windows: readonly Window[], schedule: Schedule, moment: number): SlotNow {
  const holding = windows.filter((window) => window.start <= moment && moment < window.end)
  const current = schedule.slots.flatMap((slot) => holding.filter((window) => window.slot === slot)).at(0)
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
