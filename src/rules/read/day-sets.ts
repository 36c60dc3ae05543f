import { weekdays } from '../../core/answer.ts'
import type { Environment, Fields } from '../../language/expression/environment.ts'
import type { Expression } from '../../language/expression/expression.ts'
import { readExpression } from '../../language/expression/read.ts'
import { isEmpty, type MapNode, type ScalarNode } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { quote } from '../../language/wording.ts'
import { noCountry } from '../calendar.ts'
import { daySetName, dayWordOf, dayWords } from '../time.ts'
import type { ParsedFile } from './parsed-file.ts'

// More than any household has, of all files together.
const mostSets = 500

/** The words of day sets beside events and one another. */
const dayFields = {
  weekdays: 'bool',
  weekends: 'bool',
  weekday: { type: 'text', words: weekdays },
  date: { type: 'text', form: 'month-day' },
  month_day: { type: 'text', form: 'month-day' },
  year: 'number',
} as const satisfies Fields

// `event` is a function, and what the parser or people take for something else can be no name either.
const reserved = new Set([
  ...dayWords,
  ...Object.keys(dayFields),
  'holiday',
  'event',
  'and',
  'or',
  'not',
  'in',
  'if',
  'true',
  'false',
  'null',
])

/** A day set as it stands in its file; `null` where it is known by its name alone, after an error was reported. */
export interface WrittenSet {
  readonly report: Report
  readonly key: ScalarNode
  readonly expression: ScalarNode | null
}

/** All day sets of the files by name; a second one of a name is told where the first stands. */
export function daySetsIn(
  sections: readonly { readonly file: ParsedFile; readonly node: MapNode }[],
): ReadonlyMap<string, WrittenSet> {
  const found = new Map<string, WrittenSet>()
  for (const { file, node } of sections) {
    const { report } = file
    const sets = node.entries.get('day_sets')?.value
    if (sets === undefined || isEmpty(sets)) continue
    if (sets.kind !== 'map') {
      report.add(sets, 'error', 'type/value', '`day_sets` takes a map: a name, a colon, and an expression')
      continue
    }
    for (const [name, { key, value }] of sets.entries) {
      if (found.size >= mostSets) {
        report.add(key, 'error', 'type/value', `a household has at most ${mostSets} day sets`)
        break
      }
      const first = found.get(name)
      if (first !== undefined) {
        const place = `${first.report.file}:${first.report.lineOf(first.key)}`
        report.add(key, 'error', 'yaml/duplicate', `day set ${quote(name)} is already defined at ${place}`)
        continue
      }
      const isGood = hasGoodName(name, key, report)
      found.set(name, { report, key, expression: value.kind === 'scalar' && isGood ? value : null })
      if (value.kind !== 'scalar')
        report.add(
          value,
          'error',
          'type/value',
          `day set ${quote(name)} takes an expression`,
          "as in `weekends: date in ['12-03', '07-21']`".replace('weekends', 'birthdays'),
        )
    }
  }
  return found
}

function hasGoodName(name: string, key: ScalarNode, report: Report): boolean {
  if (reserved.has(name) || dayWordOf(name) !== undefined) {
    report.add(
      key,
      'error',
      'yaml/reserved-id',
      `${quote(name)} has a meaning of its own and cannot be the name of a day set`,
    )
    return false
  }
  if (daySetName.test(name)) return true
  const help = 'use letters, digits and underscores, with no digit in front'
  report.add(key, 'error', 'type/value', `${quote(name)} cannot be the name of a day set`, help)
  return false
}

interface Known {
  readonly holidays: boolean
  readonly events: readonly string[] | null
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe: () => Promise<void>
}

/** The day sets that are sound; what is wrong with the others is reported. */
export async function readDaySets(
  sets: ReadonlyMap<string, WrittenSet>,
  known: Known,
): Promise<ReadonlyMap<string, Expression>> {
  const environment: Environment = {
    groups: {},
    names: {
      ...dayFields,
      ...(known.holidays ? { holiday: 'bool' } : {}),
      ...Object.fromEntries([...sets.keys()].map((name) => [name, 'bool'])),
    },
    events: { names: known.events, absent: 'no calendar files are named' },
    absent: {
      holiday: noCountry,
      holidays: 'one day is a `holiday`',
      now: 'a day set is about a day; write `date`, `weekday`, `year`',
    },
  }
  const read = new Map<string, Expression>()
  for (const [name, { report, expression: node }] of sets) {
    const expression =
      node === null ? undefined : readExpression(node, report, { environment, wanted: 'bool' })
    if (expression !== undefined) read.set(name, expression)
    await known.breathe()
  }
  return withoutCircles(read, { sets, breathe: known.breathe })
}

async function withoutCircles(
  read: ReadonlyMap<string, Expression>,
  { sets, breathe }: Pick<Known, 'breathe'> & { readonly sets: ReadonlyMap<string, WrittenSet> },
): Promise<ReadonlyMap<string, Expression>> {
  const sound = new Map(read)
  for (const name of read.keys()) {
    await breathe()
    const circle = circleFrom(name, read)
    if (circle === null) continue
    sound.delete(name)
    const set = sets.get(name)
    // Of the sets of one circle the first says it.
    if (set === undefined || [...read.keys()].find((one) => circle.includes(one)) !== name) continue
    const way = [...circle, name].join(' → ')
    set.report.add(set.key, 'error', 'calendar/circle', `day sets stand for one another in a circle: ${way}`)
  }
  return sound
}

/** The shortest way from a set through those it names back to itself, or null. */
function circleFrom(start: string, sets: ReadonlyMap<string, Expression>): string[] | null {
  const seen = new Set<string>()
  let ways: string[][] = [[start]]
  while (ways.length > 0) {
    const next: string[][] = []
    for (const way of ways)
      for (const name of sets.get(way.at(-1) ?? '')?.names ?? []) {
        if (name === start) return way
        if (seen.has(name) || !sets.has(name)) continue
        seen.add(name)
        next.push([...way, name])
      }
    ways = next
  }
  return null
}
