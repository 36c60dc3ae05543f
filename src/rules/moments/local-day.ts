import { Temporal } from 'temporal-polyfill'

/** A date as the clocks of a zone go through it. */
export interface LocalDay {
  readonly date: Temporal.PlainDate
  /** IANA name. */
  readonly zone: string
  /** Its first instant. */
  readonly start: Date
  /** The first instant of the next date. */
  readonly end: Date
  /**
   * When clocks show the time ("HH:MM"): the first of two where they show it twice, and for one that they leave out
   * the instant at which they go on.
   */
  instantOf(time: string): Date
  /** The same; null for a time that they leave out. */
  shownAt(time: string): Date | null
}

const dayMs = 86_400_000
const mostRemembered = 64

// A pure function of the two, that a thousand rules ask for the same few dates.
const remembered = new Map<string, LocalDay | null>()

/** The date in the zone; null for one that its clocks skip, as Samoa did 2011-12-30. */
export function localDay(date: Temporal.PlainDate, zone: string): LocalDay | null {
  const key = `${zone} ${date}`
  const known = remembered.get(key)
  if (known !== undefined) return known
  if (remembered.size >= mostRemembered) remembered.clear()
  const day = dayOf(date, zone)
  remembered.set(key, day)
  return day
}

/** The date that clocks of the zone show at that instant. */
export function dateAt(now: Date, zone: string): Temporal.PlainDate {
  for (const day of remembered.values())
    if (day !== null && day.zone === zone && day.start <= now && now < day.end) return day.date
  return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone).toPlainDate()
}

/** What clocks of the zone show at that instant, "HH:MM". */
export function clockAt(now: Date, zone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone)
  return zoned.toPlainTime().toString({ smallestUnit: 'minute' })
}

function dayOf(date: Temporal.PlainDate, zone: string): LocalDay | null {
  const begin = date.toZonedDateTime(zone)
  if (!begin.toPlainDate().equals(date)) return null
  const start = new Date(begin.epochMilliseconds)
  const end = new Date(date.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds)
  const day = { date, zone, start, end }
  if (!isEven(begin, end)) return { ...day, ...changedTimes(date, zone) }
  const instantOf = (time: string) => new Date(start.getTime() + minutesOf(time) * 60_000)
  return { ...day, instantOf, shownAt: instantOf }
}

/** Whether the clocks run through from midnight to midnight. */
function isEven(begin: Temporal.ZonedDateTime, end: Date): boolean {
  if (begin.hour + begin.minute + begin.second > 0 || end.getTime() - begin.epochMilliseconds !== dayMs)
    return false
  const change = begin.getTimeZoneTransition('next')
  return change === null || change.epochMilliseconds >= end.getTime()
}

function changedTimes(date: Temporal.PlainDate, zone: string): Pick<LocalDay, 'instantOf' | 'shownAt'> {
  const find = (time: string) => {
    const shown = date.toPlainDateTime(Temporal.PlainTime.from(time))
    const first = shown.toZonedDateTime(zone, { disambiguation: 'earlier' })
    return { first, isShown: first.toPlainDateTime().equals(shown) }
  }
  return {
    instantOf(time) {
      const { first, isShown } = find(time)
      // Before the clocks skip it, by as much as they skip.
      const meant = isShown ? first : (first.getTimeZoneTransition('next') ?? first)
      return new Date(meant.epochMilliseconds)
    },
    shownAt(time) {
      const { first, isShown } = find(time)
      return isShown ? new Date(first.epochMilliseconds) : null
    },
  }
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
}
