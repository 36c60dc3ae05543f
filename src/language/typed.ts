import type { TSchema } from 'typebox'
import { branchesOf, propertiesOf, type SchemaView, typesOf, viewOf } from './expected.ts'
import type { ListNode, MapNode, Node, ScalarNode } from './node.ts'
import type { Usual } from './report.ts'

const decimal = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/
// Free data has no schema to say that 007 or 1e5 is an id, so only what can be nothing but a number is one.
const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

/** Where a value came from, and how a message calls it. */
export interface Place {
  readonly node: Node
  /** The key it stands behind; null at the root and in a list. */
  readonly key: ScalarNode | null
  /** `` `volume` ``, `` item 2 of `days` ``, `` action `queue` ``. */
  readonly subject: string
  /** The long form that would also do, where the writer used the shorthand for one option. */
  readonly longForm: TSchema | null
}

/** Plain data typed by a schema, with the place of each part by its JSON pointer. */
export interface Reading {
  readonly schema: TSchema
  readonly value: unknown
  readonly places: ReadonlyMap<string, Place>
  /** The unions met on the way; what is wrong within one is said about the branch that was meant. */
  readonly unions: readonly Union[]
  /** What was taken in another form than the usual one. */
  readonly usual: readonly Usual[]
}

export interface Union {
  readonly path: string
  readonly schema: TSchema
  readonly place: Place
  /** Null where no branch fits the shape or the word. */
  readonly meant: Reading | null
}

/** Chooses the branch that was meant among those of the node's shape, or none. */
export type Choose = (branches: readonly TSchema[], place: Place) => Reading | null

/** Turns a node into data as its schema asks for; what does not fit is left as it is, for the check to find. */
export function readTyped(schema: TSchema, place: Place, choose: Choose): Reading {
  const reader = new Reader(choose)
  const value = reader.value(schema, place, '')
  return { schema, value, places: reader.places, unions: reader.unions, usual: reader.usual }
}

/** A scalar as one of JSON's types; undefined where its text is none of that type. */
export function scalarAs(type: string, { text, quoted }: ScalarNode): unknown {
  if (type === 'string') return text !== '' || quoted ? text : undefined
  if (quoted) return undefined
  if (type === 'boolean') return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined
  if (type === 'null') return text === '' || text === '~' || text === 'null' ? null : undefined
  if ((type !== 'number' && type !== 'integer') || !decimal.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) && (type === 'number' || Math.abs(number) <= Number.MAX_SAFE_INTEGER)
    ? number
    : undefined
}

const yes = /^(?:true|yes|on)$/i
const no = /^(?:false|no|off)$/i

/** Whether a bare word says yes or no, as people write it where nothing else can be meant; undefined for all else. */
export function saidBoolean(node: Node): boolean | undefined {
  if (node.kind !== 'scalar' || node.quoted) return undefined
  return yes.test(node.text) ? true : no.test(node.text) ? false : undefined
}

class Reader {
  readonly places = new Map<string, Place>()
  readonly unions: Union[] = []
  readonly usual: Usual[] = []
  readonly #choose: Choose

  constructor(choose: Choose) {
    this.#choose = choose
  }

  value(schema: TSchema, place: Place, path: string): unknown {
    this.places.set(path, place)
    const branches = branchesOf(schema)
    if (branches.length > 0) {
      const meant = this.#choose(branches, place)
      this.unions.push({ path, schema, place, meant })
      if (meant === null) return untyped(place.node)
      this.usual.push(...meant.usual)
      return meant.value
    }
    const { node } = place
    if (node.kind === 'list') return this.#list(schema, { place, node, path })
    if (node.kind === 'map') return this.#map(schema, { place, node, path })
    const { value, write } = scalar(schema, node)
    if (write !== undefined) this.usual.push({ span: node.span, write })
    return value
  }

  #list(schema: TSchema, { place, node, path }: At<ListNode>): unknown {
    const { items, additionalItems } = viewOf(schema)
    return node.items.map((item, index) => {
      const own = isTuple(items) ? (items[index] ?? additionalItems) : items
      const subject = `item ${index + 1} of ${place.subject}`
      return this.#part(own, { node: item, key: null, subject, longForm: null }, `${path}/${index}`)
    })
  }

  #map(schema: TSchema, { place, node, path }: At<MapNode>): unknown {
    const properties = propertiesOf(schema)
    return Object.fromEntries(
      [...node.entries].map(([name, { key, value }]) => {
        const own = properties.get(name) ?? extraSchema(schema, name)
        // Nobody wrote the key of a shorthand: it lies where its value lies.
        const isShorthand = key.span === value.span
        const part: Place = isShorthand
          ? { node: value, key: place.key, subject: place.subject, longForm: schema }
          : { node: value, key, subject: `\`${name}\``, longForm: null }
        return [name, this.#part(own, part, `${path}/${pointer(name)}`)]
      }),
    )
  }

  #part(schema: TSchema | boolean | undefined, place: Place, path: string): unknown {
    if (typeof schema === 'object') return this.value(schema, place, path)
    this.places.set(path, place)
    return untyped(place.node)
  }
}

interface At<Kind extends Node> {
  readonly place: Place
  readonly node: Kind
  readonly path: string
}

interface Scalar {
  readonly value: unknown
  /** Its usual form, where it has another. */
  readonly write?: Exclude<Usual['write'], 'list'>
}

function scalar(schema: TSchema, node: ScalarNode): Scalar {
  const view = viewOf(schema)
  const words = view.const !== undefined ? [view.const] : view.enum
  if (words !== undefined) {
    const word = words.find((candidate) => scalarAs(jsonType(candidate), node) === candidate)
    return word === undefined ? (otherForm(view, node) ?? { value: asWritten(node) }) : { value: word }
  }
  const types = typesOf(schema)
  if (types.length === 0) return { value: untyped(node) }
  const other = types.includes('string') ? otherForm(view, node) : null
  if (other !== null) return other
  for (const type of types) {
    const value = scalarAs(type, node)
    if (value !== undefined) return { value }
  }
  const said = types.includes('boolean') ? saidBoolean(node) : undefined
  if (said !== undefined) return { value: said, write: { text: String(said), quoted: false } }
  return { value: asWritten(node) }
}

/** A text of a form that is taken though it is not the usual one; null for all else. */
function otherForm({ also = [], pattern }: SchemaView, { text }: ScalarNode): Scalar | null {
  if (also.length === 0 || (pattern !== undefined && new RegExp(pattern, 'u').test(text))) return null
  const found = also.find((form) => new RegExp(form.pattern, 'u').test(text))
  if (found === undefined) return null
  const value = text.replace(new RegExp(found.pattern, 'u'), found.write)
  return { value, write: { text: value, quoted: found.plain !== true } }
}

function asWritten(node: ScalarNode): unknown {
  return node.text === '' && !node.quoted ? null : node.text
}

/** Data nobody described: YAML's usual reading, except that only what cannot be an id is a number. */
function untyped(node: Node): unknown {
  if (node.kind === 'list') return node.items.map(untyped)
  if (node.kind === 'map')
    return Object.fromEntries([...node.entries].map(([name, { value }]) => [name, untyped(value)]))
  for (const type of ['null', 'boolean']) {
    const value = scalarAs(type, node)
    if (value !== undefined) return value
  }
  const number = plainNumber.test(node.text) ? scalarAs('integer', node) : undefined
  return number === undefined ? node.text : number
}

function extraSchema(schema: TSchema, name: string): TSchema | boolean | undefined {
  const view = viewOf(schema)
  const matching = Object.entries(view.patternProperties ?? {}).find(([pattern]) =>
    new RegExp(pattern, 'u').test(name),
  )
  return matching?.[1] ?? view.additionalProperties
}

function isTuple(items: SchemaView['items']): items is readonly TSchema[] {
  return Array.isArray(items)
}

function jsonType(value: unknown): string {
  return value === null ? 'null' : typeof value
}

function pointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
