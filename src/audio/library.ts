import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { type Clock, systemClock } from '../core/clock.ts'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Imports } from './imports.ts'
import {
  type Inspected,
  inspectFile,
  type LibraryFile,
  type Location,
  type Lookup,
  libraryFile,
  type Place,
} from './inspect-file.ts'
import type { KnownFiles } from './known-files.ts'
import { isAudioName, naturalOrder, staysInside } from './names.ts'
import { type Identity, identityOf, OpenFiles, type SharedFile } from './open-files.ts'

interface LibraryOptions {
  readonly folders: readonly string[]
  readonly log: Log
  readonly clock?: Clock
  /** What was read out of the files before; without it everything is read once by each run. */
  readonly known?: KnownFiles
  /** What makes other audio playable; without it only files of the profile are. */
  readonly imports?: Imports
}

interface Found {
  readonly identity: Identity
  readonly content: Promise<Content>
}

/** What was read out of a file. */
type Content =
  | { readonly kind: 'in-profile'; readonly file: LibraryFile }
  | Exclude<Inspected, { readonly kind: 'in-profile' }>

const missing: Lookup = { state: 'missing' }
const handlesAtOnce = 64
const handleIdleMs = 30_000

/**
 * The audio people put into folders, looked up by name: in the first folder that has it. What is dropped in,
 * replaced or removed is seen at the next look; a content is read and hashed once. What is not in the profile can be
 * played as soon as it is imported, which its first look begins.
 */
export class Library {
  readonly #folders: readonly string[]
  readonly #log: Log
  readonly #known: KnownFiles | undefined
  readonly #imports: Imports | undefined
  readonly #open: OpenFiles
  // Both by path on this machine, so that only what is there is remembered.
  readonly #found = new Map<string, Found>()
  readonly #said = new Map<string, string>()

  constructor(options: LibraryOptions) {
    this.#folders = options.folders
    this.#log = options.log
    this.#known = options.known
    this.#imports = options.imports
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

  /** The names that can or soon can be played directly in a folder (`''` is the top), in natural order. */
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
    return all
      .filter(({ lookup }) => lookup.state === 'ready' || lookup.state === 'importing')
      .map(({ file }) => file)
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
          return guarded(await this.#share(lookup.at), (error) => this.#lost(file, error))
      }
    } catch (error) {
      throw this.#lost(file, error)
    }
    throw this.#lost(file, new Error('no file of that name has the content that was asked for'))
  }

  async close(): Promise<void> {
    await this.#imports?.stop()
    await this.#open.close()
  }

  #share({ path, identity }: Location): Promise<SharedFile> {
    return this.#open.share(path, identity)
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
      if (isAbsence(error)) this.#known?.forget(wished)
      // Told of the folder: a stranger can make up any number of names in it.
      if (!isAbsence(error)) this.#sayUnreadable(dirname(wished), error)
      return null
    }
  }

  async #lookupAt(place: Place, name: string): Promise<Lookup> {
    const lookup = await this.#read(place, name)
    if (lookup.state === 'refused')
      this.#sayOnce(place.wished, 'a file cannot be played', { file: name, reason: lookup.reason })
    else this.#said.delete(place.wished)
    return lookup
  }

  async #read(place: Place, name: string): Promise<Lookup> {
    const content = await this.#contentAt(place, name)
    switch (content.kind) {
      case 'in-profile':
        return { state: 'ready', file: content.file, at: place }
      case 'other':
        return this.#imports === undefined
          ? { state: 'refused', reason: content.reason }
          : this.#imported(place, name, this.#imports)
      case 'unreadable':
        return { state: 'refused', reason: content.reason }
    }
  }

  async #imported(place: Place, name: string, imports: Imports): Promise<Lookup> {
    const state = await imports.look(place, name)
    if (state.state !== 'done') return state
    const { rendition } = state
    return { state: 'ready', file: libraryFile({ ...rendition, name, place }), at: rendition }
  }

  #contentAt(place: Place, name: string): Promise<Content> {
    const { wished, identity } = place
    const found = this.#found.get(wished)
    if (found?.identity === identity) return found.content
    const content = this.#inspect(place, name)
    this.#found.set(wished, { identity, content })
    return content
  }

  async #inspect(place: Place, name: string): Promise<Content> {
    const { wished, identity } = place
    const known = this.#known?.get(wished, identity)
    if (known?.frames === null) return { kind: 'other', reason: 'it is not in the profile' }
    const inspected: Inspected =
      known === undefined
        ? await inspectFile(place)
        : { kind: 'in-profile', hash: known.hash, frames: known.frames }
    // Being copied in, or not readable yet: the next look reads it anew, though nothing of it seems changed.
    if (inspected.kind === 'unreadable') this.#found.delete(wished)
    if (inspected.kind !== 'in-profile') return inspected
    const { frames, hash } = inspected
    if (known === undefined) this.#known?.note(wished, { identity, hash, frames })
    return { kind: 'in-profile', file: libraryFile({ name, title: null, frames, hash, place }) }
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
