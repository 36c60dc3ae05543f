import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { plainCalendar } from '../../src/rules/calendar.ts'
import type { Slot } from '../../src/rules/rule-set.ts'
import { slotAt, slotsFrom } from '../../src/rules/schedule.ts'
import type { DayTime } from '../../src/rules/window.ts'
import { schedule } from '../support/schedule.ts'

const london = plainCalendar('Europe/London')
const dayMs = 86_400_000

const night = schedule({ id: 'night', window: ['19:00', '06:30'] })

function at(when: string, of = night): string | null {
  return slotAt(of, new Date(when), london).slot?.id ?? null
}

describe('a slot', () => {
  test.each([
    ['2026-11-21T18:59:59Z', null],
    ['2026-11-21T19:00:00Z', 'night'],
    ['2026-11-22T00:00:00Z', 'night'],
    ['2026-11-22T06:29:59Z', 'night'],
    ['2026-11-22T06:30:00Z', null],
  ])('across midnight holds from its start and ends before its end: %s', (when, slot) => {
    expect(at(when)).toBe(slot)
  })

  test('belongs to the day it starts on', () => {
    const friday = schedule({ id: 'late', window: ['22:00', '02:00'], days: 'fri' })
    expect(at('2026-11-20T23:00:00Z', friday)).toBe('late')
    expect(at('2026-11-21T01:00:00Z', friday)).toBe('late')
    expect(at('2026-11-21T23:00:00Z', friday)).toBeNull()
    expect(at('2026-11-20T01:00:00Z', friday)).toBeNull()
  })

  test('that stands first wins', () => {
    const both = schedule({ id: 'birthday', days: ['sat'] }, { id: 'always' })
    expect(at('2026-11-21T12:00:00Z', both)).toBe('birthday')
    expect(at('2026-11-22T12:00:00Z', both)).toBe('always')
  })

  test('is the same occurrence while it lasts and another one the next evening', () => {
    const occurrence = (when: string) => slotAt(night, new Date(when), london).occurrence
    expect(occurrence('2026-11-21T20:00:00Z')).toBe('night@2026-11-21')
    expect(occurrence('2026-11-22T06:00:00Z')).toBe('night@2026-11-21')
    expect(occurrence('2026-11-22T20:00:00Z')).toBe('night@2026-11-22')
    expect(occurrence('2026-11-22T12:00:00Z')).toBe(occurrence('2026-11-22T13:00:00Z'))
    expect(occurrence('2026-11-22T12:00:00Z')).not.toBe(occurrence('2026-11-23T12:00:00Z'))
  })

  test('says when the answer may next be another', () => {
    expect(slotAt(night, new Date('2026-11-21T12:00:00Z'), london).until).toEqual(
      new Date('2026-11-21T19:00:00Z'),
    )
    expect(slotAt(night, new Date('2026-11-21T23:00:00Z'), london).until).toEqual(
      new Date('2026-11-22T06:30:00Z'),
    )
  })
})

describe('when the clocks change', () => {
  function hoursOf(evening: string): number {
    const start = new Date(evening)
    const { until } = slotAt(night, start, london)
    return (until.getTime() - start.getTime()) / 3_600_000
  }

  test('a night is an hour shorter in spring and an hour longer in autumn', () => {
    expect(hoursOf('2027-03-27T19:00:00Z')).toBe(10.5)
    expect(hoursOf('2027-10-30T18:00:00Z')).toBe(12.5)
    expect(hoursOf('2027-01-10T19:00:00Z')).toBe(11.5)
  })

  const small = schedule({ id: 'small', window: ['01:10', '01:40'] })

  test('a window inside the gap moves behind it', () => {
    // On 28 March 2027 clocks go from 01:00 GMT to 02:00 BST.
    expect(at('2027-03-28T01:09:59Z', small)).toBeNull()
    expect(at('2027-03-28T01:10:00Z', small)).toBe('small')
    expect(at('2027-03-28T01:39:59Z', small)).toBe('small')
    expect(at('2027-03-28T01:40:00Z', small)).toBeNull()
  })

  test('a window that comes twice is one, from its first start to its last end', () => {
    // On 31 October 2027 clocks go from 02:00 BST back to 01:00 GMT.
    expect(at('2027-10-31T00:10:00Z', small)).toBe('small')
    expect(at('2027-10-31T01:00:00Z', small)).toBe('small')
    expect(at('2027-10-31T01:39:59Z', small)).toBe('small')
    expect(at('2027-10-31T01:40:00Z', small)).toBeNull()
  })
})

// Among them: clocks that are set by half an hour, at midnight, and so that a day has no beginning or a date is left out.
const difficultYears = [
  ['Europe/London', 2026],
  ['Australia/Lord_Howe', 2026],
  ['America/Havana', 2026],
  ['America/Santiago', 2026],
  ['Africa/Cairo', 2026],
  ['Pacific/Apia', 2011],
] as const

test.each(difficultYears)(
  'in each week of a year slots of %s begin and end when the clocks there say so',
  (zone, year) => {
    const of = schedule(
      { id: 'early', window: ['00:00', '01:45'] },
      { id: 'late', window: ['03:00', '23:30'] },
    )
    const instant = (date: string, time: string, disambiguation: 'compatible' | 'later') =>
      Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone, { disambiguation })
        .epochMilliseconds
    const begin = Date.UTC(year, 0, 1)
    for (let week = 0; week < 53; week++) {
      const [, ...slots] = slotsFrom(of, new Date(begin + week * 7 * 86_400_000), plainCalendar(zone))
      let beganMs = 0
      for (const { slot, occurrence, until } of slots) {
        const [from, to] = slot?.window ?? []
        const date = occurrence.split('@')[1] ?? ''
        if (typeof from === 'string' && typeof to === 'string' && beganMs > 0) {
          expect([occurrence, beganMs]).toEqual([occurrence, instant(date, from, 'compatible')])
          expect([occurrence, until.getTime()]).toEqual([occurrence, instant(date, to, 'later')])
        }
        beganMs = until.getTime()
      }
    }
  },
)

describe('what is told from the days next to today is what all days around it tell', () => {
  const two = (number: number) => String(number).padStart(2, '0')
  const time = fc.integer({ min: 0, max: 24 * 4 - 1 }).map((quarter) => {
    return `${two(Math.floor(quarter / 4))}:${two((quarter % 4) * 15)}`
  })
  const sun = fc.record({
    sun: fc.constantFrom('dawn', 'sunrise', 'sunset', 'dusk'),
    offsetMinutes: fc.integer({ min: -720, max: 720 }),
    or: fc.option(time),
  })
  const days = fc.option(fc.constantFrom<Slot['days']>('mon', 'weekends', ['tue', 'sat'], 'daily'))
  const slotOf = (dayTime: fc.Arbitrary<DayTime>) =>
    fc.record({
      window: fc.option(fc.tuple(dayTime, dayTime).filter(([from, to]) => from !== to)),
      days,
    })
  const slots = fc.oneof(
    { weight: 3, arbitrary: fc.array(slotOf(time), { maxLength: 5 }) },
    { weight: 1, arbitrary: fc.array(slotOf(fc.oneof(time, sun)), { maxLength: 3 }) },
  )

  test.each([...difficultYears, ['America/Los_Angeles', 2027] as const])('%s', (zone, year) => {
    // Where in some weeks of the year the sun neither rises nor sets.
    const calendar = plainCalendar(zone, { latitude: 69.65, longitude: 18.96 })
    const begin = Date.UTC(year, 0, 1)
    const anyTime = fc.integer({ min: begin, max: begin + 365 * dayMs })
    const nearASetting = fc
      .tuple(fc.constantFrom(...settingsOf(zone, begin)), fc.integer({ min: -5 * 96, max: 5 * 96 }))
      .map(([setting, quarters]) => setting + (quarters * dayMs) / 96)
    fc.assert(
      fc.property(slots, fc.oneof(anyTime, nearASetting), (written, moment) => {
        const of = schedule(...written)
        const now = new Date(moment)
        expect(slotAt(of, now, calendar)).toEqual(slotsFrom(of, now, calendar)[0])
      }),
      { numRuns: 400 },
    )
  })
})

/** When the clocks of the zone are set in the year that begins then. */
function settingsOf(zone: string, begin: number): number[] {
  const found: number[] = []
  let at = Temporal.Instant.fromEpochMilliseconds(begin).toZonedDateTimeISO(zone)
  for (;;) {
    const next = at.getTimeZoneTransition('next')
    if (next === null || next.epochMilliseconds > begin + 365 * dayMs) return found
    found.push(next.epochMilliseconds)
    at = next
  }
}

test('a night that ends on a date that is left out holds in the morning after it', () => {
  // Samoa went from 29 to 31 December 2011; the 29th was a Thursday.
  const of = schedule(
    { id: 'night', window: ['22:00', '06:00'], days: 'thu' },
    { window: ['03:00', '04:00'] },
  )
  const apia = plainCalendar('Pacific/Apia')
  expect(slotAt(of, new Date('2011-12-30T15:00:00Z'), apia).occurrence).toBe('night@2011-12-29')
  expect(slotAt(of, new Date('2011-12-30T16:00:00Z'), apia).occurrence).toBe(
    'default@2011-12-30T16:00:00.000Z',
  )
})

test('a day that is an hour longer has a slot of the whole day begin once, and the one before it holds until then', () => {
  const of = schedule({ id: 'all' })
  const havana = plainCalendar('America/Havana')
  // On 1 November 2026 clocks there go from 01:00 back to 00:00.
  const told = (when: string) => slotAt(of, new Date(when), havana)
  expect(told('2026-11-01T04:30:00Z').occurrence).toBe('all@2026-10-31')
  expect(told('2026-11-01T05:30:00Z').occurrence).toBe('all@2026-11-01')
})

test('the default begins where the last slot ended, also one of three days ago', () => {
  const of = schedule(
    { window: ['20:00', '12:00'], days: 'mon' },
    { window: ['08:00', '09:00'], days: 'tue' },
    { window: ['10:00', '11:00'], days: 'fri' },
  )
  const { occurrence, until } = slotAt(of, new Date('2026-11-26T12:00:00Z'), london)
  expect(occurrence).toBe('default@2026-11-24T12:00:00.000Z')
  expect(until.toISOString()).toBe('2026-11-27T10:00:00.000Z')
})
