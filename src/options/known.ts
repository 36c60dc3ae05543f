import { optionsSchema } from './schema.ts'

/** The part of JSON Schema that the options use. */
export interface OptionSchema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly OptionSchema[]
  readonly properties?: Readonly<Record<string, OptionSchema>>
  readonly expected?: string
  readonly writeOnly?: boolean
  readonly default?: unknown
  readonly description?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: OptionSchema
  /** Whether the form of the Home Assistant add-on has it: from the start, or when somebody asks for more. */
  readonly addOn?: 'shown' | 'optional'
}

export const prefix = 'YOTO_STREAM_'

const root: OptionSchema = optionsSchema

/** Every option by its path (`panel.port`), in the order of the schema. */
export const knownOptions: ReadonlyMap<string, OptionSchema> = new Map(leaves(root, ''))

/** Every section by its path (`panel`; the whole is the empty text), with the names below it. */
export const knownSections: ReadonlyMap<string, readonly string[]> = new Map(sections(root, ''))

/** The path of an option by the name of its environment variable. */
export const knownVariables: ReadonlyMap<string, string> = new Map(
  [...knownOptions.keys()].map((path) => [prefix + path.replaceAll('.', '_').toUpperCase(), path]),
)

export function joined(section: string, name: string): string {
  return section === '' ? name : `${section}.${name}`
}

/** The JSON types that a value of the option may have. */
export function typesOf(schema: OptionSchema): Set<string> {
  if (schema.anyOf !== undefined) return new Set(schema.anyOf.flatMap((one) => [...typesOf(one)]))
  // A choice is written as `enum` without a type.
  return new Set([schema.type ?? 'string'])
}

/** The value a text stands for: the schema decides, so that a password `0123` stays a text. */
export function typed(schema: OptionSchema, text: string): unknown {
  const types = typesOf(schema)
  const isNumeric = types.has('integer') || types.has('number')
  if (isNumeric && /^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (types.has('boolean') && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  if (types.has('null') && !types.has('string') && text === 'off') return null
  return text
}

function leaves(schema: OptionSchema, path: string): [string, OptionSchema][] {
  if (schema.properties === undefined) return [[path, schema]]
  return Object.entries(schema.properties).flatMap(([name, below]) => leaves(below, joined(path, name)))
}

function sections(schema: OptionSchema, path: string): [string, readonly string[]][] {
  if (schema.properties === undefined) return []
  const below = Object.entries(schema.properties)
  return [
    [path, below.map(([name]) => name)],
    ...below.flatMap(([name, inner]) => sections(inner, joined(path, name))),
  ]
}
