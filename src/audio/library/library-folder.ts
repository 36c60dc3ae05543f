import type { BigIntStats, Dirent } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { errnoOf, messageOf } from '../../core/error.ts'
import { isAudioName, staysInside } from '../names.ts'
import { identityOf } from '../open-files.ts'
import type { Warnings } from '../warnings.ts'
import type { Place } from './inspect-file.ts'
import { notUtf8, type Unusable, unusable } from './unusable-names.ts'

interface LibraryFolderOptions {
  readonly path: string
  readonly clock: Clock
  readonly said: Warnings
  /** Told of a path where there is no file, or none that can be reached; `isAbsent` where that is certain. */
  readonly gone: (wished: string, isAbsent: boolean) => void
}

// Every file of a folder asks where that really lies; a folder that becomes a link is noticed as much later.
const folderKnownMs = 1_000

/**
 * A folder of the library on the disk. Nothing outside of it is ever found, whatever the name and wherever links lead.
 * An accent may lie there apart from its letter, as some machines write it.
 */
export class LibraryFolder {
  readonly #options: LibraryFolderOptions
  /** Where folders really lie. */
  readonly #real = new Map<string, { readonly path: string; readonly untilMs: number }>()

  constructor(options: LibraryFolderOptions) {
    this.#options = options
  }

  /** As it was given. */
  get path(): string {
    return this.#options.path
  }

  /** Where the name lies on this machine, or null where there is no such file inside the folder. */
  async place(name: string): Promise<Place | null> {
    const place = await this.#placeAs(name)
    const apart = name.normalize('NFD')
    return place !== null || apart === name ? place : this.#placeAs(apart)
  }

  async #placeAs(name: string): Promise<Place | null> {
    if (!staysInside(name) || !isAudioName(name)) return null
    const { path: folder, said, gone } = this.#options
    const wished = join(folder, name)
    try {
      const at = await this.#fileAt(wished)
      if (at === null) {
        said.warn(wished, 'a link leads out of the library and is not followed', { file: name })
        return null
      }
      const { path, found } = at
      if (!found.isFile()) return null
      const { mtime: modifiedAt, ctime: changedAt } = found
      return { wished, path, identity: identityOf(found), modifiedAt, changedAt }
    } catch (error) {
      gone(wished, isAbsence(error))
      // Told of the folder: a stranger can make up any number of names in it.
      if (!isAbsence(error)) this.#sayUnreadable(dirname(wished), error)
      return null
    }
  }

  /** The names of all audio files in it and below. */
  async namesBelow(folder = ''): Promise<string[]> {
    const names: string[] = []
    await this.#collect(folder, names)
    return names
  }

  /** The names of the audio files directly in a folder of it. */
  async namesIn(folder: string): Promise<string[]> {
    const names = await this.#namesDirectlyIn(folder)
    const apart = folder.normalize('NFD')
    return names.length > 0 || apart === folder ? names : this.#namesDirectlyIn(apart)
  }

  async #namesDirectlyIn(folder: string): Promise<string[]> {
    const entries = await this.#entriesOf(folder)
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => nameIn(folder, entry))
      .filter(isAudioName)
  }

  async #collect(folder: string, names: string[]): Promise<void> {
    for (const entry of await this.#entriesOf(folder)) {
      const name = nameIn(folder, entry)
      if (entry.name.startsWith('.')) continue
      const fault = unusable(name)
      if (fault !== null) {
        if (entry.isDirectory() || isAudioName(name)) this.#sayUnusable(folder, fault)
        continue
      }
      // A link to a folder is not walked into: it could lead round in a circle.
      if (entry.isDirectory()) await this.#collect(name, names)
      else if (isAudioName(name)) names.push(name)
    }
  }

  /** Null where a link leads out of the folder. Most files are no links: for them it is one question to the disk. */
  async #fileAt(wished: string): Promise<{ readonly path: string; readonly found: BigIntStats } | null> {
    const top = await this.#realFolder(this.#options.path)
    const parent = await this.#realFolder(dirname(wished))
    if (parent !== top && !parent.startsWith(inside(top))) return null
    const direct = join(parent, basename(wished))
    const found = await lstat(direct, { bigint: true })
    if (!found.isSymbolicLink()) return { path: direct, found }
    const path = await realpath(direct)
    return path.startsWith(inside(top)) ? { path, found: await stat(path, { bigint: true }) } : null
  }

  /** Only what is there is remembered. */
  async #realFolder(folder: string): Promise<string> {
    const nowMs = this.#options.clock.now().getTime()
    const known = this.#real.get(folder)
    if (known !== undefined && nowMs < known.untilMs) return known.path
    this.#real.delete(folder)
    const path = await realpath(folder)
    this.#real.set(folder, { path, untilMs: nowMs + folderKnownMs })
    return path
  }

  async #entriesOf(folder: string): Promise<Dirent[]> {
    const { path: top, said } = this.#options
    const path = join(top, folder)
    try {
      const real = await realpath(path)
      if (folder !== '' && !real.startsWith(inside(await realpath(top)))) return []
      const entries = await readdir(real, { withFileTypes: true })
      said.well(path)
      const names = entries.map(({ name }) => name)
      for (const fault of await notUtf8(real, names))
        this.#sayUnusable(folder, {
          ...fault,
          shown: folder === '' ? fault.shown : `${folder}/${fault.shown}`,
        })
      return entries
    } catch (error) {
      // A folder that one of the places does not have is nothing to speak of; the place itself is.
      if (folder === '' || !isAbsence(error)) this.#sayUnreadable(path, error)
      return []
    }
  }

  #sayUnusable(folder: string, { shown: file, reason }: Unusable): void {
    const about = join(this.#options.path, folder, file)
    this.#options.said.warn(about, 'something in the library is left out', { file, reason })
  }

  #sayUnreadable(folder: string, error: unknown): void {
    this.#options.said.warn(folder, 'a folder of audio cannot be read; everything else goes on', {
      folder,
      reason: messageOf(error),
    })
  }
}

function nameIn(folder: string, entry: Dirent): string {
  return folder === '' ? entry.name : `${folder}/${entry.name}`
}

function inside(folder: string): string {
  return folder.endsWith(sep) ? folder : folder + sep
}

function isAbsence(error: unknown): boolean {
  const code = errnoOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP'
}
