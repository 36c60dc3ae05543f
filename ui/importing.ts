import type { LibraryEntry } from '../src/http/api/library.ts'
import type { Say } from './text.ts'

/** Why it cannot be played, or not yet. */
export function refusedText(
  { reason = '', again }: Pick<LibraryEntry, 'reason' | 'again'>,
  say: Say,
): string {
  return say(again === true ? 'library.later' : 'picker.refused', { reason })
}

/** How far a file is on its way to what can be played; `progress` from 0 to 1. */
export function importingText(progress: number | undefined, say: Say): string {
  return say('library.importing', { percent: Math.floor((progress ?? 0) * 100) })
}
