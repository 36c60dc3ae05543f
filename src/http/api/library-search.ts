import { hasWords, wordsIn } from '../../core/folded.ts'
import type { LibraryEntry } from './library.ts'

export const searchSorts = ['name', 'title', 'artist', 'album', 'seconds', 'plays', 'last_played'] as const

export interface LibraryQuery {
  readonly text?: string
  readonly state?: LibraryEntry['state']
  readonly loved?: boolean
  readonly folder?: string
  readonly sort?: (typeof searchSorts)[number]
  readonly descending?: boolean
  readonly limit?: number
  readonly offset?: number
}

const usualLimit = 100

/** The entries that fit, in the order that was asked for; `count` are all that fit. They come in order of their names. */
export function searchEntries(
  entries: readonly LibraryEntry[],
  {
    text = '',
    state,
    loved,
    folder,
    sort = 'name',
    descending = false,
    limit = usualLimit,
    offset = 0,
  }: LibraryQuery,
): { readonly files: readonly LibraryEntry[]; readonly count: number; readonly offset: number } {
  const words = wordsIn(text)
  const below = folder === undefined || folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`
  const found = entries.filter(
    (entry) =>
      (state === undefined || entry.state === state) &&
      (loved === undefined || entry.loved === loved) &&
      liesBelow(entry, below) &&
      hasAll(entry, words),
  )
  const sorted = sort === 'name' ? found : found.toSorted(orders[sort])
  const files = descending ? sorted.toReversed() : sorted
  return { files: files.slice(offset, offset + limit), count: found.length, offset }
}

/** `below`: also where the folder is named as it lies on the disk, though its name begins like a source's. */
function liesBelow({ file }: LibraryEntry, below: string): boolean {
  return file.startsWith(below) || file.startsWith(`file:${below}`)
}

function hasAll({ file, title, artist, album }: LibraryEntry, words: readonly string[]): boolean {
  return hasWords([file, title, artist ?? '', album ?? ''].join('\n'), words)
}

type Order = (one: LibraryEntry, other: LibraryEntry) => number
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** What has no such text comes last. */
const byText =
  (of: (entry: LibraryEntry) => string | null): Order =>
  (one, other) => {
    const [first, second] = [of(one), of(other)]
    if (first === null || second === null) return Number(first === null) - Number(second === null)
    return collator.compare(first, second)
  }

const byNumber =
  (of: (entry: LibraryEntry) => number): Order =>
  (one, other) =>
    of(one) - of(other)

const orders: Readonly<Record<Exclude<LibraryQuery['sort'], 'name' | undefined>, Order>> = {
  title: byText(({ title }) => title),
  artist: byText(({ artist }) => artist),
  album: byText(({ album }) => album),
  seconds: byNumber(({ seconds }) => seconds ?? 0),
  plays: byNumber(({ plays }) => plays),
  last_played: byNumber(({ last_played_at }) => (last_played_at === null ? 0 : Date.parse(last_played_at))),
}
