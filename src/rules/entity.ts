import { Type } from 'typebox'

/** The id of an entity of Home Assistant. */
export const entityId = Type.String({
  pattern: '^[a-z0-9]+(_[a-z0-9]+)*\\.[a-z0-9]+(_[a-z0-9]+)*$',
  maxLength: 255,
  expected: 'an entity of Home Assistant such as "light.nursery"',
})

/** One text or several. */
export const textOrTexts = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Array(Type.String({ minLength: 1 }), { minItems: 1, expected: 'a list of texts' }),
])
