import type { Environment, Values } from '../../../src/language/expression/environment.ts'

/** What the expressions of these tests may name. */
export const environment: Environment = {
  groups: {
    player: {
      playing: 'bool',
      volume: { type: 'number', range: [0, 16] },
      battery: 'number',
      temperature: 'number',
      name: 'text',
      card: 'text',
    },
    now: {
      time: { type: 'text', form: 'time' },
      month_day: { type: 'text', form: 'month-day' },
      hour: { type: 'number', range: [0, 23] },
      weekday: { type: 'text', words: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] },
    },
    trigger: { id: 'text', type: 'text' },
  },
  names: { gold: 'number', brave: 'bool' },
  absent: { inputs: '`inputs` are not part of this version yet' },
}

/** A Saturday evening; the battery is not known. */
export const values: Values = {
  player: { playing: true, volume: 3, battery: null, temperature: 20.5, name: 'Den or "and"', card: '' },
  now: { time: '19:30', month_day: '11-21', hour: 19, weekday: 'sat' },
  trigger: { id: 'by-hand', type: 'button' },
  gold: 2,
  brave: false,
}
