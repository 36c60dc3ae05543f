import type { CardPlan, TrackTarget } from '../../core/card-plan.ts'
import { sceneInWords } from '../check/words.ts'
import type { StoryCard } from './card.ts'

/** The card as chapters of one track each; `urlOf` gives the address of a chapter's audio by its key. */
export function storyCardPlan(
  { chapters }: StoryCard,
  { title, urlOf }: { readonly title: string; readonly urlOf: (key: string) => string },
): CardPlan {
  return {
    title: short(title),
    chapters: chapters.map(({ key, scene, left, right, end }) => {
      const name = short(sceneInWords(scene))
      const presses = {
        ...(left === null ? {} : { left: targetOf(left) }),
        ...(right === null ? {} : { right: targetOf(right) }),
      }
      return {
        key,
        title: name,
        tracks: [{ key, title: name, url: urlOf(key), ...presses, end: targetOf(end) }],
      }
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
