import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import type { Calendar } from '../../src/rules/calendar.ts'
import { judge } from '../../src/rules/condition.ts'
import { valuesFor } from '../../src/rules/names.ts'
import { type Reading, readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf, worldOf } from '../support/rules.ts'

const school = `BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:School holiday
DTSTART;VALUE=DATE:20261026
DTEND;VALUE=DATE:20261031
END:VEVENT
BEGIN:VEVENT
SUMMARY:Sports day
DTSTART;TZID=Europe/London:20260605T090000
DTEND;TZID=Europe/London:20260605T150000
RRULE:FREQ=YEARLY
END:VEVENT
END:VCALENDAR
`
const files: Readonly<Record<string, string>> = {
  'calendars/school.ics': school,
  'broken.ics': 'BEGIN:VCALENDAR\nnothing',
}

const reading = (more: Partial<Reading> = {}) =>
  readingOf({
    zone: 'Europe/London',
    readCalendar: async (path) => {
      const text = files[path]
      return text === undefined ? { fault: 'there is no such file' } : { text }
    },
    ...more,
  })

async function readAll(texts: readonly string[], more: Partial<Reading> = {}) {
  const sources = texts.map((text, index) => ({ file: `${'abc'[index]}.yaml`, text }))
  const { ruleSet, diagnostics } = await readRuleFiles(sources, reading(more))
  const said = diagnostics.map(
    ({ file, line, column, level, code, message }) =>
      `${file}:${line}:${column} ${level}[${code}] ${message}`,
  )
  return { ruleSet, said, helps: diagnostics.map(({ help }) => help) }
}

const playlist = 'playlists:\n  songs: [music/a.mp3]\n'
const slot = (written: string) =>
  `${playlist}schedules:\n  kitchen:\n    default: songs\n    slots:\n      one: {${written}, play: songs}\n`

const days2026 = Array.from({ length: 365 }, (_, day) =>
  new Temporal.PlainDate(2026, 1, 1).add({ days: day }),
)
// https://www.gov.uk/bank-holidays, England and Wales.
const bankHolidays2026 = ['01-01', '04-03', '04-06', '05-04', '05-25', '08-31', '12-25', '12-26', '12-28']
const chosen = (calendar: Calendar, days: string | string[]) =>
  days2026.filter((date) => calendar.includes(days, date)).map((date) => date.toString().slice(5))

describe('the calendar of the house', () => {
  const text = `calendar:
  country: GB
  region: ENG
  files: [calendars/school.ics]
  day_sets:
    school_days: weekdays and not holiday and not event('school holiday')
    birthdays: date in ['12-03', '07-21']
    leap: date == '02-29'
    quiet: school_days and not birthdays and year == 2026
`

  test('knows holidays, events and day sets', async () => {
    const { ruleSet, said } = await readAll([text])
    expect(said).toEqual([])
    const { calendar } = ruleSet
    expect(chosen(calendar, 'holidays')).toEqual(bankHolidays2026)
    expect(chosen(calendar, 'birthdays')).toEqual(['07-21', '12-03'])
    expect(chosen(calendar, 'leap')).toEqual([])
    expect(calendar.includes('leap', new Temporal.PlainDate(2028, 2, 29))).toBe(true)
    expect(days2026.filter((date) => calendar.hasEvent('SPORTS DAY', date)).map(String)).toEqual([
      '2026-06-05',
    ])
  })

  test('counts the days that brute force counts', async () => {
    const { calendar } = (await readAll([text])).ruleSet
    const holidays = new Set(bankHolidays2026)
    const isSchool = (date: Temporal.PlainDate) => {
      const day = date.toString().slice(5)
      return date.dayOfWeek < 6 && !holidays.has(day) && !(day >= '10-26' && day <= '10-30')
    }
    const has: Readonly<Record<string, (date: Temporal.PlainDate) => boolean>> = {
      school_days: isSchool,
      birthdays: (date) => ['12-03', '07-21'].includes(date.toString().slice(5)),
      quiet: (date) => isSchool(date) && !['12-03', '07-21'].includes(date.toString().slice(5)),
      holidays: (date) => holidays.has(date.toString().slice(5)),
      weekends: (date) => date.dayOfWeek > 5,
      wed: (date) => date.dayOfWeek === 3,
    }
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...Object.keys(has)), { minLength: 1 }),
        fc.constantFrom(...days2026),
        (names, date) => {
          expect(calendar.includes(names, date)).toBe(names.some((name) => has[name]?.(date)))
        },
      ),
    )
  })

  test('is put together from several files, and each may use it', async () => {
    const { ruleSet, said } = await readAll([
      'calendar: {country: GB}\n',
      'calendar:\n  day_sets:\n    off: holiday or weekends\n',
      slot('days: [off, holidays]'),
    ])
    expect(said).toEqual([])
    expect(chosen(ruleSet.calendar, 'off')).toContain('12-25')
    expect(ruleSet.schedules[0]?.slots[0]?.days).toEqual(['off', 'holidays'])
  })

  test('is another one when a calendar file has changed between two readings', async () => {
    let now = school
    const readCalendar = async () => ({ text: now })
    const before = (await readAll([text], { readCalendar })).ruleSet.calendar
    now = school.replace('20261026', '20261019')
    const after = (await readAll([text], { readCalendar })).ruleSet.calendar
    const monday = new Temporal.PlainDate(2026, 10, 19)
    expect([before.includes('school_days', monday), after.includes('school_days', monday)]).toEqual([
      true,
      false,
    ])
  })
})

describe('what is wrong in a calendar is said where it stands', () => {
  test.each<[texts: string[], said: string[]]>([
    [['calendar: {country: GBR}\n'], ['a.yaml:1:21 error[ref/country] there is no country "GBR"']],
    [
      ['calendar: {country: Germny}\n'],
      ['a.yaml:1:21 error[ref/country] there is no country "Germny" - did you mean "DE"?'],
    ],
    [
      ['calendar: {country: GB, region: WALES}\n'],
      ['a.yaml:1:33 error[ref/country] there is no region "WALES" of United Kingdom - did you mean "WLS"?'],
    ],
    [
      ['calendar: {region: ENG}\n'],
      ['a.yaml:1:20 error[key/missing] `region` needs the country it is a part of'],
    ],
    [
      ['calendar: {country: GB}\n', 'calendar: {country: DE}\n'],
      ["b.yaml:1:12 error[yaml/duplicate] the household's `country` is already said at a.yaml:1"],
    ],
    [
      ['calendar: {files: [gone.ics]}\n'],
      ['a.yaml:1:20 error[ref/calendar] "gone.ics" cannot be read: there is no such file'],
    ],
    [
      ['calendar: {files: [broken.ics]}\n'],
      ['a.yaml:1:20 error[ref/calendar] "broken.ics" cannot be read: its line 2: this line has no colon'],
    ],
    [
      ['calendar: {files: [../x.ics]}\n'],
      [
        'a.yaml:1:20 error[type/value] item 1 of `files` takes a file of the config folder such as "calendars/school.ics", not "../x.ics"',
      ],
    ],
    [
      ['calendar: {files: [broken.ics]}\n', "calendar: {day_sets: {a: event('x')}}\n"],
      ['a.yaml:1:20 error[ref/calendar] "broken.ics" cannot be read: its line 2: this line has no colon'],
    ],
    [
      ["calendar: {files: [calendars/school.ics], day_sets: {a: event('Sport day')}}\n"],
      ['a.yaml:1:63 warning[expr/unknown-name] no calendar file has an event `Sport day`'],
    ],
    [
      ["calendar: {day_sets: {a: event('x')}}\n"],
      ['a.yaml:1:32 error[expr/unknown-name] there is no event `x`: no calendar files are named'],
    ],
    [
      ['calendar: {day_sets: {a: event(weekday)}}\n'],
      [
        "a.yaml:1:26 error[expr/type] `event` takes the name of an event in quotes, as in `event('School holiday')`",
      ],
    ],
    [
      ['calendar: {day_sets: {a: holiday}}\n'],
      [
        'a.yaml:1:26 error[expr/unknown-name] there is no "holiday" here: say in which country you live: `calendar: {country: GB}`',
      ],
    ],
    [
      ['calendar: {day_sets: {a: weekday}}\n'],
      ['a.yaml:1:26 error[expr/type] a condition takes yes or no, and `weekday` is a text'],
    ],
    [
      ['calendar: {day_sets: {mon: weekends}}\n'],
      [
        'a.yaml:1:23 error[yaml/reserved-id] "mon" has a meaning of its own and cannot be the name of a day set',
      ],
    ],
    [
      ['calendar: {day_sets: {school-days: weekends}}\n'],
      ['a.yaml:1:23 error[type/value] "school-days" cannot be the name of a day set'],
    ],
    [
      ['calendar: {day_sets: {a: b, b: not c, c: a}}\n'],
      ['a.yaml:1:23 error[calendar/circle] day sets stand for one another in a circle: a → b → c → a'],
    ],
    [
      ['calendar: {day_sets: {a: a}}\n'],
      ['a.yaml:1:23 error[calendar/circle] day sets stand for one another in a circle: a → a'],
    ],
    [
      ['calendar: {day_sets: {a: weekends}}\n', 'calendar: {day_sets: {a: weekdays}}\n'],
      ['b.yaml:1:23 error[yaml/duplicate] day set "a" is already defined at a.yaml:1'],
    ],
    [
      ["calendar: {day_sets: {a: date == '13-01'}}\n"],
      ["a.yaml:1:34 error[time/never] '13-01' never comes: there is no month 13"],
    ],
    [
      ["calendar:\n  day_sets:\n    a: date in ['02-29', '04-31']\n"],
      ['a.yaml:3:26 error[time/never] 31 April never comes'],
    ],
    [
      [slot('days: weekendz')],
      ['a.yaml:7:19 error[ref/day] there is no day or day set "weekendz" - did you mean "weekends"?'],
    ],
    [
      [slot('days: [sat, montag]')],
      ['a.yaml:7:25 error[ref/day] there is no day or day set "montag" - did you mean "mon"?'],
    ],
    [
      [slot('days: holidays')],
      [
        'a.yaml:7:19 error[ref/day] it is not known which days are holidays: say in which country you live: `calendar: {country: GB}`',
      ],
    ],
    [
      ['calendar: {country: XX}\n', slot('days: holidays')],
      ['a.yaml:1:21 error[ref/country] there is no country "XX"'],
    ],
    [
      ['calendar: {day_sets: {off: weekdayz}}\n', slot('days: off')],
      ['a.yaml:1:28 error[expr/unknown-name] there is no "weekdayz"'],
    ],
    [
      [slot('from: sunset')],
      ['a.yaml:7:19 error[time/sun] `sunset` cannot be told: it is not known where the house is'],
    ],
    [
      [
        'rules:\n  r:\n    when:\n      - startup: {}\n    if:\n      - days: brithdays\n      - holiday: true\n      - between: {from: sunset, to: "23:00"}\n    do:\n      - log: x\ncalendar: {day_sets: {birthdays: weekends}}\n',
      ],
      [
        'a.yaml:6:15 error[ref/day] there is no day or day set "brithdays" - did you mean "birthdays"?',
        'a.yaml:7:18 error[ref/day] it is not known which days are holidays: say in which country you live: `calendar: {country: GB}`',
        'a.yaml:8:25 error[time/sun] `sunset` cannot be told: it is not known where the house is',
      ],
    ],
  ])('%#: %j', async (texts, said) => {
    expect((await readAll(texts)).said).toEqual(said)
  })

  test('a day set in a file that is no YAML is not said to be missing', async () => {
    const { said } = await readAll([
      'calendar:\n  day_sets:\n    off: weekends\n  "broken\n',
      slot('days: off'),
    ])
    expect(said.filter((line) => line.startsWith('b.yaml'))).toEqual([])
  })

  test('a slot that the sun never lets come is empty', async () => {
    const location = { latitude: 51.51, longitude: -0.13 }
    expect((await readAll([slot('from: "21:30", to: sunset')], { location })).said).toEqual([
      'a.yaml:7:12 error[time/empty] slot "one" is empty: on no day of the year is sunset behind 21:30',
    ])
    expect((await readAll([slot('from: "19:00", to: sunset')], { location })).said).toEqual([])
  })
})

describe('what is certain of slots', () => {
  const location = { latitude: 51.51, longitude: -0.13 }
  const slots = (...written: string[]) =>
    `calendar: {country: GB, day_sets: {off: weekends}}\n${playlist}schedules:\n  kitchen:\n    slots:\n${written.map((text, index) => `      s${index}: {${text}, play: songs}\n`).join('')}`
  const advice = async (text: string) =>
    (await readAll([text], { location, adviceAt: new Date('2027-01-15T12:00:00Z') })).said
      .map((line) => /\[(time\/\w+)\] (.*)/.exec(line))
      .flatMap((found) => (found === null ? [] : [`${found[1]} ${found[2]}`]))

  test.each<[slots: string[], said: string[]]>([
    [['days: off', 'days: sat'], []],
    [['days: weekends', 'days: [off, holidays]'], []],
    [['days: daily', 'days: [off, holidays]'], ['time/shadowed slot "s1" never plays']],
    [['days: [weekends, holidays]', 'days: sat'], ['time/shadowed slot "s1" never plays']],
    [['days: off', 'from: "10:00", days: off', 'days: daily'], []],
    [['from: sunset, to: sunrise', 'from: "23:00", to: "02:00"', 'days: daily'], []],
    [['days: daily', 'from: sunset, to: sunrise'], ['time/shadowed slot "s1" never plays']],
    [['from: sunset, to: sunrise'], []],
    [['from: sunset, to: sunrise, days: mon'], ['time/gap']],
  ])('%#: %j', async (written, said) => {
    const found = await advice(slots(...written))
    const wanted = said.length === 0 ? [] : said
    expect(
      found
        .filter((line) => !line.startsWith('time/gap') || said.some((one) => one.startsWith('time/gap')))
        .map((line) => wanted.find((one) => line.startsWith(one)) ?? line),
    ).toEqual(wanted)
  })

  test('clocks that change are told of where the day set holds on that day', async () => {
    const text = (set: string) =>
      `calendar: {day_sets: {off: ${set}}}\n${slot('from: "01:30", to: "05:00", days: off')}`
    expect((await advice(text('weekends'))).join()).toContain('time/dst 01:30 is left out on 28 Mar 2027')
    expect(await advice(text('weekdays'))).toEqual([])
  })
})

test('rules ask of today whether it is a holiday, an event or a weekday', async () => {
  const text = `calendar: {country: GB, files: [calendars/school.ics]}
rules:
  r:
    player: kids
    when:
      - startup: {}
    if:
      - holiday or event('school holiday')
      - weekdays and not weekends
      - holiday: false
      - days: [mon, holidays]
      - between: {from: {sun: sunset, or: "17:00"}, to: "23:00"}
    do:
      - log: x
`
  const { ruleSet, said } = await readAll([text], { location: { latitude: 51.51, longitude: -0.13 } })
  expect(said).toEqual([])
  const [rule] = ruleSet.rules
  const answers = (now: string) => {
    const world = worldOf({ now: () => new Date(now), calendar: ruleSet.calendar })
    if (rule === undefined) return []
    return rule.if.map((condition) => judge(condition, world, valuesFor({ rule, data: {} }, world)).holds)
  }
  expect(answers('2026-10-26T18:00:00Z')).toEqual([true, true, true, true, true])
  expect(answers('2026-12-25T12:00:00Z')).toEqual([true, true, false, true, false])
  expect(answers('2026-10-31T16:00:00Z')).toEqual([false, false, true, false, false])
})

test('a household has so many calendar files and day sets, and no more, of all files together', async () => {
  const named = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => `f${from + index}.ics`).join(', ')
  const sets = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => `    d${from + index}: weekdays\n`).join('')
  const text = (from: { files: number; sets: number }, count: { files: number; sets: number }) =>
    `calendar:\n  files: [${named(from.files, count.files)}]\n  day_sets:\n${sets(from.sets, count.sets)}`
  const asked: string[] = []
  const readCalendar = async (path: string) => {
    asked.push(path)
    return { text: school }
  }
  const first = text({ files: 0, sets: 0 }, { files: 49, sets: 499 })
  const enough = text({ files: 49, sets: 499 }, { files: 1, sets: 1 })
  const tooMany = text({ files: 49, sets: 499 }, { files: 2, sets: 2 })
  expect((await readAll([first, enough], { readCalendar })).said).toEqual([])
  asked.length = 0
  expect((await readAll([first, tooMany], { readCalendar })).said).toEqual([
    'b.yaml:2:20 error[ref/calendar] "f50.ics" cannot be read: a household has at most 50 calendar files',
    'b.yaml:5:5 error[type/value] a household has at most 500 day sets',
  ])
  expect(asked).toHaveLength(50)
})
