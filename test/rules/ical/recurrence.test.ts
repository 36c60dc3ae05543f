import fc from 'fast-check'
import ical from 'ical.js'
import { expect, test } from 'vitest'
import { readCalendarFile } from '../../../src/rules/ical/calendar-file.ts'

const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
const some = <T>(of: readonly T[]) => fc.uniqueArray(fc.constantFrom(...of), { minLength: 1, maxLength: 3 })

const part = (name: string, values: fc.Arbitrary<readonly unknown[]>) =>
  fc.option(values, { nil: null }).map((list) => (list === null ? '' : `;${name}=${list.join(',')}`))

const interval = fc.integer({ min: 1, max: 4 }).map((every) => `;INTERVAL=${every}`)
const ended = fc.constantFrom('', ';COUNT=9', ';UNTIL=20260814')
const nth = some(weekdays.flatMap((day) => [day, `1${day}`, `-1${day}`, `2${day}`]))

// Rules as calendars export them; ical.js is wrong about some others, and never comes back from a few.
const rules = fc.oneof(
  fc.tuple(fc.constant('FREQ=DAILY'), interval, ended),
  fc.tuple(fc.constant('FREQ=WEEKLY'), interval, ended, part('BYDAY', some(weekdays))),
  fc.tuple(fc.constant('FREQ=MONTHLY'), interval, ended, part('BYDAY', nth)),
  fc.tuple(fc.constant('FREQ=MONTHLY'), interval, ended, part('BYMONTHDAY', some([1, 12, 28]))),
  fc.tuple(fc.constant('FREQ=YEARLY'), interval, ended),
  fc.tuple(fc.constant('FREQ=YEARLY'), ended, fc.constant(';BYMONTH=11;BYDAY=4TH')),
)

function daysByLibrary(rule: string, [year, month, day]: readonly [number, number, number]): string[] {
  const start = ical.Time.fromData({ year, month, day, isDate: true })
  const iterator = ical.Recur.fromString(rule).iterator(start)
  const found = [start.toString()]
  for (let next = iterator.next(); next !== null && next.year < 2027; next = iterator.next()) {
    found.push(next.toString())
    if (found.length > 2000) break
  }
  return [...new Set(found.filter((date) => date.startsWith('2026')))].sort()
}

function daysByUs(rule: string, [year, month, day]: readonly [number, number, number]): string[] {
  const two = (number: number) => String(number).padStart(2, '0')
  const text = `BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART;VALUE=DATE:${year}${two(month)}${two(day)}\nRRULE:${rule}\nEND:VEVENT\nEND:VCALENDAR\n`
  const read = readCalendarFile(text, { zone: 'UTC' })
  if ('fault' in read) throw new Error(read.fault.message)
  const covered = read.calendar.daysIn(2026, 'x')
  return [...covered].flatMap((on, place) =>
    on === 0 ? [] : [new Date(Date.UTC(2026, 0, 1 + place)).toISOString().slice(0, 10)],
  )
}

test('events repeat on the days that ical.js counts', () => {
  const start = fc.tuple(
    fc.integer({ min: 2022, max: 2026 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
  )
  fc.assert(
    fc.property(rules, start, (parts, date) => {
      const rule = parts.join('')
      expect([rule, daysByUs(rule, date)]).toEqual([rule, daysByLibrary(rule, date)])
    }),
    { numRuns: 300 },
  )
})

test.each([
  [
    'FREQ=MONTHLY;BYMONTHDAY=31',
    [2025, 1, 31],
    ['01-31', '03-31', '05-31', '07-31', '08-31', '10-31', '12-31'],
  ],
  [
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20260331',
    [2025, 1, 31],
    ['01-30', '02-27', '03-31'],
  ],
  ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31', [2026, 1, 1], ['01-01']],
  ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31', [2026, 1, 1], ['01-01']],
  ['FREQ=YEARLY', [2024, 2, 29], []],
  ['FREQ=YEARLY;BYYEARDAY=-1', [2020, 12, 31], ['12-31']],
  ['FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO;COUNT=4', [2026, 1, 5], ['01-05', '01-18', '01-19', '02-01']],
] as const)('%s from %s', (rule, start, days) => {
  expect(daysByUs(rule, start)).toEqual(days.map((day) => `2026-${day}`))
})
