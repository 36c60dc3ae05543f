import type { Answer } from '../core/story.ts'
import type { PathStep } from './check/explored.ts'
import type { CompiledStory } from './compiled.ts'
import { begin, next, type Passage } from './journey.ts'
import { longestWalk } from './walk.ts'

/** Somebody in a story, from scene to scene. */
export class Playing {
  readonly compiled: CompiledStory
  readonly #random: () => number
  #here: Passage
  #before: Passage | null = null
  #path: readonly PathStep[] = []
  #sinceAsked = 0

  constructor(compiled: CompiledStory, random: () => number) {
    this.compiled = compiled
    this.#random = random
    this.#here = begin(compiled)
  }

  /** The scene it is in. */
  get here(): Passage {
    return this.#here
  }

  /** The one before it; null at a beginning. */
  get before(): Passage | null {
    return this.#before
  }

  /** How it came here since the beginning, or since it was started again: the last steps, as many as a walk may have. */
  get path(): readonly PathStep[] {
    return this.#path
  }

  /** Whether so many scenes came one behind the other, and no question, that nobody would listen on. */
  get isEndless(): boolean {
    return this.#sinceAsked >= longestWalk
  }

  /** Goes on, at a question by the answer. False where nothing follows: then it is where it was. */
  goOn(answer: Answer): boolean {
    const following = next(this.compiled, this.#here.progress, { answer, random: this.#random })
    if (following === null || following.cause === null) return false
    const isAsked = this.#here.scene.exit.kind === 'question'
    this.#sinceAsked = isAsked ? 0 : this.#sinceAsked + 1
    this.#path = [
      ...this.#path.slice(1 - longestWalk),
      { scene: this.#here.scene.id, cause: following.cause },
    ]
    this.#before = this.#here
    this.#here = following
    return true
  }

  /** To the scene that is home, with everything as it is at the start. */
  startAgain(): void {
    this.#here = begin(this.compiled, this.compiled.story.home)
    this.#before = null
    this.#path = []
    this.#sinceAsked = 0
  }
}
