import { type Clock, systemClock } from '../../core/clock.ts'
import { AppError, messageOf } from '../../core/error.ts'
import { fewAtOnce } from '../../core/few-at-once.ts'
import type { Log } from '../../core/log.ts'
import { bytesPerFrame, msPerFrame } from '../frames.ts'
import type { Chapter } from '../import/chapters.ts'
import { naturalOrder, staysInside } from '../names.ts'
import { type Identity, OpenFiles, type SharedFile } from '../open-files.ts'
import { SaidOnce } from '../said-once.ts'
import { EarlyChapters } from './early-chapters.ts'
import type { Imports, Rendition } from './imports.ts'
import {
  type Importing,
  type Inspected,
  inspectFile,
  type LibraryFile,
  type Location,
  type Lookup,
  libraryFile,
  type Place,
} from './inspect-file.ts'
import type { KnownFiles } from './known-files.ts'
import { LibraryFolder } from './library-folder.ts'
import { itemsOf, type Part, partFile, partNames, partOf, partsOf, wholeOf } from './parts.ts'
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
}

interface Found {
  readonly identity: Identity
  readonly content: Promise<Content>
}

/** What was read out of a file. */
type Content =
  | { readonly kind: 'in-profile'; readonly file: LibraryFile }
  | Exclude<Inspected, { readonly kind: 'in-profile' }>

type Ready = Extract<Lookup, { readonly state: 'ready' }>

const missing: Lookup = { state: 'missing' }
const arriving: Importing = { state: 'importing', progress: 0 }
const noChapters: readonly Chapter[] = []
const handlesAtOnce = 64
const handleIdleMs = 30_000
// Few: reading many new files at once would only keep listeners waiting.
const listedAtOnce = 4

/**
 * The audio people put into folders, looked up by name: in the first folder that has it. What is dropped in,
 * replaced or removed is seen at the next look; a content is read and hashed once. What is not in the profile can be
 * played as soon as it is imported, which its first look begins.
 */
export class Library {
  readonly #folders: readonly LibraryFolder[]
  readonly #log: Log
  readonly #known: KnownFiles | undefined
  readonly #imports: Imports | undefined
  readonly #still: StillFiles | undefined
  readonly #early: EarlyChapters
  readonly #open: OpenFiles
  /** Sorting ten thousand names takes longer than looking them up. */
  #sorted: { readonly unsorted: readonly string[]; readonly names: readonly string[] } = {
    unsorted: [],
    names: [],
  }
  /** By path on this machine, so that only what is there is remembered. */
  readonly #found = new Map<string, Found>()
  readonly #said: SaidOnce
  readonly #openedAt = new WeakMap<LibraryFile, Location>()

  constructor(options: LibraryOptions) {
    const { log, clock = systemClock } = options
    this.#log = log
    this.#said = new SaidOnce(log)
    this.#folders = options.folders.map(
      (path) =>
        new LibraryFolder({
          ...{ path, clock, said: this.#said },
          gone: (wished, isAbsent) => this.#gone(wished, isAbsent),
        }),
    )
    this.#known = options.known
    this.#imports = options.imports
    this.#still = options.still
    this.#early = new EarlyChapters({ clock, ffmpeg: options.ffmpeg })
    this.#open = new OpenFiles({
      clock,
      limit: handlesAtOnce,
      idleMs: handleIdleMs,
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

  /**
   * Exactly this content for positioned reads, wherever in the folders it lies now; of a part they are counted from where
   * it begins. Give it back with `close`.
   * @throws AppError `not_found` when the file is gone or has another content by now; it was logged then.
   */
  async open(file: LibraryFile): Promise<SharedFile> {
    const shared = this.#sharedBefore(file)
    if (shared !== null) return shared
    const name = wholeOf(file.file)
    try {
      for (const folder of this.#folders) {
        const place = await folder.place(name)
        if (place === null) continue
        const lookup = await this.#lookupAt(place, name)
        if (lookup.state !== 'ready' || lookup.file.hash !== file.hash) continue
        const shared = await this.#open.share(lookup.at.path, lookup.at.identity)
        this.#openedAt.set(file, lookup.at)
        return this.#guarded(file, shared)
      }
    } catch (error) {
      throw this.#lost(file, error)
    }
    throw this.#lost(file, new Error('no file of that name has the content that was asked for'))
  }

  async close(): Promise<void> {
    this.#early.stop()
    await this.#imports?.stop()
    await this.#open.close()
  }

  /**
   * The handle by which the content was read before, without looking at its name again: reading tells when it is
   * another by now, and then it is looked for anew.
   */
  #sharedBefore(file: LibraryFile): SharedFile | null {
    const at = this.#openedAt.get(file)
    const shared = at === undefined ? null : this.#open.shareOpen(at.path, at.identity)
    return shared === null ? null : this.#guarded(file, shared)
  }

  /** Reads are counted from the file's first byte, which of a part lies further on. */
  #guarded(file: LibraryFile, shared: SharedFile): SharedFile {
    const from = file.firstFrame * bytesPerFrame
    return {
      close: shared.close,
      read: async (position, length, into) => {
        try {
          return await shared.read(from + position, length, into)
        } catch (error) {
          this.#openedAt.delete(file)
          throw this.#lost(file, error)
        }
      },
    }
  }

  #lost(file: LibraryFile, cause: unknown): AppError {
    this.#log.warn('a file was removed or changed while somebody was listening to it', {
      file: file.file,
      reason: messageOf(cause),
    })
    return new AppError('not_found', `"${file.file}" was removed or changed`, { cause })
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
      const lookup = await this.#lookupAt(place, name)
      if (lookup.state !== 'missing') return lookup
    }
    return missing
  }

  async #earlyChapters(name: string): Promise<readonly Chapter[]> {
    for (const folder of this.#folders) {
      const place = await folder.place(name)
      if (place !== null) return this.#early.of(place)
    }
    return noChapters
  }

  #gone(wished: string, isAbsent: boolean): void {
    this.#found.delete(wished)
    this.#still?.forget(wished)
    if (isAbsent) this.#known?.forget(wished)
  }

  async #lookupAt(place: Place, name: string): Promise<Lookup> {
    const lookup = await this.#read(place, name)
    if (lookup.state === 'refused')
      this.#said.warn(place.wished, 'a file cannot be played', { file: name, reason: lookup.reason })
    else this.#said.well(place.wished)
    return lookup
  }

  async #read(place: Place, name: string): Promise<Lookup> {
    if (this.#isArriving(place)) return this.#untilImported(place, name, arriving)
    const content = await this.#contentAt(place, name)
    switch (content.kind) {
      case 'in-profile':
        return { state: 'ready', file: content.file, at: place, chapters: noChapters }
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
    if (state.state === 'importing') return this.#untilImported(place, name, state)
    return state.state === 'done' ? readyRendition(state.rendition, { place, name }) : state
  }

  /** What the name played before its content was replaced, as long as nothing can be played of that. */
  async #untilImported(place: Place, name: string, successor: Importing): Promise<Lookup> {
    const earlier = (await this.#imports?.earlier(place)) ?? null
    return earlier === null ? successor : { ...readyRendition(earlier, { place, name }), successor }
  }

  #isArriving(place: Place): boolean {
    if (this.#still === undefined || this.#known?.get(place.wished, place.identity) !== undefined)
      return false
    return !this.#still.isStill(place)
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
}

function readyRendition(rendition: Rendition, of: { place: Place; name: string }): Ready {
  const { chapters, facts } = rendition
  return { state: 'ready', file: libraryFile({ ...rendition, ...of }), at: rendition, chapters, facts }
}

/** How long the last chapter says that it all is. */
function framesIn(chapters: readonly Chapter[]): number {
  return Math.round(((chapters.at(-1)?.end_s ?? 0) * 1000) / msPerFrame)
}
