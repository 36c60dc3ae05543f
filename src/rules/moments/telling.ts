import { Type } from 'typebox'
import { durationUpToADay } from '../../language/duration.ts'
import type { Fields } from '../../language/expression/environment.ts'
import type { CameMoment } from './wish.ts'
import { momentInWords } from './wording.ts'

/** What becomes of a moment that came while the product could not hear it. */
export const ifMissed = Type.Union([Type.Literal('skip'), durationUpToADay], {
  expected: 'skip, or how late it may still run, a length of time from a minute to a day such as "30m"',
})

/** What a trigger by the clock tells expressions. */
export const momentFields = {
  /** The time that was meant. */
  at: { type: 'text', form: 'time' },
  late_s: 'number',
} as const satisfies Fields

/** Starts the rule for a moment; `words` says which one it is. */
export function tellOf(
  context: { fire(data: Readonly<Record<string, unknown>>, because: string): void },
  words: (moment: CameMoment) => string,
): (moment: CameMoment) => void {
  return (moment) =>
    context.fire(
      { at: moment.time, late_s: Math.round(moment.lateMs / 1000) },
      momentInWords(words(moment), moment.lateMs),
    )
}
