import { Temporal } from 'temporal-polyfill'

const timeOnly = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/

/**
 * The moment that people mean by a time of day ("07:00": when clocks show it next), by a date and a time on the clocks
 * of the zone ("2026-12-24T07:00"), or by the same with an offset of its own. Null for any other text. A time that
 * clocks skip is the moment they go on at; of one that comes twice the first is meant.
 */
export function momentOf(text: string, { now, zone }: { now: Date; zone: string }): Date | null {
  if (timeOnly.test(text)) return nextTime(text, now, zone)
  return (
    dateOf(() => Temporal.Instant.from(text)) ??
    dateOf(() => Temporal.PlainDateTime.from(text).toZonedDateTime(zone).toInstant())
  )
}

function nextTime(text: string, now: Date, zone: string): Date {
  const time = Temporal.PlainTime.from(text)
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone).toPlainDate()
  const on = (date: Temporal.PlainDate) =>
    new Date(date.toPlainDateTime(time).toZonedDateTime(zone).epochMilliseconds)
  const first = on(today)
  return first > now ? first : on(today.add({ days: 1 }))
}

function dateOf(read: () => Temporal.Instant): Date | null {
  try {
    return new Date(read().epochMilliseconds)
  } catch {
    return null
  }
}
