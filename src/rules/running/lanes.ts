/** A place in a lane. */
export interface Turn {
  /** Resolves when all that entered the lane before have left it. */
  readonly ready: Promise<void>
  /**
   * Lets the next one in; before it was ready, it is passed over. `over`: resolves when nothing of what it did is on its
   * way into the store any more.
   */
  leave(over?: Promise<void>): void
}

/** Lets those who act on one stream or player act one after the other, in the order in which they came. */
export class Lanes {
  /** Resolves when the last one of the lane has left. */
  readonly #last = new Map<string, Promise<void>>()
  /** Those who have left it, while something that they did is on its way into the store. */
  readonly #storing = new Map<string, Set<Promise<void>>>()

  /** Whether nobody acts in it, or waits to. */
  isFree(lane: string): boolean {
    return !this.#last.has(lane)
  }

  enter(lane: string): Turn {
    const before = this.#last.get(lane) ?? Promise.resolve()
    let leave: () => void = () => undefined
    const left = new Promise<void>((resolve) => {
      leave = resolve
    })
    const both = before.then(() => left)
    this.#last.set(lane, both)
    void both.then(() => {
      if (this.#last.get(lane) === both) this.#last.delete(lane)
    })
    return {
      ready: before,
      leave: (over) => {
        if (over !== undefined) this.#stores(lane, over)
        leave()
      },
    }
  }

  /** Resolves when nothing of what those did who have left it is on its way into the store any more. */
  async settled(lane: string): Promise<void> {
    await Promise.all(this.#storing.get(lane) ?? [])
  }

  #stores(lane: string, over: Promise<void>): void {
    const storing = this.#storing.get(lane) ?? new Set()
    this.#storing.set(lane, storing.add(over))
    void over.then(() => {
      storing.delete(over)
      if (storing.size === 0) this.#storing.delete(lane)
    })
  }
}
