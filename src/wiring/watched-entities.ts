import type { Listen } from './rule-sources.ts'

/** The entities of Home Assistant whose states are asked for, and not waited for: Home Assistant tells of these alone. */
export class WatchedEntities {
  readonly #listen: Listen
  /** By entity, what ends it. */
  readonly #watched = new Map<string, () => void>()

  constructor(listen: Listen) {
    this.#listen = listen
  }

  get names(): Iterable<string> {
    return this.#watched.keys()
  }

  /** From now on Home Assistant is to tell of these, and of no others for whoever asked before. */
  watch(entities: Iterable<string>): void {
    const wanted = new Set(entities)
    // Begun before others end, so that nothing is asked for a second time.
    for (const entity of wanted)
      if (!this.#watched.has(entity))
        this.#watched.set(
          entity,
          this.#listen({ known: entity }, () => undefined),
        )
    for (const [entity, end] of [...this.#watched]) {
      if (wanted.has(entity)) continue
      this.#watched.delete(entity)
      end()
    }
  }
}
