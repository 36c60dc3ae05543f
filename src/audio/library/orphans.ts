import { dirname, relative } from 'node:path'
import { type Clock, every, isoOf } from '../../core/clock.ts'
import type { Collection } from '../../core/collection.ts'
import { AppError, messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import type { Covers } from './covers.ts'
import type { FolderCovers } from './folder-covers.ts'
import type { Imports } from './imports.ts'
import type { KnownFiles } from './known-files.ts'
import { type Present, presentFiles } from './present-files.ts'

/** When something was first found to be needed by nothing, ISO 8601. */
export interface OrphanMark {
  readonly unneeded_since: string
}

/** A folder that had audio in it. */
export interface SeenFolder {
  readonly seen_at: string
}

interface OrphansOptions {
  /** Of the library; absolute. */
  readonly folders: readonly string[]
  readonly imports: Pick<Imports, 'records' | 'results' | 'remove'>
  readonly covers: Pick<Covers, 'list' | 'remove'>
  readonly folderCovers: Pick<FolderCovers, 'look' | 'forget'>
  readonly known: Pick<KnownFiles, 'get' | 'paths' | 'forget'>
  /** By what `keyOf` gives. */
  readonly marks: Collection<OrphanMark>
  /** By path. */
  readonly seen: Collection<SeenFolder>
  readonly clock: Clock
  readonly log: Log
}

export interface Orphan {
  readonly kind: 'result' | 'cover'
  /** The hash in its name. */
  readonly id: string
  /** 0 where only the record of it is left. */
  readonly bytes: number
}

export interface Removed {
  readonly files: number
  readonly bytes: number
}

const dayMs = 24 * 3_600_000
// Who restarts it every night has it cleaned all the same.
const firstLookMs = 10 * 60_000
const keptMs = 30 * dayMs

/**
 * What imports have left behind: results and covers of contents that lie in no folder any more, under no name. They are
 * kept for 30 days, for what is put back then is there at once. Nothing is taken for one while a folder cannot be
 * read, or is empty that was not: a share of the network that is away must not cost all that was made of it.
 *
 * A listener who is in the middle of a result loses nothing: what is open goes on, and what is not open any more could
 * not be opened, as the library opens a result only for a file that is there.
 */
export class Orphans {
  readonly #options: OrphansOptions
  readonly #seen = new Set<string>()
  #names = ''
  #stop: () => void = () => undefined
  #said: string | null = null

  constructor(options: OrphansOptions) {
    this.#options = options
  }

  /** Rejects as the store does. To be called once it is known what was read before. */
  async open(): Promise<void> {
    const { seen, known, folders } = this.#options
    for (const [folder] of await seen.entries()) this.#seen.add(folder)
    for (const path of known.paths()) for (const folder of foldersOf(path, folders)) this.#seen.add(folder)
  }

  /** Looks from now on every day. */
  start(): void {
    const { clock } = this.#options
    const first = clock.at(new Date(clock.now().getTime() + firstLookMs), () => void this.tend())
    const daily = every(clock, dayMs, () => void this.tend())
    this.#stop = () => {
      first()
      daily()
    }
  }

  stop(): void {
    this.#stop()
  }

  /** Remembers which folders have audio in them, where these names are others than the last. Never rejects. */
  async looked(names: readonly string[]): Promise<void> {
    const joined = names.join('\n')
    if (joined === this.#names) return
    this.#names = joined
    try {
      await this.#remember(await presentFiles(this.#options.folders))
    } catch {
      // What cannot be read was said, and nothing is cleaned while it cannot.
    }
  }

  /** Somebody has deleted this file on purpose: its folders may be empty now. Rejects as the store does. */
  async deleted(wished: string): Promise<void> {
    const { folders, seen, known } = this.#options
    known.forget(wished)
    const { files } = await presentFiles(folders).catch(() => ({ files: null }))
    for (const folder of foldersOf(wished, folders)) {
      if (files === null || files.some((file) => isBelow(file.wished, folder))) continue
      this.#seen.delete(folder)
      await seen.delete(folder)
    }
  }

  /**
   * What nothing needs now.
   * @throws AppError `unavailable` while a folder cannot be read, `conflict` while one is empty that was not, or files
   * in it are not read yet
   */
  async find(): Promise<Orphan[]> {
    return this.#orphansBeside(await this.#present())
  }

  /**
   * Removes at once what nothing needs. `isReallyEmpty`: the folders that are empty are meant to be.
   * @throws AppError as `find` does
   */
  async clean({ isReallyEmpty = false } = {}): Promise<Removed> {
    const present = await this.#present(isReallyEmpty)
    const orphans = await this.#orphansBeside(present)
    const removed = await this.#remove(orphans)
    await this.#forgetAbsent(present)
    return removed
  }

  /** Removes what nothing has needed for 30 days. Never rejects. */
  async tend(): Promise<void> {
    const { log } = this.#options
    try {
      const present = await this.#present()
      const old = await this.#markedLongAgo(await this.#orphansBeside(present))
      const { files, bytes } = await this.#remove(old)
      await this.#forgetAbsent(present)
      this.#said = null
      if (files > 0) log.info('audio that nothing has needed for 30 days was removed', { files, bytes })
    } catch (error) {
      const reason = messageOf(error)
      if (reason !== this.#said)
        log.warn('nothing of what imports have left behind is removed; looked again tomorrow', { reason })
      this.#said = reason
    }
  }

  async #present(isReallyEmpty = false): Promise<Present> {
    const { folders, known, seen } = this.#options
    const present = await presentFiles(folders)
    for (const folder of this.#seen) {
      const entries = present.entries.get(folder)
      const isTop = folders.includes(folder)
      const isEmpty = isTop ? !present.files.some((file) => isBelow(file.wished, folder)) : entries === 0
      if (!isEmpty) continue
      if (!isReallyEmpty) throw emptyFolder(relativeTo(folders, folder))
      this.#seen.delete(folder)
      await seen.delete(folder)
    }
    const unread = present.files.filter(({ wished, identity }) => known.get(wished, identity) === undefined)
    if (unread.length > 0) throw notReadYet(unread.map(({ name }) => name))
    await this.#remember(present)
    return present
  }

  async #remember({ files }: Present): Promise<void> {
    const { folders, seen, clock } = this.#options
    for (const folder of new Set(files.flatMap((file) => foldersOf(file.wished, folders)))) {
      if (this.#seen.has(folder)) continue
      this.#seen.add(folder)
      await seen.set(folder, { seen_at: isoOf(clock.now()) })
    }
  }

  async #orphansBeside({ files }: Present): Promise<Orphan[]> {
    const { imports, covers, folderCovers, known } = this.#options
    const contents = new Set(
      files.flatMap(({ wished, identity }) => {
        const file = known.get(wished, identity)
        return [file?.hash, file?.earlier]
      }),
    )
    const results = new Set<string>()
    const pictures = new Set<string | null | undefined>()
    const unneeded = new Map<string, number>()
    for (const folder of new Set(files.map((file) => dirname(file.wished))))
      pictures.add(await folderCovers.look(folder))
    for (const [original, record] of imports.records()) {
      if (record.outcome !== 'converted') continue
      unneeded.set(record.hash, 0)
      if (!contents.has(original)) continue
      results.add(record.hash)
      pictures.add(record.facts?.cover)
    }
    for (const { hash, bytes } of await imports.results()) unneeded.set(hash, bytes)
    return [
      ...[...unneeded].flatMap(([id, bytes]): Orphan[] =>
        results.has(id) ? [] : [{ kind: 'result', id, bytes }],
      ),
      ...(await covers.list()).flatMap(({ id, bytes }): Orphan[] =>
        pictures.has(id) ? [] : [{ kind: 'cover', id, bytes }],
      ),
    ]
  }

  async #markedLongAgo(orphans: readonly Orphan[]): Promise<Orphan[]> {
    const { marks, clock } = this.#options
    const nowMs = clock.now().getTime()
    const marked = new Map(await marks.entries())
    const keys = new Set(orphans.map(keyOf))
    for (const key of marked.keys()) if (!keys.has(key)) await marks.delete(key)
    const old: Orphan[] = []
    for (const orphan of orphans) {
      const mark = marked.get(keyOf(orphan))
      if (mark === undefined) await marks.set(keyOf(orphan), { unneeded_since: isoOf(clock.now()) })
      else if (nowMs - Date.parse(mark.unneeded_since) >= keptMs) old.push(orphan)
    }
    return old
  }

  async #remove(orphans: readonly Orphan[]): Promise<Removed> {
    const { imports, covers, folderCovers, marks } = this.#options
    let [files, bytes] = [0, 0]
    for (const orphan of orphans) {
      if (orphan.kind === 'result') await imports.remove(orphan.id)
      else await covers.remove(orphan.id)
      if (orphan.kind === 'cover') folderCovers.forget(orphan.id)
      await marks.delete(keyOf(orphan))
      files += orphan.bytes > 0 ? 1 : 0
      bytes += orphan.bytes
    }
    return { files, bytes }
  }

  async #forgetAbsent({ files }: Present): Promise<void> {
    const present = new Set(files.map((file) => file.wished))
    for (const path of this.#options.known.paths()) if (!present.has(path)) this.#options.known.forget(path)
  }
}

function keyOf({ kind, id }: Orphan): string {
  return `${kind} ${id}`
}

/** The folder that a file lies in, and that of the library. */
function foldersOf(path: string, tops: readonly string[]): string[] {
  return [...tops.filter((top) => isBelow(path, top)), dirname(path)]
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '' && !way.startsWith('..')
}

/** As people know it, without where it lies on this machine. */
function relativeTo(folders: readonly string[], folder: string): string {
  const top = folders.find((each) => isBelow(folder, each))
  return top === undefined ? 'a folder of the library' : `the folder "${relative(top, folder)}"`
}

function emptyFolder(what: string): AppError {
  return new AppError(
    'conflict',
    `nothing was removed: ${what} is empty, and was not before. If its disk is away, bring it back; if it is meant to be empty, say so with "force": true`,
  )
}

const shownNames = 5

function notReadYet(names: readonly string[]): AppError {
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : ''
  const shown = names.slice(0, shownNames).map((name) => `"${name}"`)
  return new AppError(
    'conflict',
    `nothing was removed: it is not known yet what is in ${shown.join(', ')}${more}; wait until they are imported, or see why they cannot be read`,
    { details: { files: names.slice(0, 100) } },
  )
}
