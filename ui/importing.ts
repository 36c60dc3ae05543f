import type { Say } from './text.ts'

/** How far a file is on its way to what can be played; `progress` from 0 to 1. */
export function importingText(progress: number | undefined, say: Say): string {
  return say('library.importing', { percent: Math.floor((progress ?? 0) * 100) })
}
