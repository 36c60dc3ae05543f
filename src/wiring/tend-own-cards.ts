import { type Clock, every } from '../core/clock.ts'
import type { CloudLink } from './cloud-link.ts'
import type { OutdatedCards } from './outdated-cards.ts'
import type { StoryCards } from './story-cards.ts'
import type { TrackCards } from './track-cards.ts'

interface Tending {
  readonly book: { onChange(changed: () => void): () => void }
  readonly link: Pick<CloudLink, 'onSignedIn'> | null
  /** Calls `changed` after each change of what there is to hear. Returns what ends it. */
  readonly onLibraryChange: (changed: () => void) => () => void
  /** Calls `changed` after each change of a card that was published. Returns what ends it. */
  readonly onCardChange: (changed: () => void) => () => void
  /** Calls `changed` after each change of what streams are called. Returns what ends it. */
  readonly onTitleChange: (changed: () => void) => () => void
  readonly clock: Clock
}

const settleAgainMs = 3_600_000
// Sounds change in swarms, and what is uploaded is heard for long.
const tendAgainMs = 60_000

interface OwnCards {
  readonly storyCards: Pick<StoryCards, 'settle' | 'tend' | 'soundsChanged' | 'stop'>
  readonly trackCards: Pick<TrackCards, 'tend' | 'soundsChanged' | 'stop'>
  readonly outdated: Pick<OutdatedCards, 'look'>
}

/** Keeps cards at what is written and what lies in the library, until it is stopped. */
export function tendOwnCards(
  { storyCards, trackCards, outdated }: OwnCards,
  { book, link, onLibraryChange, onCardChange, onTitleChange, clock }: Tending,
): { stop(): Promise<void> } {
  const all = [storyCards, trackCards]
  // Whoever waits for new rules need not wait for the account.
  const settle = () => void storyCards.settle()
  const look = () => void outdated.look()
  // What lies in the library may have changed.
  let isDue = true
  const lookWhereDue = () => {
    if (isDue) look()
    isDue = false
  }
  const stops = [
    book.onChange(settle),
    book.onChange(look),
    onCardChange(look),
    onTitleChange(look),
    onLibraryChange(() => {
      isDue = true
      for (const cards of all) cards.soundsChanged()
    }),
    every(clock, settleAgainMs, settle),
    every(clock, tendAgainMs, () => {
      lookWhereDue()
      for (const cards of all) void cards.tend()
    }),
    link?.onSignedIn(settle),
  ]
  return {
    async stop() {
      for (const stop of stops) stop?.()
      await Promise.all(all.map((cards) => cards.stop()))
    },
  }
}
