/** @import { Plugin } from '../yoto-smart-stream.d.ts' */

const lunationMs = 29.530588853 * 86_400_000
// A new moon: 2000-01-06 18:14 UTC (Meeus, Astronomical Algorithms, chapter 49).
const newMoonMs = Date.UTC(2000, 0, 6, 18, 14)
/** @type {Readonly<Record<string, number>>} */
const phases = { new: 0, first_quarter: 0.25, full: 0.5, last_quarter: 0.75 }

const ageIn = (/** @type {string} */ phase) => phases[phase] ?? 0

/** 0 at the new moon, 0.5 at the full one; half a day off at most. */
export function ageOf(/** @type {Date} */ when) {
  const lunations = (when.getTime() - newMoonMs) / lunationMs
  return lunations - Math.floor(lunations)
}

/** When the moon is next at that age, later than `after`. */
export function nextAt(/** @type {number} */ age, /** @type {Date} */ after) {
  const lunations = Math.floor((after.getTime() - newMoonMs) / lunationMs - age)
  const momentOf = (/** @type {number} */ number) => Math.round(newMoonMs + (number + age) * lunationMs)
  // A clock shows whole milliseconds: the very moment must not come again.
  const next = [lunations, lunations + 1, lunations + 2].map(momentOf).find((at) => at > after.getTime())
  return new Date(next ?? Number.NaN)
}

function percentLit(/** @type {Date} */ when) {
  return Math.round(50 * (1 - Math.cos(2 * Math.PI * ageOf(when))))
}

// Set by `setup`.
let url = ''

/** @type {Plugin} */
export default {
  id: 'moon-lamp',
  api: 1,
  version: '1.0.0',

  config: {
    type: 'object',
    properties: { url: { type: 'string', minLength: 1 } },
    required: ['url'],
    additionalProperties: false,
  },
  setup({ config }) {
    url = config.url
  },

  triggers: {
    moon: {
      title: 'Moon',
      describe: 'Starts the rule when the moon reaches a phase.',
      examples: ['- moon: full', '- moon: {phase: first_quarter}'],
      options: {
        type: 'object',
        properties: { phase: { enum: Object.keys(phases) } },
        required: ['phase'],
        additionalProperties: false,
      },
      shorthand: 'phase',
      provides: { phase: 'text' },
      explain: ({ phase }) => `the moon is ${phase.replace('_', ' ')}`,
      *upcoming({ phase }, { from, until }) {
        for (let at = nextAt(ageIn(phase), from); at < until; at = nextAt(ageIn(phase), at)) yield at
      },
      start(context) {
        const { phase } = context.options
        const wait = () =>
          context.clock.at(nextAt(ageIn(phase), context.clock.now()), () => {
            context.fire({ phase }, `the moon is ${phase}`)
            wait()
          })
        wait()
      },
    },
  },

  conditions: {
    moonlit: {
      title: 'Moonlit',
      describe: 'The moon is more than half lit, or with `false` is not.',
      examples: ['- moonlit: true'],
      options: {
        type: 'object',
        properties: { is: { type: 'boolean' } },
        required: ['is'],
        additionalProperties: false,
      },
      shorthand: 'is',
      explain: ({ is }) => `the moon is ${is ? 'more' : 'less'} than half lit`,
      test: ({ is }, world) => percentLit(world.now()) > 50 === is,
    },
  },

  actions: {
    lamp: {
      title: 'Lamp',
      describe: 'Gives the lamp a colour.',
      examples: ['- lamp: blue', '- lamp: {color: red}'],
      options: {
        type: 'object',
        properties: { color: { enum: ['red', 'blue', 'off'] } },
        required: ['color'],
        additionalProperties: false,
      },
      shorthand: 'color',
      explain: ({ color }) => `turns the lamp ${color}`,
      async run({ options, effect, signal }) {
        // What leaves the house is done in here alone, so that a dry run does not do it.
        await effect({ kind: 'plugin', detail: `lamp ${options.color}` }, async () => {
          const answer = await fetch(url, { method: 'POST', body: options.color, signal })
          if (!answer.ok) throw new Error(`the lamp answered ${answer.status}`)
        })
      },
    },
  },

  checks: {
    lamp_stays_on(doc) {
      const lit = Object.entries(doc.rules ?? {}).flatMap(([rule, { do: deeds }]) =>
        Array.isArray(deeds) ? deeds.map((deed, at) => ({ lamp: deed.lamp, path: ['rules', rule, 'do', `${at}`, 'lamp'] })) : [],
      )
      const on = lit.filter(({ lamp }) => lamp !== undefined && lamp !== 'off')
      const [first] = on
      if (first === undefined || lit.some(({ lamp }) => lamp === 'off')) return []
      return [{ path: first.path, level: 'info', text: 'no rule of this file turns the lamp off again' }]
    },
  },

  functions: {
    moon_percent: {
      signature: 'moon_percent(string): number',
      describe: 'How much of the moon is lit on a date, 0 to 100: `moon_percent(now.date) > 90`.',
      call(date) {
        const noon = new Date(`${date}T12:00:00Z`)
        return Number.isNaN(noon.getTime()) ? null : percentLit(noon)
      },
    },
  },
}
