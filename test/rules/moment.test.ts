import { describe, expect, test } from 'vitest'
import { momentOf } from '../../src/rules/moment.ts'

const now = new Date('2026-11-21T10:00:00Z')
const berlin = (text: string, at = now) =>
  momentOf(text, { now: at, zone: 'Europe/Berlin' })?.toISOString() ?? null

describe('a moment', () => {
  test.each([
    ['11:30', '2026-11-21T10:30:00.000Z'],
    ['07:00', '2026-11-22T06:00:00.000Z'],
    ['11:00', '2026-11-22T10:00:00.000Z'],
    ['11:00:30', '2026-11-21T10:00:30.000Z'],
    ['2026-12-24T07:00', '2026-12-24T06:00:00.000Z'],
    ['2026-12-24 07:00:00', '2026-12-24T06:00:00.000Z'],
    ['2026-07-01T07:00', '2026-07-01T05:00:00.000Z'],
    ['2026-12-24T07:00:00+02:00', '2026-12-24T05:00:00.000Z'],
    ['2026-12-24T07:00:00.123456+00:00', '2026-12-24T07:00:00.123Z'],
    ['2026-12-24T07:00Z', '2026-12-24T07:00:00.000Z'],
  ])('%s is %s in Berlin, in the morning of a November day', (text, moment) => {
    expect(berlin(text)).toBe(moment)
  })

  test('that clocks skip is when they go on, and of one that comes twice the first', () => {
    expect(berlin('02:30', new Date('2027-03-27T20:00:00Z'))).toBe('2027-03-28T01:00:00.000Z')
    expect(berlin('2027-03-28T02:30')).toBe('2027-03-28T01:00:00.000Z')
    expect(berlin('02:30', new Date('2026-10-24T20:00:00Z'))).toBe('2026-10-25T00:30:00.000Z')
    expect(berlin('2026-10-25T02:30')).toBe('2026-10-25T00:30:00.000Z')
  })

  test('that comes twice is the second one for those who ask between the two', () => {
    expect(berlin('02:30', new Date('2026-10-25T00:40:00Z'))).toBe('2026-10-25T01:30:00.000Z')
    expect(berlin('02:30', new Date('2026-10-25T01:30:00Z'))).toBe('2026-10-26T01:30:00.000Z')
  })

  test.each(['', 'tomorrow', '24:00', '7:00', '07:60', '2026-02-30T07:00', '1764000000', '07:00 Uhr'])(
    '%j is none',
    (text) => {
      expect(berlin(text)).toBeNull()
    },
  )
})
