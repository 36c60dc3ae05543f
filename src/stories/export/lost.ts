import { list, quote } from '../../language/wording.ts'
import { sceneInWords } from '../check/words.ts'

/** What the form that a story is exported to cannot say, each with the scenes that it is about. */
export class Lost {
  readonly #scenes = new Map<string, Set<string>>()

  /** `what`: as in `… in "gate"`. Without scenes it is about all of the story. */
  add(what: string, ...scenes: readonly string[]): void {
    const known = this.#scenes.get(what) ?? new Set()
    for (const scene of scenes) known.add(scene)
    this.#scenes.set(what, known)
  }

  /** In sentences, in the order in which they were found. */
  get all(): readonly string[] {
    return [...this.#scenes].map(([what, scenes]) => {
      const names = [...scenes].map((scene) => quote(sceneInWords(scene)))
      if (names.length === 0) return what
      return `${what}: ${names.length === 1 ? '' : `${names.length} scenes, `}${list(names)}`
    })
  }
}
