import { Type } from 'typebox'
import { clockRemarks } from '../moments/clock-remarks.ts'
import { cronFaults, cronPattern, cronWish } from '../moments/cron.ts'
import { momentFields, tellOf } from '../moments/telling.ts'
import { upcomingMoments } from '../moments/upcoming.ts'
import { trigger } from '../plugin.ts'

export const cron = trigger({
  title: 'Cron',
  describe:
    'Clocks show a time of a cron pattern of five fields: minute, hour, day of the month, month, day of the week; all of them must fit. A time that the clocks leave out does not come, one that they show twice comes once.',
  examples: ['- cron: "0 7 * * 1-5"', '- cron: "*/20 15-18 * * sat,sun"'],
  options: Type.Object(
    { pattern: Type.String({ minLength: 1, maxLength: 200, expected: 'a pattern such as "0 7 * * 1-5"' }) },
    { additionalProperties: false },
  ),
  shorthand: 'pattern',
  provides: momentFields,
  explain: ({ pattern }) => `the clock shows a time of the pattern "${pattern}"`,
  check({ pattern: text }, surroundings) {
    const faults = cronFaults(text)
    if (faults.length > 0)
      return faults.map(({ kind, ...said }) => ({
        ...said,
        option: 'pattern',
        level: 'error',
        code: kind === 'never' ? 'time/never' : 'type/value',
      }))
    const pattern = cronPattern(text)
    return clockRemarks(pattern.times, surroundings, {
      option: 'pattern',
      leftOut: 'dropped',
      isOn: (date) => pattern.includes(date),
    })
  },
  upcoming: ({ pattern }, span) => upcomingMoments([cronWish(cronPattern(pattern))], span),
  start(context) {
    const wish = cronWish(cronPattern(context.options.pattern))
    context.moments.dated(
      wish,
      tellOf(context, ({ label }) => label),
    )
  },
})
