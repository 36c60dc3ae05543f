import type { PublishedCardView } from '../src/http/api/cards.ts'
import type { LibraryEntry } from '../src/http/api/library.ts'
import type { LiveCatchUp } from '../src/http/live-event.ts'
import { requestFor, type Wish } from './wish.ts'

/** An address of the interface, whatever prefix the page itself came from behind. */
export function apiUrl(path: string): string {
  return new URL(`api/${path}`, document.baseURI).href
}

export async function fetchLibrary(): Promise<readonly LibraryEntry[]> {
  return (await ask<{ files: readonly LibraryEntry[] }>('GET', 'library')).files
}

export async function fetchCards(): Promise<readonly PublishedCardView[]> {
  return (await ask<{ cards: readonly PublishedCardView[] }>('GET', 'cards')).cards
}

export function fetchCatchUp(since: string | null): Promise<LiveCatchUp> {
  return ask('GET', since === null ? 'live/snapshot' : `live/snapshot?since=${encodeURIComponent(since)}`)
}

/** @throws Error with the product's own words for why it did not do it. */
export async function askFor(wish: Wish): Promise<void> {
  const { method, path, body } = requestFor(wish)
  await ask(method, path, body)
}

async function ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(apiUrl(path), {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const json = (await answer.json().catch(() => null)) as unknown
  if (answer.ok) return json as Answer
  throw new Error(wordsOf(json) ?? `HTTP ${answer.status}`)
}

function wordsOf(json: unknown): string | null {
  const message = (json as { error?: { message?: unknown } } | null)?.error?.message
  return typeof message === 'string' ? message : null
}
