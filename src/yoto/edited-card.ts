import { type Node, type ParseError, parseTree } from 'jsonc-parser'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { bareIdIn, bareIds } from './json.ts'

/** A piece of a text, and what is to stand in its place. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * The text of a card with only those places edited in which `changed` differs from it: numbers in their spelling,
 * escapes, order, unknown fields, repeated keys and white space stay byte for byte. `answer` is the text that Yoto
 * sent, with or without the envelope `{card: …}`; what comes back has none. Undefined where there is no card to edit.
 */
export function editedCard(answer: string, changed: JsonObject): string | undefined {
  const card = cardIn(answer)
  if (card === undefined) return undefined
  const edits: Edit[] = []
  compareObject(card, changed, { text: answer, edits })
  return applied(answer, card, edits)
}

/** The text of the card in an answer of Yoto's, without its envelope; undefined where there is none. */
export function cardTextIn(answer: string): string | undefined {
  const card = cardIn(answer)
  return card === undefined ? undefined : sourceOf(card, answer)
}

function cardIn(text: string): Node | undefined {
  const root = treeOf(text)
  if (root?.type !== 'object') return undefined
  const card = members(root).get('card')?.value
  return card?.type === 'object' ? card : root
}

function treeOf(text: string): Node | undefined {
  const errors: ParseError[] = []
  // Ids are read as `parseJson` reads them; each place of the text stays where it is.
  const strict = text.replace(bareIds, (all, _name, id: string) =>
    all.slice(0, -id.length).concat('1'.repeat(id.length)),
  )
  try {
    const root = parseTree(strict, errors, { disallowComments: true })
    return errors.length > 0 ? undefined : root
  } catch (error) {
    // A stranger's brackets may be nested deeper than the stack.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

interface Comparison {
  readonly text: string
  readonly edits: Edit[]
}

function compare(node: Node, wanted: unknown, comparison: Comparison, name?: string): void {
  if (node.type === 'object' && isJsonObject(wanted)) compareObject(node, wanted, comparison)
  else if (node.type === 'array' && Array.isArray(wanted)) compareList(node, wanted, comparison)
  else if (!isSame(node, wanted, comparison.text, name))
    comparison.edits.push({ start: node.offset, end: endOf(node), text: JSON.stringify(wanted) })
}

function compareObject(node: Node, wanted: JsonObject, comparison: Comparison): void {
  const { edits } = comparison
  const here = members(node)
  for (const [name, { value }] of here)
    if (wanted[name] !== undefined && Object.hasOwn(wanted, name))
      compare(value, wanted[name], comparison, name)
  const properties = node.children ?? []
  const isWanted = (property: Node) => {
    const name = nameOf(property)
    return Object.hasOwn(wanted, name) && wanted[name] !== undefined
  }
  edits.push(...removals(properties, isWanted))
  const added = Object.entries(wanted)
    .filter(([name, value]) => value !== undefined && !here.has(name))
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  edits.push(...additions(node, { after: properties.findLast(isWanted), added }))
}

/** Items that are the same at both ends stay, so that one that comes or goes between them moves none of them. */
function compareList(node: Node, wanted: readonly unknown[], comparison: Comparison): void {
  const { text, edits } = comparison
  const items = node.children ?? []
  const same = (item: Node | undefined, value: unknown) => item !== undefined && isSame(item, value, text)
  const most = Math.min(items.length, wanted.length)
  let head = 0
  while (head < most && same(items[head], wanted[head])) head++
  let tail = 0
  while (tail < most - head && same(items.at(-1 - tail), wanted.at(-1 - tail))) tail++
  const [lastItem, lastWanted] = [items.length - tail, wanted.length - tail]
  const paired = Math.min(lastItem, lastWanted)
  for (const [place, item] of items.entries())
    if (place >= head && place < paired) compare(item, wanted[place] ?? null, comparison)
  const gone = new Set(items.slice(paired, lastItem))
  edits.push(...removals(items, (item) => !gone.has(item)))
  const added = wanted.slice(paired, lastWanted).map((value) => JSON.stringify(value ?? null))
  edits.push(...additions(node, { after: items[paired - 1], added }))
}

/** Each goes with the comma before it, or with the one behind it where nothing stays before it. */
function removals(children: readonly Node[], stays: (child: Node) => boolean): Edit[] {
  const first = children.findIndex(stays)
  return children.flatMap((child, place) => {
    if (stays(child)) return []
    const before = children[place - 1]
    const isBehind = first >= 0 && place > first && before !== undefined
    const start = isBehind ? endOf(before) : child.offset
    const end = isBehind ? endOf(child) : (children[place + 1]?.offset ?? endOf(child))
    return [{ start, end, text: '' }]
  })
}

/** `after` is the last child that stays before them; without one they come first. */
function additions(
  node: Node,
  { after, added }: { after: Node | undefined; added: readonly string[] },
): Edit[] {
  if (added.length === 0) return []
  const all = added.join(',')
  if (after !== undefined) return [{ start: endOf(after), end: endOf(after), text: `,${all}` }]
  const start = node.offset + 1
  const isFollowed = node.type === 'array' && (node.children ?? []).length > 0
  return [{ start, end: start, text: isFollowed ? `${all},` : all }]
}

/** What is not a change: the reading of a document is another than its text. */
function isSame(node: Node, value: unknown, text: string, name?: string): boolean {
  if (node.type === 'object') {
    if (!isJsonObject(value)) return false
    const here = members(node)
    const wanted = Object.entries(value).filter(([, each]) => each !== undefined)
    return (
      here.size === wanted.length &&
      wanted.every(([key, each]) => {
        const member = here.get(key)
        return member !== undefined && isSame(member.value, each, text, key)
      })
    )
  }
  if (node.type === 'array') {
    const items = node.children ?? []
    if (!Array.isArray(value) || items.length !== value.length) return false
    return items.every((item, place) => isSame(item, value[place] ?? null, text))
  }
  if (node.type !== 'number') return node.value === value
  const source = sourceOf(node, text)
  return bareIdIn(name, source) === value || Number(source) === value
}

interface Member {
  readonly value: Node
}

/** By their names; of those that are repeated the last counts, as for every reader of JSON. */
function members(node: Node): ReadonlyMap<string, Member> {
  return new Map(
    (node.children ?? []).flatMap((property) => {
      const value = property.children?.[1]
      return value === undefined ? [] : [[nameOf(property), { value }] as const]
    }),
  )
}

function nameOf(property: Node): string {
  return String(property.children?.[0]?.value)
}

function endOf({ offset, length }: Node): number {
  return offset + length
}

function sourceOf(node: Node, text: string): string {
  return text.slice(node.offset, endOf(node))
}

function applied(text: string, card: Node, edits: readonly Edit[]): string {
  const parts: string[] = []
  let at = card.offset
  for (const edit of edits.toSorted((one, other) => one.start - other.start || one.end - other.end)) {
    parts.push(text.slice(at, edit.start), edit.text)
    at = edit.end
  }
  return parts.join('') + text.slice(at, endOf(card))
}
