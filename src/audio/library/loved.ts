import type { Collection } from '../../core/collection.ts'

/** Which contents people love, whatever the names of their files. */
export class Loved {
  readonly #records: Collection<true>
  readonly #hashes = new Set<string>()

  /** `records`: by content. */
  constructor(records: Collection<true>) {
    this.#records = records
  }

  /** Reads what was said before. Rejects as the store does. */
  async open(): Promise<void> {
    for (const [hash] of await this.#records.entries()) this.#hashes.add(hash)
  }

  /** `hash`: SHA-256 of the content, in hex. */
  has(hash: string): boolean {
    return this.#hashes.has(hash)
  }

  /** Resolves when it is kept. Rejects as the store does, and then it is as it was before. */
  async set(hash: string, isLoved: boolean): Promise<void> {
    if (isLoved) await this.#records.set(hash, true)
    else await this.#records.delete(hash)
    if (isLoved) this.#hashes.add(hash)
    else this.#hashes.delete(hash)
  }
}
