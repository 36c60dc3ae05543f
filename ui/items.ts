import type { LibraryEntry } from '../src/http/api/library.ts'

/** What is known of what stands in queues, by reference: files, chapters of books, sounds of the product. */
export type Items = ReadonlyMap<string, KnownItem>

export interface KnownItem extends Pick<LibraryEntry, 'title' | 'seconds' | 'progress' | 'reason'> {
  readonly state: LibraryEntry['state'] | 'missing'
  /** The title of the book it is a chapter of. */
  readonly of?: string
}

/** The title, behind that of its book; for what is not known (yet), what its reference says. */
export function titleIn(items: Items | null, reference: string): string {
  const known = items?.get(reference)
  if (known === undefined) return plainName(reference)
  return known.of === undefined ? known.title : `${known.of}: ${known.title}`
}

/** `clip:good-morning` is "Good morning"; a file has its name. */
export function plainName(reference: string): string {
  const [, clip] = /^clip:(.+)$/.exec(reference) ?? []
  if (clip === undefined) return reference.replace(/^file:/, '')
  const words = clip.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
