import { AppError } from '../core/error.ts'
import { randomFrom, shuffled } from '../core/play-order.ts'
import type { Playlist } from './rule-set.ts'
import { seedOf } from './seed.ts'

interface LibraryFiles {
  find(file: string): Promise<{ readonly state: 'ready' | 'importing' | 'missing' | 'refused' }>
  /** The playable files directly in a folder, in natural order. */
  filesIn(folder: string): Promise<readonly string[]>
  /** With `split`, of each file that is longer than an item may be its parts. */
  readonly expand?: (files: readonly string[], how: { readonly split: boolean }) => Promise<readonly string[]>
  /** The same files, those that were changed last first. */
  readonly newestFirst?: (files: readonly string[]) => Promise<readonly string[]>
  /** What a playlist with `pick` takes from all of the library. Without it that is nothing. */
  readonly pick?: (playlist: Playlist) => Promise<readonly string[]>
  /** What the source of a playlist with `from` lists. Without it that is nothing. */
  readonly from?: (playlist: Playlist) => readonly string[]
}

/** Mixes what a playlist holds: one list on one day in one order, so that whoever goes back hears what was there. */
export type DailyOrder = (playlist: string, files: readonly string[]) => readonly string[]

/** `today`: the date on the household's clocks. */
export function dailyOrder(today: () => string): DailyOrder {
  return (playlist, files) => shuffled(files, randomFrom(seedOf(`${today()} ${playlist}`)))
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
  order?: DailyOrder,
): Promise<readonly string[]> {
  if (playlists.has(name)) return filesOf(name, { playlists, library, order, depth: 0 })
  if ((await library.find(name)).state !== 'missing') return [name]
  throw new AppError('not_found', `there is no playlist and no file "${name.slice(0, 200)}"`)
}

interface Search {
  readonly playlists: ReadonlyMap<string, Playlist>
  readonly library: LibraryFiles
  /** Without it nothing is mixed. */
  readonly order: DailyOrder | undefined
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
  if (playlist.folder !== null) files.push(...(await filesInFolder(playlist.folder, playlist, search)))
  if (playlist.pick !== undefined) files.push(...((await search.library.pick?.(playlist)) ?? []))
  if (playlist.from !== undefined) files.push(...(search.library.from?.(playlist) ?? []))
  const all =
    playlist.split === true ? ((await search.library.expand?.(files, { split: true })) ?? files) : files
  return playlist.shuffle === true ? (search.order?.(name, all) ?? all) : all
}

async function filesInFolder(
  folder: string,
  { newest }: Playlist,
  { library }: Search,
): Promise<readonly string[]> {
  const files = await library.filesIn(folder)
  return newest === undefined ? files : ((await library.newestFirst?.(files)) ?? files).slice(0, newest)
}

/** The playlists with `from` that are in the playlist of that name, itself among them. */
export function playlistsFrom(
  name: string,
  playlists: ReadonlyMap<string, Playlist>,
): readonly (Playlist & Required<Pick<Playlist, 'from'>>)[] {
  const ids = new Set([name])
  // Also those that are added meanwhile.
  for (const id of ids)
    for (const entry of playlists.get(id)?.entries ?? []) if (playlists.has(entry)) ids.add(entry)
  return [...ids].flatMap((id) => {
    const playlist = playlists.get(id)
    return playlist?.from === undefined ? [] : [{ ...playlist, from: playlist.from }]
  })
}

/** The ids of playlists that stand for something else than before, also by one that stands in them. */
export function changedPlaylists(
  before: ReadonlyMap<string, Playlist>,
  after: ReadonlyMap<string, Playlist>,
): ReadonlySet<string> {
  const ids = [...new Set([...before.keys(), ...after.keys()])]
  const written = (playlist: Playlist | undefined) => JSON.stringify(playlist)
  const changed = new Set(
    ids.filter(
      (id) => before.get(id) !== after.get(id) && written(before.get(id)) !== written(after.get(id)),
    ),
  )
  for (let depth = 0, size = -1; depth < deepest && changed.size > size; depth++) {
    size = changed.size
    for (const { id, entries } of after.values())
      if (entries.some((entry) => changed.has(entry))) changed.add(id)
  }
  return changed
}
