import ical from 'ical.js'
import { Temporal } from 'temporal-polyfill'
import { quote } from '../../language/wording.ts'
import { CalendarFault, type Component, type ContentLine } from './lines.ts'
import { type DayNumber, dayNumber, type Recurrence } from './recurrence.ts'
import { utc, type Zone } from './zone.ts'

/** One property of an event, as ical.js reads it. */
export interface Property {
  readonly line: number
  readonly parameter: (name: string) => string | null
  readonly values: readonly unknown[]
  /** What stands behind the colon. */
  readonly raw: string
}

/** A date, or a date and time on the clocks of a zone; `zone` is null for the household's own. */
export interface Written {
  readonly day: DayNumber
  /** Since midnight; null for a whole day. */
  readonly timeMs: number | null
  readonly zone: Zone | null
}

const dayMs = 86_400_000
const longestLine = 10_000
const years = [1900, 2200] as const

/** The property of that name, or undefined. @throws CalendarFault */
export function propertyOf(part: Component, name: string): Property | undefined {
  const line = part.lines.find((content) => isNamed(content, name))
  return line === undefined ? undefined : read(line)
}

/** All of that name. @throws CalendarFault */
export function propertiesOf(part: Component, name: string): Property[] {
  return part.lines.filter((content) => isNamed(content, name)).map(read)
}

function isNamed({ text }: ContentLine, name: string): boolean {
  return text.slice(0, name.length).toUpperCase() === name && /^[;:]$/.test(text.charAt(name.length))
}

function read({ line, text }: ContentLine): Property {
  if (text.length > longestLine)
    throw new CalendarFault(line, `this line has more than ${longestLine} characters`)
  const jcal: unknown = reading(line, () => ical.parse.property(text))
  if (!Array.isArray(jcal)) throw new CalendarFault(line, 'this line cannot be read')
  const [, parameters, , ...values]: unknown[] = jcal
  const parameter = (name: string) => {
    const value = isRecord(parameters) ? parameters[name] : undefined
    return typeof value === 'string' ? value : null
  }
  return { line, parameter, values, raw: text.slice(text.lastIndexOf(':') + 1) }
}

/** What the library says of a broken line is said with its place. */
function reading<Found>(line: number, parse: () => Found): Found {
  try {
    return parse()
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\.$/, '') : 'it cannot be read'
    throw new CalendarFault(line, `this line cannot be read: ${why.slice(0, 100)}`)
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** All dates and times of the property. @throws CalendarFault */
export function writtenIn(property: Property, zoneOf: (name: string) => Zone | null): Written[] {
  const name = property.parameter('tzid')
  const own = name === null ? null : zoneOf(name)
  if (name !== null && own === null)
    throw new CalendarFault(
      property.line,
      `the time zone ${quote(name)} is not known, and the file does not describe it`,
    )
  return property.values.map((value) => {
    // A period is told by its start.
    const text = String(Array.isArray(value) ? value[0] : value)
    return writtenAs(text, own, property)
  })
}

function writtenAs(text: string, own: Zone | null, { line, raw }: Pick<Property, 'line' | 'raw'>): Written {
  // A date whose writer forgot VALUE=DATE comes with an empty time.
  const plain = text.replace(/T::$/, '')
  const isWhole = !plain.includes('T')
  const isUtc = plain.endsWith('Z')
  const moment = momentIn(isWhole ? `${plain}T00:00:00` : plain.replace('Z', ''))
  if (moment === null) throw new CalendarFault(line, `${quote(raw.trim())} is no date or time`)
  if (moment.year < years[0] || moment.year > years[1])
    throw new CalendarFault(line, `the year ${moment.year} is out of reach (${years[0]} to ${years[1]})`)
  const { hour, minute, second } = moment
  return {
    day: dayNumber(moment.year, moment.month, moment.day),
    timeMs: isWhole ? null : ((hour * 60 + minute) * 60 + second) * 1000,
    zone: isUtc ? utc : own,
  }
}

function momentIn(text: string): Temporal.PlainDateTime | null {
  try {
    return Temporal.PlainDateTime.from(text)
  } catch {
    return null
  }
}

/** Milliseconds of `P1DT2H`. @throws CalendarFault */
export function lengthIn(property: Property): number {
  return reading(property.line, () => ical.Duration.fromString(property.raw).toSeconds() * 1000)
}

/** Milliseconds ahead of UTC of `+0100`. @throws CalendarFault */
export function offsetIn(property: Property): number {
  const [, sign, hours, minutes, seconds = '0'] =
    /^([+-])(\d\d)(\d\d)(\d\d)?$/.exec(property.raw.trim()) ?? []
  if (sign === undefined || Number(hours) > 15)
    throw new CalendarFault(property.line, 'this is no offset such as +0100')
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -ms : ms
}

const readParts = new Set(['BYMONTH', 'BYMONTHDAY', 'BYYEARDAY', 'BYDAY', 'BYSETPOS'])
const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']

/** The rule behind RRULE; `until` as the day in the event's own zone. @throws CalendarFault */
export function ruleIn(property: Property, untilDay: (until: Written) => DayNumber): Recurrence {
  const { line, raw } = property
  const rule = reading(line, () => ical.Recur.fromString(raw.trim()))
  const freq = (['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const).find((one) => one === rule.freq)
  if (freq === undefined)
    throw new CalendarFault(
      line,
      `FREQ=${String(rule.freq ?? '')} is not read: only DAILY, WEEKLY, MONTHLY and YEARLY are`,
    )
  const parts = new Map(Object.entries(rule.parts).map(([name, values]) => [name, [...(values ?? [])]]))
  const unread = [...parts.keys()].find((name) => !readParts.has(name))
  if (unread !== undefined) throw new CalendarFault(line, `${unread} in a rule is not read`)
  const numbers = (name: string) => (parts.get(name) ?? []).map(Number)
  const [, until = null] = /(?:^|;)UNTIL=([^;]+)/i.exec(raw) ?? []
  return {
    freq,
    interval: Math.min(rule.interval, 1e6),
    count: rule.count,
    until: until === null ? null : untilDay(writtenAs(dashed(until), null, property)),
    weekStart: Math.max(0, rule.wkst - 1),
    byMonth: numbers('BYMONTH'),
    byMonthDay: numbers('BYMONTHDAY'),
    byYearDay: numbers('BYYEARDAY'),
    byDay: (parts.get('BYDAY') ?? []).map((day) => ({
      nth: Number.parseInt(String(day), 10) || 0,
      weekday: weekdays.indexOf(String(day).slice(-2).toUpperCase()),
    })),
    bySetPosition: numbers('BYSETPOS'),
  }
}

/** `20261231T090000Z` as `2026-12-31T09:00:00Z`. */
function dashed(text: string): string {
  return text
    .trim()
    .replace(/^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/i, (_, y, m, d, h, n, s, z) =>
      h === undefined ? `${y}-${m}-${d}` : `${y}-${m}-${d}T${h}:${n}:${s}${z}`,
    )
}

/** On its own clocks, since 1 January 1970. */
export function wallMs({ day, timeMs }: Written): number {
  return day * dayMs + (timeMs ?? 0)
}

/** The day in the zone of the event it belongs to. */
export function dayIn(written: Written, begin: Written | undefined): DayNumber {
  return Math.floor(localMs(written, begin?.zone ?? null) / dayMs)
}

/** The same on the clocks of another zone; of a whole day, and where one of the two is the household's, unchanged. */
export function localMs(written: Written, zone: Zone | null): number {
  const isThere = written.timeMs === null || written.zone === null || zone === null || written.zone === zone
  return isThere ? wallMs(written) : zone.wallOf(written.zone.instantOf(wallMs(written)))
}
