import { isInTree, type Tree } from './own-tree.ts'
import { topicMatches } from './topic-filter.ts'

export interface Said {
  readonly topic: string
  readonly isEmpty: boolean
}

/**
 * What others than the product may say on its own broker: everything outside its tree, and in it only commands and
 * requests, none of them retained. Where the product itself keeps something outside its tree, such as the discovery of its devices, others
 * may only take it away: so Home Assistant deletes a device.
 */
export class PublishGuard {
  readonly #tree: Tree
  readonly #wishes: readonly string[]
  /** Topics outside the tree under which the product has something retained. */
  readonly #standing = new Set<string>()

  constructor(tree: Tree) {
    const { base } = tree
    this.#tree = tree
    // `#` covers what stands before it, too.
    this.#wishes = [
      `${base}/+/set/#`,
      `${base}/stream/+/set/#`,
      `${base}/input/+/set/#`,
      `${base}/bridge/request/#`,
    ]
  }

  /** The product itself has put this there, retained. */
  productKept({ topic, isEmpty }: Said): void {
    if (isEmpty) this.#standing.delete(topic)
    else if (!isInTree(topic, this.#tree)) this.#standing.add(topic)
  }

  mayBeSaid({ topic, isEmpty }: Said): boolean {
    // Nobody but the broker itself: aedes closes clients of whom it is told under `$SYS`.
    if (topic.startsWith('$')) return false
    if (isInTree(topic, this.#tree)) return this.#wishes.some((filter) => topicMatches(filter, topic))
    return isEmpty || !this.#standing.has(topic)
  }

  /** No command or request may stand, to be carried out again by whoever comes later. */
  mayBeKept(topic: string): boolean {
    return !isInTree(topic, this.#tree) || !this.#wishes.some((filter) => topicMatches(filter, topic))
  }
}
