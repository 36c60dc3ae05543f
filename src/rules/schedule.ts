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
  const moment = now.getTime()
  const days = daysAt(moment, calendar)
  return told(nearby(schedule, moment, { days, calendar }), schedule, moment)
}

/** The slot that holds at `now`, and those behind it in order: each `until` is where the next begins. They reach a week ahead. */
export function slotsFrom(schedule: Schedule, now: Date, calendar: Calendar): SlotNow[] {
  const around = windowsIn(schedule, daysAt(now.getTime(), calendar), calendar)
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

/**
 * The windows around the moment as far as they can have a say in what holds then and since and until when: from today
 * backwards until none that starts earlier can end behind the last boundary, then forwards until none can begin before
 * the next one. Nearly always that is two or three days of the seventeen.
 */
function nearby(
  { slots }: Schedule,
  moment: number,
  { days, calendar }: { readonly days: readonly Day[]; readonly calendar: Calendar },
): Near {
  // What follows the sun may begin and end on other days than its own.
  const isAnywhere = slots.some(({ window }) => window !== null && followsSun(window))
  let windows: readonly Window[] = []
  let [last, next] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  const windowsAt = (place: number): readonly Window[] => {
    const found = windowsOn(slots, { days, place, calendar })
    for (const { start, end } of found) {
      if (start > moment) next = Math.min(next, start)
      else last = Math.max(last, start)
      if (end > moment) next = Math.min(next, end)
      else last = Math.max(last, end)
    }
    return found
  }
  for (let place = daysAround; place >= 0 && (isAnywhere || last < overBy(days, place)); place--)
    windows = [...windowsAt(place), ...windows]
  for (let place = daysAround + 1; place < days.length - 1; place++) {
    if (!isAnywhere && next <= beginOf(days, place)) break
    windows = [...windows, ...windowsAt(place)]
  }
  return { windows, last, next }
}

/**
 * When all windows that start on that day or earlier are over: they end on the day after it, or one later where an end
 * lies in hours that the clocks leave out.
 */
function overBy(days: readonly Day[], place: number): number {
  const isEven = days[place]?.isEven === true && days[place + 1]?.isEven === true
  return beginOf(days, place + (isEven ? 2 : 3))
}

function beginOf(days: readonly Day[], place: number): number {
  return days[place]?.begins ?? Number.POSITIVE_INFINITY
}

interface DaysAround {
  readonly days: readonly Day[]
  /** Of today, in milliseconds since 1970. */
  readonly begins: number
  readonly ends: number
}

// A pure function of calendar and day, asked for each schedule at each look.
const daysOf = new WeakMap<Calendar, DaysAround>()

/** The days around the moment; its own is in the place `daysAround`. */
function daysAt(moment: number, calendar: Calendar): readonly Day[] {
  const known = daysOf.get(calendar)
  if (known !== undefined && known.begins <= moment && moment < known.ends) return known.days
  const today = Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(calendar.zone).toPlainDate()
  const days = daysFrom(today.subtract({ days: daysAround }), 2 * daysAround + 2, calendar.zone)
  const [begins, ends] = [days[daysAround]?.begins ?? moment, days[daysAround + 1]?.begins ?? moment]
  daysOf.set(calendar, { days, begins, ends })
  return days
}

function windowsIn({ slots }: Schedule, days: readonly Day[], calendar: Calendar): Around {
  const windows = days.flatMap((_, place) => windowsOn(slots, { days, place, calendar }))
  const boundaries = windows.flatMap(({ start, end }) => [start, end]).sort((one, other) => one - other)
  return { windows, boundaries }
}

function slotIn({ windows, boundaries }: Around, schedule: Schedule, moment: number): SlotNow {
  const last = boundaries.findLast((time) => time <= moment) ?? Number.NEGATIVE_INFINITY
  const next = boundaries.find((time) => time > moment) ?? Number.POSITIVE_INFINITY
  return told({ windows, last, next }, schedule, moment)
}

interface Near {
  readonly windows: readonly Window[]
  /** Of the boundaries by now, the last, and of those to come the next; infinitely far away where there is none. */
  readonly last: number
  readonly next: number
}

function told({ windows, last, next }: Near, { slots }: Schedule, moment: number): SlotNow {
  const holding = windows.filter((window) => window.start <= moment && moment < window.end)
  const current =
    holding.length < 2 ? holding[0] : slots.flatMap((slot) => holding.filter((one) => one.slot === slot))[0]
  const latest = moment + daysAround * dayMs
  return {
    slot: current?.slot ?? null,
    occurrence: current === undefined ? defaultSince(last) : `${current.slot.id}@${current.date.toString()}`,
    until: new Date(Math.min(next, latest)),
  }
}

/** The default is a new occurrence each time a slot has passed. */
function defaultSince(last: number): string {
  return Number.isFinite(last) ? `default@${new Date(last).toISOString()}` : 'default'
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

/** Those that start on the day in that place; none on the last, for they may end on the day behind it. */
function windowsOn(
  slots: readonly Slot[],
  {
    days,
    place,
    calendar,
  }: { readonly days: readonly Day[]; readonly place: number; readonly calendar: Calendar },
): Window[] {
  const [day, next] = [days[place], days[place + 1]]
  if (day === undefined || next === undefined) return []
  const windows: Window[] = []
  for (const slot of slots) {
    if (slot.days !== null && !calendar.includes(slot.days, day.date)) continue
    const window = slot.window ?? wholeDay
    const [from, to] = window
    const start = instant(day, from, calendar, 'compatible')
    const end = instant(crossesMidnight(window) ? next : day, to, calendar, 'later')
    // The sun does not come on each day, nor always in time.
    const isThere = start !== null && end !== null && (end > start || !followsSun(window))
    if (isThere) windows.push({ slot, date: day.date, start, end })
  }
  return windows
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
