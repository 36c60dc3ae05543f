import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCalendarFile } from '../../../src/rules/ical/calendar-file.ts'

const calendar = (...events: string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events.map((event) => `BEGIN:VEVENT\r\n${event.replaceAll('\n', '\r\n')}\r\nEND:VEVENT\r\n`).join('')}END:VCALENDAR\r\n`

function daysOf(text: string, { zone = 'Europe/London', name = 'x', year = 2026 } = {}): string[] {
  const read = readCalendarFile(text, { zone })
  if ('fault' in read) throw new Error(`line ${read.fault.line}: ${read.fault.message}`)
  return [...read.calendar.daysIn(year, name)].flatMap((on, place) =>
    on === 0 ? [] : [new Date(Date.UTC(year, 0, 1 + place)).toISOString().slice(5, 10)],
  )
}

function faultOf(text: string): string {
  const read = readCalendarFile(text, { zone: 'Europe/London' })
  return 'fault' in read ? `line ${read.fault.line}: ${read.fault.message}` : 'none'
}

describe('a date belongs to an event that covers any part of it', () => {
  test.each<[what: string, event: string, zone: string, days: string[]]>([
    ['a whole day', 'DTSTART;VALUE=DATE:20261225', 'Europe/London', ['12-25']],
    [
      'whole days end before their end',
      'DTSTART;VALUE=DATE:20261026\nDTEND;VALUE=DATE:20261029',
      'Asia/Tokyo',
      ['10-26', '10-27', '10-28'],
    ],
    ['a date without VALUE=DATE', 'DTSTART:20261225', 'Europe/London', ['12-25']],
    [
      'an evening over midnight',
      'DTSTART:20261031T220000\nDTEND:20261101T010000',
      'Europe/London',
      ['10-31', '11-01'],
    ],
    [
      'one that ends at midnight',
      'DTSTART:20261031T220000\nDTEND:20261101T000000',
      'Europe/London',
      ['10-31'],
    ],
    [
      'one over midnight in New York, in London',
      'DTSTART;TZID=America/New_York:20260610T233000\nDTEND;TZID=America/New_York:20260611T003000',
      'Europe/London',
      ['06-11'],
    ],
    [
      'the same in New York',
      'DTSTART;TZID=America/New_York:20260610T233000\nDTEND;TZID=America/New_York:20260611T003000',
      'America/New_York',
      ['06-10', '06-11'],
    ],
    [
      'one in UTC, in Auckland',
      'DTSTART:20260610T113000Z\nDURATION:PT1H',
      'Pacific/Auckland',
      ['06-10', '06-11'],
    ],
    [
      'one in UTC in summer, in London',
      'DTSTART:20260610T230000Z\nDURATION:PT30M',
      'Europe/London',
      ['06-11'],
    ],
    ['a moment', 'DTSTART:20260610T120000', 'Europe/London', ['06-10']],
    [
      'days that the clocks change on',
      'DTSTART;TZID=Europe/London:20260328T230000\nDTEND;TZID=Europe/London:20260329T003000\nRRULE:FREQ=DAILY;COUNT=2',
      'Europe/London',
      ['03-28', '03-29', '03-30'],
    ],
    [
      'across zones that change on different days',
      'DTSTART;TZID=America/New_York:20260305T183000\nRRULE:FREQ=WEEKLY;COUNT=4',
      'Europe/London',
      ['03-05', '03-12', '03-19', '03-26'],
    ],
    [
      'exceptions',
      'DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;VALUE=DATE:20260112,20260126\nRDATE;VALUE=DATE:20260201',
      'Europe/London',
      ['01-05', '01-19', '02-01'],
    ],
    [
      'an exception in UTC',
      'DTSTART;TZID=Asia/Tokyo:20260105T080000\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260105T230000Z',
      'Asia/Tokyo',
      ['01-05', '01-07'],
    ],
    [
      'an end in UTC',
      'DTSTART;TZID=America/New_York:20260105T200000\nRRULE:FREQ=DAILY;UNTIL=20260107T010000Z',
      'America/New_York',
      ['01-05', '01-06'],
    ],
    ['what was called off', 'DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED', 'Europe/London', []],
  ])('%s', (_, event, zone, days) => {
    expect(daysOf(calendar(`SUMMARY:x\n${event}`), { zone })).toEqual(days)
  })

  test('one that lasts over New Year, in each year', () => {
    const text = calendar(
      'SUMMARY:x\nDTSTART;VALUE=DATE:20201228\nDTEND;VALUE=DATE:20210104\nRRULE:FREQ=YEARLY',
    )
    expect(daysOf(text)).toEqual(['01-01', '01-02', '01-03', '12-28', '12-29', '12-30', '12-31'])
  })

  test('one occurrence that was moved counts where it was moved to', () => {
    const weekly = 'UID:1\nSUMMARY:x\nDTSTART;TZID=Europe/London:20260105T100000\nRRULE:FREQ=WEEKLY;COUNT=3'
    const moved =
      'UID:1\nSUMMARY:x\nRECURRENCE-ID;TZID=Europe/London:20260112T100000\nDTSTART;TZID=Europe/London:20260114T100000'
    expect(daysOf(calendar(moved, weekly))).toEqual(['01-05', '01-14', '01-19'])
  })

  test('names are compared without capitals, in folded lines too', () => {
    expect(
      daysOf(calendar('SUMMARY:School\n  Holiday\\, long\nDTSTART;VALUE=DATE:20260105'), {
        name: 'school holiday, LONG ',
      }),
    ).toEqual(['01-05'])
  })

  test('a zone that the file describes itself', () => {
    const zone = (offset: string, name: string, start: string, from: string, to: string, month: number) =>
      `BEGIN:${name}\nDTSTART:1601${start}\nTZOFFSETFROM:${from}\nTZOFFSETTO:${to}\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=${month}\nEND:${name}\n${offset}`
    const text = `BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:W. Europe Standard Time\n${zone('', 'STANDARD', '0101T030000', '+0200', '+0100', 10)}${zone('', 'DAYLIGHT', '0101T020000', '+0100', '+0200', 3)}END:VTIMEZONE\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART;TZID=W. Europe Standard Time:20260115T003000\nRRULE:FREQ=MONTHLY;COUNT=7\nEND:VEVENT\nEND:VCALENDAR`
    // 00:30 in Berlin is 23:30 in London the day before, in winter and in summer.
    expect(daysOf(text)).toEqual(['01-14', '02-14', '03-14', '04-14', '05-14', '06-14', '07-14'])
    expect(daysOf(text, { zone: 'UTC' })).toEqual([
      '01-14',
      '02-14',
      '03-14',
      '04-14',
      '05-14',
      '06-14',
      '07-14',
    ])
    expect(daysOf(text, { zone: 'Europe/Berlin' })).toEqual([
      '01-15',
      '02-15',
      '03-15',
      '04-15',
      '05-15',
      '06-15',
      '07-15',
    ])
  })
})

describe('a calendar file that is no good is told by its line', () => {
  test.each([
    ['', 'line 1: the file is empty'],
    ['<html>\n<p>Please sign in</p>', 'line 1: this is no calendar: it has to begin with BEGIN:VCALENDAR'],
    [calendar('SUMMARY:x\nhello'), 'line 5: this line has no colon'],
    ['BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x', 'line 2: the file ends before the END:VEVENT of this line'],
    [
      'BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR',
      'line 3: END:VCALENDAR where END:VEVENT has to come first',
    ],
    [calendar('SUMMARY:x'), 'line 3: this event has no DTSTART'],
    [calendar('SUMMARY:x\nDTSTART;VALUE=DATE:20260230'), 'line 5: "20260230" is no date or time'],
    [
      calendar('SUMMARY:x\nDTSTART;TZID=Mars/Base:20260201T100000'),
      'line 5: the time zone "Mars/Base" is not known, and the file does not describe it',
    ],
    [calendar('SUMMARY:x\nDTSTART:00010101T100000'), 'line 5: the year 1 is out of reach (1900 to 2200)'],
    [
      calendar('SUMMARY:x\nDTSTART:20260201T100000\nRRULE:FREQ=SECONDLY'),
      'line 6: FREQ=SECONDLY is not read',
    ],
    [
      calendar('SUMMARY:x\nDTSTART:20260201T100000\nRRULE:FREQ=YEARLY;BYWEEKNO=3'),
      'line 6: BYWEEKNO in a rule is not read',
    ],
    [calendar('SUMMARY:x\nDTSTART:20260201T100000\nRRULE:hello'), 'line 6: FREQ= is not read'],
    ['x'.repeat(1_000_001), 'line 1: a calendar file has at most 1 MB'],
  ])('%#', (text, fault) => {
    expect(faultOf(text)).toContain(fault)
  })
})

describe('hostile files', () => {
  const many = (count: number, event: (index: number) => string) =>
    calendar(...Array.from({ length: count }, (_, index) => event(index)))

  test.each<[what: string, text: string]>([
    [
      'repeating without an end since 1900',
      many(1000, () => 'SUMMARY:x\nDTSTART:19000101T100000Z\nRRULE:FREQ=DAILY'),
    ],
    ['too many that repeat', many(1500, () => 'SUMMARY:x\nDTSTART:19000101T100000Z\nRRULE:FREQ=DAILY')],
    [
      'that never come',
      many(
        1000,
        () => 'SUMMARY:x\nDTSTART:19000101T100000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31;COUNT=5',
      ),
    ],
    [
      '10,000 events',
      many(
        10_000,
        (index) =>
          `SUMMARY:e${index}\nDTSTART;TZID=Asia/Tokyo:2026${String((index % 12) + 1).padStart(2, '0')}10T100000`,
      ),
    ],
    [
      '8,000 changes of one',
      many(
        8000,
        (index) =>
          `UID:1\nRECURRENCE-ID:20260101T1000${String(index % 60).padStart(2, '0')}Z\nSUMMARY:x\nDTSTART:20260101T100000Z`,
      ),
    ],
    ['one long line', `BEGIN:VCALENDAR\nX:${'a'.repeat(900_000)}\nEND:VCALENDAR`],
    ['one line in very many', `BEGIN:VCALENDAR\nX:${'a\n '.repeat(300_000)}\nEND:VCALENDAR`],
    ['nested', 'BEGIN:VCALENDAR\n'.repeat(60_000)],
    ['very long', calendar('SUMMARY:x\nDTSTART:19000101T000000\nDURATION:P99999999W')],
    [
      'a zone that changes by the second',
      calendar('SUMMARY:x\nDTSTART;TZID=z:20260101T000000').replace(
        'BEGIN:VEVENT',
        'BEGIN:VTIMEZONE\nTZID:z\nBEGIN:STANDARD\nDTSTART:19000101T000000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\nRRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT',
      ),
    ],
  ])('%s are answered at once', (_, text) => {
    const began = performance.now()
    const read = readCalendarFile(text, { zone: 'Europe/London' })
    if ('calendar' in read)
      for (const name of read.calendar.names.slice(0, 3)) read.calendar.daysIn(2026, name)
    expect(performance.now() - began).toBeLessThan(5000)
  })

  test('any text is answered by a calendar or a fault with its line', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'BEGIN:VCALENDAR',
        'END:VCALENDAR',
        'BEGIN:VEVENT',
        'END:VEVENT',
        'SUMMARY:x',
        'DTSTART:20260101T100000Z',
        'DTSTART;TZID="',
        'RRULE:FREQ=DAILY;INTERVAL=0',
        'RRULE:FREQ=MONTHLY;BYDAY=0MO',
        'EXDATE:',
        'DURATION:-P1D',
        'RDATE;VALUE=PERIOD:20260101T100000Z/PT1H',
        ' folded',
      ),
      fc.string({ maxLength: 30 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (lines) => {
        for (const text of [lines.join('\n'), calendar(lines.join('\n'))]) {
          const read = readCalendarFile(text, { zone: 'Europe/London' })
          if ('fault' in read) expect(read.fault.line).toBeGreaterThan(0)
          else for (const name of read.calendar.names) read.calendar.daysIn(2026, name)
        }
      }),
      { numRuns: 500 },
    )
  })
})

test('a line of blanks is read in no time', () => {
  const began = performance.now()
  expect(faultOf(`BEGIN:${' '.repeat(200_000)}x y`)).toContain('line 1')
  expect(performance.now() - began).toBeLessThan(10_000)
}, 120_000)
