import type { StoryVersions } from '../versions.ts'
import type { StoryCard, StoryChapter } from './card.ts'
import { unfolded } from './unfold.ts'

// Enough to tell versions of one story apart, and short in an address.
const shownDigits = 8

type KeptVersions = Pick<StoryVersions, 'get' | 'startingWith' | 'versionsOf'>

/** The cards of the versions that are kept, unfolded when they are first asked for. */
export class StoryShelf {
  readonly #versions: KeptVersions
  readonly #cards = new Map<string, StoryCard | null>()

  constructor(versions: KeptVersions) {
    this.#versions = versions
  }

  /** Null where the version is not kept, or no card can hold it. */
  card(version: string): StoryCard | null {
    const known = this.#cards.get(version)
    const compiled = this.#versions.get(version)
    if (known !== undefined || compiled === undefined) return known ?? null
    const outcome = unfolded(compiled)
    const card = 'card' in outcome ? outcome.card : null
    this.#cards.set(version, card)
    return card
  }

  /** All versions of the story that are kept, the one that was needed last first. */
  versionsOf(story: string): readonly string[] {
    return this.#versions.versionsOf(story)
  }

  /** The name of the ending that the scene is; null where it is none. */
  endingOf(version: string, scene: string): string | null {
    const exit = this.#versions.get(version)?.story.scenes.get(scene)?.exit
    return exit?.kind === 'ending' ? exit.name : null
  }

  /** What a chapter is called in an address: of another version it is another. */
  nameOf(version: string, key: string): string {
    return `${version.slice(0, shownDigits)}.${key}`
  }

  /**
   * The chapter of that name in the story; of a version that is not kept any more, the chapter of the same key in
   * `instead`. Null where neither has it.
   */
  chapter(
    story: string,
    name: string,
    instead: string | null,
  ): { version: string; chapter: StoryChapter } | null {
    const key = name.slice(shownDigits + 1)
    for (const version of [this.#versions.startingWith(name.slice(0, shownDigits)), instead]) {
      const isOfStory = version != null && this.#versions.get(version)?.story.id === story
      const chapter = isOfStory ? this.card(version)?.chapters.find((one) => one.key === key) : undefined
      if (version != null && chapter !== undefined) return { version, chapter }
    }
    return null
  }
}
