import type { Node } from '../../language/node.ts'

/** What a test can name of what stands in the files. */
/** `scene`: behind the name of its story, `lighthouse/shore`. */
export type NamedKind = 'rule' | 'stream' | 'playlist' | 'story' | 'scene'

export interface Named {
  readonly kind: NamedKind
  readonly name: string
  readonly node: Node
}

/** Gathers the names that a test speaks of, to be held against all files. */
export class Naming {
  readonly all: Named[] = []
  /** Where it first speaks of a stream without naming it. */
  unnamedStream: Node | null = null

  names(kind: NamedKind, name: string, node: Node): void {
    this.all.push({ kind, name, node })
  }
}
