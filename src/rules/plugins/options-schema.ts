import { Ajv } from 'ajv'
import { isJsonObject } from '../../core/json.ts'
import { wordsOf } from './watch.ts'

/** What is wrong with a schema of options; null where it can be used. */
export function optionsFault(schema: unknown, shorthand?: string): string | null {
  if (!isJsonObject(schema)) return '`options` must be a JSON Schema, such as `Type.Object({…})` makes it'
  if (schema.type !== 'object') return '`options` must be a schema of `type: object`'
  const fault = compileFault(schema) ?? openFault(schema, '`options`', 0)
  if (fault !== null) return fault
  const { properties } = schema
  if (shorthand !== undefined && !(isJsonObject(properties) && Object.hasOwn(properties, shorthand)))
    return `\`shorthand\` names "${shorthand}", and no option is called so`
  return null
}

function compileFault(schema: Readonly<Record<string, unknown>>): string | null {
  try {
    // The very schema is not touched, and what TypeBox notes beside it is not JSON.
    const plain: unknown = JSON.parse(JSON.stringify(schema))
    const text = JSON.stringify(plain)
    if (text.includes('"$ref"')) return '`options` must be complete in itself, without `$ref`'
    new Ajv({ strict: false, validateFormats: false, logger: false }).compile(plain as object)
    return null
  } catch (error) {
    return `\`options\` cannot be compiled: ${wordsOf(error)}`
  }
}

const deepest = 16

/** A key that nobody knows must be found, at every depth. */
function openFault(schema: unknown, where: string, depth: number): string | null {
  if (!isJsonObject(schema)) return null
  if (depth > deepest) return `${where} is nested too deep`
  if (
    schema.type === 'object' &&
    schema.additionalProperties === undefined &&
    schema.patternProperties === undefined
  )
    return `${where} must be closed: say \`additionalProperties: false\``
  if (depth === 0 && schema.additionalProperties !== false)
    return `${where} must be closed: say \`additionalProperties: false\``
  const inner = isJsonObject(schema.properties) ? Object.entries(schema.properties) : []
  for (const [name, part] of [...inner, ['items', schema.items] as const]) {
    const fault = openFault(part, `\`${name}\``, depth + 1)
    if (fault !== null) return fault
  }
  return null
}
