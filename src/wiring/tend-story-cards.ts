import { type Clock, every } from '../core/clock.ts'
import type { CloudLink } from './cloud-link.ts'
import type { StoryCards } from './story-cards.ts'

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

/** Keeps the cards of stories at what is written, until it is stopped. */
export function tendStoryCards(
  cards: Pick<StoryCards, 'settle' | 'tend' | 'soundsChanged' | 'stop'>,
  { book, link, onLibraryChange, clock }: Tending,
): { stop(): Promise<void> } {
  // Whoever waits for new rules need not wait for the account.
  const settle = () => void cards.settle()
  const stops = [
    book.onChange(settle),
    onLibraryChange(() => cards.soundsChanged()),
    every(clock, settleAgainMs, settle),
    every(clock, tendAgainMs, () => void cards.tend()),
    link?.onSignedIn(settle),
  ]
  return {
    async stop() {
      for (const stop of stops) stop?.()
      await cards.stop()
    },
  }
}
