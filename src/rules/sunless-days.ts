import { Temporal } from 'temporal-polyfill'
import type { Calendar } from './calendar.ts'
import type { SunEvent } from './sun.ts'

// The sun does the same every year, so any year tells of all.
const someYear = 2027
const daysOfYear = 365

// Pure, and a file may have a thousand rules that ask.
const known = new WeakMap<Calendar, Map<SunEvent, number>>()

/** On how many days of a year the sun does not do that where the house is. */
export function sunlessDays(event: SunEvent, calendar: Calendar): number {
  const counts = known.get(calendar) ?? new Map<SunEvent, number>()
  known.set(calendar, counts)
  const count = counts.get(event) ?? yearDays().filter((date) => calendar.sun(event, date) === null).length
  counts.set(event, count)
  return count
}

/** The days of a year that stands for all. */
export function yearDays(): Temporal.PlainDate[] {
  const first = new Temporal.PlainDate(someYear, 1, 1)
  return Array.from({ length: daysOfYear }, (_, days) => first.add({ days }))
}
