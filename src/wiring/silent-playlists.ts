import { type Audible, silentPlaylists } from '../rules/silence.ts'
import type { Problems } from './problems.ts'
import type { RuleBook } from './rule-book.ts'

interface WatchInput {
  readonly book: Pick<RuleBook, 'onChange'>
  readonly audible: Audible
  readonly problems: Pick<Problems, 'set'>
}

// Each is a problem by its own name.
const mostProblems = 20

/**
 * Says as problems which playlists that schedules and rules play bring nothing to hear. The log has it with the findings
 * of their files, and the book is read again when audio comes. Returns what ends it.
 */
export function watchSilentPlaylists({ book, audible, problems }: WatchInput): () => void {
  let said: ReadonlySet<string> = new Set()
  return book.onChange(async (ruleSet) => {
    const found = [...(await silentPlaylists(ruleSet, audible))].slice(0, mostProblems)
    const ids = new Set(found.map(([id]) => id))
    for (const id of said) if (!ids.has(id)) problems.set(problemOf(id), null)
    for (const [id, why] of found)
      problems.set(problemOf(id), `playlist "${id}" brings nothing to hear: ${why}`)
    said = ids
  })
}

function problemOf(playlist: string): string {
  return `playlist/${playlist}`
}
