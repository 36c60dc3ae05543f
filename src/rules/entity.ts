import { Type } from 'typebox'
import { entityPattern } from '../language/expression/states.ts'

/** The id of an entity of Home Assistant. */
export const entityId = Type.String({
  pattern: entityPattern,
  maxLength: 255,
  expected: 'an entity of Home Assistant such as "light.nursery"',
})

/** One text or several. */
export const textOrTexts = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Array(Type.String({ minLength: 1 }), { minItems: 1, expected: 'a list of texts' }),
])
