import type { TSchema } from 'typebox'
import { isEmpty, type Node } from './node.ts'
import { either, quote } from './wording.ts'

/**
 * The parts of JSON Schema that are read here. `expected` ("a time of day such as "19:30"") and `errorMessage`
 * (a sentence) are annotations for messages, and so are `beyond`, `instead` and `forList`. What `also` lists is taken.
 */
export interface SchemaView {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly anyOf?: readonly TSchema[]
  readonly oneOf?: readonly TSchema[]
  readonly allOf?: readonly TSchema[]
  readonly items?: TSchema | readonly TSchema[]
  readonly additionalItems?: TSchema | boolean
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly patternProperties?: Readonly<Record<string, TSchema>>
  readonly additionalProperties?: TSchema | boolean
  readonly required?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly expected?: string
  readonly errorMessage?: string
  readonly beyond?: Beyond
  readonly instead?: readonly Instead[]
  readonly also?: readonly Instead[]
  /** What to write where a list was found. */
  readonly forList?: string
}

/** Texts of the right form whose value there is not, which have a code of their own. */
interface Beyond {
  readonly pattern: string
  readonly code: string
  /** Behind the text in a sentence: `is not a time of day`. */
  readonly says: string
}

/** Texts of another form that can only mean one thing, and how that is written: a replacement for the pattern. */
export interface Instead {
  readonly pattern: string
  readonly write: string
  /** Another thing that it might mean. */
  readonly or?: string
  /** Whether it needs no quotes. */
  readonly plain?: true
}

/** The same schema, with the keywords that TypeBox's own type keeps quiet about. */
export function viewOf(schema: TSchema): SchemaView {
  return schema
}

const mostKeys = 6

/** What a schema takes, in words: `a whole number 0-16 or {to, over}`. */
export function expectedBy(schema: TSchema): string {
  const view = viewOf(schema)
  if (view.expected !== undefined) return view.expected
  const branches = branchesOf(schema)
  if (branches.length > 0) return either([...new Set(branches.map(expectedBy))])
  if (view.const !== undefined) return literal(view.const)
  if (view.enum !== undefined) return either(view.enum.map(literal))
  return either(typesOf(schema).map((type) => typeName(type, view)))
}

/** What was found in its place, in words: `"loud"`, `a list`, `nothing`. */
export function foundIn(node: Node): string {
  if (node.kind === 'list') return 'a list'
  if (node.kind === 'map') return 'a map'
  return isEmpty(node) ? 'nothing' : quote(node.text)
}

/** The alternatives of a union, those of unions within it included. */
export function branchesOf(schema: TSchema): TSchema[] {
  const view = viewOf(schema)
  return (view.anyOf ?? view.oneOf ?? []).flatMap((branch) => {
    const inner = branchesOf(branch)
    return inner.length > 0 ? inner : [branch]
  })
}

/** Every value a schema allows by name. */
export function wordsOf(schema: TSchema): unknown[] {
  const view = viewOf(schema)
  if (view.const !== undefined) return [view.const]
  return [...(view.enum ?? []), ...branchesOf(schema).flatMap(wordsOf)]
}

/** The JSON types of a schema; none where it takes anything. */
export function typesOf(schema: TSchema): readonly string[] {
  const view = viewOf(schema)
  if (typeof view.type === 'string') return [view.type]
  if (view.type !== undefined) return view.type
  return view.properties === undefined && view.patternProperties === undefined ? [] : ['object']
}

/** The properties of an object, also of one put together by `allOf`. */
export function propertiesOf(schema: TSchema): ReadonlyMap<string, TSchema> {
  const view = viewOf(schema)
  const own = Object.entries(view.properties ?? {})
  return new Map([...(view.allOf ?? []).flatMap((part) => [...propertiesOf(part)]), ...own])
}

function typeName(type: string, view: SchemaView): string {
  switch (type) {
    case 'integer':
      return `a whole number${range(view)}`
    case 'number':
      return `a number${range(view)}`
    case 'boolean':
      return 'true or false'
    case 'string':
      return 'a text'
    case 'null':
      return 'nothing'
    case 'array':
      return `a list${count(view)}`
    default:
      return shapeOf(view)
  }
}

function range(view: SchemaView): string {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = view
  if (minimum !== undefined && maximum !== undefined)
    return minimum < 0 ? ` from ${minimum} to ${maximum}` : ` ${minimum}-${maximum}`
  const limits = [
    ...(minimum === undefined ? [] : [`of at least ${minimum}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(maximum === undefined ? [] : [`of at most ${maximum}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ]
  return limits.length === 0 ? '' : ` ${limits.join(' and ')}`
}

function count({ minItems: least = 0, maxItems: most }: SchemaView): string {
  if (most !== undefined) return least === most ? ` of ${most}` : ` of ${least}-${most}`
  return least === 0 ? '' : ` of at least ${least}`
}

function shapeOf(view: SchemaView): string {
  const keys = Object.keys(view.properties ?? {})
  if (keys.length === 0) return 'a map'
  return `{${keys.slice(0, mostKeys).join(', ')}${keys.length > mostKeys ? ', …' : ''}}`
}

function literal(value: unknown): string {
  return value === null ? 'nothing' : String(value)
}
