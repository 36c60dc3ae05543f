import { Temporal } from 'temporal-polyfill'
import { Type } from 'typebox'
import type { Calendar } from './calendar.ts'
import { parseSunTime, type SunTime, sunTimePattern, sunTimeText } from './sun.ts'
import { timeOfDay } from './time.ts'

/** "HH:MM", or a time that follows the sun. */
export type DayTime = string | SunTime

export type Window = readonly [from: DayTime, to: DayTime]

const sunText = Type.String({ pattern: sunTimePattern, expected: '"sunset", "sunrise+1h" or "sunset-30m"' })

/** A time of day or of the sun as people write it; `or` holds where the sun does not come. */
export const dayTime = Type.Union(
  [timeOfDay, sunText, Type.Object({ sun: sunText, or: timeOfDay }, { additionalProperties: false })],
  { expected: 'a time of day such as "19:30" or "sunset-30m"' },
)

/** What fits `dayTime`. */
export function dayTimeOf(written: string | { readonly sun: string; readonly or: string }): DayTime {
  const [text, or] = typeof written === 'string' ? [written, null] : [written.sun, written.or]
  const sun = parseSunTime(text)
  return sun === null ? text : { ...sun, or }
}

/** As people write it. */
export function dayTimeText(time: DayTime): string {
  return typeof time === 'string' ? time : sunTimeText(time)
}

const dayMinutes = 24 * 60
const sunMinutes = { dawn: 5.5 * 60, sunrise: 6 * 60, sunset: 18 * 60, dusk: 18.5 * 60 } as const
const longestSunMinutes = 20 * 60

/**
 * Whether the window ends on the day after the one it starts on. Of one that follows the sun it is the same on every
 * day, told by a sunrise at 06:00 and a sunset at 18:00: from sunset to 06:30 it does. What would then last nearly a day
 * ends on its own day instead, and does not come when the sun is too late or too early for it: from 19:00 to sunset.
 */
export function crossesMidnight([from, to]: Window): boolean {
  if (typeof from === 'string' && typeof to === 'string') return to <= from
  const [start, end] = [usualMinutes(from), usualMinutes(to)]
  return end <= start && end + dayMinutes - start < longestSunMinutes
}

function usualMinutes(time: DayTime): number {
  if (typeof time === 'string') return minutesOf(time)
  return sunMinutes[time.sun] + time.offsetMinutes
}

/** Of "HH:MM", since midnight. */
export function minutesOf(time: string): number {
  // Asked thousands of times at each look, and making numbers of texts would be most of it.
  const digit = (at: number) => time.charCodeAt(at) - 48
  return (digit(0) * 10 + digit(1)) * 60 + digit(3) * 10 + digit(4)
}

/** When the sun's time is on that date, in milliseconds since 1970; `or` as "HH:MM" where that holds; null where nothing does. */
export function sunMoment(
  { sun, offsetMinutes, or }: SunTime,
  date: Temporal.PlainDate,
  calendar: Calendar,
): number | string | null {
  const moment = calendar.sun(sun, date)
  return moment === null ? or : moment.getTime() + offsetMinutes * 60_000
}

/** Whether the window, which follows the sun, holds at that moment. */
export function isWithin(window: Window, now: Date, calendar: Calendar): boolean {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(calendar.zone)
    .toPlainDate()
  return [today.subtract({ days: 1 }), today].some((date) => {
    const pair = windowOn(window, date, calendar)
    return pair !== null && pair.start <= now.getTime() && now.getTime() < pair.end
  })
}

/** The window that starts on that date; null where the sun does not come and nothing holds instead, or where it would be over at its start. */
export function windowOn(
  window: Window,
  date: Temporal.PlainDate,
  calendar: Calendar,
): { readonly start: number; readonly end: number } | null {
  const [from, to] = window
  const start = momentOn(from, date, { calendar, disambiguation: 'compatible' })
  const last = crossesMidnight(window) ? date.add({ days: 1 }) : date
  const end = momentOn(to, last, { calendar, disambiguation: 'later' })
  return start === null || end === null || end <= start ? null : { start, end }
}

function momentOn(
  time: DayTime,
  date: Temporal.PlainDate,
  {
    calendar,
    disambiguation,
  }: { readonly calendar: Calendar; readonly disambiguation: 'compatible' | 'later' },
): number | null {
  const moment = typeof time === 'string' ? time : sunMoment(time, date, calendar)
  if (typeof moment !== 'string') return moment
  return date
    .toPlainDateTime(Temporal.PlainTime.from(moment))
    .toZonedDateTime(calendar.zone, { disambiguation }).epochMilliseconds
}
