import { type Node, parseTree } from 'jsonc-parser'
import { Lines } from '../../language/lines.ts'

/** Finds where things stand in a text of JSON that was read. */
export class JsonLines {
  readonly #lines: Lines
  readonly #root: Node | undefined
  /** By list: its entries, and of a map by their names. */
  readonly #entries = new Map<string, ReadonlyMap<string, Node>>()

  constructor(text: string) {
    this.#lines = new Lines(text)
    this.#root = rootOf(text)
  }

  /** The line of a key of the document, or of an entry of the list or map that it holds; 1 where it is not found. */
  of(key: string, entry?: string | number): number {
    const node = entry === undefined ? this.#top().get(key) : this.#entriesOf(key).get(String(entry))
    return node === undefined ? 1 : this.#lines.lineOf(node.offset)
  }

  #top(): ReadonlyMap<string, Node> {
    return this.#kept('', () => this.#root)
  }

  #entriesOf(key: string): ReadonlyMap<string, Node> {
    return this.#kept(`.${key}`, () => this.#top().get(key)?.children?.[1])
  }

  #kept(name: string, node: () => Node | undefined): ReadonlyMap<string, Node> {
    const known = this.#entries.get(name) ?? entriesIn(node())
    this.#entries.set(name, known)
    return known
  }
}

/** Properties begin with their key. */
function entriesIn(node: Node | undefined): ReadonlyMap<string, Node> {
  return new Map((node?.children ?? []).map((child, index) => [keyOf(child) ?? String(index), child]))
}

function keyOf({ type, children }: Node): string | undefined {
  const key: unknown = type === 'property' ? children?.[0]?.value : undefined
  return typeof key === 'string' ? key : undefined
}

function rootOf(text: string): Node | undefined {
  try {
    return parseTree(text, [], { disallowComments: true })
  } catch {
    // Nested deeper than the stack: then everything is said of the first line.
    return undefined
  }
}
