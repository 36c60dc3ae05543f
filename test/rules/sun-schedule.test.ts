import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { type Calendar, householdCalendar } from '../../src/rules/calendar.ts'
import type { Schedule } from '../../src/rules/rule-set.ts'
import { slotAt, slotsFrom } from '../../src/rules/schedule.ts'
import type { Location, SunTime } from '../../src/rules/sun.ts'
import { isWithin, type Window, windowOn } from '../../src/rules/window.ts'
import { schedule } from '../support/schedule.ts'

function calendarAt(zone: string, location: Location | null): Calendar {
  const known = {
    daySets: new Set<string>(),
    isUnread: () => false,
    holidays: false,
    events: [],
    sun: location !== null,
  }
  return householdCalendar({ zone, location, known, holidays: null, files: [], daySets: new Map() })
}

const london = calendarAt('Europe/London', { latitude: 51.51, longitude: -0.13 })
const tromso = calendarAt('Europe/Oslo', { latitude: 69.65, longitude: 18.96 })
const auckland = calendarAt('Pacific/Auckland', { latitude: -36.85, longitude: 174.76 })

const sun = (event: 'sunrise' | 'sunset', offsetMinutes = 0, or: string | null = null): SunTime => ({
  sun: event,
  offsetMinutes,
  or,
})

const at = (of: Schedule, when: string, calendar = london) =>
  slotAt(of, new Date(when), calendar).slot?.id ?? null

const offsets = fc.integer({ min: -120, max: 120 })
const moments = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) })

test('day and night that follow the sun leave no gap and no overlap, at any moment', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(london, auckland),
      offsets,
      offsets,
      moments,
      (calendar, rise, set, moment) => {
        const [morning, evening] = [sun('sunrise', rise), sun('sunset', set)]
        const day: Window = [morning, evening]
        const night: Window = [evening, morning]
        const now = new Date(moment)
        expect([isWithin(day, now, calendar), isWithin(night, now, calendar)].filter(Boolean)).toHaveLength(1)
        const both = schedule({ id: 'day', window: day }, { id: 'night', window: night })
        const [first, second] = slotsFrom(both, now, calendar)
        expect(first?.slot?.id).toBe(isWithin(day, now, calendar) ? 'day' : 'night')
        expect(second?.slot?.id).not.toBe(first?.slot?.id)
      },
    ),
    { numRuns: 150 },
  )
})

test('slotAt says of any window what windowOn says of its days', () => {
  const clock = fc
    .integer({ min: 0, max: 1439 })
    .map(
      (minute) =>
        `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
    )
  const or = fc.option(clock, { nil: null })
  const time = fc.oneof(
    clock,
    fc
      .tuple(fc.constantFrom('sunrise' as const, 'sunset' as const), offsets, or)
      .map(([event, offset, other]) => sun(event, offset, other)),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(london, tromso, auckland),
      time,
      time,
      moments,
      (calendar, from, to, moment) => {
        const window: Window = [from, to]
        if (typeof from === 'string' && typeof to === 'string') return
        const now = new Date(moment)
        const date = Temporal.Instant.fromEpochMilliseconds(moment)
          .toZonedDateTimeISO(calendar.zone)
          .toPlainDate()
        const holds = [-2, -1, 0, 1].some((days) => {
          const pair = windowOn(window, date.add({ days }), calendar)
          return pair !== null && pair.start <= moment && moment < pair.end
        })
        expect(slotAt(schedule({ window }), now, calendar).slot !== null).toBe(holds)
      },
    ),
    { numRuns: 300 },
  )
})

describe('a slot that follows the sun', () => {
  test('begins at sunset and ends by the clock in the morning', () => {
    const night = schedule({ id: 'night', window: [sun('sunset', -30), '06:30'] })
    // Sunset in London on 1 July is at 21:22 in summer time, on 1 January at 16:01.
    expect(at(night, '2026-07-01T19:48:00Z')).toBeNull()
    expect(at(night, '2026-07-01T19:56:00Z')).toBe('night')
    expect(at(night, '2026-01-01T15:34:00Z')).toBe('night')
    expect(at(night, '2026-01-02T06:29:00Z')).toBe('night')
    expect(at(night, '2026-01-02T06:30:00Z')).toBeNull()
  })

  test('does not come when the sun has set before it begins, and never lasts a day instead', () => {
    const late = schedule({ id: 'late', window: ['19:00', sun('sunset')] })
    expect(at(late, '2026-07-01T19:00:00Z')).toBe('late')
    expect(at(late, '2026-07-01T20:30:00Z')).toBeNull()
    for (let hour = 0; hour < 24; hour += 1)
      expect(at(late, new Date(Date.UTC(2026, 11, 21, hour)).toISOString())).toBeNull()
    const early = schedule({ id: 'early', window: [sun('sunset'), '21:00'] })
    expect(at(early, '2026-12-21T20:59:00Z')).toBe('early')
    for (let hour = 0; hour < 24; hour += 1)
      expect(at(early, new Date(Date.UTC(2026, 5, 21, hour)).toISOString())).toBeNull()
  })

  test('holds by what stands behind `or` where the sun does not set, or is not known', () => {
    const window: Window = [sun('sunset', -30, '21:00'), '23:00']
    const evening = schedule({ id: 'evening', window })
    for (const calendar of [tromso, calendarAt('Europe/Oslo', null)]) {
      expect(at(evening, '2026-06-21T18:59:00Z', calendar)).toBeNull()
      expect(at(evening, '2026-06-21T19:00:00Z', calendar)).toBe('evening')
      expect(at(evening, '2026-06-21T21:00:00Z', calendar)).toBeNull()
    }
    expect(
      at(schedule({ id: 'evening', window: [sun('sunset'), '23:00'] }), '2026-06-21T19:30:00Z', tromso),
    ).toBeNull()
  })

  test('is found quickly among forty, also with holidays of its own', () => {
    const slots = Array.from({ length: 40 }, (_, index) => ({
      id: `s${index}`,
      days: index % 2 === 0 ? 'holidays' : ['sat', 'holidays'],
      window: [sun('sunset', index), sun('sunrise', -index)] as const,
    }))
    const of = schedule(...slots)
    const began = performance.now()
    for (let call = 0; call < 200; call += 1)
      slotAt(of, new Date(Date.UTC(2026, 5, 1) + call * 60_000), london)
    // A millisecond each on a quiet machine.
    expect((performance.now() - began) / 200).toBeLessThan(10)
  })
})
