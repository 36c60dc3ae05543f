import { Type } from 'typebox'
import { condition } from '../plugin.ts'
import { dayNames, matchesDays, wallTime } from '../time.ts'

export const days = condition({
  title: 'Days',
  describe: 'Today is one of the days.',
  examples: ['- days: [sat, sun]', '- days: weekdays'],
  options: Type.Object({ on: dayNames }, { additionalProperties: false }),
  shorthand: 'on',
  test: ({ on }, world) => matchesDays(on, wallTime(world.now(), world.zone).weekday),
})
