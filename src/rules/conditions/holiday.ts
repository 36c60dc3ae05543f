import { Type } from 'typebox'
import { condition } from '../plugin.ts'
import { seen } from '../telling.ts'
import { wallTime } from '../time.ts'

export const holiday = condition({
  title: 'Holiday',
  describe: 'Today is a public holiday, or with `false` is none.',
  examples: ['- holiday: true', '- holiday: false'],
  options: Type.Object({ is: Type.Boolean() }, { additionalProperties: false }),
  shorthand: 'is',
  explain: ({ is }) => `today is ${is ? 'a' : 'no'} public holiday`,
  references: () => [{ kind: 'day', name: 'holidays' }],
  test: ({ is }, world) => world.calendar.isHoliday(wallTime(world.now(), world.calendar.zone).date) === is,
  saw(_options, { calendar, now }) {
    const { date } = wallTime(now(), calendar.zone)
    return [seen('now.date', date.toString()), seen('holiday', calendar.isHoliday(date))]
  },
})
