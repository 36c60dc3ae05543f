/**
 * A write on its way into the store, for those who go on before it is there. What they write meanwhile is built on it, and
 * the store takes that only where it has this one too.
 */
export class Write {
  #end: 'kept' | 'lost' | null = null
  #isOrphan = false
  #builtOnIt: Write[] = []

  buildsOn(earlier: Write): void {
    if (earlier.isLost) this.#orphaned()
    else if (earlier.#end === null) earlier.#builtOnIt.push(this)
  }

  /** Whether it has failed, or something that it is built on has: then it must not be written any more. */
  get isLost(): boolean {
    return this.#end === 'lost' || this.#isOrphan
  }

  /** Whether nothing is wrong with it but that something it is built on is lost. */
  get isOrphan(): boolean {
    return this.#isOrphan
  }

  /** The store has it. */
  kept(): void {
    this.#end = 'kept'
    this.#builtOnIt = []
  }

  /** The store could not take it. */
  lost(): void {
    this.#end = 'lost'
    for (const one of this.#taken()) one.#orphaned()
  }

  #orphaned(): void {
    const orphans: Write[] = [this]
    // Thousands of rules may change one queue at once, each built on the one before.
    for (let one = orphans.pop(); one !== undefined; one = orphans.pop()) {
      one.#isOrphan = true
      orphans.push(...one.#taken())
    }
  }

  #taken(): Write[] {
    const builtOnIt = this.#builtOnIt
    this.#builtOnIt = []
    return builtOnIt
  }
}
