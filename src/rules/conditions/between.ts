import { Type } from 'typebox'
import { isBetween } from '../../core/answer.ts'
import { condition } from '../plugin.ts'
import { timeOfDay, wallTime } from '../time.ts'

export const between = condition({
  title: 'Between',
  describe:
    'The time of day lies in a window that begins at `from` and ends before `to`; it may cross midnight.',
  examples: ['- between: {from: "07:00", to: "19:00"}'],
  options: Type.Object({ from: timeOfDay, to: timeOfDay }, { additionalProperties: false }),
  test: (window, world) => isBetween(wallTime(world.now(), world.calendar.zone).time, window),
})
