import { described, type JsonSchema } from './json-schema.ts'

/** What names of a map look like, and what is said of others. */
export interface Names {
  readonly pattern: string
  /** `a name of letters and digits`. */
  readonly expected: string
}

/** Names, and what stands behind each. It may be empty. */
export function mapOf(entry: JsonSchema, words: string, names?: Names): JsonSchema {
  return described({ ...namedEntries(entry, names), type: ['object', 'null'] }, words)
}

/** The same without words, for a map within another thing. */
export function namedEntries(entry: JsonSchema, names?: Names): JsonSchema {
  const { pattern, expected } = names ?? {}
  return {
    type: 'object',
    additionalProperties: entry,
    ...(pattern === undefined
      ? {}
      : { propertyNames: { pattern, patternErrorMessage: `Expected ${expected}` } }),
  }
}

/** What messages call it. */
export function titled(title: string, schema: JsonSchema): JsonSchema {
  return { title, ...schema }
}

/** Says of properties what they are. */
export function withWords(schema: JsonSchema, words: Readonly<Record<string, string>>): JsonSchema {
  const known = Object.entries(words).map(([name, text]) => [name, described({}, text)])
  return withProperties(schema, Object.fromEntries(known))
}

/** Adds to properties that are there, wherever in the schema they stand. */
export function withProperties(schema: JsonSchema, more: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const added = Object.entries(schema).map(([keyword, value]) => {
    if (keyword === 'properties' && isSchema(value)) return [keyword, merged(value, more)]
    if (keyword === 'anyOf' && Array.isArray(value))
      return [keyword, value.map((part) => withProperties(part, more))]
    const isBranch = keyword === 'then' || keyword === 'else'
    return [keyword, isBranch && isSchema(value) ? withProperties(value, more) : value]
  })
  return Object.fromEntries(added)
}

/** The properties of an object's schema. */
export function propertiesIn({ properties }: JsonSchema): JsonSchema {
  return isSchema(properties) ? properties : {}
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function merged(properties: JsonSchema, more: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const parts = Object.entries(properties)
  return Object.fromEntries(
    parts.map(([name, part]) => [name, { ...(isSchema(part) ? part : {}), ...more[name] }]),
  )
}
