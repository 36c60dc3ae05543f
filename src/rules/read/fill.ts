import type { ListNode, MapEntry, MapNode, Node, ScalarNode, Span } from '../../language/node.ts'
import { type Hole, partsOf, soleHole } from './holes.ts'

/** How the holes of a template are filled. */
export interface Filling {
  /** By name; of what may be left out, what was given. */
  readonly given: ReadonlyMap<string, ScalarNode | ListNode>
  /** Where a part of the template is shown; `value` is what was put there in its place. */
  spanOf(part: Node, value: Node | null): Span
  readonly budget: Budget
}

/** How much may still be put together; a value counts once, and a long text by its length. */
export interface Budget {
  left: number
}

const lettersOfAValue = 50

/**
 * The template's rule with its holes filled. A value that is nothing but a hole for which nothing was given is left out,
 * and so is what has nothing left in it. Null where that is all, or where the budget is used up, which then is below 0.
 */
export function fill(node: Node, filling: Filling): Node | null {
  const { budget } = filling
  budget.left -= 1
  if (budget.left < 0) return null
  if (node.kind === 'scalar') return fillScalar(node, filling)
  if (node.kind === 'map') return fillMap(node, filling)
  const items = node.items.map((item) => fill(item, filling)).filter((item) => item !== null)
  if (items.length === 0 && node.items.length > 0) return null
  return { kind: 'list', items, span: filling.spanOf(node, null) }
}

function fillMap(node: MapNode, filling: Filling): MapNode | null {
  const entries = new Map<string, MapEntry>()
  for (const [name, { key, value }] of node.entries) {
    const filled = fill(value, filling)
    if (filled !== null)
      entries.set(name, { key: { ...key, span: filling.spanOf(key, null) }, value: filled })
  }
  if (entries.size === 0 && node.entries.size > 0) return null
  return { kind: 'map', entries, span: filling.spanOf(node, null) }
}

function fillScalar(node: ScalarNode, filling: Filling): Node | null {
  const parts = partsOf(node.text)
  const hole = soleHole(parts)
  if (hole === null) return { ...node, text: textOf(parts, filling), span: filling.spanOf(node, null) }
  const value = filling.given.get(hole.name)
  return value === undefined ? null : placed(value, node, filling)
}

/** What was given, shown where it was written. */
function placed(value: Node, hole: ScalarNode, filling: Filling): Node {
  const span = filling.spanOf(hole, value)
  filling.budget.left -= value.kind === 'scalar' ? costOf(value.text.length) : 1
  if (value.kind !== 'list') return { ...value, span }
  const items = filling.budget.left < 0 ? [] : value.items.map((item) => placed(item, hole, filling))
  return { ...value, items, span }
}

function textOf(parts: readonly (string | Hole)[], { given, budget }: Filling): string {
  const texts = parts.map((part) => (typeof part === 'string' ? part : asText(given.get(part.name))))
  budget.left -= costOf(texts.reduce((length, text) => length + text.length, 0))
  // A long value in many holes would be more than memory holds.
  return budget.left < 0 ? '' : texts.join('')
}

function costOf(letters: number): number {
  return Math.floor(letters / lettersOfAValue)
}

function asText(value: Node | undefined): string {
  if (value === undefined || value.kind === 'map') return ''
  return value.kind === 'scalar' ? value.text : value.items.map(asText).join(', ')
}
