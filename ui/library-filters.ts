import type { LibraryEntry, LibrarySearch } from './library.ts'
import type { TextKey } from './text-keys.ts'

/** How the list of files can be ordered. */
export const orders = {
  name: { words: 'library.by-name', sort: 'name', descending: false },
  title: { words: 'library.by-title', sort: 'title', descending: false },
  artist: { words: 'library.by-artist', sort: 'artist', descending: false },
  album: { words: 'library.by-album', sort: 'album', descending: false },
  long: { words: 'library.by-longest', sort: 'seconds', descending: true },
  short: { words: 'library.by-shortest', sort: 'seconds', descending: false },
  most: { words: 'library.by-most-played', sort: 'plays', descending: true },
  least: { words: 'library.by-least-played', sort: 'plays', descending: false },
  lately: { words: 'library.by-last-played', sort: 'last_played', descending: true },
} as const satisfies Record<string, { words: TextKey } & Pick<LibrarySearch, 'sort' | 'descending'>>

/** What of it can be shown. */
export const states = {
  ready: 'library.only-ready',
  importing: 'library.only-importing',
  refused: 'library.only-refused',
} as const satisfies Record<LibraryEntry['state'], TextKey>

export function isOrder(key: string): key is keyof typeof orders {
  return Object.hasOwn(orders, key)
}

export function isState(text: string): text is LibraryEntry['state'] {
  return Object.hasOwn(states, text)
}
