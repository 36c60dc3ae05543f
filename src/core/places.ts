interface Waiter {
  readonly signal: AbortSignal
  readonly enter: () => void
  readonly leave: () => void
}

/** Lets so many works go on at once; the others wait for a place in the order they came. */
export class Places {
  #free: number
  #waiting: Waiter[] = []
  /** One listener a signal, however many wait with it: Node warns of a leak when there are more than ten. */
  readonly #listeners = new Map<AbortSignal, () => void>()

  constructor(places: number) {
    this.#free = places
  }

  /** @throws the signal's reason where it is aborted before there is a place; the work is then not begun. */
  async take<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    await this.#place(signal)
    try {
      return await work()
    } finally {
      this.#free++
      this.#next()
    }
  }

  #place(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#free > 0) {
      this.#free--
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ signal, enter: resolve, leave: () => reject(signal.reason) })
      this.#listen(signal)
    })
  }

  #next(): void {
    const waiter = this.#waiting.shift()
    if (waiter === undefined) return
    this.#free--
    if (!this.#waiting.some(({ signal }) => signal === waiter.signal)) this.#unlisten(waiter.signal)
    waiter.enter()
  }

  #listen(signal: AbortSignal): void {
    if (this.#listeners.has(signal)) return
    const aborted = () => {
      this.#listeners.delete(signal)
      const leaving = this.#waiting.filter((waiter) => waiter.signal === signal)
      this.#waiting = this.#waiting.filter((waiter) => waiter.signal !== signal)
      for (const { leave } of leaving) leave()
    }
    this.#listeners.set(signal, aborted)
    signal.addEventListener('abort', aborted, { once: true })
  }

  #unlisten(signal: AbortSignal): void {
    const aborted = this.#listeners.get(signal)
    if (aborted !== undefined) signal.removeEventListener('abort', aborted)
    this.#listeners.delete(signal)
  }
}
