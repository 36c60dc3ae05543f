import { Type } from 'typebox'
import { isBetween } from '../../core/answer.ts'
import { condition } from '../plugin.ts'
import { dayTimeInWords, seen } from '../telling.ts'
import { wallTime } from '../time.ts'
import { dayTime, dayTimeOf, isWithin } from '../window.ts'

export const between = condition({
  title: 'Between',
  describe:
    'The time of day lies in a window that begins at `from` and ends before `to`; it may cross midnight and follow the sun.',
  examples: [
    '- between: {from: "07:00", to: "19:00"}',
    '- between: {from: {sun: sunset-30m, or: "21:00"}, to: "06:30"}',
  ],
  options: Type.Object({ from: dayTime, to: dayTime }, { additionalProperties: false }),
  references: ({ from, to }) =>
    [from, to].flatMap((time) => (typeof time === 'string' ? [{ kind: 'sun', name: time }] : [])),
  explain: ({ from, to }) =>
    `it is between ${dayTimeInWords(dayTimeOf(from))} and ${dayTimeInWords(dayTimeOf(to))}`,
  test: ({ from, to }, { calendar, now }) => {
    const [start, end] = [dayTimeOf(from), dayTimeOf(to)]
    if (typeof start !== 'string' || typeof end !== 'string') return isWithin([start, end], now(), calendar)
    return isBetween(wallTime(now(), calendar.zone).time, { from: start, to: end })
  },
  saw: (_options, { calendar, now }) => [seen('now.time', wallTime(now(), calendar.zone).time)],
})
