import type { Environment } from '../../language/expression/environment.ts'
import { readExpression } from '../../language/expression/read.ts'
import { isEmpty, type MapEntry, type Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { type ConditionGroup, groupKinds, type RuleCondition } from '../condition.ts'
import type { ConditionDef } from '../plugin.ts'
import type { Bound } from '../rule-set.ts'

export interface ConditionReading {
  readonly report: Report
  readonly environment: Environment
  /** The names of the catalog's conditions. */
  readonly kinds: ReadonlySet<string>
  /** Reads one of the catalog's conditions; what is wrong is reported. Null for one that is switched off. */
  readonly bind: (node: Node) => Bound<ConditionDef> | null | undefined
  /** The key they stand behind, where that is not `if`. */
  readonly word?: string
}

/**
 * Reads what stands behind `if`: an expression, `{any: […]}`, `{none: […]}`, or a list of these and of conditions, all
 * of which must hold. Null after errors, which are reported.
 */
export function readConditions(
  node: Node | undefined,
  reading: ConditionReading,
): readonly RuleCondition[] | null {
  if (node === undefined) return []
  if (node.kind === 'list') return readAll(node.items, reading)
  const isAlone = node.kind === 'scalar' ? !isEmpty(node) : groupIn(node, reading) !== undefined
  if (isAlone) return readAll([node], reading)
  if (node.kind === 'map' && node.entries.size > 0) {
    reading.report.wouldUsually(node.span, 'list')
    return readAll([node], reading)
  }
  const { word = 'if' } = reading
  const message = `\`${word}\` takes an expression or a list`
  reading.report.add(
    node,
    'error',
    'type/value',
    message,
    `write it as in \`${word}: player.playing\`, or begin each line with "- "`,
  )
  return null
}

function readAll(nodes: readonly Node[], reading: ConditionReading): readonly RuleCondition[] | null {
  const all = nodes.map((node) => readOne(node, reading))
  const good = all.filter((condition) => condition !== undefined)
  return good.length === all.length ? good.filter((condition) => condition !== null) : null
}

/** Undefined after errors, null for what is switched off. */
function readOne(node: Node, reading: ConditionReading): RuleCondition | null | undefined {
  const { report, environment } = reading
  const group = groupIn(node, reading)
  if (group !== undefined) return readGroup(group, node, reading)
  // The name of a kind alone is a condition whose options were forgotten.
  const isKind = (text: string) => reading.kinds.has(text) && !isWord(text, environment)
  if (node.kind !== 'scalar' || isEmpty(node) || isKind(node.text)) return reading.bind(node)
  const expression = readExpression(node, report, { environment, wanted: 'bool' })
  return expression === undefined ? undefined : { kind: 'expression', expression }
}

/** `holiday` is a condition and a word of expressions. */
function isWord(text: string, { names = {}, absent = {} }: Environment): boolean {
  return Object.hasOwn(names, text) || Object.hasOwn(absent, text)
}

interface Group {
  readonly kind: ConditionGroup['kind']
  readonly entry: MapEntry
}

/** A condition of the catalog goes first where it has such a name. */
function groupIn(node: Node, { kinds }: ConditionReading): Group | undefined {
  if (node.kind !== 'map') return undefined
  for (const kind of groupKinds) {
    const entry = node.entries.get(kind)
    if (entry !== undefined && !kinds.has(kind)) return { kind, entry }
  }
  return undefined
}

function readGroup(
  { kind, entry }: Group,
  node: Node,
  reading: ConditionReading,
): ConditionGroup | null | undefined {
  const { report } = reading
  const other =
    node.kind === 'map' ? [...node.entries.values()].find(({ key }) => key !== entry.key) : undefined
  if (other !== undefined) {
    const message = `one item, one kind: this has both \`${kind}\` and \`${other.key.text}\`. Start a new line with "-"`
    report.add(other.key, 'error', 'key/two-kinds', message)
    return undefined
  }
  if (entry.value.kind !== 'list' || entry.value.items.length === 0) {
    report.add(
      isEmpty(entry.value) ? entry.key : entry.value,
      'error',
      'type/value',
      `\`${kind}\` takes a list of conditions`,
    )
    return undefined
  }
  const conditions = readAll(entry.value.items, reading)
  if (conditions === null) return undefined
  return conditions.length === 0 ? null : { kind, conditions }
}
