import { type Static, Type } from 'typebox'
import { durationMs, durationUpToADay } from '../../language/duration.ts'
import { intervalWish } from '../moments/interval.ts'
import { momentFields, tellOf } from '../moments/telling.ts'
import { upcomingMoments } from '../moments/upcoming.ts'
import type { MomentWish } from '../moments/wish.ts'
import { lengthInWords } from '../moments/wording.ts'
import { trigger } from '../plugin.ts'
import { timeOfDay } from '../time.ts'

const options = Type.Object(
  { interval: durationUpToADay, from: Type.Optional(timeOfDay), to: Type.Optional(timeOfDay) },
  { additionalProperties: false },
)

export const every = trigger({
  title: 'Every',
  describe:
    'Again and again, counted from midnight, so that a restart does not shift it; the last one before midnight may be followed sooner. With `from` and `to` in that part of the day alone.',
  examples: ['- every: 15m', '- every: {interval: 20m, from: "15:00", to: "18:30"}'],
  options,
  shorthand: 'interval',
  provides: momentFields,
  explain: ({ interval, from, to }) => {
    const length = lengthInWords(durationMs(interval))
    const when = `every ${length.replace(/^1 (?=\D+$)/, '')}`
    return from === undefined || to === undefined ? when : `${when} between ${from} and ${to}`
  },
  check({ from, to }) {
    if (from === undefined && to === undefined) return []
    if (from === undefined || to === undefined) {
      const [given, missing] = from === undefined ? ['to', 'from'] : ['from', 'to']
      const message = `trigger \`every\` needs \`${missing}\` beside \`${given}\``
      return [{ option: given, level: 'error', code: 'key/missing', message }]
    }
    if (from !== to) return []
    const message = `this never runs: \`from\` and \`to\` are both ${from}`
    return [
      {
        option: 'to',
        level: 'error',
        code: 'time/empty',
        message,
        help: 'for a whole day leave out from and to',
      },
    ]
  },
  upcoming: (options, span) => upcomingMoments([wishOf(options)], span),
  start(context) {
    context.moments.dated(
      wishOf(context.options),
      tellOf(context, ({ time }) => time),
    )
  },
})

function wishOf({ interval: text, from, to }: Static<typeof options>): MomentWish {
  const window = from === undefined || to === undefined ? null : { from, to }
  return intervalWish({ everyMs: durationMs(text), text, window })
}
