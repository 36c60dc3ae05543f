/** A map that keeps what was set last, so that nobody can make it grow without end. Its oldest entry comes first. */
export class Recent<Key, Value> extends Map<Key, Value> {
  readonly #most: number

  /** `most`: how many entries it keeps. */
  constructor(most: number) {
    super()
    this.#most = most
  }

  /** Also makes an entry that is there already the newest. */
  override set(key: Key, value: Value): this {
    this.delete(key)
    super.set(key, value)
    const oldest = this.keys().next()
    if (this.size > this.#most && !oldest.done) this.delete(oldest.value)
    return this
  }
}
