import type { EntryKind } from '../core/entry-types.ts'
import type { Entry } from './entry.ts'

export interface HistoryQuery {
  readonly player?: string
  readonly stream?: string
  readonly kind?: EntryKind
  /** The `type` of what is told: of an event, a command … */
  readonly type?: string
  /** The card that it is told of. */
  readonly cardId?: string
  /** Both included. */
  readonly sinceMs?: number
  readonly untilMs?: number
  /** Only entries older than the one of this id. */
  readonly before?: string
  /** At most so many. */
  readonly limit: number
}

/** The newest first. */
export interface HistoryPage {
  readonly entries: readonly Entry[]
  /** What to give as `before` for those that follow; null where there are none. */
  readonly next: string | null
}

/** The entries that fit, from a list in which the newest come first. */
export function pageOf(newestFirst: Iterable<Entry>, query: HistoryQuery): HistoryPage {
  const entries: Entry[] = []
  for (const entry of newestFirst) {
    if (!fits(entry, query)) continue
    if (entries.length === query.limit) return { entries, next: entries.at(-1)?.id ?? null }
    entries.push(entry)
  }
  return { entries, next: null }
}

function fits(entry: Entry, query: HistoryQuery): boolean {
  const { player, stream, kind, type, cardId, before } = query
  if (before !== undefined && entry.id >= before) return false
  if (player !== undefined && entry.player !== player) return false
  if (stream !== undefined && entry.stream !== stream) return false
  if (kind !== undefined && entry.kind !== kind) return false
  if (type !== undefined && entry.what.type !== type) return false
  if (cardId !== undefined && !('card_id' in entry.what && entry.what.card_id === cardId)) return false
  return isWithin(entry, query)
}

/** Not by the id: a clock that was set back makes ids that are ahead of it. */
function isWithin(
  { at }: Entry,
  { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY }: HistoryQuery,
): boolean {
  if (sinceMs === Number.NEGATIVE_INFINITY && untilMs === Number.POSITIVE_INFINITY) return true
  const atMs = Date.parse(at)
  return atMs >= sinceMs && atMs <= untilMs
}
