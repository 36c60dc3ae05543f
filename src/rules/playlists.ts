import { AppError } from '../core/error.ts'
import type { Playlist } from './rule-set.ts'

interface LibraryFiles {
  find(file: string): Promise<{ readonly state: 'ready' | 'importing' | 'missing' | 'refused' }>
  /** The playable files directly in a folder, in natural order. */
  filesIn(folder: string): Promise<readonly string[]>
  /** With `split`, of each file that is longer than an item may be its parts. */
  readonly expand?: (files: readonly string[], how: { readonly split: boolean }) => Promise<readonly string[]>
}

// Playlists may stand in playlists; a circle of them must end.
const deepest = 8

/**
 * The files that a playlist's id or a file's name stands for, in order.
 * @throws AppError `not_found` when it is neither, `invalid` when playlists contain each other in a circle.
 */
export async function contentFiles(
  name: string,
  playlists: ReadonlyMap<string, Playlist>,
  library: LibraryFiles,
): Promise<readonly string[]> {
  if (playlists.has(name)) return filesOf(name, { playlists, library, depth: 0 })
  if ((await library.find(name)).state !== 'missing') return [name]
  throw new AppError('not_found', `there is no playlist and no file "${name.slice(0, 200)}"`)
}

interface Search {
  readonly playlists: ReadonlyMap<string, Playlist>
  readonly library: LibraryFiles
  readonly depth: number
}

async function filesOf(name: string, search: Search): Promise<readonly string[]> {
  const playlist = search.playlists.get(name)
  if (playlist === undefined) return [name]
  if (search.depth >= deepest)
    throw new AppError(
      'invalid',
      `playlist "${name}" lies more than ${deepest} playlists deep: do they contain each other?`,
    )
  const files: string[] = []
  // One after the other keeps the order.
  for (const entry of playlist.entries)
    files.push(...(await filesOf(entry, { ...search, depth: search.depth + 1 })))
  if (playlist.folder !== null) files.push(...(await search.library.filesIn(playlist.folder)))
  return playlist.split === true ? ((await search.library.expand?.(files, { split: true })) ?? files) : files
}
