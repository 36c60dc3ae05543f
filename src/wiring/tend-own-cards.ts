import { type Clock, every } from '../core/clock.ts'
import type { CloudLink } from './cloud-link.ts'
import type { StoryCards } from './story-cards.ts'
import type { TrackCards } from './track-cards.ts'

interface Tending {
  readonly book: { onChange(changed: () => void): () => void }
  readonly link: Pick<CloudLink, 'onSignedIn'> | null
  /** Calls `changed` after each change of what there is to hear. Returns what ends it. */
  readonly onLibraryChange: (changed: () => void) => () => void
  readonly clock: Clock
}

const settleAgainMs = 3_600_000
// Sounds change in swarms, and what is uploaded is heard for long.
const tendAgainMs = 60_000

interface OwnCards {
  readonly storyCards: Pick<StoryCards, 'settle' | 'tend' | 'soundsChanged' | 'stop'>
  readonly trackCards: Pick<TrackCards, 'tend' | 'soundsChanged' | 'stop'>
}

/** Keeps cards at what is written and what lies in the library, until it is stopped. */
export function tendOwnCards(
  { storyCards, trackCards }: OwnCards,
  { book, link, onLibraryChange, clock }: Tending,
): { stop(): Promise<void> } {
  const all = [storyCards, trackCards]
  // Whoever waits for new rules need not wait for the account.
  const settle = () => void storyCards.settle()
  const stops = [
    book.onChange(settle),
    onLibraryChange(() => {
      for (const cards of all) cards.soundsChanged()
    }),
    every(clock, settleAgainMs, settle),
    every(clock, tendAgainMs, () => {
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
