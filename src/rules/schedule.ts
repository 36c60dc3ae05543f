import { Temporal } from 'temporal-polyfill'
import type { Calendar } from './calendar.ts'
import type { Schedule, Slot } from './rule-set.ts'
import { crossesMidnight, type DayTime, type Window as DayWindow, minutesOf, sunMoment } from './window.ts'

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

interface Around {
  readonly windows: readonly Window[]
  /** Where any of them begins or ends, in order. */
  readonly boundaries: readonly number[]
}

interface Day {
  readonly date: Temporal.PlainDate
  readonly begins: number
  /** The clocks are not set on it. */
  readonly isEven: boolean
}

// Slots repeat by the week; a day more covers one that has just begun or ended.
const daysAround = 8
const minuteMs = 60_000
const dayMs = 86_400_000
const weekMs = 7 * dayMs

/**
 * The slot that holds at `now`: the first in the file's order whose days and window match. A pure function,
 * so nothing can be missed or happen twice. Windows belong to the day they start on; over a change of the
 * clocks each is one pair of instants: a start in the gap moves behind it, an end that comes twice is the later.
 */
export function slotAt(schedule: Schedule, now: Date, calendar: Calendar): SlotNow {
  return slotIn(windowsAround(schedule, now, calendar), schedule, now.getTime())
}

/** The slot that holds at `now`, and those behind it in order: each `until` is where the next begins. They reach a week ahead. */
export function slotsFrom(schedule: Schedule, now: Date, calendar: Calendar): SlotNow[] {
  const around = windowsAround(schedule, now, calendar)
  const end = now.getTime() + weekMs
  const slots: SlotNow[] = []
  for (let moment = now.getTime(); moment < end; ) {
    const slot = slotIn(around, schedule, moment)
    slots.push(slot)
    moment = slot.until.getTime()
  }
  return slots
}

/** The playlist that the schedule puts into its stream; null where it closes it. */
export function playlistIn(schedule: Schedule, { slot }: Pick<SlotNow, 'slot'>): string | null {
  return slot === null ? schedule.default : slot.play
}

function windowsAround(schedule: Schedule, now: Date, calendar: Calendar): Around {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(calendar.zone)
    .toPlainDate()
  const days = daysFrom(today.subtract({ days: daysAround }), 2 * daysAround + 2, calendar.zone)
  const windows = days.flatMap((day, place) => {
    const next = days[place + 1]
    return next === undefined ? [] : windowsOf(schedule.slots, [day, next], calendar)
  })
  const boundaries = windows.flatMap(({ start, end }) => [start, end]).sort((one, other) => one - other)
  return { windows, boundaries }
}

function slotIn({ windows, boundaries }: Around, schedule: Schedule, moment: number): SlotNow {
  const holding = windows.filter((window) => window.start <= moment && moment < window.end)
  const current = schedule.slots.flatMap((slot) => holding.filter((window) => window.slot === slot)).at(0)
  const latest = moment + daysAround * dayMs
  const until = Math.min(boundaries.find((time) => time > moment) ?? latest, latest)
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
  const last = boundaries.findLast((time) => time <= moment)
  return last === undefined ? 'default' : `default@${new Date(last).toISOString()}`
}

/** So many days one behind the other. */
function daysFrom(first: Temporal.PlainDate, count: number, zone: string): Day[] {
  const days: Day[] = []
  let [date, begins] = [first, first.toZonedDateTime(zone).epochMilliseconds]
  while (days.length < count) {
    const next = date.add({ days: 1 })
    const ends = next.toZonedDateTime(zone).epochMilliseconds
    days.push({ date, begins, isEven: ends - begins === dayMs })
    date = next
    begins = ends
  }
  return days
}

function windowsOf(slots: readonly Slot[], [day, next]: readonly [Day, Day], calendar: Calendar): Window[] {
  return slots
    .filter((slot) => slot.days === null || calendar.includes(slot.days, day.date))
    .flatMap((slot) => {
      const window = slot.window ?? wholeDay
      const [from, to] = window
      const start = instant(day, from, calendar, 'compatible')
      const end = instant(crossesMidnight(window) ? next : day, to, calendar, 'later')
      // The sun does not come on each day, nor always in time.
      return start === null || end === null || (end <= start && followsSun(window))
        ? []
        : [{ slot, date: day.date, start, end }]
    })
}

const wholeDay: DayWindow = ['00:00', '00:00']

function followsSun(window: DayWindow): boolean {
  return window.some((time) => typeof time !== 'string')
}

/** Asking the zone takes so long that it is only done for the two days of a year at which its clocks are set. */
function instant(
  { date, begins, isEven }: Day,
  dayTime: DayTime,
  calendar: Calendar,
  disambiguation: 'compatible' | 'later',
): number | null {
  const time = typeof dayTime === 'string' ? dayTime : sunMoment(dayTime, date, calendar)
  if (typeof time !== 'string') return time
  if (isEven) return begins + minutesOf(time) * minuteMs
  return date.toPlainDateTime(Temporal.PlainTime.from(time)).toZonedDateTime(calendar.zone, {
    disambiguation,
  }).epochMilliseconds
}
