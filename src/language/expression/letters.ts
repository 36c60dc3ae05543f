import type { ASTNode } from './parse.ts'

/** What stands for words that the parser cannot read, each as long as the word itself. */
export type StandIns = Map<string, string>

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const plain = /^[A-Za-z0-9_]+$/

/**
 * The parser knows the letters of English alone: for `größe` a word of capitals stands that is as long and that nobody
 * has written. Where none is left the word stays as it is, and the parser stumbles over it.
 */
export function standInsFor(words: Iterable<string>): StandIns {
  const written = new Set(words)
  const found: StandIns = new Map()
  for (const word of written) {
    if (!/^[\p{L}_]/u.test(word) || plain.test(word)) continue
    const standIn = freeWord(word.length, written)
    if (standIn === null) continue
    written.add(standIn)
    found.set(word, standIn)
  }
  return found
}

function freeWord(length: number, written: ReadonlySet<string>): string | null {
  for (let number = 0; number < capitals.length ** Math.min(length, 2); number++) {
    const last = capitals[number % capitals.length] ?? 'A'
    const first = capitals[Math.floor(number / capitals.length)] ?? 'A'
    const word = length === 1 ? last : `${first}${last}`.padEnd(length, 'Z')
    if (!written.has(word)) return word
  }
  return null
}

/** The tree with the words that were written. It was made just now, and nobody else has it. */
export function withWrittenWords(ast: ASTNode, standIns: StandIns): ASTNode {
  if (standIns.size === 0) return ast
  const words = new Map([...standIns].map(([word, standIn]) => [standIn, word]))
  const restored = (part: unknown): unknown => {
    if (typeof part === 'string') return words.get(part) ?? part
    if (Array.isArray(part)) return part.map(restored)
    return isNode(part) ? restore(part) : part
  }
  // What stands in quotes is no name.
  const restore = (node: ASTNode): ASTNode =>
    node.op === 'value' ? node : Object.assign(node, { args: restored(node.args) })
  return restore(ast)
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part
}
