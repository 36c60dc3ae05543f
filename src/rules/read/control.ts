import { type TSchema, Type } from 'typebox'
import { decode } from '../../language/check.ts'
import { isEmpty, type MapEntry, type MapNode, type Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'

/** One way on: its actions are done where its condition holds, or where none of those before it did. */
export interface WrittenWay {
  /** What stands behind `if`; null for `else`. */
  readonly if: Node | null
  readonly do: readonly Node[]
}

/** An action that chooses among others. */
export interface Control {
  readonly kind: 'if' | 'choose'
  readonly name?: string
  readonly enabled: boolean
  /** Of `choose`: the condition beside it. */
  readonly if: Node | null
  readonly ways: readonly WrittenWay[]
}

const beside = {
  id: Type.Optional(Type.String({ minLength: 1 })),
  name: Type.Optional(Type.String({ minLength: 1 })),
  enabled: Type.Optional(Type.Boolean()),
}
const anything = Type.Unknown()
const closed = { additionalProperties: false }
const maybe = Type.Optional(anything)
// biome-ignore lint/suspicious/noThenProperty: it is the word that people write.
const ifSchema = Type.Object({ if: anything, then: anything, else: maybe, ...beside }, closed)
const chooseSchema = Type.Object({ choose: anything, if: maybe, ...beside }, closed)
const waySchema = Type.Object({ if: anything, do: anything }, closed)
const elseSchema = Type.Object({ else: anything }, closed)

/** Whether an item of `do` is one of these; an action of the catalog goes first. */
export function isControl(node: Node, kinds: ReadonlyMap<string, unknown>): node is MapNode {
  if (node.kind !== 'map') return false
  const keys = [...node.entries.keys()]
  if (keys.some((key) => kinds.has(key))) return false
  if (keys.includes('choose')) return true
  const isNothingElse = keys.every((key) => ['then', 'else', 'if', ...Object.keys(beside)].includes(key))
  return keys.includes('if') && (isNothingElse || keys.includes('then'))
}

/** Undefined after errors, which are reported. */
export function readControl(node: MapNode, report: Report): Control | undefined {
  return node.entries.has('choose') ? readChoose(node, report) : readIf(node, report)
}

function readIf(node: MapNode, report: Report): Control | undefined {
  const head = decode(ifSchema, node, report, { what: 'action `if`' })
  if (head === undefined) return undefined
  const then = wayIn(node, { if: 'if', do: 'then' }, report)
  const otherwise = node.entries.has('else') ? wayIn(node, { if: null, do: 'else' }, report) : []
  if (then === undefined || otherwise === undefined) return undefined
  return { kind: 'if', ...headOf(head), if: null, ways: [then, otherwise].flat() }
}

function readChoose(node: MapNode, report: Report): Control | undefined {
  const head = decode(chooseSchema, node, report, { what: 'action `choose`' })
  const entry = node.entries.get('choose')
  if (head === undefined || entry === undefined) return undefined
  const items = itemsIn(entry, 'its ways, each with `if` and `do`', report)
  if (items === undefined) return undefined
  const ways = items.map((item, index) => readWay(item, { isLast: index === items.length - 1, report }))
  const good = ways.filter((way) => way !== undefined)
  if (good.length < ways.length) return undefined
  return { kind: 'choose', ...headOf(head), if: node.entries.get('if')?.value ?? null, ways: good.flat() }
}

function readWay(
  node: Node,
  { isLast, report }: { readonly isLast: boolean; readonly report: Report },
): readonly WrittenWay[] | undefined {
  const isElse = node.kind === 'map' && node.entries.has('else') && !node.entries.has('if')
  const schema: TSchema = isElse ? elseSchema : waySchema
  if (decode(schema, node, report, { what: 'a way of `choose`' }) === undefined || node.kind !== 'map')
    return undefined
  if (!isElse) return wayIn(node, { if: 'if', do: 'do' }, report)
  if (isLast) return wayIn(node, { if: null, do: 'else' }, report)
  const place = node.entries.get('else')?.key ?? node
  report.add(
    place,
    'error',
    'type/value',
    '`else` is the last way of `choose`: those behind it would never be taken',
  )
  return undefined
}

/** A list of one, or undefined after errors. */
function wayIn(
  node: MapNode,
  keys: { readonly if: string | null; readonly do: string },
  report: Report,
): readonly WrittenWay[] | undefined {
  const entry = node.entries.get(keys.do)
  const condition = keys.if === null ? null : (node.entries.get(keys.if)?.value ?? null)
  const items = entry === undefined ? undefined : itemsIn(entry, 'a list of actions', report)
  return items === undefined ? undefined : [{ if: condition, do: items }]
}

function itemsIn({ key, value }: MapEntry, what: string, report: Report): readonly Node[] | undefined {
  if (value.kind === 'list' && value.items.length > 0) return value.items
  const help = 'begin each line with "- "'
  report.add(isEmpty(value) ? key : value, 'error', 'type/value', `\`${key.text}\` takes ${what}`, help)
  return undefined
}

function headOf({ name, enabled = true }: { name?: string; enabled?: boolean }) {
  return { enabled, ...(name === undefined ? {} : { name }) }
}
