/** Lets works of the same name happen one after the other, in the order they were asked for. */
export class Turns<Name> {
  readonly #last = new Map<Name, Promise<unknown>>()

  /** Resolves or rejects as the work does; a work that failed does not keep the next from its turn. */
  take<Result>(name: Name, work: () => Promise<Result>): Promise<Result> {
    const result = (this.#last.get(name) ?? Promise.resolve()).then(work)
    const settled: Promise<unknown> = result
      .catch(() => undefined)
      .then(() => {
        if (this.#last.get(name) === settled) this.#last.delete(name)
      })
    this.#last.set(name, settled)
    return result
  }

  /** Resolves when the works of that name that were asked for by now have ended, well or badly. */
  async settled(name: Name): Promise<void> {
    await this.#last.get(name)
  }

  /** Resolves when all that were asked for by now have. */
  async allSettled(): Promise<void> {
    await Promise.all(this.#last.values())
  }
}
