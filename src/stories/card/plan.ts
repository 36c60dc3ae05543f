import type { CardMedia, CardPlan, TrackTarget } from '../../core/card-plan.ts'
import { sceneInWords } from '../check/words.ts'
import type { StoryCard } from './card.ts'

interface PlanOptions {
  readonly title: string
  /** The address of a chapter's audio, by the key of the chapter. */
  readonly urlOf: (key: string) => string
  /** The chapter's audio where that was uploaded. */
  readonly mediaOf?: (key: string) => CardMedia | undefined
}

/** The card as chapters of one track each. */
export function storyCardPlan(
  { chapters }: StoryCard,
  { title, urlOf, mediaOf = () => undefined }: PlanOptions,
): CardPlan {
  return {
    title: short(title),
    chapters: chapters.map(({ key, scene, left, right, end }) => {
      const name = short(sceneInWords(scene))
      const presses = {
        ...(left === null ? {} : { left: targetOf(left) }),
        ...(right === null ? {} : { right: targetOf(right) }),
      }
      const media = mediaOf(key)
      const audio = media === undefined ? { url: urlOf(key) } : { media, duration_s: media.duration_s }
      return { key, title: name, tracks: [{ key, title: name, ...audio, ...presses, end: targetOf(end) }] }
    }),
  }
}

function targetOf(key: string): TrackTarget {
  return key === 'stop' ? 'stop' : { chapter_key: key, track_key: key }
}

// Yoto takes no more.
const longestTitle = 100

function short(title: string): string {
  return title.length <= longestTitle ? title : [...title].slice(0, longestTitle / 2).join('')
}
