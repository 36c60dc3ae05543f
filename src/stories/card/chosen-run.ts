import type { Story } from '../../core/story.ts'
import { sceneInWords } from '../check/words.ts'
import type { CompiledStory } from '../compiled.ts'
import type { StoryCard } from './card.ts'
import { mostChapters, type NoCard, unfolded } from './unfold.ts'

/** How a story is run, and why, for people. */
export interface ChosenRun {
  readonly run: 'card' | 'live'
  readonly why: string
  /** The card where it can be one, also where it is run live. */
  readonly card: StoryCard | null
  /** Why it cannot be one; null where it can. */
  readonly none: NoCard | null
}

/**
 * Live where the story asks for it, where no card can hold it, or where a card would leave out what the story says: its
 * bedtime, and another scene to start again with. Else a card, which plays by itself and without delay.
 */
export function chosenRun(compiled: CompiledStory): ChosenRun {
  const { story } = compiled
  const outcome = unfolded(compiled)
  const found = 'card' in outcome ? { card: outcome.card, none: null } : { card: null, none: outcome.none }
  const live = (why: string): ChosenRun => ({ run: 'live', why, ...found })
  if (story.run === 'live') return live('the story says `run: live`')
  if (found.card === null) return live(noCardInWords(found.none))
  const { card } = found
  const lost = lostOnCard(story)
  if (story.run === 'auto' && lost !== null) return live(lost)
  const chapters = `it fits: ${card.chapters.length} of ${mostChapters} chapters`
  const why = lost === null ? chapters : `${chapters}; the story says \`run: card\`, and so ${lost}`
  return { run: 'card', why, card, none: null }
}

/** What a card by itself leaves out of the story; null where that is nothing. */
function lostOnCard({ bedtime, home, start }: Pick<Story, 'bedtime' | 'home' | 'start'>): string | null {
  if (bedtime !== null) return `a card knows no bedtime: "${bedtime}" would not be played`
  return home === start ? null : `a card begins at "${start}": it cannot start again at "${home}"`
}

/** In words: why a story cannot be a card that plays by itself. */
export function noCardInWords(none: NoCard): string {
  switch (none.why) {
    case 'chance':
      return `a card cannot decide by chance, as "${sceneInWords(none.scene)}" does`
    case 'house':
      return `a card cannot ask the house, as "${sceneInWords(none.scene)}" does (${none.asks})`
    case 'too-big':
      return `it would have more than ${none.chapters - 1} chapters, and a card may have ${mostChapters}`
    case 'silent-round':
      return `from "${sceneInWords(none.scene)}" it goes round without anything to hear`
    case 'stuck':
      return `nothing leads on from "${sceneInWords(none.scene)}"`
  }
}
