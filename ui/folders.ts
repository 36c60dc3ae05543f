import type { LibraryEntry } from './library.ts'

/** Every folder of the library with a file in it or below, in order; the top is none. */
export function foldersOf(files: readonly Pick<LibraryEntry, 'file'>[], locale: string): string[] {
  const folders = new Set<string>()
  for (const { file } of files) {
    const parts = file
      .replace(/^file:/, '')
      .split('/')
      .slice(0, -1)
    for (let depth = 1; depth <= parts.length; depth++) folders.add(parts.slice(0, depth).join('/'))
  }
  return [...folders].sort(new Intl.Collator(locale, { numeric: true }).compare)
}
