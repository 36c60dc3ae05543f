/** What is wrong now and needs a person, each thing under a name of its own so that it can be mended. */
export class Problems {
  readonly #texts = new Map<string, string>()
  readonly #listeners = new Set<() => void>()
  readonly #redact: (text: string) => string

  /** `redact` takes secrets out of what is said. */
  constructor(redact: (text: string) => string = (text) => text) {
    this.#redact = redact
  }

  /** Calls `changed` after each change of the list. */
  onChange(changed: () => void): void {
    this.#listeners.add(changed)
  }

  /** Says what is wrong under this name, or with null that nothing is any more. */
  set(name: string, given: string | null): void {
    const text = given === null ? null : this.#redact(given)
    if ((this.#texts.get(name) ?? null) === text) return
    if (text === null) this.#texts.delete(name)
    else this.#texts.set(name, text)
    for (const changed of this.#listeners) changed()
  }

  list(): string[] {
    return [...this.#texts.values()]
  }
}
