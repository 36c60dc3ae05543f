// Where the broker tells us nothing back, nothing is taken out again.
const mostAwaited = 100

/** What we have published and the broker has yet to tell us, where it tells us our own words. */
export class Echoes {
  /** Payloads by topic, in the order in which they went out. */
  readonly #awaited = new Map<string, string[]>()

  await(topic: string, payload: string): void {
    const awaited = this.#awaited.get(topic) ?? []
    if (awaited.length === 0) this.#awaited.set(topic, awaited)
    awaited.push(payload)
    if (awaited.length > mostAwaited) awaited.shift()
  }

  /** Whether what was heard is our own word; each is heard once, and none after a later one. */
  take(topic: string, payload: string): boolean {
    const awaited = this.#awaited.get(topic) ?? []
    const at = awaited.indexOf(payload)
    awaited.splice(0, at + 1)
    if (awaited.length === 0) this.#awaited.delete(topic)
    return at >= 0
  }

  /** The broker did not take it. */
  giveUp(topic: string, payload: string): void {
    const awaited = this.#awaited.get(topic) ?? []
    const at = awaited.lastIndexOf(payload)
    if (at >= 0) awaited.splice(at, 1)
    if (awaited.length === 0) this.#awaited.delete(topic)
  }

  forget(topic: string): void {
    this.#awaited.delete(topic)
  }

  forgetAll(): void {
    this.#awaited.clear()
  }
}
