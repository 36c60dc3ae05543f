import type { Clock } from '../core/clock.ts'
import { type KnownTexts, type RuleFolder, readRuleFolder } from './rule-folder.ts'

// While files are written they are looked at again, but somebody who writes without end is not waited for.
const standStillMs = 200
const mostLooks = 25

// What cannot be read is told by those who take it, once.
const quiet = { error: () => undefined }

interface WrittenRulesOptions {
  /** The config folder. */
  readonly folder: string
  readonly clock: Pick<Clock, 'sleep'>
}

/** The household's rule files as they are written: as they were taken last, and as they are found at a look. */
export class WrittenRules {
  readonly #options: WrittenRulesOptions
  readonly #known: KnownTexts = new Map()
  #texts: ReadonlyMap<string, string> = new Map()
  #unread: RuleFolder['problems'] = []

  constructor(options: WrittenRulesOptions) {
    this.#options = options
  }

  /** By file, as they were taken last. */
  get texts(): ReadonlyMap<string, string> {
    return this.#texts
  }

  /** What could not be read then, and why. */
  get unread(): RuleFolder['problems'] {
    return this.#unread
  }

  /** What there is now. */
  look(): Promise<RuleFolder> {
    return readRuleFolder(this.#options.folder, quiet, this.#known)
  }

  /**
   * What there is once nobody writes any more; null where it is what was taken last. `isElse`: whether something else that
   * the rules are made of has changed.
   */
  async lookForChange(isElse: () => Promise<boolean>): Promise<RuleFolder | null> {
    let seen = await this.look()
    if (this.#isTaken(seen) && !(await isElse())) return null
    for (let looks = 1; looks < mostLooks; looks++) {
      await this.#options.clock.sleep(standStillMs)
      const again = await this.look()
      const isStill = isSame(textsOf(again), textsOf(seen))
      seen = again
      if (isStill) break
    }
    return seen
  }

  take(seen: RuleFolder): void {
    this.#texts = textsOf(seen)
    this.#unread = seen.problems
    for (const file of this.#known.keys()) if (!this.#texts.has(file)) this.#known.delete(file)
  }

  #isTaken(seen: RuleFolder): boolean {
    return (
      isSame(textsOf(seen), this.#texts) && JSON.stringify(seen.problems) === JSON.stringify(this.#unread)
    )
  }
}

/** By file. */
export function textsOf({ sources }: RuleFolder): ReadonlyMap<string, string> {
  return new Map(sources.map(({ file, text }) => [file, text]))
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([file, text]) => other.get(file) === text)
}
