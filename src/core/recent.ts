/** A map that keeps what was set last, so that nobody can make it grow without end. Its oldest entry comes first. */
export class Recent<Key, Value> extends Map<Key, Value> {
  readonly #most: number
  #newest: Key | undefined

  /** `most`: how many entries it keeps. */
  constructor(most: number) {
    super()
    this.#most = most
  }

  /** Also makes an entry that is there already the newest. */
  override set(key: Key, value: Value): this {
    // Moving what is there already makes the map build itself anew time and again.
    if (key === this.#newest && this.has(key)) return super.set(key, value)
    this.#newest = key
    this.delete(key)
    super.set(key, value)
    const oldest = this.keys().next()
    if (this.size > this.#most && !oldest.done) this.delete(oldest.value)
    return this
  }
}
