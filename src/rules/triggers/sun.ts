import { type Static, Type } from 'typebox'
import { durationMs } from '../../language/duration.ts'
import type { Calendar } from '../calendar.ts'
import { sunWish } from '../moments/sun-moment.ts'
import { polarRemarks } from '../moments/sun-remarks.ts'
import { ifMissed, momentFields, tellOf } from '../moments/telling.ts'
import { upcomingMoments } from '../moments/upcoming.ts'
import type { MomentWish } from '../moments/wish.ts'
import { lengthInWords } from '../moments/wording.ts'
import { trigger } from '../plugin.ts'
import { parseSunTime, sunTimePattern } from '../sun.ts'
import { daysInWords, dayTimeInWords } from '../telling.ts'
import { dayNames, dayReferences, timeOfDay } from '../time.ts'
import { dayTimeOf } from '../window.ts'

const sunMoment = Type.String({
  pattern: sunTimePattern,
  expected: 'sunrise, sunset, dawn or dusk, with up to 12 hours before or after it as in "sunset-30m"',
})

const options = Type.Object(
  {
    at: sunMoment,
    or: Type.Optional(timeOfDay),
    days: Type.Optional(dayNames),
    if_missed: Type.Optional(ifMissed),
  },
  { additionalProperties: false },
)

export const sun = trigger({
  title: 'Sun',
  describe:
    'The sun rises or sets, or so long before or after it, where the household is (the options location.latitude and location.longitude). On days on which it does not, `or` holds.',
  examples: [
    '- sun: sunset',
    '- sun: {at: sunset-30m, or: "21:00", days: weekends}',
    '- sun: {at: dawn, if_missed: 1h}',
  ],
  options,
  shorthand: 'at',
  provides: momentFields,
  references: ({ days }) => dayReferences(days),
  explain: ({ at, or, days }) => {
    const moment = dayTimeInWords(or === undefined ? dayTimeOf(at) : dayTimeOf({ sun: at, or }))
    return `it is ${moment}${days === undefined ? '' : ` on ${daysInWords(days)}`}`
  },
  check: ({ at, or }, { calendar }) => polarRemarks({ at, or: or ?? null }, calendar),
  upcoming: (options, span) => upcomingMoments([wishOf(options, () => span.calendar)], span),
  start(context) {
    context.moments.dated(
      wishOf(context.options, () => context.world.calendar),
      tellOf(context, ({ time }) => `${time}, ${inWords(context.options.at)}`),
    )
  },
})

function wishOf({ at, or, days, if_missed }: Static<typeof options>, calendar: () => Calendar): MomentWish {
  const ifMissedMs = durationMs(if_missed ?? '')
  return sunWish({ text: at, or: or ?? null, ...(days === undefined ? {} : { days }), ifMissedMs }, calendar)
}

/** `30 minutes before sunset`. */
function inWords(at: string): string {
  const moment = parseSunTime(at)
  if (moment === null || moment.offsetMinutes === 0) return at
  const { sun: event, offsetMinutes } = moment
  return `${lengthInWords(Math.abs(offsetMinutes) * 60_000)} ${offsetMinutes < 0 ? 'before' : 'after'} ${event}`
}
