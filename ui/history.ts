import type { EntryKind } from '../src/core/entry-types.ts'
import type { Entry } from '../src/history/entry.ts'

export type { Entry }

/** What of the history is wanted; empty is everything. */
export interface Filter {
  readonly player: string
  readonly kind: EntryKind | ''
}

/** The newest first; `next` leads to those before, null where there are none. */
export interface HistoryPart {
  readonly entries: readonly Entry[]
  readonly next: string | null
}

/** An entry, and under it what followed from it, the oldest first. */
export interface Happening {
  readonly entry: Entry
  readonly followed: readonly Happening[]
}

/** What is known, with the newest page of it; where something is missing between the two, that page alone. */
export function withNewest(known: HistoryPart | null, newest: HistoryPart): HistoryPart {
  const oldest = newest.entries.at(-1)?.id
  if (known === null || oldest === undefined || newest.next === null) return newest
  if (!known.entries.some(({ id }) => id >= oldest)) return newest
  const older = known.entries.filter(({ id }) => id < oldest)
  return older.length === 0 ? newest : { entries: [...newest.entries, ...older], next: known.next }
}

export function withOlder(known: HistoryPart, older: HistoryPart): HistoryPart {
  return { entries: [...known.entries, ...older.entries], next: older.next }
}

/** Whatever follows from an entry that is there stands under it; the others the newest first. */
export function happenings(entries: readonly Entry[]): Happening[] {
  const ids = new Set(entries.map(({ id }) => id))
  const hasCause = ({ id, cause }: Entry) => cause !== null && cause < id && ids.has(cause)
  const followed = grouped(entries.filter(hasCause).toReversed(), ({ cause }) => cause)
  const happening = (entry: Entry): Happening => ({
    entry,
    followed: (followed.get(entry.id) ?? []).map(happening),
  })
  return entries.filter((entry) => !hasCause(entry)).map(happening)
}

/** By what `keyOf` makes of each, in the order in which the groups begin. */
export function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
