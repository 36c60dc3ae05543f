import { Type } from 'typebox'
import { condition } from '../plugin.ts'
import { daysInWords, seen } from '../telling.ts'
import { dayNames, dayReferences, wallTime } from '../time.ts'

export const days = condition({
  title: 'Days',
  describe: 'Today is one of the days.',
  examples: ['- days: [sat, sun]', '- days: weekdays'],
  options: Type.Object({ on: dayNames }, { additionalProperties: false }),
  shorthand: 'on',
  references: ({ on }) => dayReferences(on),
  explain: ({ on }) => `it is ${daysInWords(on)}`,
  test: ({ on }, world) => world.calendar.includes(on, wallTime(world.now(), world.calendar.zone).date),
  saw(_options, { calendar, now }) {
    const { date, weekday } = wallTime(now(), calendar.zone)
    return [seen('now.weekday', weekday), seen('now.date', date.toString())]
  },
})
