import { type Static, Type } from 'typebox'
import { durationMs } from '../../language/duration.ts'
import { clockRemarks } from '../moments/clock-remarks.ts'
import { dailyWishes } from '../moments/daily.ts'
import { ifMissed, momentFields, tellOf } from '../moments/telling.ts'
import { upcomingMoments } from '../moments/upcoming.ts'
import type { DailyWish } from '../moments/wish.ts'
import { trigger } from '../plugin.ts'
import { daysInWords, inWords } from '../telling.ts'
import { dayNames, dayReferences, timeOfDay } from '../time.ts'

const mostTimes = 48

const options = Type.Object(
  {
    at: Type.Union([
      timeOfDay,
      Type.Array(timeOfDay, { minItems: 1, maxItems: mostTimes, uniqueItems: true }),
    ]),
    days: Type.Optional(dayNames),
    if_missed: Type.Optional(ifMissed),
  },
  { additionalProperties: false },
)

export const time = trigger({
  title: 'Time',
  describe:
    'Clocks show a time of day, every day or on some days. Where the clocks leave it out the moment is when they go on; where they show it twice, the first.',
  examples: [
    '- time: "19:30"',
    '- time: {at: ["07:00", "12:30"], days: weekdays}',
    '- time: {at: "19:30", days: [sun, mon], if_missed: 30m}',
  ],
  options,
  shorthand: 'at',
  provides: momentFields,
  references: ({ days }) => dayReferences(days),
  explain: ({ at, days }) =>
    `it is ${inWords([at].flat(), 'or')}${days === undefined ? '' : ` on ${daysInWords(days)}`}`,
  check: ({ at, days }, surroundings) =>
    clockRemarks([at].flat(), surroundings, {
      option: 'at',
      leftOut: 'moved',
      isOn: (date) => days === undefined || surroundings.calendar.includes(days, date),
    }),
  upcoming: (options, span) =>
    upcomingMoments(
      dailyWishes(wishOf(options), () => span.calendar),
      span,
    ),
  start(context) {
    context.moments.daily(
      wishOf(context.options),
      tellOf(context, ({ label }) => label),
    )
  },
})

function wishOf({ at, days, if_missed }: Static<typeof options>): DailyWish {
  return { at, ...(days === undefined ? {} : { days }), ifMissedMs: durationMs(if_missed ?? '') }
}
