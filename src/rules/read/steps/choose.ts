import { type TSchema, Type } from 'typebox'
import { decode } from '../../../language/check.ts'
import type { MapNode, Node } from '../../../language/node.ts'
import type { Report } from '../../../language/report.ts'
import { allOf } from '../bind.ts'
import { readConditions } from '../conditions.ts'
import { onErrorWord } from './beside.ts'
import {
  type Finding,
  type FoundStep,
  finishSteps,
  foundGrammar,
  type GrammarItem,
  partsOf,
  type ReadGrammar,
  type StepReading,
} from './found.ts'
import { itemsIn, itemsOrOneIn } from './lists.ts'

/** One way on: its actions are done where its condition holds, or where none of those before it did. */
interface WrittenWay {
  /** What stands behind `if`; null for `else`. */
  readonly if: Node | null
  readonly do: readonly Node[]
}

const beside = {
  id: Type.Optional(Type.String({ minLength: 1 })),
  name: Type.Optional(Type.String({ minLength: 1 })),
  enabled: Type.Optional(Type.Boolean()),
  on_error: Type.Optional(onErrorWord),
}
const anything = Type.Unknown()
const closed = { additionalProperties: false }
const maybe = Type.Optional(anything)
// biome-ignore lint/suspicious/noThenProperty: it is the word that people write.
const ifSchema = Type.Object({ if: anything, then: anything, else: maybe, ...beside }, closed)
const waySchema = Type.Object({ if: anything, do: anything }, closed)
const elseSchema = Type.Object({ else: anything }, closed)

/** Whether an item that has none of the kinds chooses by `if` with `then`. */
export function isIf(node: Node, kinds: readonly string[]): node is MapNode {
  if (node.kind !== 'map') return false
  const keys = [...node.entries.keys()]
  if (keys.some((key) => kinds.includes(key))) return false
  const isNothingElse = keys.every((key) => ['then', 'else', 'if', ...Object.keys(beside)].includes(key))
  return keys.includes('if') && (isNothingElse || keys.includes('then'))
}

/** `if` with `then`, and `else` where there is one. Null after errors, which are reported. */
export function readIf(node: MapNode, finding: Finding): FoundStep | null {
  const { report } = finding
  const head = decode(ifSchema, node, report, { what: 'action `if`' })
  const key = node.entries.get('if')?.key
  if (head === undefined || key === undefined) return null
  const then = wayIn(node, { if: 'if', do: 'then' }, report)
  const otherwise = node.entries.has('else') ? wayIn(node, { if: null, do: 'else' }, report) : []
  if (then === undefined || otherwise === undefined) return null
  const { name, enabled = true, on_error: onError } = head
  const item: GrammarItem = {
    ...{ kind: 'if', key, value: node, enabled, if: null },
    ...(name === undefined ? {} : { name }),
    ...(onError === undefined ? {} : { onError }),
  }
  return foundChoice(item, [...then, ...otherwise], finding)
}

/** `choose` with its ways, each with `if` and `do`; `else` is the last. */
export const readChoose: ReadGrammar = (item, finding) => {
  const { report } = finding
  const items = itemsIn(item, 'its ways, each with `if` and `do`', report)
  if (items === undefined) return null
  const ways = items.map((way, index) => readWay(way, { isLast: index === items.length - 1, report }))
  const good = ways.filter((way) => way !== undefined)
  return good.length < ways.length ? null : foundChoice(item, good.flat(), finding)
}

function foundChoice(item: GrammarItem, ways: readonly WrittenWay[], { find }: Finding): FoundStep | null {
  const found = allOf(
    ways.map((way) => {
      const inner = find(way.do)
      return inner === null ? null : { way, inner }
    }),
  )
  if (found === null) return null
  return foundGrammar(item, (reading) => {
    const finished = allOf(found.map((one) => finishWay(one, reading)))
    if (finished === null) return null
    const step = {
      does: 'choose' as const,
      ways: finished.map(({ conditions, list }) => ({ if: conditions, do: list.steps })),
    }
    return { ...partsOf(finished.map(({ list }) => list)), step }
  })
}

interface FoundWay {
  readonly way: WrittenWay
  readonly inner: readonly FoundStep[]
}

function finishWay({ way, inner }: FoundWay, reading: StepReading) {
  const conditions = way.if === null ? null : readConditions(way.if, reading)
  const list = finishSteps(inner, reading)
  if (list === null || (way.if !== null && conditions === null)) return null
  return { conditions, list }
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
  const items = entry === undefined ? undefined : itemsOrOneIn(entry, 'a list of actions', report)
  return items === undefined ? undefined : [{ if: condition, do: items }]
}
