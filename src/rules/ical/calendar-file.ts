import { type CalendarEvent, type EventTimes, eventsIn } from './events.ts'
import { CalendarFault, componentsOf } from './lines.ts'
import { type DayNumber, dayNumber, daysOf } from './recurrence.ts'
import { namedZone, utc } from './zone.ts'

/** The events of a calendar file, in days of the household. */
export interface CalendarFile {
  /** What its events are called, each once, as written. */
  readonly names: readonly string[]
  /** The days of the year that an event of that name covers any part of: 1 at its place, from 1 January on. */
  daysIn(year: number, name: string): Uint8Array
  /** When the events of that name begin and end that cover any part of the year. */
  timesIn(year: number, name: string): readonly EventTimes[]
}

export const mostCharacters = 1_000_000

/**
 * Reads a calendar file (iCalendar, RFC 5545). Rules without an end are followed for no year but the one asked for.
 * `fault` says what is wrong in which of its lines; it takes no time worth speaking of, whatever the file says.
 */
export function readCalendarFile(text: string, { zone }: { readonly zone: string }): CalendarReading {
  const steps = stepsOf(text, zone)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

type CalendarReading =
  | { readonly calendar: CalendarFile }
  | { readonly fault: { readonly line: number; readonly message: string } }

/** The same for files that may be large, which take a second and more. `breathe` is asked for again and again. */
export async function readCalendarInParts(
  text: string,
  { zone, breathe }: { readonly zone: string; readonly breathe: () => Promise<void> },
): Promise<CalendarReading> {
  const steps = stepsOf(text, zone)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await breathe()
  }
}

/** The work in steps of which each is short. */
function* stepsOf(text: string, zone: string): Generator<void, CalendarReading> {
  try {
    if (text.length > mostCharacters) throw new CalendarFault(1, 'a calendar file has at most 1 MB')
    const components = yield* componentsOf(text)
    const events = yield* eventsIn(components, namedZone(zone) ?? utc)
    return { calendar: calendarOf(events) }
  } catch (error) {
    if (error instanceof CalendarFault) return { fault: { line: error.line, message: error.message } }
    throw error
  }
}

/** How names of events are compared: without regard to capitals and blanks around them. */
export function sameName(name: string): string {
  return name.trim().toLowerCase()
}

function calendarOf(events: readonly CalendarEvent[]): CalendarFile {
  const byName = new Map<string, CalendarEvent[]>()
  for (const event of events) {
    const same = byName.get(sameName(event.name))
    if (same === undefined) byName.set(sameName(event.name), [event])
    else same.push(event)
  }
  return {
    names: [...byName.values()].flatMap(([first]) => first?.name ?? []),
    daysIn: (year, name) => {
      const { first, length } = daysOfYear(year)
      const days = new Uint8Array(length)
      for (const event of byName.get(sameName(name)) ?? [])
        for (const { from, to } of occurrencesIn({ first, length }, event))
          days.fill(1, Math.max(0, from - first), Math.max(0, to - first + 1))
      return days
    },
    timesIn: (year, name) =>
      (byName.get(sameName(name)) ?? []).flatMap((event) =>
        [...occurrencesIn(daysOfYear(year), event)].map(({ start }) => event.times(start)),
      ),
  }
}

interface Days {
  readonly first: DayNumber
  readonly length: number
}

function daysOfYear(year: number): Days {
  const first = dayNumber(year, 1, 1)
  return { first, length: dayNumber(year + 1, 1, 1) - first }
}

/** Each time of the event that covers any of the days: the day it begins on in its own zone, and the household's days. */
function* occurrencesIn(
  { first, length }: Days,
  { starts, rule, without, span, longestDays: long }: CalendarEvent,
): Generator<{ readonly start: DayNumber; readonly from: DayNumber; readonly to: DayNumber }> {
  // Another zone's day may begin a day earlier or later.
  const window = { from: first - long - 2, to: first + length + 2 }
  const begin = starts[0] ?? first
  for (const start of rule === null ? starts : [...starts, ...daysOf(rule, begin, window)]) {
    if (without.has(start)) continue
    const [from, to] = span(start)
    if (to >= first && from < first + length) yield { start, from, to }
  }
}
