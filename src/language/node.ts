/** Offsets into the text of the file, in UTF-16 code units; `end` is the first one that no longer belongs. */
export interface Span {
  readonly start: number
  readonly end: number
  /**
   * Of what was put here from another place: where that is, as a clause for people. What is wrong with it is shown at
   * the span as a whole, for the file has another text there.
   */
  readonly from?: string
}

/** What a YAML file says, with the place of everything in it and nothing typed yet. */
export type Node = ScalarNode | ListNode | MapNode

export interface ScalarNode {
  readonly kind: 'scalar'
  /** As written: `08`, `12e4` and `01:10` keep their characters. A value left out is `''` and not quoted. */
  readonly text: string
  readonly quoted: boolean
  readonly span: Span
}

export interface ListNode {
  readonly kind: 'list'
  readonly items: readonly Node[]
  readonly span: Span
}

export interface MapNode {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, MapEntry>
  readonly span: Span
}

export interface MapEntry {
  readonly key: ScalarNode
  readonly value: Node
}

/** Whether a key stands there with nothing behind it: `name:`. */
export function isEmpty(node: Node): boolean {
  return node.kind === 'scalar' && node.text === '' && !node.quoted
}

/** The first scalar that fits, the node itself or one below it; not keys, and nothing that stands behind those of `without`. */
export function findScalar(
  node: Node,
  fits: (scalar: ScalarNode) => boolean,
  without: readonly string[] = [],
): ScalarNode | undefined {
  if (node.kind === 'scalar') return fits(node) ? node : undefined
  const children =
    node.kind === 'list'
      ? node.items
      : [...node.entries].flatMap(([key, { value }]) => (without.includes(key) ? [] : [value]))
  for (const child of children) {
    const found = findScalar(child, fits, without)
    if (found !== undefined) return found
  }
  return undefined
}

/** What stands behind the key; where that is missing, the node itself. */
export function entryOf(node: Node, key: string): Node {
  return (node.kind === 'map' ? node.entries.get(key)?.value : undefined) ?? node
}
