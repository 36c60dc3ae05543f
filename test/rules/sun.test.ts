import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { expect, test } from 'vitest'
import { parseSunTime, sunTime, sunTimePattern, sunTimeText } from '../../src/rules/sun.ts'

const london = { zone: 'Europe/London', location: { latitude: 51.51, longitude: -0.13 } }
const edinburgh = { zone: 'Europe/London', location: { latitude: 55.95, longitude: -3.19 } }
const belfast = { zone: 'Europe/London', location: { latitude: 54.6, longitude: -5.93 } }
const tromso = { zone: 'Europe/Oslo', location: { latitude: 69.65, longitude: 18.96 } }

function minutesOf(moment: Date | null, zone: string): number | null {
  if (moment === null) return null
  const { hour, minute, second } = Temporal.Instant.fromEpochMilliseconds(
    moment.getTime(),
  ).toZonedDateTimeISO(zone)
  return hour * 60 + minute + second / 60
}

// 21 and 22 December 2018, a table of British places:
// https://inews.co.uk/news/science/sunrise-sunset-time-uk-daylight-hours-times-london-shortest-day-winter-solstice-182374
// November 2018: http://diamondgeezer.blogspot.com/2018/11/nearer-5pm.html. October 2007:
// http://flat36.blogspot.com/2007/10/days-are-getting-shorter.html. June 2011: https://foxywaitingroom.wordpress.com/2011/06/21/
test.each([
  ['2007-10-02', london, null, '18:37'],
  ['2011-06-21', london, '04:42', '21:20'],
  ['2018-11-04', london, null, '16:29'],
  ['2018-12-21', london, '08:04', '15:53'],
  ['2018-12-22', london, '08:04', '15:54'],
  ['2018-12-21', edinburgh, '08:41', '15:39'],
  ['2018-12-21', belfast, '08:44', '15:59'],
] as const)('on %s the sun rises and sets as it was published', (date, place, sunrise, sunset) => {
  for (const [event, published] of [
    ['sunrise', sunrise],
    ['sunset', sunset],
  ] as const) {
    if (published === null) continue
    const [hours = 0, minutes = 0] = published.split(':').map(Number)
    const found = minutesOf(sunTime(event, Temporal.PlainDate.from(date), place), place.zone)
    expect(Math.abs((found ?? 0) - (hours * 60 + minutes))).toBeLessThan(2)
  }
})

test('in Tromsø there is none at midsummer and at midwinter', () => {
  for (const date of ['2026-06-21', '2026-12-21'])
    for (const event of ['sunrise', 'sunset'] as const)
      expect(sunTime(event, Temporal.PlainDate.from(date), tromso)).toBeNull()
  expect(sunTime('sunset', Temporal.PlainDate.from('2026-03-21'), tromso)).not.toBeNull()
})

test('each date has its own, in every zone', () => {
  const places = [
    { zone: 'Pacific/Auckland', location: { latitude: -36.85, longitude: 174.76 } },
    { zone: 'Pacific/Kiritimati', location: { latitude: 1.87, longitude: -157.4 } },
    { zone: 'Pacific/Honolulu', location: { latitude: 21.3, longitude: -157.86 } },
    { zone: 'Asia/Shanghai', location: { latitude: 39.47, longitude: 75.99 } },
    london,
  ]
  for (const place of places)
    for (let date = Temporal.PlainDate.from('2026-01-01'); date.year === 2026; date = date.add({ days: 1 }))
      for (const event of ['sunrise', 'sunset'] as const) {
        const moment = sunTime(event, date, place)?.getTime() ?? 0
        const shown = Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(place.zone)
        expect(shown.toPlainDate().toString()).toBe(date.toString())
      }
})

test('times of the sun are read as they are written', () => {
  const minutes = fc.integer({ min: -720, max: 720 })
  fc.assert(
    fc.property(fc.constantFrom('sunrise' as const, 'sunset' as const), minutes, (sun, offsetMinutes) => {
      const text = sunTimeText({ sun, offsetMinutes })
      expect(parseSunTime(text)).toEqual({ sun, offsetMinutes })
      expect(text).toMatch(new RegExp(sunTimePattern))
    }),
  )
  for (const wrong of ['sunset+', 'sunset-0m', 'sunset 30m', 'sunset+13h', 'noon', 'sunset-30', ''])
    expect([wrong, new RegExp(sunTimePattern).test(wrong)]).toEqual([wrong, false])
})
