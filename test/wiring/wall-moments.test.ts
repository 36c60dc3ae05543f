import { expect, test } from 'vitest'
import { wallMoments } from '../../src/wiring/wall-moments.ts'

function moments(times: string[], after: string, before: string, zone = 'Europe/London') {
  return wallMoments(new Set(times), { after: new Date(after), before: new Date(before), zone }).map(
    (moment) => moment.toISOString().slice(0, 16),
  )
}

test('the clocks show a time once a day, within the span and not at its ends', () => {
  expect(moments(['19:00', '06:30'], '2026-11-21T19:00:00Z', '2026-11-23T19:00:00Z')).toEqual([
    '2026-11-22T06:30',
    '2026-11-22T19:00',
    '2026-11-23T06:30',
  ])
  expect(moments(['00:00'], '2026-11-21T23:59:00Z', '2026-11-22T00:00:00.001Z')).toEqual(['2026-11-22T00:00'])
  expect(moments(['12:00'], '2026-11-21T19:00:00Z', '2026-11-21T19:00:00Z')).toEqual([])
  expect(moments(['19:00'], '2026-11-21T10:00:00Z', '2026-11-21T20:00:00Z', 'Pacific/Auckland')).toEqual([])
  expect(moments(['23:30'], '2026-11-21T10:00:00Z', '2026-11-21T20:00:00Z', 'Pacific/Auckland')).toEqual([
    '2026-11-21T10:30',
  ])
})

test('where they are set back they show it twice, and where they are set at all may be a moment too', () => {
  expect(moments(['01:30'], '2026-10-24T23:00:00Z', '2026-10-25T05:00:00Z')).toEqual([
    '2026-10-25T00:30',
    '2026-10-25T01:00',
    '2026-10-25T01:30',
  ])
  expect(moments(['01:30'], '2027-03-27T23:00:00Z', '2027-03-28T05:00:00Z')).toContain('2027-03-28T01:00')
})
