import { Temporal } from 'temporal-polyfill'

const timeOnly = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/

/**
 * The moment that people mean by a time of day ("07:00": when clocks show it next), by a date and a time on the clocks
 * of the zone ("2026-12-24T07:00"), or by the same with an offset of its own. Null for any other text. A time that
 * clocks skip is the moment they go on at; of one that comes twice that day the first is meant, or for a time of day
 * the next.
 */
export function momentOf(text: string, { now, zone }: { now: Date; zone: string }): Date | null {
  if (timeOnly.test(text)) return nextTime(text, now, zone)
  return (
    read(() => new Date(Temporal.Instant.from(text).epochMilliseconds)) ??
    read(() => momentsOf(Temporal.PlainDateTime.from(text), zone).first)
  )
}

function nextTime(text: string, now: Date, zone: string): Date {
  const time = Temporal.PlainTime.from(text)
  const date = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone).toPlainDate()
  const today = momentsOf(date.toPlainDateTime(time), zone)
  if (today.first > now) return today.first
  if (today.last > now) return today.last
  return momentsOf(date.add({ days: 1 }).toPlainDateTime(time), zone).first
}

/** When clocks show it: `first` and `last` differ where it comes twice. */
function momentsOf(shown: Temporal.PlainDateTime, zone: string): { first: Date; last: Date } {
  const first = shown.toZonedDateTime(zone, { disambiguation: 'earlier' })
  const last = shown.toZonedDateTime(zone, { disambiguation: 'later' })
  if (first.toPlainDateTime().equals(shown)) return { first: dateOf(first), last: dateOf(last) }
  // Before the clocks skip it, by as much as they skip.
  const goOn = dateOf(first.getTimeZoneTransition('next') ?? last)
  return { first: goOn, last: goOn }
}

function dateOf(zoned: Temporal.ZonedDateTime): Date {
  return new Date(zoned.epochMilliseconds)
}

function read(parse: () => Date): Date | null {
  try {
    return parse()
  } catch {
    return null
  }
}
