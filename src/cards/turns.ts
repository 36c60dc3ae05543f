/** Lets works of the same name happen one after the other, in the order they were asked for. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Resolves or rejects as the work does; a work that failed does not keep the next from its turn. */
  take<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const result = (this.#last.get(name) ?? Promise.resolve()).then(work)
    const settled: Promise<unknown> = result
      .catch(() => undefined)
      .then(() => {
        if (this.#last.get(name) === settled) this.#last.delete(name)
      })
    this.#last.set(name, settled)
    return result
  }
}
