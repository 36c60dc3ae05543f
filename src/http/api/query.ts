import { Ajv } from 'ajv'
import type { TSchema } from 'typebox'
import { checksWith, refusal } from './body.ts'

/**
 * Makes checks of what stands behind the `?` of an address, by a closed schema of texts and numbers; the check throws
 * as that of a body does.
 */
export function queryChecks(): (schema: TSchema) => (querystring: string) => unknown {
  // Everything arrives as text.
  const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, coerceTypes: true })
  const checkOf = checksWith(ajv, 'query')
  return (schema) => {
    const check = checkOf(schema)
    return (querystring) => {
      const given = [...new URLSearchParams(querystring)]
      const names = given.map(([name]) => name)
      const repeated = new Set(names.filter((name, place) => names.indexOf(name) !== place))
      if (repeated.size > 0)
        throw refusal([...repeated].map((field) => ({ field, message: 'is given more than once' })))
      return check(Object.fromEntries(given))
    }
  }
}
