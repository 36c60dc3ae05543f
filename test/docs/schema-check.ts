import { Ajv, type ErrorObject } from 'ajv'
import type { TSchema } from 'typebox'

const ajv = new Ajv({ allErrors: true, strict: false })

/** Where a value is not as its schema has it, in words. */
export function problemsIn(schema: TSchema, value: unknown, path: string): string[] {
  const check = ajv.compile(schema)
  return check(value) ? [] : (check.errors ?? []).map((error) => `${path}${sentenceOf(error)}`)
}

function sentenceOf({ instancePath, message, params }: ErrorObject): string {
  const extra: unknown = params.additionalProperty
  return `${instancePath} ${message}${typeof extra === 'string' ? `: ${extra}` : ''}`
}
