import { Type } from 'typebox'
import { decode } from '../../../language/check.ts'
import { durationMs, durationUpToAWeek } from '../../../language/duration.ts'
import { withShorthand } from '../../../language/tagged.ts'
import { foundGrammar, noParts, type ReadGrammar } from './found.ts'

export const waitSchema = Type.Object({ for: durationUpToAWeek }, { additionalProperties: false })

/** `wait: 10s`. */
export const readWait: ReadGrammar = (item, { report }) => {
  const value = withShorthand(item.value, 'for')
  const read = decode(waitSchema, value, report, {
    what: 'action `wait`',
    key: item.key,
    example: 'as in `wait: 10s`',
  })
  if (read === undefined) return null
  const ms = durationMs(read.for)
  return foundGrammar(item, () => ({ ...noParts, pauses: [item.key], step: { does: 'wait', ms } }))
}
