import { AppError } from '../core/error.ts'
import type { Playlist } from './rule-set.ts'

interface Shelf {
  /** The playable files directly in a folder, in natural order. */
  filesIn(folder: string): Promise<readonly string[]>
}

// Playlists may stand in playlists; a circle of them must end.
const deepest = 8

/**
 * The files a playlist's id stands for, in order; a name that is no playlist's is taken for a file's.
 * @throws AppError `invalid` when playlists contain each other in a circle.
 */
export async function filesOf(
  name: string,
  playlists: ReadonlyMap<string, Playlist>,
  shelf: Shelf,
  depth = 0,
): Promise<readonly string[]> {
  const playlist = playlists.get(name)
  if (playlist === undefined) return [name]
  if (depth >= deepest)
    throw new AppError(
      'invalid',
      `playlist "${name}" lies more than ${deepest} playlists deep: do they contain each other?`,
    )
  const files: string[] = []
  // One after the other keeps the order, and a folder is only read once at a time.
  for (const entry of playlist.entries) files.push(...(await filesOf(entry, playlists, shelf, depth + 1)))
  if (playlist.folder !== null) files.push(...(await shelf.filesIn(playlist.folder)))
  return files
}
