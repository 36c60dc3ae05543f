import type { CardPlan, TrackTarget } from '../../core/card-plan.ts'
import type { StoryCard } from './card.ts'

/** The card as chapters of one track each; `urlOf` gives the address of a chapter's audio by its key. */
export function storyCardPlan(
  { chapters }: StoryCard,
  { title, urlOf }: { readonly title: string; readonly urlOf: (key: string) => string },
): CardPlan {
  return {
    title,
    chapters: chapters.map(({ key, scene, left, right, end }) => ({
      key,
      title: scene,
      tracks: [
        {
          ...{ key, title: scene, url: urlOf(key) },
          ...(left === null ? {} : { left: targetOf(left) }),
          ...(right === null ? {} : { right: targetOf(right) }),
          end: end === 'stop' ? end : targetOf(end),
        },
      ],
    })),
  }
}

function targetOf(key: string): TrackTarget {
  return { chapter_key: key, track_key: key }
}
