import { join } from 'node:path'
import { folderHint } from '../audio/folder-hint.ts'
import { containerOfFile } from '../audio/import/container.ts'
import { type Metadata, readMetadata } from '../audio/import/tags.ts'
import { Library } from '../audio/library/library.ts'
import { LibraryFolder } from '../audio/library/library-folder.ts'
import { naturalOrder } from '../audio/names.ts'
import { clipNameOf } from '../audio/sources/clip.ts'
import { Sources } from '../audio/sources/sources.ts'
import { Warnings } from '../audio/warnings.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { didYouMean } from '../language/names.ts'

interface AudioOnDiskOptions {
  /** The library, then the config folder. */
  readonly folders: readonly string[]
  /** The folder of rules and audio that come with the product. */
  readonly shipped: string
  readonly clock: Clock
  readonly log: Log
}

/**
 * The household's audio where no product runs: asked by name alone, no file of the household is opened but for what it
 * says of itself. So the chapters of a book are taken to be there when the book is.
 */
export class AudioOnDisk {
  readonly #folders: readonly LibraryFolder[]
  readonly #shipped: LibraryFolder
  readonly #sources: Sources
  #names: Promise<readonly string[]> | undefined

  constructor({ folders, shipped, clock, log }: AudioOnDiskOptions) {
    const said = new Warnings(log)
    const folderAt = (path: string) => new LibraryFolder({ path, clock, said, gone: () => undefined })
    this.#folders = folders.map(folderAt)
    this.#shipped = folderAt(join(shipped, 'audio'))
    const libraryOf = (...folders: string[]) => new Library({ folders, clock, log })
    this.#sources = new Sources({ library: libraryOf(...folders), libraryOf, shipped, clock, log })
  }

  /** Whether there is audio under the reference. */
  async has(reference: string): Promise<boolean> {
    const file = this.#sources.fileInLibrary(reference)
    if (file === null) return (await this.#sources.find(reference)).state !== 'missing'
    for (const folder of this.#folders) if ((await folder.place(file)) !== null) return true
    return false
  }

  /** Where a whole file lies on this machine, one of the household or one that comes with the product; null elsewhere. */
  async pathOf(reference: string): Promise<string | null> {
    const name = this.#sources.nameInLibrary(reference)
    if (name === null) return this.#pathOfClip(reference)
    for (const folder of this.#folders) {
      const place = await folder.place(name)
      if (place !== null) return place.path
    }
    return null
  }

  /** How long a whole file plays, in ms, by what it says itself; null where it says nothing of it. */
  async lengthOf(reference: string): Promise<number | null> {
    return (await this.saidBy(reference))?.lengthMs ?? null
  }

  /** What a whole file says of itself; null where it is not there or no audio. */
  async saidBy(reference: string): Promise<Pick<Metadata, 'tags' | 'lengthMs'> | null> {
    const path = await this.pathOf(reference)
    if (path === null) return null
    const detected = await containerOfFile(path).catch(() => null)
    if (detected === null || !('container' in detected)) return null
    return readMetadata({ path, container: detected.container })
  }

  /** What was probably meant by a reference that leads nowhere; null where nothing comes near. */
  async hint(reference: string): Promise<string | null> {
    const hint = await this.#sources.hint(reference)
    const name = this.#sources.nameInLibrary(reference)
    if (hint !== null || name === null) return hint
    this.#names ??= this.#allNames()
    const meant = didYouMean(name, await this.#names)
    return meant === null ? null : `did you mean "${this.#sources.referenceOf(meant)}"?`
  }

  /** The names of the audio files directly in a folder of the library, in natural order. */
  async filesIn(folder: string): Promise<readonly string[]> {
    const names = await Promise.all(this.#folders.map((top) => top.namesIn(folder)))
    return [...new Set(names.flat())].sort(naturalOrder)
  }

  /** What was probably meant by a folder without audio; null where nothing comes near. */
  async folderHint(folder: string): Promise<string | null> {
    this.#names ??= this.#allNames()
    return folderHint(folder, await this.#names)
  }

  /** All audio files of the library, in natural order, as they stand in queues. */
  async allFiles(): Promise<readonly string[]> {
    const names = [...new Set(await this.#allNames())].sort(naturalOrder)
    return names.map((name) => this.#sources.referenceOf(name))
  }

  close(): Promise<void> {
    return this.#sources.close()
  }

  async #pathOfClip(reference: string): Promise<string | null> {
    const files = await this.#shipped.namesBelow()
    const file = files.find((one) => reference === `clip:${clipNameOf(one)}`)
    return file === undefined ? null : ((await this.#shipped.place(file))?.path ?? null)
  }

  async #allNames(): Promise<readonly string[]> {
    return (await Promise.all(this.#folders.map((folder) => folder.namesBelow()))).flat()
  }
}
