import { Temporal } from 'temporal-polyfill'
import { Type } from 'typebox'
import { type Weekday, weekdays } from '../core/answer.ts'

/** "HH:MM", zero-padded, so that times of a day compare as texts. */
export const timeOfDay = Type.String({
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  expected: 'a time of day such as "19:30"',
})

const dayWords = [...weekdays, 'weekdays', 'weekends', 'daily'] as const
type DayWord = (typeof dayWords)[number]
const dayWord = Type.Union(dayWords.map((word) => Type.Literal(word)))

/** One day or a list of them. */
export const dayNames = Type.Union([dayWord, Type.Array(dayWord, { minItems: 1 })])

export type Days = DayWord | readonly DayWord[]

/** Is the weekday one of the days that were written? */
export function matchesDays(days: Days, weekday: Weekday): boolean {
  const isWeekend = weekday === 'sat' || weekday === 'sun'
  return [days].flat().some((word) => {
    if (word === 'daily') return true
    if (word === 'weekdays') return !isWeekend
    if (word === 'weekends') return isWeekend
    return word === weekday
  })
}

/** What clocks on the wall of the zone show: time "HH:MM", date and weekday. */
export function wallTime(
  now: Date,
  zone: string,
): { time: string; date: Temporal.PlainDate; weekday: Weekday } {
  const zoned = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone)
  const date = zoned.toPlainDate()
  return { time: zoned.toPlainTime().toString({ smallestUnit: 'minute' }), date, weekday: weekdayOf(date) }
}

/** How far the zone's clocks are ahead of UTC at that moment, in seconds. */
export function utcOffsetSeconds(now: Date, zone: string): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone)
  return zoned.offsetNanoseconds / 1e9
}

export function weekdayOf(date: Temporal.PlainDate): Weekday {
  return weekdays[date.dayOfWeek - 1] ?? 'mon'
}
