import type { PublishedCard } from '../cards/record.ts'
import type { Story } from '../core/story.ts'

/** What a card is called that takes the title of its story for its own. */
export type StoryTitle = Required<Pick<PublishedCard, 'title' | 'story_title'>>

export function titledAs({ title }: Pick<Story, 'title'>): StoryTitle {
  return { title, story_title: title }
}

/** What the card is called by now by its story; null where that is the same, or somebody gave the card its title. */
export function newTitleOf(
  { story: onCard, title, story_title }: PublishedCard,
  stories: ReadonlyMap<string, Story>,
): StoryTitle | null {
  const story = onCard === null ? undefined : stories.get(onCard.id)
  return story === undefined || story_title !== title || story.title === title ? null : titledAs(story)
}
