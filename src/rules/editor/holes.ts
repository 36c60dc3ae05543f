import { isSchema } from '../../language/editor/described.ts'
import { branch, type JsonSchema } from '../../language/editor/json-schema.ts'

const hole = { type: 'string', pattern: '\\$\\{\\s*with\\.' }
const prefix = 'holed-'
const wordsAround = ['title', 'description', 'markdownDescription', 'defaultSnippets']

/** The definitions under names of their own, in which a hole may stand for every value. */
export function holedDefinitions(
  definitions: Readonly<Record<string, JsonSchema>>,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [`${prefix}${name}`, withHoles(schema)]),
  )
}

/** The schema with holes for every value within it. It refers to the definitions with holes. */
export function withHoles(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, keywordWithHoles(keyword, value)]),
  )
}

function keywordWithHoles(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case '$ref':
      return String(value).replace(/([^/]+)$/, `${prefix}$1`)
    case 'properties':
    case 'patternProperties':
      return isSchema(value)
        ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, orHole(part)]))
        : value
    case 'items':
    case 'additionalProperties':
      return orHole(value)
    case 'then':
    case 'else':
      return isSchema(value) ? withHoles(value) : value
    case 'anyOf':
    case 'allOf':
      return Array.isArray(value) ? value.map((part) => (isSchema(part) ? withHoles(part) : part)) : value
    default:
      return value
  }
}

function orHole(schema: unknown): unknown {
  if (!isSchema(schema)) return schema
  const words = Object.entries(schema).filter(([keyword]) => wordsAround.includes(keyword))
  return { ...Object.fromEntries(words), anyOf: [branch(hole, {}, withHoles(schema))] }
}
