import { FileZones } from './file-zones.ts'
import { CalendarFault, type Component } from './lines.ts'
import { type DayNumber, daysOf, type Recurrence } from './recurrence.ts'
import {
  dayIn,
  lengthIn,
  localMs,
  type Property,
  propertiesOf,
  propertyOf,
  ruleIn,
  type Written,
  wallMs,
  writtenIn,
} from './values.ts'
import type { Zone } from './zone.ts'

/** One event, or all the times of one that repeats. */
export interface CalendarEvent {
  readonly name: string
  /** In the event's own zone: the days on which it begins. */
  readonly starts: readonly DayNumber[]
  readonly rule: Recurrence | null
  readonly without: ReadonlySet<DayNumber>
  /** From the first to the last day of the household that one beginning on that day covers. */
  readonly span: (start: DayNumber) => readonly [first: DayNumber, last: DayNumber]
  /** The instants at which one beginning on that day begins and ends; of whole days the midnights around them. */
  readonly times: (start: DayNumber) => EventTimes
  readonly longestDays: number
}

/** Milliseconds since 1970. */
export interface EventTimes {
  readonly beginsMs: number
  readonly endsMs: number
}

const dayMs = 86_400_000
const mostEvents = 20_000
const mostRepeating = 1000
const longestRepeatingDays = 366
const longestDays = 36_600
// Days looked at for rules that end after a number of times.
const mostCounted = 300_000

/** The events of the calendars, read in steps of which each is short. @throws CalendarFault */
export function eventsIn(calendars: readonly Component[], household: Zone): Generator<void, CalendarEvent[]> {
  return new Reader(calendars, household).events()
}

class Reader {
  readonly #events: readonly Component[]
  readonly #household: Zone
  readonly #zones: FileZones
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
    this.#zones = new FileZones(parts)
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
      times: this.#timesOf(begin, lengthMs),
      longestDays: Math.ceil(lengthMs / dayMs) + 1,
    }
  }

  #startOf(event: Component): Written | undefined {
    const property = propertyOf(event, 'DTSTART')
    return property === undefined ? undefined : this.#written(property)[0]
  }

  #written(property: Property): Written[] {
    return writtenIn(property, (name) => this.#zones.named(name))
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

  #timesOf({ timeMs, zone }: Written, lengthMs: number): CalendarEvent['times'] {
    const clocks = timeMs === null ? this.#household : (zone ?? this.#household)
    return (start) => {
      const wall = start * dayMs + (timeMs ?? 0)
      const beginsMs = clocks.instantOf(wall)
      return { beginsMs, endsMs: Math.max(beginsMs, clocks.instantOf(wall + lengthMs)) }
    }
  }

  #dayOf(instantMs: number): DayNumber {
    return Math.floor(this.#household.wallOf(instantMs) / dayMs)
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
