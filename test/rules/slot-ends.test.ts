import { describe, expect, test } from 'vitest'
import { plainCalendar } from '../../src/rules/calendar.ts'
import type { Schedule, Slot } from '../../src/rules/rule-set.ts'
import { slotAt, slotsFrom } from '../../src/rules/schedule.ts'
import { SlotEnds } from '../../src/rules/slot-ends.ts'

const london = plainCalendar('Europe/London')

function schedule(fallback: string | null, ...slots: Partial<Slot>[]): Schedule {
  const filled = slots.map((slot, index) => ({
    id: `s${index}`,
    window: null,
    days: null,
    play: 'day',
    ifPressed: null,
    ...slot,
  }))
  return { stream: 'bedroom', default: fallback, slots: filled }
}

function end(of: Schedule, playlist: string | null, now: string, ends = new SlotEnds(() => london)) {
  return ends.of(of, playlist, new Date(now))?.toISOString() ?? null
}

const evenings = schedule('day', { window: ['19:00', '06:30'], play: 'lullabies' })

describe('what a stream holds ends', () => {
  test.each([
    ['2026-11-21T12:00:00Z', 'day', '2026-11-21T19:00:00.000Z'],
    ['2026-11-21T18:59:59.999Z', 'day', '2026-11-21T19:00:00.000Z'],
    ['2026-11-21T19:00:00Z', 'lullabies', '2026-11-22T06:30:00.000Z'],
    ['2026-11-22T02:00:00Z', 'lullabies', '2026-11-22T06:30:00.000Z'],
  ])('at %s with the slot: %s', (now, playlist, ends) => {
    expect(end(evenings, playlist, now)).toBe(ends)
  })

  test('where nothing is put there by hand: at each slot, also when that brings what there is anyway', () => {
    const days = schedule(null, {})
    expect(end(days, 'day', '2026-11-21T12:00:00Z')).toBeNull()
    expect(end(days, null, '2026-11-21T12:00:00Z')).toBe('2026-11-22T00:00:00.000Z')
    expect(end(days, 'forest', '2026-11-21T12:00:00Z')).toBe('2026-11-22T00:00:00.000Z')
  })

  test('with what somebody has put there that the next slot brings too: behind that', () => {
    expect(end(evenings, 'lullabies', '2026-11-21T12:00:00Z')).toBe('2026-11-22T06:30:00.000Z')
  })

  test('not where a slot begins that an earlier one covers, nor where that ends', () => {
    const covered = schedule(
      'day',
      { window: ['12:00', '20:00'], play: 'afternoon' },
      { window: ['14:00', '15:00'], play: 'nap' },
    )
    for (const playlist of ['afternoon', null])
      expect(end(covered, playlist, '2026-11-21T13:00:00Z')).toBe('2026-11-21T20:00:00.000Z')
  })

  test('at a slot that plays nothing, and where the schedule has no default', () => {
    const nap = schedule(
      'day',
      { window: ['13:00', '14:00'], play: null },
      { window: ['14:00', '15:00'], play: 'x' },
    )
    expect(end(nap, 'day', '2026-11-21T12:00:00Z')).toBe('2026-11-21T13:00:00.000Z')
    expect(end(nap, null, '2026-11-21T12:00:00Z')).toBe('2026-11-21T13:00:00.000Z')
    const silent = schedule(null, { window: ['07:00', '08:00'] })
    expect(end(silent, 'day', '2026-11-21T07:30:00Z')).toBe('2026-11-21T08:00:00.000Z')
  })

  test('never where nothing but the default plays', () => {
    expect(end(schedule('day'), 'day', '2026-11-21T12:00:00Z')).toBeNull()
    expect(end(schedule('day'), null, '2026-11-21T12:00:00Z')).toBeNull()
  })

  test('days later, past boundaries at which the same goes on', () => {
    const week = schedule(null, { days: 'weekdays' }, { days: 'weekends', play: 'weekend' })
    expect(end(week, 'day', '2026-11-23T12:00:00Z')).toBe('2026-11-28T00:00:00.000Z')
  })

  test('at the right moment when the clocks are set in between', () => {
    expect(end(evenings, 'lullabies', '2026-10-24T20:00:00Z')).toBe('2026-10-25T06:30:00.000Z')
    expect(end(evenings, 'lullabies', '2027-03-27T20:00:00Z')).toBe('2027-03-28T05:30:00.000Z')
  })

  test('whatever was asked before, and of another schedule what that says', () => {
    const ends = new SlotEnds(() => london)
    const asked = [
      '2026-11-21T12:00:00Z',
      '2026-11-21T20:00:00Z',
      '2026-11-22T11:59:00Z',
      '2026-11-22T12:00:00Z',
      '2027-03-01T09:00:00Z',
      '2026-11-21T12:00:00Z',
    ]
    for (const now of asked) expect(end(evenings, null, now, ends), now).toBe(end(evenings, null, now))
    const later = schedule('day', { window: ['20:00', '06:30'], play: 'lullabies' })
    expect(end(later, 'day', '2026-11-21T12:00:00Z', ends)).toBe('2026-11-21T20:00:00.000Z')
  })
})

test('the slots of a week are what each moment of it is asked for by itself', () => {
  const of = schedule(
    'day',
    { window: ['19:00', '06:30'], days: 'weekdays', play: 'lullabies' },
    { window: ['12:00', '13:00'] },
  )
  let moment = new Date('2026-10-22T15:00:00Z')
  const slots = slotsFrom(of, moment, london)
  expect(slots.length).toBeGreaterThan(14)
  for (const slot of slots) {
    expect(slot).toEqual(slotAt(of, moment, london))
    moment = slot.until
  }
  expect(moment.getTime()).toBeGreaterThan(Date.parse('2026-10-29T15:00:00Z'))
})
