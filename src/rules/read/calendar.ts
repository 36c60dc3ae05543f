import { type Static, Type } from 'typebox'
import { decode } from '../../language/check.ts'
import { libraryPath } from '../../language/library-path.ts'
import type { MapNode, Node } from '../../language/node.ts'
import { quote } from '../../language/wording.ts'
import { type Calendar, householdCalendar } from '../calendar.ts'
import { type HolidaysOf, loadHolidays } from '../holidays.ts'
import { type CalendarFile, readCalendarInParts } from '../ical/calendar-file.ts'
import type { Location } from '../sun.ts'
import { daySetsIn, readDaySets } from './day-sets.ts'
import type { ParsedFile } from './parsed-file.ts'

/** The text of a calendar file of the config folder, or in words why it cannot be read. */
export type ReadCalendar = (path: string) => Promise<CalendarText>

/** With `calendar`, what was read in it before. */
export type CalendarText =
  | { readonly text: string; readonly calendar?: CalendarFile }
  | { readonly fault: string }

export interface CalendarSurroundings {
  /** IANA name of the household's time zone. */
  readonly zone: string
  /** Where the house is; null where it is not said. */
  readonly location?: Location | null
  /** Without it there are no calendar files. */
  readonly readCalendar?: ReadCalendar
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe?: () => Promise<void>
}

export const calendarSchema = Type.Object(
  {
    country: Type.Optional(
      Type.String({ minLength: 1, expected: 'the two letters of a country such as "GB"' }),
    ),
    region: Type.Optional(Type.String({ minLength: 1, expected: 'the letters of a region such as "ENG"' })),
    files: Type.Optional(
      Type.Array(libraryPath('a file of the config folder such as "calendars/school.ics"')),
    ),
    day_sets: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: false },
)

/** What one file says under `calendar:`. */
interface Section {
  readonly file: ParsedFile
  readonly node: MapNode
  readonly written: Static<typeof calendarSchema> | null
}

/**
 * The calendar that all files declare together. What is wrong is reported where it stands; names of what could not be
 * read count as known, so that one fault is one message.
 */
export async function readCalendars(
  files: readonly ParsedFile[],
  { zone, location = null, readCalendar = noFiles, breathe = goOn }: CalendarSurroundings,
): Promise<Calendar> {
  const sections = files.flatMap((file): Section[] => {
    const node = file.section('calendar')
    if (node === null) return []
    return [
      { file, node, written: decode(calendarSchema, node, file.report, { what: '`calendar`' }) ?? null },
    ]
  })
  // Of a file that is no YAML at all, and of a section with a fault, it is not known what they would have said.
  const isUnread =
    sections.some(({ written }) => written === null) ||
    files.some((file) => file.root === null && file.hasUnread('calendar', 'calendar'))
  const country = await readCountry(sections)
  const calendars = await readFiles(sections, { zone, readCalendar, breathe })
  const isWhole = !isUnread && calendars.every((calendar) => calendar !== null)
  const read = calendars.filter((calendar) => calendar !== null)
  const known = {
    holidays: country !== null || isUnread,
    events: isWhole ? read.flatMap(({ names }) => names) : null,
    sun: location !== null,
  }
  const sets = daySetsIn(sections)
  return householdCalendar({
    zone,
    location,
    known: {
      ...known,
      daySets: new Set(sets.keys()),
      isUnread: (name) => files.some((file) => file.root === null && file.hasUnread('calendar', name)),
    },
    holidays: country?.holidays ?? null,
    files: read,
    daySets: await readDaySets(sets, { ...known, breathe }),
  })
}

const goOn = async () => undefined

const noFiles: ReadCalendar = async () => ({ fault: 'calendar files cannot be read here' })

/** Null where none is named; `holidays` is null where it was and is not known. */
async function readCountry(
  sections: readonly Section[],
): Promise<{ readonly holidays: HolidaysOf | null } | null> {
  const country = only(sections, 'country')
  const region = only(sections, 'region')
  if (country === null) {
    const message = '`region` needs the country it is a part of'
    region?.file.report.add(
      region.node,
      'error',
      'key/missing',
      message,
      'write `country:` beside it, as in `country: GB`',
    )
    return null
  }
  const loaded = await loadHolidays(country.text, region?.text ?? null)
  if ('holidays' in loaded) return loaded
  const { wrong, message, help } = loaded.fault
  const place = wrong === 'region' ? (region ?? country) : country
  place.file.report.add(place.node, 'error', 'ref/country', message, help)
  return { holidays: null }
}

interface Said {
  readonly file: ParsedFile
  readonly node: Node
  readonly text: string
}

/** What one file says for all; a second one is told where the first stands. */
function only(sections: readonly Section[], key: 'country' | 'region'): Said | null {
  let first: Said | null = null
  for (const { file, node, written } of sections) {
    const entry = node.entries.get(key)
    const text = written?.[key]
    if (entry === undefined || text === undefined) continue
    if (first === null) {
      first = { file, node: entry.value, text }
      continue
    }
    const place = `${first.file.report.file}:${first.file.report.lineOf(first.node)}`
    const message = `the household's \`${key}\` is already said at ${place}`
    file.report.add(entry.key, 'error', 'yaml/duplicate', message)
  }
  return first
}

// More than any household has: each of them may take a second.
const mostFiles = 50
const tooMany = { fault: `a household has at most ${mostFiles} calendar files` }

/** Each file once, however often it is named; null for one that cannot be read. */
async function readFiles(
  sections: readonly Section[],
  { readCalendar, ...reading }: FileReading & { readonly readCalendar: ReadCalendar },
): Promise<(CalendarFile | null)[]> {
  const found = new Map<string, CalendarFile | null>()
  for (const { file, node, written } of sections)
    for (const [index, path] of (written?.files ?? []).entries()) {
      if (found.has(path)) continue
      const text = found.size < mostFiles ? await readCalendar(path) : tooMany
      const read = await calendarIn(text, reading)
      found.set(path, 'calendar' in read ? read.calendar : null)
      if ('calendar' in read) continue
      const list = node.entries.get('files')?.value
      const place = list?.kind === 'list' ? list.items[index] : list
      file.report.add(place ?? node, 'error', 'ref/calendar', `${quote(path)} cannot be read: ${read.fault}`)
    }
  return [...found.values()]
}

interface FileReading {
  /** IANA name of the household's time zone. */
  readonly zone: string
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe: () => Promise<void>
}

/** What a calendar file says, or why it cannot be told, in words. */
export async function calendarIn(
  file: CalendarText,
  { zone, breathe }: FileReading,
): Promise<{ readonly calendar: CalendarFile } | { readonly fault: string }> {
  if ('fault' in file) return file
  if (file.calendar !== undefined) return { calendar: file.calendar }
  const read = await readCalendarInParts(file.text, { zone, breathe })
  return 'calendar' in read ? read : { fault: `its line ${read.fault.line}: ${read.fault.message}` }
}
