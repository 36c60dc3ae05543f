import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { type Clock, systemClock } from '../core/clock.ts'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { inspectFile, type LibraryFile, type Lookup, type Place } from './inspect-file.ts'
import { isAudioName, naturalOrder, staysInside } from './names.ts'
import { type Identity, identityOf, OpenFiles, type SharedFile } from './open-files.ts'

interface Found {
  readonly identity: Identity
  readonly lookup: Promise<Lookup>
}

const missing: Lookup = { state: 'missing' }
const handlesAtOnce = 64
const handleIdleMs = 30_000

/**
 * The audio people put into folders, looked up by name: in the first folder that has it. What is dropped in,
 * replaced or removed is seen at the next look; a content is read and hashed once.
 */
export class Library {
  readonly #folders: readonly string[]
  readonly #log: Log
  readonly #open: OpenFiles
  // Both by path on this machine, so that only what is there is remembered.
  readonly #found = new Map<string, Found>()
  readonly #said = new Map<string, string>()

  constructor(options: { folders: readonly string[]; log: Log; clock?: Clock }) {
    this.#folders = options.folders
    this.#log = options.log
    this.#open = new OpenFiles({
      clock: options.clock ?? systemClock,
      limit: handlesAtOnce,
      idleMs: handleIdleMs,
    })
  }

  /** Names that would leave their folder, in whatever spelling, are missing; nothing is opened for them. */
  async find(name: string): Promise<Lookup> {
    for (const folder of this.#folders) {
      const lookup = await this.#findIn(folder, name)
      if (lookup.state !== 'missing') return lookup
    }
    return missing
  }

  /** Every audio file of all folders in natural order, with those that cannot be played. */
  async list(): Promise<{ file: string; lookup: Lookup }[]> {
    const names = new Set<string>()
    for (const folder of this.#folders) for (const name of await this.#namesBelow(folder, '')) names.add(name)
    return this.#lookUp([...names])
  }

  /** The names that can be played directly in a folder (`''` is the top), in natural order. */
  async filesIn(folder: string): Promise<string[]> {
    if (folder !== '' && !staysInside(folder)) return []
    const names = new Set<string>()
    for (const top of this.#folders) {
      for (const entry of await this.#entriesOf(top, folder)) {
        const name = folder === '' ? entry.name : `${folder}/${entry.name}`
        if (!entry.isDirectory() && isAudioName(name)) names.add(name)
      }
    }
    const all = await this.#lookUp([...names])
    return all.filter(({ lookup }) => lookup.state === 'ready').map(({ file }) => file)
  }

  /**
   * Exactly this content for positioned reads, wherever in the folders it lies now. Give it back with `close`.
   * @throws AppError `not_found` when the file is gone or has another content by now; it was logged then.
   */
  async open(file: LibraryFile): Promise<SharedFile> {
    try {
      for (const folder of this.#folders) {
        const place = await this.#place(folder, file.file)
        if (place === null) continue
        const lookup = await this.#lookupAt(place, file.file)
        if (lookup.state === 'ready' && lookup.file.hash === file.hash)
          return guarded(await this.#open.share(place.path, place.identity), (error) =>
            this.#lost(file, error),
          )
      }
    } catch (error) {
      throw this.#lost(file, error)
    }
    throw this.#lost(file, new Error('no file of that name has the content that was asked for'))
  }

  async close(): Promise<void> {
    await this.#open.close()
  }

  #lost(file: LibraryFile, cause: unknown): AppError {
    this.#log.warn('a file was removed or changed while somebody was listening to it', {
      file: file.file,
      reason: messageOf(cause),
    })
    return new AppError('not_found', `"${file.file}" was removed or changed`, { cause })
  }

  async #lookUp(names: string[]): Promise<{ file: string; lookup: Lookup }[]> {
    const found: { file: string; lookup: Lookup }[] = []
    // One after the other: reading many files at once would only keep listeners waiting.
    for (const file of names.sort(naturalOrder)) {
      const lookup = await this.find(file)
      if (lookup.state !== 'missing') found.push({ file, lookup })
    }
    return found
  }

  async #findIn(folder: string, name: string): Promise<Lookup> {
    const place = await this.#place(folder, name)
    return place === null ? missing : this.#lookupAt(place, name)
  }

  /** Where the name lies on this machine, or null where there is no such file inside the folder. */
  async #place(folder: string, name: string): Promise<Place | null> {
    if (!staysInside(name) || !isAudioName(name)) return null
    const wished = join(folder, name)
    try {
      const top = await realpath(folder)
      const path = await realpath(wished)
      if (!path.startsWith(top.endsWith(sep) ? top : top + sep)) {
        this.#sayOnce(wished, 'a link leads out of the library and is not followed', { file: name })
        return null
      }
      const found = await stat(path, { bigint: true })
      return found.isFile() ? { wished, path, identity: identityOf(found), modifiedAt: found.mtime } : null
    } catch (error) {
      this.#found.delete(wished)
      // Told of the folder: a stranger can make up any number of names in it.
      if (!isAbsence(error)) this.#sayUnreadable(dirname(wished), error)
      return null
    }
  }

  #lookupAt(place: Place, name: string): Promise<Lookup> {
    const known = this.#found.get(place.wished)
    if (known?.identity === place.identity) return known.lookup
    const lookup = this.#inspect(place, name)
    this.#found.set(place.wished, { identity: place.identity, lookup })
    return lookup
  }

  async #inspect(place: Place, name: string): Promise<Lookup> {
    const { lookup, lasting } = await inspectFile(place, name)
    // Being copied in, or not readable yet: the next look reads it anew, though nothing of it seems changed.
    if (!lasting) this.#found.delete(place.wished)
    if (lookup.state === 'refused')
      this.#sayOnce(place.wished, 'a file cannot be played', { file: name, reason: lookup.reason })
    else this.#said.delete(place.wished)
    return lookup
  }

  async #namesBelow(top: string, folder: string): Promise<string[]> {
    const names: string[] = []
    for (const entry of await this.#entriesOf(top, folder)) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (!staysInside(name) || entry.name.startsWith('.')) continue
      // A link to a folder is not walked into: it could lead round in a circle.
      if (entry.isDirectory()) names.push(...(await this.#namesBelow(top, name)))
      else if (isAudioName(name)) names.push(name)
    }
    return names
  }

  async #entriesOf(top: string, folder: string): Promise<Dirent[]> {
    const path = join(top, folder)
    try {
      const real = await realpath(path)
      if (folder !== '' && !real.startsWith((await realpath(top)) + sep)) return []
      const entries = await readdir(real, { withFileTypes: true })
      this.#said.delete(path)
      return entries
    } catch (error) {
      // A folder that one of the places does not have is nothing to speak of; the place itself is.
      if (folder === '' || !isAbsence(error)) this.#sayUnreadable(path, error)
      return []
    }
  }

  #sayUnreadable(folder: string, error: unknown): void {
    this.#sayOnce(folder, 'a folder of audio cannot be read; everything else goes on', {
      folder,
      reason: messageOf(error),
    })
  }

  #sayOnce(about: string, message: string, detail: Readonly<Record<string, string>>): void {
    const line = `${message} ${detail.reason ?? ''}`
    if (this.#said.get(about) === line) return
    this.#said.set(about, line)
    this.#log.warn(message, detail)
  }
}

function isAbsence(error: unknown): boolean {
  const code = errnoOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP'
}

function guarded(shared: SharedFile, lost: (error: unknown) => AppError): SharedFile {
  return {
    close: shared.close,
    read: async (position, length) => {
      try {
        return await shared.read(position, length)
      } catch (error) {
        throw lost(error)
      }
    },
  }
}
