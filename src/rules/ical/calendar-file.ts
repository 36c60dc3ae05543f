import { CalendarFault, type Component, componentsOf } from './lines.ts'
import { type DayNumber, dayNumber, daysOf, type Recurrence } from './recurrence.ts'
import { lengthIn, offsetIn, propertiesOf, propertyOf, ruleIn, type Written, writtenIn } from './values.ts'
import { describedZone, namedZone, type Observance, utc, type Zone } from './zone.ts'

/** The events of a calendar file, in days of the household. */
export interface CalendarFile {
  /** What its events are called, each once, as written. */
  readonly names: readonly string[]
  /** The days of the year that an event of that name covers any part of: 1 at its place, from 1 January on. */
  daysIn(year: number, name: string): Uint8Array
}

interface CalendarEvent {
  readonly name: string
  /** In the event's own zone: the days on which it begins. */
  readonly starts: readonly DayNumber[]
  readonly rule: Recurrence | null
  readonly without: ReadonlySet<DayNumber>
  /** From the first to the last day of the household that one beginning on that day covers. */
  readonly span: (start: DayNumber) => readonly [first: DayNumber, last: DayNumber]
  readonly longestDays: number
}

const dayMs = 86_400_000
export const mostCharacters = 1_000_000
const mostEvents = 20_000
const mostRepeating = 1000
const longestRepeatingDays = 366
const longestDays = 36_600
const mostObservances = 100
// Days looked at for rules that end after a number of times.
const mostCounted = 300_000

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
    const events = yield* new Reader(components, namedZone(zone) ?? utc).events()
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
      const first = dayNumber(year, 1, 1)
      const days = new Uint8Array(dayNumber(year + 1, 1, 1) - first)
      for (const event of byName.get(sameName(name)) ?? []) cover(days, first, event)
      return days
    },
  }
}

function cover(
  days: Uint8Array,
  first: DayNumber,
  { starts, rule, without, span, longestDays: long }: CalendarEvent,
): void {
  // Another zone's day may begin a day earlier or later.
  const window = { from: first - long - 2, to: first + days.length + 2 }
  const begin = starts[0] ?? first
  for (const start of rule === null ? starts : [...starts, ...daysOf(rule, begin, window)]) {
    if (without.has(start)) continue
    const [from, to] = span(start)
    if (to < first || from >= first + days.length) continue
    days.fill(1, Math.max(0, from - first), Math.max(0, to - first + 1))
  }
}

class Reader {
  readonly #events: readonly Component[]
  readonly #household: Zone
  readonly #zones = new Map<string, Zone | null>()
  readonly #described: ReadonlyMap<string, Component>
  /** By uid: when the event itself begins, without those that change one occurrence. */
  readonly #begins = new Map<string, Written>()
  /** By uid: the days whose event another one takes the place of. */
  readonly #moved = new Map<string, Set<DayNumber>>()
  #counted = 0
  #repeating = 0

  constructor(calendars: readonly Component[], household: Zone) {
    const parts = calendars.flatMap((calendar) => calendar.parts)
    this.#household = household
    this.#events = parts.filter(({ name }) => name === 'VEVENT')
    this.#described = new Map(
      parts
        .filter(({ name }) => name === 'VTIMEZONE')
        .map((part) => [propertyOf(part, 'TZID')?.raw.trim() ?? '', part]),
    )
  }

  *events(): Generator<void, CalendarEvent[]> {
    const [tooMany] = this.#events.slice(mostEvents)
    if (tooMany !== undefined)
      throw new CalendarFault(tooMany.line, `a calendar file has at most ${mostEvents} events`)
    // What changes one occurrence may stand in front of the event itself.
    for (const event of this.#events) {
      this.#noteBegin(event)
      yield
    }
    for (const event of this.#events) {
      this.#noteMoved(event)
      yield
    }
    const found: CalendarEvent[] = []
    for (const event of this.#events) {
      const read = this.#event(event)
      if (read !== null) found.push(read)
      yield
    }
    return found
  }

  #noteBegin(event: Component): void {
    const uid = propertyOf(event, 'UID')?.raw
    if (uid === undefined || propertyOf(event, 'RECURRENCE-ID') !== undefined) return
    const begin = this.#startOf(event)
    if (begin !== undefined) this.#begins.set(uid, begin)
  }

  #noteMoved(event: Component): void {
    const instead = propertyOf(event, 'RECURRENCE-ID')
    if (instead === undefined) return
    if (instead.parameter('range') !== null)
      throw new CalendarFault(instead.line, 'a change of this and all following events (RANGE) is not read')
    const uid = propertyOf(event, 'UID')?.raw ?? ''
    const days = this.#moved.get(uid) ?? new Set()
    for (const written of this.#written(instead)) days.add(dayIn(written, this.#begins.get(uid)))
    this.#moved.set(uid, days)
  }

  /** Null for one without a name, and for one that was called off. */
  #event(event: Component): CalendarEvent | null {
    const name = String(propertyOf(event, 'SUMMARY')?.values[0] ?? '').trim()
    const isOff = propertyOf(event, 'STATUS')?.raw.trim().toUpperCase() === 'CANCELLED'
    const begin = this.#startOf(event)
    if (begin === undefined) throw new CalendarFault(event.line, 'this event has no DTSTART')
    const lengthMs = this.#lengthOf(event, begin)
    const rule = this.#ruleOf(event, begin, lengthMs)
    const dates = propertiesOf(event, 'RDATE').flatMap((property) => this.#written(property))
    const off = propertiesOf(event, 'EXDATE').flatMap((property) => this.#written(property))
    if (name === '' || isOff) return null
    const counted = rule?.count == null ? null : this.#countedDays(rule, begin.day, event)
    const isChange = propertyOf(event, 'RECURRENCE-ID') !== undefined
    const moved = isChange ? [] : (this.#moved.get(propertyOf(event, 'UID')?.raw ?? '') ?? [])
    return {
      name,
      starts: [begin.day, ...(counted ?? []), ...dates.map((date) => dayIn(date, begin))],
      rule: counted === null ? rule : null,
      without: new Set([...off.map((date) => dayIn(date, begin)), ...moved]),
      span: this.#spanOf(begin, lengthMs),
      longestDays: Math.ceil(lengthMs / dayMs) + 1,
    }
  }

  #startOf(event: Component): Written | undefined {
    const property = propertyOf(event, 'DTSTART')
    return property === undefined ? undefined : this.#written(property)[0]
  }

  #written(property: NonNullable<ReturnType<typeof propertyOf>>): Written[] {
    return writtenIn(property, (name) => this.#zone(name))
  }

  #lengthOf(event: Component, begin: Written): number {
    const [end, length] = [propertyOf(event, 'DTEND'), propertyOf(event, 'DURATION')]
    const last = end === undefined ? undefined : this.#written(end)[0]
    const usual = begin.timeMs === null ? dayMs : 0
    const between = last === undefined ? usual : this.#between(begin, last)
    const lengthMs = length === undefined ? between : lengthIn(length)
    if (lengthMs > longestDays * dayMs)
      throw new CalendarFault(event.line, 'this event is longer than 100 years')
    return Math.max(lengthMs, usual)
  }

  /** On the clocks of one zone; where the ends are in two, as time passes. */
  #between(begin: Written, end: Written): number {
    const [from, to] = [wallMs(begin), wallMs(end)]
    if (begin.zone === end.zone || begin.timeMs === null || end.timeMs === null) return to - from
    return (end.zone ?? this.#household).instantOf(to) - (begin.zone ?? this.#household).instantOf(from)
  }

  #ruleOf(event: Component, begin: Written, lengthMs: number): Recurrence | null {
    const property = propertyOf(event, 'RRULE')
    if (property === undefined) return null
    this.#repeating += 1
    if (this.#repeating > mostRepeating)
      throw new CalendarFault(
        property.line,
        `a calendar file has at most ${mostRepeating} events that repeat`,
      )
    if (lengthMs > longestRepeatingDays * dayMs)
      throw new CalendarFault(property.line, 'an event that repeats lasts at most a year')
    return ruleIn(property, (until) => {
      const day = dayIn(until, begin)
      const time = until.timeMs === null ? null : modulo(localMs(until, begin.zone), dayMs)
      return time !== null && begin.timeMs !== null && time < begin.timeMs ? day - 1 : day
    })
  }

  #countedDays(rule: Recurrence, begin: DayNumber, event: Component): DayNumber[] {
    const found: DayNumber[] = []
    const looked = (days: number) => {
      this.#counted += days
      if (this.#counted > mostCounted)
        throw new CalendarFault(
          event.line,
          'the events of this file that repeat a number of times are too many',
        )
    }
    for (const day of daysOf(rule, begin, { from: begin, to: begin + longestDays, looked })) found.push(day)
    return found
  }

  #spanOf(begin: Written, lengthMs: number): CalendarEvent['span'] {
    const { timeMs, zone } = begin
    const long = Math.max(lengthMs - 1, 0)
    if (timeMs === null || zone === null || zone.name === this.#household.name)
      return (start) => [start, start + Math.floor(((timeMs ?? 0) + long) / dayMs)]
    return (start) => {
      const from = zone.instantOf(start * dayMs + timeMs)
      const to = Math.max(from, zone.instantOf(start * dayMs + timeMs + lengthMs) - 1)
      return [this.#dayOf(from), this.#dayOf(to)]
    }
  }

  #dayOf(instantMs: number): DayNumber {
    return Math.floor(this.#household.wallOf(instantMs) / dayMs)
  }

  /** One of the IANA database by its name or the end of a longer one, else one that the file describes. */
  #zone(name: string): Zone | null {
    const known = this.#zones.get(name)
    if (known !== undefined) return known
    const ends = /[^/]+\/[^/]+$/.exec(name)?.[0]
    const zone = namedZone(name) ?? (ends === undefined ? null : namedZone(ends)) ?? this.#describedZone(name)
    this.#zones.set(name, zone)
    return zone
  }

  #describedZone(name: string): Zone | null {
    const parts = this.#described.get(name)?.parts ?? []
    if (parts.length === 0 || parts.length > mostObservances) return null
    return describedZone(name, parts.map(observanceOf))
  }
}

function observanceOf(part: Component): Observance {
  const start = propertyOf(part, 'DTSTART')
  const [from, to] = [propertyOf(part, 'TZOFFSETFROM'), propertyOf(part, 'TZOFFSETTO')]
  const begin = start === undefined ? undefined : writtenOnce(start)
  if (begin === undefined || from === undefined || to === undefined)
    throw new CalendarFault(part.line, 'this part of a time zone lacks DTSTART, TZOFFSETFROM or TZOFFSETTO')
  const property = propertyOf(part, 'RRULE')
  const rule = property === undefined ? null : ruleIn(property, (until) => until.day)
  if (property !== undefined && (rule?.freq !== 'YEARLY' || rule.count !== null))
    throw new CalendarFault(property.line, 'clocks are set by a rule of FREQ=YEARLY')
  return { startMs: wallMs(begin), rule, offsetBeforeMs: offsetIn(from), offsetMs: offsetIn(to) }
}

function writtenOnce(property: NonNullable<ReturnType<typeof propertyOf>>): Written | undefined {
  // Real files begin their zones in 1601.
  const late = property.values.map((value) =>
    String(value)
      .replace(/^(1[0-8]|0)\d\d/, '1970')
      .slice(0, 19),
  )
  return writtenIn({ ...property, values: late }, () => null)[0]
}

function wallMs({ day, timeMs }: Written): number {
  return day * dayMs + (timeMs ?? 0)
}

/** The day in the zone of the event it belongs to. */
function dayIn(written: Written, begin: Written | undefined): DayNumber {
  return Math.floor(localMs(written, begin?.zone ?? null) / dayMs)
}

function localMs(written: Written, zone: Zone | null): number {
  const isThere = written.timeMs === null || written.zone === null || zone === null || written.zone === zone
  return isThere ? wallMs(written) : zone.wallOf(written.zone.instantOf(wallMs(written)))
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
