import type { Situation } from '../situation.ts'
import type { Sound } from '../stop.ts'

/** A story as one card that plays it by itself: every situation that can be come to is a chapter. */
export interface StoryCard {
  /** In the order in which they are come to; the first is where the story begins. */
  readonly chapters: readonly StoryChapter[]
}

export interface StoryChapter {
  /** Unique on the card, and another one for each way that leads to the same place: `cave~L`, `cave~R`. Fit for an address. */
  readonly key: string
  readonly scene: string
  readonly situation: Situation
  /** One behind the other. */
  readonly sounds: readonly Sound[]
  /** The key of the chapter that a press leads to, from an ending the first one; null where a press does nothing. */
  readonly left: string | null
  readonly right: string | null
  /** The same at its end; `stop` behind an ending. */
  readonly end: string | 'stop'
}
