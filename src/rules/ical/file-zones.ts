import { CalendarFault, type Component } from './lines.ts'
import { offsetIn, type Property, propertyOf, ruleIn, type Written, wallMs, writtenIn } from './values.ts'
import { describedZone, namedZone, type Observance, type Zone } from './zone.ts'

const mostObservances = 100

/** The time zones that one file names, and those it describes itself. */
export class FileZones {
  readonly #zones = new Map<string, Zone | null>()
  readonly #described: ReadonlyMap<string, Component>

  constructor(parts: readonly Component[]) {
    this.#described = new Map(
      parts
        .filter(({ name }) => name === 'VTIMEZONE')
        .map((part) => [propertyOf(part, 'TZID')?.raw.trim() ?? '', part]),
    )
  }

  /**
   * One of the IANA database by its name or the end of a longer one, else one that the file describes; null for any
   * other. @throws CalendarFault
   */
  named(name: string): Zone | null {
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

function writtenOnce(property: Property): Written | undefined {
  // Real files begin their zones in 1601.
  const late = property.values.map((value) =>
    String(value)
      .replace(/^(1[0-8]|0)\d\d/, '1970')
      .slice(0, 19),
  )
  return writtenIn({ ...property, values: late }, () => null)[0]
}
