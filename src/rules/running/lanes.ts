/** A place in a lane. */
export interface Turn {
  /** Resolves when all that entered the lane before have left it. */
  readonly ready: Promise<void>
  /** Lets the next one in; before it was ready, it is passed over. */
  leave(): void
}

/** Lets those who act on one stream or player act one after the other, in the order in which they came. */
export class Lanes {
  /** Resolves when the last one of the lane has left. */
  readonly #last = new Map<string, Promise<void>>()

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
    return { ready: before, leave }
  }
}
