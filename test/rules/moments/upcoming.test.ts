import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainCalendar } from '../../../src/rules/calendar.ts'
import { cronPattern, cronWish } from '../../../src/rules/moments/cron.ts'
import { dailyWishes } from '../../../src/rules/moments/daily.ts'
import { intervalWish } from '../../../src/rules/moments/interval.ts'
import { momentsBetween } from '../../../src/rules/moments/next-moment.ts'
import { sunWish } from '../../../src/rules/moments/sun-moment.ts'
import { upcomingMoments } from '../../../src/rules/moments/upcoming.ts'

const calendar = plainCalendar('Europe/London', { latitude: 51.5, longitude: -0.13 })
const hourMs = 3_600_000

const wishes = [
  ...dailyWishes({ at: ['01:30', '19:30'], days: 'weekdays' }, () => calendar),
  cronWish(cronPattern('*/40 0-2 * * *')),
  intervalWish({ everyMs: 7 * hourMs, text: '7h', window: null }),
  // The sun's moments of a date may lie on the next one.
  sunWish({ text: 'sunset+12h', or: null, ifMissedMs: 0 }, () => calendar),
  sunWish({ text: 'sunrise-12h', or: null, ifMissedMs: 0 }, () => calendar),
]

test('are those within the span, in order and each once, also over changes of the clocks', () => {
  fc.assert(
    fc.property(
      fc.subarray(wishes, { minLength: 1 }),
      fc.constantFrom('2027-03-27T00:00:00Z', '2027-10-30T00:00:00Z', '2027-06-20T00:00:00Z'),
      fc.nat(60),
      fc.nat(80),
      (some, start, skipped, hours) => {
        const from = new Date(Date.parse(start) + skipped * hourMs)
        const until = new Date(from.getTime() + hours * hourMs)
        const span = { from, until, calendar }
        const found = [...upcomingMoments(some, span)].map((at) => at.toISOString())
        const between = {
          after: new Date(from.getTime() - 1),
          until: new Date(until.getTime() - 1),
          zone: calendar.zone,
        }
        const each = some.flatMap((wish) =>
          momentsBetween(wish, between).moments.map(({ at }) => at.toISOString()),
        )
        expect(found).toEqual(hours === 0 ? [] : each.sort())
      },
    ),
  )
})

test('a date is asked for when it is its turn', () => {
  let asked = 0
  const often = {
    on: ({ start }: { start: Date }) => {
      asked += 1
      return [{ label: 'x', at: start }]
    },
  }
  const from = new Date('2026-11-22T00:00:00Z')
  const [first] = upcomingMoments([often], { from, until: new Date('2036-11-22T00:00:00Z'), calendar })
  expect(first).toEqual(from)
  expect(asked).toBeLessThan(4)
})
