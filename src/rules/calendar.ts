import type { Temporal } from 'temporal-polyfill'
import { type Days, matchesDays, weekdayOf } from './time.ts'

/** The household's clocks, and which days are which there. */
export interface Calendar {
  /** IANA name of the time zone. */
  readonly zone: string
  /** Whether the date is one of the days that were written. */
  includes(days: Days, date: Temporal.PlainDate): boolean
}

/** A calendar that knows the days of the week and nothing else. */
export function plainCalendar(zone: string): Calendar {
  return { zone, includes: (days, date) => matchesDays(days, weekdayOf(date)) }
}
