/** How often each thing happened. */
export class Counts {
  readonly #counts = new Map<string, number>()

  add(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times)
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0
  }

  /** Of all things that begin so. */
  sum(start = ''): number {
    let sum = 0
    for (const [what, times] of this.#counts) if (what.startsWith(start)) sum += times
    return sum
  }

  minus(other: Counts): Counts {
    const difference = new Counts()
    for (const [what, times] of this.#counts) difference.add(what, times - other.of(what))
    return difference
  }

  names(): string[] {
    return [...this.#counts.keys()].sort()
  }

  toString(): string {
    return this.names()
      .map((what) => `${what} ${this.of(what)}`)
      .join(', ')
  }
}
