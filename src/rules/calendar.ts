import type { Temporal } from 'temporal-polyfill'
import type { Weekday } from '../core/answer.ts'
import type { Values } from '../language/expression/environment.ts'
import type { Expression } from '../language/expression/expression.ts'
import type { HolidaysOf } from './holidays.ts'
import type { CalendarFile } from './ical/calendar-file.ts'
import type { EventTimes } from './ical/events.ts'
import type { LocalDay } from './moments/local-day.ts'
import { type Location, type SunEvent, sunTime } from './sun.ts'
import { type Days, matchesWord, weekdayOf } from './time.ts'

/** The household's clocks, and which days are which there. */
export interface Calendar {
  /** IANA name of the time zone. */
  readonly zone: string
  /** What can be named beside the days of the week. */
  readonly known: KnownDays
  /** Whether the date is one of the days that were written. */
  includes(days: Days, date: Temporal.PlainDate): boolean
  /** Whether it is a public holiday; never where no country is named. */
  isHoliday(date: Temporal.PlainDate): boolean
  /** Whether an event of that name in the calendar files covers any part of it. */
  hasEvent(name: string, date: Temporal.PlainDate): boolean
  /** When events of that name begin, or end, on the date; each instant once, in order. */
  eventTimes(
    edge: 'begins' | 'ends',
    name: string,
    day: Pick<LocalDay, 'date' | 'start' | 'end'>,
  ): readonly Date[]
  /** When the sun rises or sets on it; null where it does not, or where the house does not know where it is. */
  sun(event: SunEvent, date: Temporal.PlainDate): Date | null
}

interface KnownDays {
  /** The names of day sets, also of those that could not be read. */
  readonly daySets: ReadonlySet<string>
  /** Whether a day set of that name may stand in a file that could not be read. */
  readonly isUnread: (name: string) => boolean
  /** Whether a country is named. */
  readonly holidays: boolean
  /** What the events of the calendar files are called; null where not all files could be read. */
  readonly events: readonly string[] | null
  /** Whether a location is named. */
  readonly sun: boolean
}

/** Why holidays cannot be told, and what to do, where no country is named. */
export const noCountry = 'say in which country you live: `calendar: {country: GB}`'

interface Household {
  readonly zone: string
  readonly known: KnownDays
  readonly holidays: HolidaysOf | null
  readonly files: readonly CalendarFile[]
  /** Sound ones alone. */
  readonly daySets: ReadonlyMap<string, Expression>
  readonly location: Location | null
}

/** A calendar that knows the days of the week and nothing else. */
export function plainCalendar(zone: string, location: Location | null = null): Calendar {
  return householdCalendar({
    zone,
    known: {
      daySets: new Set(),
      isUnread: () => false,
      holidays: false,
      events: [],
      sun: location !== null,
    },
    holidays: null,
    files: [],
    daySets: new Map(),
    location,
  })
}

// Asked for are some weeks around now, and a year by the checks.
const mostRemembered = 1000

/** The calendar of what the rule files declare. Each answer is worked out once per date. */
export function householdCalendar(household: Household): Calendar {
  const { zone, known, holidays, files, daySets, location } = household
  const yearsOfEvents = new Map<string, readonly Uint8Array[]>()
  const days = new Map<number, DayFacts>()
  let [latest, latestFacts]: [Temporal.PlainDate | null, DayFacts | null] = [null, null]

  const factsOf = (date: Temporal.PlainDate): DayFacts => {
    if (date === latest && latestFacts !== null) return latestFacts
    const key = keyOf(date)
    const facts = days.get(key) ?? { weekday: weekdayOf(date), answers: new Map(), sun: new Map() }
    if (days.size >= mostRemembered) days.clear()
    days.set(key, facts)
    latest = date
    latestFacts = facts
    return facts
  }
  const isHoliday = (date: Temporal.PlainDate) => holidays?.(date.year).has(date.toString()) ?? false
  const hasEvent = (name: string, { year, dayOfYear }: Temporal.PlainDate) => {
    const key = `${year} ${name}`
    const found = yearsOfEvents.get(key) ?? files.map((file) => file.daysIn(year, name))
    yearsOfEvents.set(key, found)
    return found.some((covered) => covered[dayOfYear - 1] === 1)
  }
  const timesOfEvents = new Map<string, readonly EventTimes[]>()
  const timesIn = (year: number, name: string) => {
    const key = `${year} ${name}`
    const found = timesOfEvents.get(key) ?? files.flatMap((file) => file.timesIn(year, name))
    timesOfEvents.set(key, found)
    return found
  }
  const eventTimes: Calendar['eventTimes'] = (edge, name, { date, start, end }) => {
    // What ends with the old year at midnight covers no day of the new one.
    const years = new Set([date.subtract({ days: 1 }).year, date.year])
    const all = [...years].flatMap((year) => timesIn(year, name))
    const instants = all.map(({ beginsMs, endsMs }) => (edge === 'begins' ? beginsMs : endsMs))
    const today = instants.filter((ms) => start.getTime() <= ms && ms < end.getTime())
    return [...new Set(today)].sort((one, other) => one - other).map((ms) => new Date(ms))
  }
  const inSet = (name: string, date: Temporal.PlainDate): boolean => {
    const outcome = daySets.get(name)?.evaluate(valuesOn(date))
    return outcome !== undefined && 'value' in outcome && outcome.value === true
  }
  const isDay = (name: string, date: Temporal.PlainDate): boolean => {
    const { answers } = factsOf(date)
    const told = answers.get(name)
    if (told !== undefined) return told
    const answer = name === 'holidays' ? isHoliday(date) : inSet(name, date)
    answers.set(name, answer)
    return answer
  }
  const valuesOn = (date: Temporal.PlainDate): Values => {
    const values = { ...dayValues(date), holiday: isDay('holidays', date) }
    const event = { on: (name: string) => hasEvent(name, date) }
    // A set is only asked where another one names it.
    const sets = [...daySets.keys()].map((name) => [name, { get: () => isDay(name, date), enumerable: true }])
    return Object.defineProperties({ ...values, event }, Object.fromEntries(sets))
  }
  return {
    zone,
    known,
    isHoliday: (date) => isDay('holidays', date),
    hasEvent,
    eventTimes,
    includes: (written, date) => {
      const { weekday } = factsOf(date)
      const names = typeof written === 'string' ? [written] : written
      return names.some((name) => matchesWord(name, weekday) ?? isDay(name, date))
    },
    sun: (event, date) => {
      if (location === null) return null
      const { sun } = factsOf(date)
      const told = sun.get(event)
      if (told !== undefined) return told
      const answer = sunTime(event, date, { zone, location })
      sun.set(event, answer)
      return answer
    },
  }
}

interface DayFacts {
  readonly weekday: Weekday
  readonly answers: Map<string, boolean>
  readonly sun: Map<SunEvent, Date | null>
}

/** What the words of a day set stand for on a date, but for holidays and events. */
function dayValues(date: Temporal.PlainDate) {
  const weekday = weekdayOf(date)
  const monthDay = date.toString().slice(5)
  const weekends = weekday === 'sat' || weekday === 'sun'
  return { weekdays: !weekends, weekends, weekday, date: monthDay, month_day: monthDay, year: date.year }
}

function keyOf({ year, month, day }: Temporal.PlainDate): number {
  return (year * 100 + month) * 100 + day
}
