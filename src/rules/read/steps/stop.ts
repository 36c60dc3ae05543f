import { Type } from 'typebox'
import { decode } from '../../../language/check.ts'
import { isEmpty } from '../../../language/node.ts'
import { foundGrammar, noParts, type ReadGrammar } from './found.ts'

export const reasonSchema = Type.String({
  minLength: 1,
  maxLength: 200,
  expected: 'nothing, or the reason in a few words',
})

/** `stop`, or `stop: why it ends`. */
export const readStop: ReadGrammar = (item, { report }) => {
  const { value } = item
  const because = isEmpty(value) ? null : decode(reasonSchema, value, report, { what: 'action `stop`' })
  if (because === undefined) return null
  return foundGrammar(item, () => ({ ...noParts, step: { does: 'stop', because } }))
}
