/** What was last asked for each name, where a wish may be fulfilled only after a later one was. */
export class NewestWishes {
  #count = 0
  readonly #fulfilled = new Map<string, number>()

  /** Notes that it is wished now. */
  wish(name: string): Wish {
    this.#count += 1
    const own = this.#count
    return {
      isOvertaken: () => (this.#fulfilled.get(name) ?? 0) > own,
      fulfilled: () => void this.#fulfilled.set(name, Math.max(own, this.#fulfilled.get(name) ?? 0)),
    }
  }

  forget(name: string): void {
    this.#fulfilled.delete(name)
  }
}

interface Wish {
  /** Whether a later wish was fulfilled before this one. */
  isOvertaken(): boolean
  fulfilled(): void
}
