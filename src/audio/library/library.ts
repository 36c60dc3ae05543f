import { type Clock, systemClock } from '../../core/clock.ts'
import { fewAtOnce } from '../../core/few-at-once.ts'
import type { Log } from '../../core/log.ts'
import { msPerFrame } from '../frames.ts'
import type { Chapter } from '../import/chapters.ts'
import { naturalOrder, staysInside } from '../names.ts'
import type { Extent, SharedFile } from '../open-files.ts'
import type { Piece } from '../pieces/piece.ts'
import type { PieceReader } from '../pieces/piece-reader.ts'
import { Warnings } from '../warnings.ts'
import { ContentReader } from './content-reader.ts'
import { Contents } from './contents.ts'
import { EarlyChapters } from './early-chapters.ts'
import type { Imports } from './imports.ts'
import type { LibraryFile, Location, Lookup, Place } from './inspect-file.ts'
import type { KnownFiles } from './known-files.ts'
import { LibraryFolder } from './library-folder.ts'
import { itemsOf, type Part, partFile, partNames, partOf, partsOf, titleOfPart, wholeOf } from './parts.ts'
import type { StillFiles } from './still-files.ts'

interface LibraryOptions {
  readonly folders: readonly string[]
  readonly log: Log
  readonly clock?: Clock
  /** What was read out of the files before; without it everything is read once by each run. */
  readonly known?: KnownFiles
  /** What makes other audio playable; without it only files of the profile are. */
  readonly imports?: Imports
  /** Tells what is still being copied; without it everything is taken to be whole. */
  readonly still?: StillFiles
  /** Another `ffmpeg` than that of the machine's path. */
  readonly ffmpeg?: string
  /** Reads what listeners fetch piece by piece; without it every piece takes memory of its own. */
  readonly pieces?: PieceReader
}

const missing: Lookup = { state: 'missing' }
const noChapters: readonly Chapter[] = []
// Few: reading many new files at once would only keep listeners waiting.
const listedAtOnce = 4

/**
 * The audio people put into folders, looked up by name: in the first folder that has it. What is dropped in,
 * replaced or removed is seen at the next look; a content is read and hashed once. What is not in the profile can be
 * played as soon as it is imported, which its first look begins.
 */
export class Library {
  readonly #folders: readonly LibraryFolder[]
  readonly #imports: Imports | undefined
  readonly #contents: Contents
  readonly #still: StillFiles | undefined
  readonly #early: EarlyChapters
  readonly #reader: ContentReader
  /** Sorting ten thousand names takes longer than looking them up. */
  #sorted: { readonly unsorted: readonly string[]; readonly names: readonly string[] } = {
    unsorted: [],
    names: [],
  }

  constructor(options: LibraryOptions) {
    const { log, clock = systemClock } = options
    const said = new Warnings(log)
    const { known, imports, still } = options
    const contents = new Contents({ known, imports, still, said })
    this.#contents = contents
    this.#folders = options.folders.map(
      (path) =>
        new LibraryFolder({
          ...{ path, clock, said },
          gone: (wished, isAbsent) => contents.gone(wished, isAbsent),
        }),
    )
    this.#imports = imports
    this.#still = still
    this.#early = new EarlyChapters({ clock, ffmpeg: options.ffmpeg })
    this.#reader = new ContentReader({
      ...{ clock, log, pieces: options.pieces },
      locate: (file) => this.#locate(file),
    })
  }

  /**
   * A file, or a part of one (`books/wizard.m4b/03`). Names that would leave their folder, in whatever spelling, are
   * missing; nothing is opened for them.
   */
  async find(name: string): Promise<Lookup> {
    const part = partOf(name)
    if (part === null) return this.#find(name)
    const whole = part.number === 0 ? missing : await this.#find(part.whole)
    if (whole.state === 'importing') return { ...whole, title: await this.#earlyTitle(part) }
    if (whole.state !== 'ready') return whole
    const items = itemsOf(whole.file.frames, whole.chapters)
    const file = partFile(whole.file, items, { name, number: part.number })
    return file === null ? missing : { ...whole, file }
  }

  /** Where the file of that name lies, in the first of the folders that has it; null where there is none. */
  async whereIs(name: string): Promise<{ readonly folder: string; readonly place: Place } | null> {
    for (const folder of this.#folders) {
      const place = await folder.place(name)
      if (place !== null) return { folder: folder.path, place }
    }
    return null
  }

  /** The file of that name was put there in one step: nobody has to wait whether more of it comes. */
  async landed(name: string): Promise<void> {
    const at = await this.whereIs(name)
    if (at !== null) this.#still?.isWhole(at.place)
  }

  /** Every audio file of all folders in natural order, with those that cannot be played. */
  async list(): Promise<{ file: string; lookup: Lookup }[]> {
    const found = new Set<string>()
    for (const folder of this.#folders) for (const name of await folder.namesBelow()) found.add(name)
    return this.#lookUp(this.#inOrder([...found]))
  }

  /** The names that were listed last. */
  async names(): Promise<readonly string[]> {
    return this.#sorted.names
  }

  /**
   * What a name stands for in a queue: the chapters of a book, else itself; with `split` also the parts of what is longer
   * than an item may be. Of what is being imported the chapters can be told, how long it is cannot.
   */
  async expand(name: string, { split }: { readonly split: boolean }): Promise<string[]> {
    if (partOf(name) !== null) return [name]
    const whole = await this.#find(name)
    if (whole.state !== 'ready' && whole.state !== 'importing') return [name]
    const chapters = whole.state === 'ready' ? whole.chapters : await this.#earlyChapters(name)
    if (chapters.length < 2 && !split) return [name]
    const frames = whole.state === 'ready' ? whole.file.frames : framesIn(chapters)
    const count = itemsOf(frames, chapters).length
    return count < 2 ? [name] : partNames(name, count)
  }

  /** The chapters or parts of a file that is ready; none where it is one item. */
  async parts(name: string): Promise<readonly Part[]> {
    const whole = await this.#find(name)
    return whole.state === 'ready' ? partsOf(name, itemsOf(whole.file.frames, whole.chapters)) : []
  }

  /**
   * The names that can or soon can be played directly in a folder (`''` is the top), in natural order. A book is a folder
   * of its parts.
   */
  async filesIn(folder: string): Promise<string[]> {
    if (folder !== '' && !staysInside(folder)) return []
    const book = await this.#find(folder)
    if (book.state === 'ready' || book.state === 'importing') return this.expand(folder, { split: true })
    const names = new Set<string>()
    for (const top of this.#folders) for (const name of await top.namesIn(folder)) names.add(name)
    const all = await this.#lookUp([...names].sort(naturalOrder))
    return all
      .filter(({ lookup }) => lookup.state === 'ready' || lookup.state === 'importing')
      .map(({ file }) => file)
  }

  /** When files were changed last, by name, in milliseconds since 1970; those that are not there are left out. */
  async changedAt(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const times = new Map<string, number>()
    for (const name of new Set(names))
      for (const folder of this.#folders) {
        const place = times.has(name) ? null : await folder.place(name)
        if (place !== null) times.set(name, place.modifiedAt.getTime())
      }
    return times
  }

  /**
   * Exactly this content for positioned reads, wherever in the folders it lies now; of a part they are counted from where
   * it begins. Give it back with `close`.
   * @throws AppError `not_found` when the file is gone or has another content by now; it was logged then.
   */
  open(file: LibraryFile): Promise<SharedFile> {
    return this.#reader.open(file)
  }

  /**
   * Bytes of what was opened before, counted as `open` does, in memory that is used again; null where it is to be opened
   * first.
   * @throws AppError `not_found` when the file is gone or has another content by now; it was logged then.
   */
  readPiece(file: LibraryFile, extent: Extent): Promise<Piece> | null {
    return this.#reader.readPiece(file, extent)
  }

  async close(): Promise<void> {
    this.#early.stop()
    await this.#imports?.stop()
    await this.#reader.close()
  }

  /** Where the very content of that file lies now, in whichever folder; null where it is nowhere. */
  async #locate(file: LibraryFile): Promise<Location | null> {
    const name = wholeOf(file.file)
    for (const folder of this.#folders) {
      const place = await folder.place(name)
      if (place === null) continue
      const lookup = await this.#contents.at(place, name)
      if (lookup.state === 'ready' && lookup.file.hash === file.hash) return lookup.at
    }
    return null
  }

  async #lookUp(names: readonly string[]): Promise<{ file: string; lookup: Lookup }[]> {
    const found = await fewAtOnce(names, listedAtOnce, async (file) => ({
      file,
      lookup: await this.#find(file),
    }))
    return found.filter(({ lookup }) => lookup.state !== 'missing')
  }

  /** Most looks find the names of the look before. */
  #inOrder(unsorted: readonly string[]): readonly string[] {
    const before = this.#sorted.unsorted
    if (before.length !== unsorted.length || before.some((name, index) => name !== unsorted[index]))
      this.#sorted = { unsorted, names: unsorted.toSorted(naturalOrder) }
    return this.#sorted.names
  }

  /** A file as a whole. */
  async #find(name: string): Promise<Lookup> {
    for (const folder of this.#folders) {
      const place = await folder.place(name)
      if (place === null) continue
      const lookup = await this.#contents.at(place, name)
      if (lookup.state !== 'missing') return lookup
    }
    return missing
  }

  /** Out of what was read when the book was queued: no listener waits for more. */
  async #earlyTitle({ whole, number }: { whole: string; number: number }): Promise<string> {
    const at = await this.whereIs(whole)
    const chapters = at === null ? noChapters : this.#early.known(at.place)
    return titleOfPart(itemsOf(framesIn(chapters), chapters)[number - 1], number)
  }

  async #earlyChapters(name: string): Promise<readonly Chapter[]> {
    for (const folder of this.#folders) {
      const place = await folder.place(name)
      if (place !== null) return this.#early.of(place)
    }
    return noChapters
  }
}

/** How long the last chapter says that it all is. */
function framesIn(chapters: readonly Chapter[]): number {
  return Math.round(((chapters.at(-1)?.end_s ?? 0) * 1000) / msPerFrame)
}
