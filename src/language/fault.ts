import type { ErrorObject } from 'ajv'
import type { TSchema } from 'typebox'
import { branchesOf, expectedBy, foundIn, propertiesOf, typesOf, viewOf, wordsOf } from './expected.ts'
import { unknownKey } from './key.ts'
import { didYouMean } from './names.ts'
import { isEmpty, type MapNode, type Node, type Span } from './node.ts'
import { type Place, type Reading, scalarAs } from './typed.ts'
import { code, either, quote } from './wording.ts'

/** One thing that is wrong with a value, ready to be reported. */
export interface Fault {
  readonly span: Span
  readonly code: string
  readonly message: string
  readonly help?: string
}

/** What AJV found, as faults of the file: each once, at its own place, without what only follows from another. */
export function faultsOf(errors: readonly ErrorObject[], reading: Reading): Fault[] {
  const faults = new Map<string, Fault>()
  const meantKeys = new Set<string>()
  const add = (kind: string, fault: Fault) => {
    const key = `${kind} ${fault.span.start}`
    if (!faults.has(key)) faults.set(key, fault)
  }
  for (const error of errors.filter(isUnknownKey)) {
    const { fault, meant } = unknownKeyFault(error, reading)
    add(`key ${unknownName(error)}`, fault)
    if (meant !== null) meantKeys.add(`${error.instancePath} ${meant}`)
  }
  for (const error of errors.filter((candidate) => !isUnknownKey(candidate))) {
    const missing = missingName(error)
    if (missing === null) add('value', valueFault(error, placeOf(error, reading)))
    else if (!meantKeys.has(`${error.instancePath} ${missing}`))
      add(`missing ${missing}`, missingFault(error, missing, placeOf(error, reading)))
  }
  return [...faults.values()]
}

/** A value that is not what its schema takes; for a union, not what any of its branches takes. */
export function wrongValue(schema: TSchema, place: Place): Fault {
  const { node, subject, longForm } = place
  const view = viewOf(schema)
  const fault = { span: spanOf(place), code: 'type/value' }
  if (view.errorMessage !== undefined) return { ...fault, message: `${subject}: ${view.errorMessage}` }
  const expected = longForm === null ? expectedBy(schema) : `${expectedBy(schema)} or ${expectedBy(longForm)}`
  const takesLists = [schema, ...branchesOf(schema)].some((branch) => typesOf(branch).includes('array'))
  if (node.kind === 'list' && node.items.length === 0 && takesLists)
    return { ...fault, message: `${subject} must not be empty: it takes ${expected}` }
  const message = `${subject} takes ${expected}, not ${foundIn(node)}`
  if (node.kind === 'list' && view.forList !== undefined) return { ...fault, message, help: view.forList }
  if (node.kind !== 'scalar') return { ...fault, message }
  const beyond = beyondOf(schema, node.text)
  if (beyond !== null) return { ...fault, ...beyond }
  const meant = didYouMean(
    node.text,
    wordsOf(schema).filter((word) => typeof word === 'string'),
  )
  if (meant !== null) return { ...fault, message: `${message} - did you mean ${quote(meant)}?` }
  const help =
    quotesHelp(schema, node.text, node.quoted) ??
    wordHelp(schema, node.text) ??
    insteadHelp(schema, node.text)
  return help === null ? { ...fault, message } : { ...fault, message, help }
}

/** For a text that has the form of what the schema takes, and a value that there is not. */
function beyondOf(schema: TSchema, text: string): Pick<Fault, 'code' | 'message'> | null {
  for (const branch of [schema, ...branchesOf(schema)]) {
    const { beyond } = viewOf(branch)
    if (beyond === undefined || !new RegExp(beyond.pattern, 'u').test(text)) continue
    return { code: beyond.code, message: `${text} ${beyond.says}` }
  }
  return null
}

function valueFault({ keyword, parentSchema, params }: ErrorObject, place: Place): Fault {
  const schema: TSchema = parentSchema ?? {}
  const { node, subject } = place
  const itself = wrongValue(schema, place)
  const { expected, errorMessage } = viewOf(schema)
  if (expected !== undefined || errorMessage !== undefined) return itself
  switch (keyword) {
    case 'minLength':
      return node.kind === 'scalar' && node.text === ''
        ? { ...itself, message: `${subject} is empty` }
        : { ...itself, message: `${subject} needs at least ${params.limit} characters` }
    case 'maxLength':
      return { ...itself, message: `${subject} can have at most ${params.limit} characters` }
    case 'uniqueItems':
      return { ...itself, message: `items ${params.j + 1} and ${params.i + 1} of ${subject} are the same` }
    case 'minProperties':
      return { ...itself, message: `${subject} needs at least ${params.limit} of ${keysOf(schema)}` }
    case 'maxProperties':
      return { ...itself, message: `${subject} can have at most ${params.limit} of ${keysOf(schema)}` }
    case 'multipleOf':
      return {
        ...itself,
        message: `${subject} takes a multiple of ${params.multipleOf}, not ${foundIn(node)}`,
      }
    case 'pattern':
      return { ...itself, message: `${subject} cannot be ${foundIn(node)}` }
    case 'minItems':
    case 'maxItems':
      return sizeOf(node) === 0
        ? { ...itself, message: `${subject} is empty` }
        : { ...itself, message: `${subject} takes ${expectedBy(schema)}, not of ${sizeOf(node)}` }
    default:
      return itself
  }
}

/** The quotes make a number or a yes a text. */
function quotesHelp(schema: TSchema, text: string, quoted: boolean): string | null {
  if (!quoted) return null
  const bare = { kind: 'scalar', text, quoted: false, span: { start: 0, end: 0 } } as const
  const types = [schema, ...branchesOf(schema)].flatMap(typesOf)
  const isTyped = types.some((type) => type !== 'string' && scalarAs(type, bare) !== undefined)
  return isTyped && text !== '' ? `leave out the quotes: ${code(text)}` : null
}

const otherBooleans: ReadonlyMap<string, string> = new Map([
  ['yes', 'true'],
  ['on', 'true'],
  ['no', 'false'],
  ['off', 'false'],
])

function wordHelp(schema: TSchema, text: string): string | null {
  const word = typesOf(schema).includes('boolean') ? otherBooleans.get(text.toLowerCase()) : undefined
  return word === undefined ? null : `write ${code(word)}`
}

function insteadHelp(schema: TSchema, text: string): string | null {
  for (const branch of [schema, ...branchesOf(schema)])
    for (const { pattern, write, or, plain = false } of viewOf(branch).instead ?? []) {
      const form = new RegExp(pattern, 'u')
      if (!form.test(text)) continue
      const ways = [write, ...(or === undefined ? [] : [or])].map((way) => text.replace(form, way))
      return `write ${either(ways.map((meant) => code(plain ? meant : quote(meant))))}`
    }
  return null
}

function missingFault({ parentSchema }: ErrorObject, missing: string, place: Place): Fault {
  const schema = propertiesOf(parentSchema ?? {}).get(missing) ?? {}
  const isNothing = place.node.kind === 'map' && place.node.entries.size === 0
  const expected = viewOf(schema).expected ?? (isNothing ? expectedBy(schema) : '')
  const what = expected === '' ? '' : `, ${expected}`
  return {
    span: place.key?.span ?? startOf(place.node),
    code: 'key/missing',
    message: `${place.subject} needs ${code(missing)}${what}`,
  }
}

function unknownKeyFault(error: ErrorObject, reading: Reading): { fault: Fault; meant: string | null } {
  const place = placeOf(error, reading)
  const name = unknownName(error)
  const schema: TSchema = error.parentSchema ?? {}
  const key = place.node.kind === 'map' ? place.node.entries.get(name)?.key : undefined
  const span = key?.span ?? place.node.span
  const allowed = [...propertiesOf(schema).keys()]
  if (allowed.length === 0) {
    const { expected, errorMessage } = viewOf(schema)
    const takes = expected === undefined ? '' : ` - it takes ${expected}`
    const message = errorMessage ?? `${quote(name)} cannot be a key in ${place.subject}${takes}`
    return { fault: { span, code: 'key/unknown', message }, meant: null }
  }
  const { code: problem, message, meant, ...said } = unknownKey({ name, allowed, where: place.subject })
  const fault = { span, code: problem, message }
  const help =
    said.help ?? (meant === null ? (listHelp(schema, name) ?? cutHelp(place.node, name)) : undefined)
  return { fault: help === undefined ? fault : { ...fault, help }, meant }
}

/** For a key of what stands in the lists of other keys. */
function listHelp(schema: TSchema, name: string): string | undefined {
  const lists = [...propertiesOf(schema)].flatMap(([key, value]) =>
    [viewOf(value).items ?? []].flat().some((items) => propertiesOf(items).has(name)) ? [key] : [],
  )
  const [first] = lists
  if (first === undefined) return undefined
  return `it stands in a list under ${either(lists.map(code))}: ${code(`${first}: [{${name}: …}]`)}`
}

/** In `{say: Left, or right}` what stands behind the comma is a key of its own. */
function cutHelp(node: Node, name: string): string | undefined {
  const entries = node.kind === 'map' ? [...node.entries.values()] : []
  const index = entries.findIndex(({ key }) => key.text === name)
  const [before, cut] = [entries[index - 1]?.value, entries[index]]
  if (cut === undefined || cut.key.quoted || !isEmpty(cut.value)) return undefined
  if (before?.kind !== 'scalar' || before.quoted || before.text === '') return undefined
  return `the comma ends the text before it; where it belongs to the text, put quotes around the whole: ${code(`"${before.text}, ${name}"`)}`
}

function isUnknownKey({ keyword }: ErrorObject): boolean {
  return (
    keyword === 'additionalProperties' || keyword === 'unevaluatedProperties' || keyword === 'propertyNames'
  )
}

function unknownName({ params }: ErrorObject): string {
  return String(params.additionalProperty ?? params.unevaluatedProperty ?? params.propertyName ?? '')
}

function missingName({ keyword, params }: ErrorObject): string | null {
  return keyword === 'required' ? String(params.missingProperty) : null
}

function placeOf({ instancePath }: ErrorObject, reading: Reading): Place {
  const place = reading.places.get(instancePath) ?? reading.places.get('')
  if (place === undefined) throw new Error(`a reading without a root, asked for ${instancePath}`)
  return place
}

function spanOf({ node, key }: Place): Span {
  const isNothing = node.span.end === node.span.start
  if (isNothing && key !== null) return key.span
  return node.kind === 'map' ? startOf(node) : node.span
}

/** Where a map begins: its bracket, or its first key. */
function startOf(node: Node): Span {
  const first = node.kind === 'map' ? firstKey(node) : undefined
  if (first === undefined) return node.span
  return first.start > node.span.start ? { start: node.span.start, end: node.span.start + 1 } : first
}

function firstKey(node: MapNode): Span | undefined {
  const [first] = node.entries.values()
  return first?.key.span
}

function keysOf(schema: TSchema): string {
  const keys = [...propertiesOf(schema).keys()]
  return keys.length === 0 ? 'entries' : keys.map(code).join(', ')
}

function sizeOf(node: Node): number {
  if (node.kind === 'list') return node.items.length
  return node.kind === 'map' ? node.entries.size : 1
}
