import type { PublishedCardView } from '../src/http/api/cards.ts'
import type { LibraryEntry } from '../src/http/api/library.ts'
import type { LiveCatchUp } from '../src/http/live-event.ts'
import type { Entry, Filter, HistoryPart } from './history.ts'
import { ask } from './request.ts'
import { requestFor, type Wish } from './wish.ts'

const historyPage = 100

export async function fetchLibrary(): Promise<readonly LibraryEntry[]> {
  return (await ask<{ files: readonly LibraryEntry[] }>('GET', 'library')).files
}

export async function fetchCards(): Promise<readonly PublishedCardView[]> {
  return (await ask<{ cards: readonly PublishedCardView[] }>('GET', 'cards')).cards
}

/** A page of the history, the newest or what is older than `before`. */
export async function fetchHistory(
  { player, kind }: Filter,
  before: string | null = null,
): Promise<HistoryPart> {
  const asked = { player, kind, before: before ?? '', limit: String(historyPage) }
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''))
  const answer = await ask<{ events: readonly Entry[]; next: string | null }>('GET', `events?${query}`)
  return { entries: answer.events, next: answer.next }
}

export function fetchCatchUp(since: string | null): Promise<LiveCatchUp> {
  return ask('GET', since === null ? 'live/snapshot' : `live/snapshot?since=${encodeURIComponent(since)}`)
}

/** @throws Error with the product's own words for why it did not do it. */
export async function askFor(wish: Wish): Promise<void> {
  const { method, path, body } = requestFor(wish)
  await ask(method, path, body)
}
