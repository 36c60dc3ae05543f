import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { StandingFile, WrittenFile } from '../rules/read/last-good.ts'
import type { RuleFolder } from './rule-folder.ts'
import { textsOf } from './written-rules.ts'

/** A file's text that ran, and since when: ISO 8601. */
export interface GoodText {
  readonly text: string
  readonly at: string
}

interface GoodTextsOptions {
  /** By file. */
  readonly store: Collection<GoodText>
  readonly clock: Clock
}

/** The text of each rule file that ran last, in the store and at hand. */
export class GoodTexts {
  readonly #options: GoodTextsOptions
  readonly #texts = new Map<string, GoodText>()

  constructor(options: GoodTextsOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    for (const [file, text] of await this.#options.store.entries()) this.#texts.set(file, text)
  }

  of(file: string): GoodText | undefined {
    return this.#texts.get(file)
  }

  /** All files there are or were, each as it is written beside as it ran. */
  beside(seen: RuleFolder): WrittenFile[] {
    const texts = textsOf(seen)
    const files = new Set([...texts.keys(), ...this.#texts.keys()])
    return [...files].map((file) => {
      const good = this.#texts.get(file)?.text ?? null
      const isAway = seen.problems.some((away) => isBelow(file, away.file))
      // What cannot be read now, as of a disk that is away, was not deleted.
      return { file, text: texts.get(file) ?? (isAway ? good : null), good }
    })
  }

  /** Keeps the texts of those that run as they are written, and forgets files that are no more. */
  async remember(files: readonly StandingFile[], texts: ReadonlyMap<string, string>): Promise<void> {
    const { store, clock } = this.#options
    const at = isoOf(clock.now())
    for (const { file, state } of files) {
      const text = texts.get(file)
      if (state !== 'running' || text === undefined || this.#texts.get(file)?.text === text) continue
      this.#texts.set(file, { text, at })
      await store.set(file, { text, at })
    }
    const standing = new Set(files.map(({ file }) => file))
    for (const file of [...this.#texts.keys()]) {
      if (standing.has(file)) continue
      this.#texts.delete(file)
      await store.delete(file)
    }
  }
}

function isBelow(file: string, away: string): boolean {
  return away === '.' || file === away || file.startsWith(`${away}/`)
}
