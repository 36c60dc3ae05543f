import { Temporal } from 'temporal-polyfill'
import type { Calendar } from '../calendar.ts'
import type { Slot } from '../rule-set.ts'
import { crossesMidnight } from '../window.ts'

/** A stretch of a day that clocks do not show, or show twice. */
export interface ChangedHours {
  readonly isTwice: boolean
  readonly date: Temporal.PlainDate
  /** "HH:MM". */
  readonly from: string
  /** "HH:MM", not a part of it any more; "24:00" at the end of the day. */
  readonly to: string
}

// A year holds two, in some countries four.
const mostChanges = 4
const aheadDays = 366

/** Where the zone's clocks change in the year from `now` on. */
export function clockChanges(now: Date, zone: string): ChangedHours[] {
  const start = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone)
  const end = start.add({ days: aheadDays })
  const changes: Temporal.ZonedDateTime[] = []
  let next = start.getTimeZoneTransition('next')
  while (next !== null && changes.length < mostChanges && Temporal.ZonedDateTime.compare(next, end) < 0) {
    changes.push(next)
    next = next.getTimeZoneTransition('next')
  }
  return changes.flatMap(hoursOf)
}

function hoursOf(change: Temporal.ZonedDateTime): ChangedHours[] {
  const before = change.subtract({ nanoseconds: 1 }).toPlainDateTime().add({ nanoseconds: 1 })
  const after = change.toPlainDateTime()
  const isTwice = Temporal.PlainDateTime.compare(after, before) < 0
  const [low, high] = isTwice ? [after, before] : [before, after]
  const from = clock(low.toPlainTime())
  const to = clock(high.toPlainTime())
  if (low.toPlainDate().equals(high.toPlainDate())) return [{ isTwice, date: low.toPlainDate(), from, to }]
  return [
    { isTwice, date: low.toPlainDate(), from, to: '24:00' },
    { isTwice, date: high.toPlainDate(), from: '00:00', to },
  ]
}

/** What the changes make of an end of a slot, in words; null where they leave it alone. */
export function changedEnd(
  slot: Slot,
  end: 'from' | 'to',
  { changes, calendar }: { readonly changes: readonly ChangedHours[]; readonly calendar: Calendar },
): string | null {
  const { zone } = calendar
  const time = slot.window?.[end === 'from' ? 0 : 1]
  // The sun takes no notice of clocks.
  if (typeof time !== 'string') return null
  const said = changes
    .filter((change) => change.from <= time && time < change.to && isOn(slot, end, change.date, calendar))
    .map(({ isTwice, date }) => {
      const shown = date.toPlainDateTime(Temporal.PlainTime.from(time))
      const does = isTwice ? nth(end) : movedTo(shown, slot, { end, zone })
      return `${time} ${isTwice ? 'comes twice' : 'is left out'} on ${dayInWords(date)}: this slot ${does}`
    })
  return said.length === 0 ? null : said.join('; ')
}

/** Whether the slot begins or ends on that date: what crosses midnight belongs to the day it starts on. */
function isOn(
  { window, days }: Slot,
  end: 'from' | 'to',
  date: Temporal.PlainDate,
  calendar: Calendar,
): boolean {
  const crosses = end === 'to' && window !== null && crossesMidnight(window)
  return days === null || calendar.includes(days, crosses ? date.subtract({ days: 1 }) : date)
}

/** What becomes of an end that clocks do not show on that day. */
function movedTo(
  shown: Temporal.PlainDateTime,
  { window }: Slot,
  { end, zone }: { readonly end: 'from' | 'to'; readonly zone: string },
): string {
  const moved = shown.toZonedDateTime(zone, { disambiguation: 'later' })
  const at = clock(moved.toPlainTime())
  if (end === 'to') return `ends at ${at}`
  const to = window?.[1]
  if (window === null || typeof to !== 'string' || crossesMidnight(window)) return `begins at ${at}`
  const ends = shown
    .withPlainTime(Temporal.PlainTime.from(to))
    .toZonedDateTime(zone, { disambiguation: 'later' })
  const isOver = Temporal.ZonedDateTime.compare(ends, moved) <= 0
  return isOver ? 'does not come that day' : `begins at ${at}`
}

// A window is the longest that the day allows.
function nth(end: 'from' | 'to'): string {
  return end === 'from' ? 'begins the first time' : 'ends the second time'
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function dayInWords({ day, month, year }: Temporal.PlainDate): string {
  return `${day} ${months[month - 1]} ${year}`
}

function clock(time: Temporal.PlainTime): string {
  return time.toString({ smallestUnit: 'minute' })
}
