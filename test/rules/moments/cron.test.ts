import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { cronFaults, cronPattern, cronWish } from '../../../src/rules/moments/cron.ts'
import { momentsBetween } from '../../../src/rules/moments/next-moment.ts'

function instants(pattern: string, zone: string, [after, until]: readonly [string, string]): string[] {
  const span = { after: new Date(after), until: new Date(until), zone }
  return momentsBetween(cronWish(cronPattern(pattern)), span).moments.map(({ at }) =>
    at.toISOString().slice(0, 16),
  )
}

describe('where the clocks change a pattern', () => {
  test.each([
    // London leaves out 01:00-02:00, and shows it twice.
    ['30 1 * * *', 'Europe/London', ['2027-03-27T12:00Z', '2027-03-29T12:00Z'], ['2027-03-29T00:30']],
    ['30 1 * * *', 'Europe/London', ['2027-10-30T12:00Z', '2027-10-31T12:00Z'], ['2027-10-31T00:30']],
    ['30 2 * * *', 'America/New_York', ['2027-03-13T12:00Z', '2027-03-15T12:00Z'], ['2027-03-15T06:30']],
    ['30 1 * * *', 'America/New_York', ['2027-11-06T12:00Z', '2027-11-07T12:00Z'], ['2027-11-07T05:30']],
    // Lord Howe goes on by half an hour, from 02:00 to 02:30.
    [
      '15,45 2 * * *',
      'Australia/Lord_Howe',
      ['2027-10-02T12:00Z', '2027-10-03T12:00Z'],
      ['2027-10-02T15:45'],
    ],
    ['0 0 * * *', 'Africa/Cairo', ['2027-04-29T12:00Z', '2027-04-30T12:00Z'], []],
    ['0 9 30 12 *', 'Pacific/Apia', ['2011-12-25T00:00Z', '2012-01-05T00:00Z'], []],
  ] as const)(
    '%s in %s does not come in what is left out, and once in what comes twice',
    (pattern, zone, span, expected) => {
      expect(instants(pattern, zone, span)).toEqual(expected)
    },
  )
})

test.each([
  ['0 7 * * 1-5', '2026-11-23', true],
  ['0 7 * * 1-5', '2026-11-22', false],
  ['0 7 * * 7', '2026-11-22', true],
  ['0 7 L * *', '2028-02-29', true],
  ['0 7 * * 5#2', '2026-11-13', true],
  // Both fields must fit.
  ['0 0 13 * 5', '2026-12-13', false],
])('%s on %s: %s', (pattern, date, expected) => {
  expect(cronPattern(pattern).includes(Temporal.PlainDate.from(date))).toBe(expected)
})

test.each([
  ['61 7 * * *', 'wrong', 'the minute (1st field) takes 0-59, not "61"'],
  ['0 24 * * *', 'wrong', 'the hour (2nd field) takes 0-23, not "24"'],
  ['0 7 32 * *', 'wrong', 'the day of the month (3rd field) takes 1-31 or L for the last, not "32"'],
  ['0 7 * foo *', 'wrong', 'the month (4th field) takes 1-12 or jan-dec, not "foo"'],
  [
    '0 7 * * 8',
    'wrong',
    'the day of the week (5th field) takes 0-7 or sun-sat (0 and 7 are Sunday), not "8"',
  ],
  ['0 0 7 * * *', 'wrong', 'a pattern has five fields here, without seconds'],
  ['0 7 * *', 'wrong', '"0 7 * *" is not a pattern of five fields'],
  ['at seven', 'wrong', '"at seven" is not a pattern of five fields'],
  ['0 0 31 2 *', 'never', '31 February never comes'],
  ['0 0 31 4,6 *', 'never', '31 April or June never comes'],
  ['0 0 15 * 1#1', 'never', '"0 0 15 * 1#1" never comes'],
])('%s is refused', (pattern, kind, message) => {
  expect(cronFaults(pattern)).toMatchObject([{ kind, message }])
})

test.each(['0 0 29 2 *', '0 0 29 2 1', '*/15 * * * *', '0 0 31 * *', '0 0 29 2 5#5'])(
  '%s is sound',
  (pattern) => {
    expect(cronFaults(pattern)).toEqual([])
  },
)
