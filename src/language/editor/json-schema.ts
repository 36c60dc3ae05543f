import type { TSchema } from 'typebox'
import { branchesOf, propertiesOf, typesOf, viewOf, wordsOf } from '../expected.ts'

/** A piece of JSON Schema, draft 7, with the words that editors know beside it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** What an editor reads as a number or as true or false is a text too, where one is asked for; neither is offered. */
export function anyText(bounds: JsonSchema = {}): JsonSchema {
  return completed({ if: { type: 'boolean' }, else: { type: ['string', 'number'], ...bounds } })
}

/** Behind a key whose value has no type of its own, yaml-language-server 1.25 writes a colon only where it is `anyOf`. */
function completed(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema] }
}

const numbers = ['7', '12', '123', '1234', '12345', '123456', '1.5', '12e45']

/**
 * The schema that checks a value, as editors need it: told apart by if and then in place of branches, because of these
 * they show the first alone; words as one list; a text may look like a number, as the reader takes it.
 */
export function editorSchemaOf(schema: TSchema): JsonSchema {
  const view = viewOf(schema)
  const branches = branchesOf(schema)
  if (branches.length > 0) return { ...wordsAround(schema), ...oneOf(branches) }
  if (view.const !== undefined) return { ...wordsAround(schema), enum: [view.const] }
  if (view.enum !== undefined) return { ...wordsAround(schema), enum: view.enum }
  const [type] = typesOf(schema)
  if (type === 'object') return { ...wordsAround(schema), ...objectOf(schema) }
  if (type === 'array') return { ...wordsAround(schema), ...arrayOf(schema) }
  if (type === 'string') return { ...wordsAround(schema), ...textOf(schema) }
  if (type === 'boolean') return { ...wordsAround(schema), ...yesOrNo }
  return {
    ...wordsAround(schema),
    ...kept(schema, ['type', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']),
  }
}

/** `yes` and `off` are taken, and not offered. */
export const yesOrNo: JsonSchema = branch(
  { type: 'string', pattern: '^([Yy][Ee][Ss]|[Nn][Oo]|[Oo][Nn]|[Oo][Ff][Ff])$' },
  {},
  { type: 'boolean' },
)

/** Items in a list, or one without it. */
export function listOrOne(item: JsonSchema, list: JsonSchema = {}): JsonSchema {
  return branch({ type: 'object' }, item, { type: 'array', items: item, ...list })
}

/** Words for whoever points at the key. */
export function described(schema: JsonSchema, words: string): JsonSchema {
  return { description: words.replaceAll('`', ''), markdownDescription: words, ...schema }
}

/** What is an object is one thing, what is a list another, and all else the third; those missing are none. */
export function byShape(shapes: {
  readonly object?: JsonSchema
  readonly array?: JsonSchema
  readonly scalar?: JsonSchema
}): JsonSchema {
  const { object, array, scalar } = shapes
  const last = scalar ?? object ?? array ?? {}
  const inner = object === undefined || object === last ? last : decided('object', object, last)
  const whole = array === undefined || array === last ? inner : decided('array', array, inner)
  const words = scalar === undefined ? [] : wordsIn(scalar)
  // Editors offer no words of a branch that is not decided on yet.
  return words.length === 0 ? completed(whole) : { ...whole, defaultSnippets: words.map(snippet) }
}

function decided(type: string, yes: JsonSchema, no: JsonSchema): JsonSchema {
  return branch({ type }, yes, no)
}

/** The keywords if, then and else. */
export function branch(condition: JsonSchema, yes: JsonSchema, no: JsonSchema = {}): JsonSchema {
  return Object.fromEntries([
    ['if', condition],
    ['then', yes],
    ['else', no],
  ])
}

/** A completion that writes the text as it is. */
export function snippet(text: string): JsonSchema {
  // `$` and `}` mean something of their own in snippets.
  return { label: text, body: text.replace(/[\\$}]/g, '\\$&') }
}

function wordsIn({ enum: words, anyOf }: JsonSchema): string[] {
  if (Array.isArray(words)) return words.map(String)
  return Array.isArray(anyOf) ? anyOf.flatMap(wordsIn) : []
}

/** Only one branch of each shape is told from the others; more of one stay alternatives. */
function oneOf(branches: readonly TSchema[]): JsonSchema {
  const words = branches.filter((branch) => wordsOf(branch).length > 0)
  const others = branches.filter((branch) => wordsOf(branch).length === 0)
  const of = (shape: 'object' | 'array' | 'scalar') => others.filter((branch) => shapeOf(branch) === shape)
  const scalars = [
    ...(words.length > 0 ? [{ enum: words.flatMap(wordsOf) }] : []),
    ...of('scalar').map(editorSchemaOf),
  ]
  return byShape({
    ...alternatives('object', of('object').map(editorSchemaOf)),
    ...alternatives('array', of('array').map(editorSchemaOf)),
    ...alternatives('scalar', scalars),
  })
}

function alternatives(shape: string, schemas: readonly JsonSchema[]): Record<string, JsonSchema> {
  const [only, ...more] = schemas
  if (only === undefined) return {}
  return { [shape]: more.length === 0 ? only : { anyOf: schemas } }
}

function shapeOf(schema: TSchema): 'object' | 'array' | 'scalar' {
  const [type] = typesOf(schema)
  return type === 'object' || type === 'array' ? type : 'scalar'
}

function objectOf(schema: TSchema): JsonSchema {
  const { patternProperties, additionalProperties } = viewOf(schema)
  // So a map of any names is written.
  const record = patternProperties?.['^.*$']
  const more = record ?? additionalProperties
  const properties = [...propertiesOf(schema)].map(([name, part]) => [name, editorSchemaOf(part)])
  return {
    type: 'object',
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
    ...(more === undefined
      ? {}
      : { additionalProperties: typeof more === 'object' ? editorSchemaOf(more) : more }),
    ...kept(schema, [
      'required',
      'minProperties',
      'maxProperties',
      ...(record === undefined ? ['patternProperties'] : []),
    ]),
  }
}

function arrayOf(schema: TSchema): JsonSchema {
  const { items } = viewOf(schema)
  const isOne = typeof items === 'object' && !Array.isArray(items)
  return {
    type: 'array',
    ...(isOne ? { items: editorSchemaOf(items as TSchema) } : {}),
    ...kept(schema, ['minItems', 'maxItems']),
  }
}

function textOf(schema: TSchema): JsonSchema {
  const { pattern, minLength } = kept(schema, ['pattern', 'minLength'])
  const { expected, minimum, maximum, also = [] } = viewOf(schema)
  const bounds = kept(schema, ['minLength', 'maxLength'])
  if (typeof pattern !== 'string') return anyText(bounds)
  const takesNumbers = numbers.some((number) => new RegExp(pattern, 'u').test(number))
  return {
    // A text of digits with a sign is a number to them, and says between which it may be.
    type: takesNumbers || minimum !== undefined ? ['string', 'number'] : 'string',
    ...(minimum === undefined ? {} : { minimum, maximum }),
    pattern: [pattern, ...also.map((form) => form.pattern)].join('|'),
    ...(expected === undefined ? {} : { patternErrorMessage: `Expected ${expected}` }),
    ...(minLength === undefined ? {} : { minLength }),
  }
}

function wordsAround(schema: TSchema): JsonSchema {
  const { description } = kept(schema, ['description'])
  return typeof description === 'string' ? described({}, description) : {}
}

function kept(schema: TSchema, keywords: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => keywords.includes(keyword)))
}
