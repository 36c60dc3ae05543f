import type { Node } from './node.ts'

/** Equal for two nodes that say the same, wherever they stand and whatever comments are between. */
export function meaningOf(node: Node): string {
  return JSON.stringify(plain(node))
}

function plain(node: Node): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.quoted ? { quoted: node.text } : node.text
    case 'list':
      return node.items.map(plain)
    case 'map':
      // Their order may mean something: of slots, the first that matches holds.
      return { map: [...node.entries].map(([name, { value }]) => [name, plain(value)]) }
  }
}

/** How many values stand in a node, itself among them. */
export function valuesIn(node: Node): number {
  if (node.kind === 'scalar') return 1
  const inner = node.kind === 'list' ? node.items : [...node.entries.values()].map(({ value }) => value)
  return inner.reduce((sum, each) => sum + valuesIn(each), 1)
}
