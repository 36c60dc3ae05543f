import { Write } from './write.ts'

/** Something that was asked for and is on its way into the store. */
export interface Asked<Result> {
  readonly write: Write
  readonly stored: Promise<Result>
}

/** A value that is on its way. */
export interface Pending<Value> extends Asked<void> {
  readonly value: Value
}

/** How a value gets into the store. */
interface Putting {
  /** Asks the store for it, at once. */
  put(write: Write): Promise<void>
  /** The store has it. */
  kept(): void
}

/**
 * What values will be, by name, once all that was asked for is in the store. Who changes one again need not wait for that:
 * the change is worked out from the value that is coming, and is lost with it.
 */
export class Coming<Value> {
  readonly #newest = new Map<string, Pending<Value>>()
  readonly #asked = new Set<Promise<unknown>>()

  /** Undefined where nothing is on its way. */
  get(name: string): Pending<Value> | undefined {
    const pending = this.#newest.get(name)
    return pending?.write.isLost === true ? undefined : pending
  }

  /** Of what is on its way. */
  entries(): (readonly [name: string, value: Value])[] {
    return [...this.#newest].flatMap(([name, { value, write }]) =>
      write.isLost ? [] : [[name, value] as const],
    )
  }

  /** From now on it is that value which is coming. `before`: what it was worked out from. */
  add(name: string, value: Value, before: Pending<Value> | undefined, putting: Putting): Asked<void> {
    const write = writeOn(before)
    // What it was worked out from may be lost by now.
    const put = write.isLost ? Promise.reject(new Error('what it follows from is lost')) : putting.put(write)
    const stored = put.then(
      () => {
        write.kept()
        this.#forget(name, pending)
        putting.kept()
      },
      (error) => {
        if (!write.isOrphan) write.lost()
        this.#forget(name, pending)
        throw error
      },
    )
    const pending: Pending<Value> = { value, write, stored }
    this.#newest.set(name, pending)
    return { write, stored }
  }

  /** Nothing is written, as `found` says, or throws: that holds once `before`, which it looked at, is in the store. */
  nothing<Result>(before: Pending<Value> | undefined, found: () => Result): Asked<Result> {
    return { write: writeOn(before), stored: (before?.stored ?? Promise.resolve()).then(found) }
  }

  /** Resolves with what comes of it. It is asked for again where it could not be stored only as what it was built on was lost. */
  async take<Result>(ask: () => Promise<Asked<Result>>): Promise<Result> {
    const result = this.#take(ask)
    this.#asked.add(result)
    try {
      return await result
    } finally {
      this.#asked.delete(result)
    }
  }

  async #take<Result>(ask: () => Promise<Asked<Result>>): Promise<Result> {
    for (;;) {
      const { write, stored } = await ask()
      try {
        return await stored
      } catch (error) {
        if (!write.isOrphan) throw error
      }
    }
  }

  /** Resolves when nothing of these names is on its way any more; without names when all that was taken has ended. */
  async settled(names?: Iterable<string>): Promise<void> {
    if (names === undefined) while (this.#asked.size > 0) await Promise.allSettled(this.#asked)
    else await Promise.allSettled([...names].map((name) => this.#newest.get(name)?.stored))
  }

  #forget(name: string, ended: Pending<Value>): void {
    const newest = this.#newest.get(name)
    if (newest === ended || newest?.write.isLost === true) this.#newest.delete(name)
  }
}

function writeOn(before: Pending<unknown> | undefined): Write {
  const write = new Write()
  if (before !== undefined) write.buildsOn(before.write)
  return write
}
