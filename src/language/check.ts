import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { Static, TSchema } from 'typebox'
import { branchesOf, propertiesOf, typesOf, viewOf, wordsOf } from './expected.ts'
import { type Fault, faultsOf, wrongValue } from './fault.ts'
import type { MapNode, Node, ScalarNode } from './node.ts'
import type { Report } from './report.ts'
import { type Place, type Reading, readTyped, scalarAs, type Union } from './typed.ts'

interface Decoding {
  /** How messages call the node. */
  readonly what: string
  /** The key it stands behind, which is pointed at where nothing does. */
  readonly key?: ScalarNode
  /** What helps where something is missing: `as in …`. */
  readonly example?: string
}

/**
 * The node as plain data of the schema's type, or undefined after everything that is wrong was reported, each
 * fault once and at its own place. Numbers and booleans are read from the text where the schema asks for them, so
 * `08` is 8 for an integer and stays `08` for a string; what is in quotes is always a string.
 *
 * Schemas must be complete in themselves (no `$ref`). `expected: string` in a schema replaces the words for what
 * it takes, `errorMessage: string` the sentence about a value that does not fit.
 */
export function decode<S extends TSchema>(
  schema: S,
  node: Node,
  report: Report,
  options: Decoding,
): Static<S> | undefined {
  const { what, key = null, example } = options
  const place = { node, key, subject: what, longForm: null }
  const reading = readTyped(schema, place, meantBranch)
  const faults = faultsIn(reading)
  for (const { span, code, message, help } of faults)
    report.add(span, 'error', code, message, help ?? (code === 'key/missing' ? example : undefined))
  if (!fits<S>(reading.value, schema)) return undefined
  for (const { span, write } of reading.usual) report.wouldUsually(span, write)
  return reading.value
}

function fits<S extends TSchema>(value: unknown, schema: TSchema): value is Static<S> {
  return validatorOf(schema)(value)
}

/** A value that does not fit is never left without a word, whatever keyword the schema used. */
function faultsIn(reading: Reading): Fault[] {
  const faults = check(reading)
  const place = reading.places.get('')
  if (faults.length > 0 || place === undefined || errorsOf(reading).length === 0) return faults
  return [wrongValue(reading.schema, place)]
}

function check(reading: Reading): Fault[] {
  const errors = errorsOf(reading)
  if (errors.length === 0) return []
  const unions = new Set(reading.unions.map(({ path }) => path))
  const outside = errors.filter(({ instancePath }) => !isWithinAny(unions, instancePath))
  const faults = [...faultsOf(outside, reading), ...reading.unions.flatMap(checkUnion)]
  return faults.sort((one, other) => one.span.start - other.span.start)
}

function isWithinAny(paths: ReadonlySet<string>, inner: string): boolean {
  if (paths.has(inner)) return true
  for (let end = inner.lastIndexOf('/'); end >= 0; end = end === 0 ? -1 : inner.lastIndexOf('/', end - 1))
    if (paths.has(inner.slice(0, end))) return true
  return false
}

function checkUnion({ schema, place, meant }: Union): Fault[] {
  if (meant === null) return [wrongValue(schema, place)]
  const tag = place.node.kind === 'map' ? wrongTag(branchesOf(schema), place.node) : null
  return tag === null ? check(meant) : [tag]
}

/** A word that should name one of the branches and names none; what else is wrong depends on it. */
function wrongTag(branches: readonly TSchema[], node: MapNode): Fault | null {
  for (const [name, { key, value }] of node.entries) {
    const properties = branches.flatMap((branch) => propertiesOf(branch).get(name) ?? [])
    const words = properties.flatMap(wordsOf)
    if (properties.length < 2 || properties.some((property) => viewOf(property).const === undefined)) continue
    if (value.kind === 'scalar' && words.map(String).includes(value.text)) continue
    return wrongValue({ enum: words }, { node: value, key, subject: `\`${name}\``, longForm: null })
  }
  return null
}

function errorsOf(reading: Reading): ErrorObject[] {
  const validate = validatorOf(reading.schema)
  return validate(reading.value) ? [] : (validate.errors ?? [])
}

// Compiling is a pure function of the schema; this only remembers its results, as long as the schema lives.
const validators = new WeakMap<TSchema, ValidateFunction>()

function validatorOf(schema: TSchema): ValidateFunction {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    validateFormats: false,
    validateSchema: false,
    meta: false,
    addUsedSchema: false,
    // A key such as `toString` is there only when somebody wrote it.
    ownProperties: true,
    logger: false,
  })
  const validate = ajv.compile(schema)
  validators.set(schema, validate)
  return validate
}

/** The branch of a union that a node was meant for, told by its shape, then by its words or keys. */
function meantBranch(branches: readonly TSchema[], place: Place): Reading | null {
  const { node } = place
  if (node.kind === 'scalar') return meantScalar(branches, place, node)
  const type = node.kind === 'list' ? 'array' : 'object'
  const readings = branches
    .filter((branch) => takes(branch, type))
    .map((branch) => readTyped(branch, place, meantBranch))
  const fitting = readings.find((reading) => errorsOf(reading).length === 0)
  if (fitting !== undefined) return fitting
  if (node.kind === 'map')
    return readings.toSorted((one, other) => likeness(other, node) - likeness(one, node))[0] ?? null
  return readings.toSorted((one, other) => errorsOf(one).length - errorsOf(other).length)[0] ?? null
}

function meantScalar(branches: readonly TSchema[], place: Place, node: ScalarNode): Reading | null {
  // A word that a branch names outright comes before a branch that takes any text.
  const words = branches.filter((branch) => wordsOf(branch).length > 0)
  const others = branches.filter((branch) => wordsOf(branch).length === 0)
  const fitting = (some: readonly TSchema[]) =>
    some
      .map((branch) => readTyped(branch, place, meantBranch))
      .filter((reading) => errorsOf(reading).length === 0)
  const taken = fitting(others)
  // What is in its usual form comes before what may also be taken so.
  const found = fitting(words)[0] ?? taken.find(({ usual }) => usual.length === 0) ?? taken[0]
  if (found !== undefined) return found
  const typed = others.filter((branch) => typesOf(branch).some((type) => scalarAs(type, node) !== undefined))
  // One that says in its own sentence what is wrong knows better than a list of all that would do.
  const [only, another] = typed
  const isMeant = only !== undefined && another === undefined && viewOf(only).errorMessage !== undefined
  return isMeant ? readTyped(only, place, meantBranch) : null
}

function takes(branch: TSchema, type: string): boolean {
  const types = typesOf(branch)
  return (
    types.includes(type) ||
    (types.length === 0 && wordsOf(branch).length === 0 && branchesOf(branch).length === 0)
  )
}

/** How much a map looks like a branch: a word that names the branch decides, then the keys they share. */
function likeness({ schema }: Reading, node: MapNode): number {
  let score = 0
  const properties = propertiesOf(schema)
  for (const [name, { value }] of node.entries) {
    const property = properties.get(name)
    if (property === undefined) score -= 1
    else score += 1
    const words = property === undefined ? [] : wordsOf(property)
    if (words.length === 0 || value.kind !== 'scalar') continue
    score += words.map(String).includes(value.text) ? 100 : -100
  }
  for (const name of viewOf(schema).required ?? []) if (!node.entries.has(name)) score -= 1
  return score
}
