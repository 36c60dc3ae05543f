import { type Clock, systemClock } from '../../core/clock.ts'
import { AppError } from '../../core/error.ts'
import { fewAtOnce } from '../../core/few-at-once.ts'
import type { Log } from '../../core/log.ts'
import { lookUpAll } from '../../core/playable-files.ts'
import { didYouMean } from '../../language/names.ts'
import { folderHint } from '../folder-hint.ts'
import { msPerFrame } from '../frames.ts'
import type { LibraryFile } from '../library/inspect-file.ts'
import type { Library } from '../library/library.ts'
import { type Part, wholeOf } from '../library/parts.ts'
import type { Extent, SharedFile } from '../open-files.ts'
import type { Piece } from '../pieces/piece.ts'
import { sourceCatalog } from './catalog.ts'
import type { Found, SourceDef, SourceGround } from './source.ts'
import { SteadySource } from './steady-source.ts'

interface SourcesOptions extends Omit<SourceGround, 'clock'> {
  readonly clock?: Clock
  readonly catalog?: Readonly<Record<string, SourceDef>>
}

/** An item of a queue. */
interface Item {
  readonly file: string
}

const fileSource = 'file'
const usualPatienceMs = 5_000
const expandedAtOnce = 8
/** As many items as one change of a queue may bring. */
const mostItems = 10_000
// A player fetches a stream range by range: thousands of items are not to be looked up for each.
const longQueue = 200
const longQueueKnownMs = 1_000
const skipsKept = 2 * mostItems

/**
 * All audio there is, by reference: the one door through which whatever plays finds and reads it. None of its answers is
 * late, and none but `open` rejects, whatever a source does.
 */
export class Sources {
  readonly #library: Library
  readonly #clock: Clock
  readonly #log: Log
  readonly #sources: ReadonlyMap<string, SteadySource>
  /** What was said to be skipped, by stream. */
  readonly #skipped = new Map<string, Set<string>>()
  readonly #playables = new WeakMap<
    readonly Item[],
    { readonly files: Promise<readonly LibraryFile[]>; readonly untilMs: number }
  >()

  constructor({ catalog = sourceCatalog, clock = systemClock, ...ground }: SourcesOptions) {
    const { library, log } = ground
    this.#library = library
    this.#clock = clock
    this.#log = log
    this.#sources = new Map(
      Object.entries(catalog).map(([name, { open, patienceMs = usualPatienceMs }]) => [
        name,
        new SteadySource({ name, source: open({ ...ground, clock }), patienceMs, clock, log }),
      ]),
    )
  }

  /** What is there under the reference now. Never rejects. */
  async find(reference: string): Promise<Found> {
    const { prefix, name } = this.#read(reference)
    const found = await this.#source(prefix).find(name)
    if (found.state !== 'ready') return found
    const file = this.#reference(prefix, found.file.file)
    return file === found.file.file ? found : { state: 'ready', file: { ...found.file, file } }
  }

  /** Of each reference once, however often it is named. Never rejects. */
  findAll(references: readonly string[]): Promise<ReadonlyMap<string, Found>> {
    return lookUpAll(references, (reference) => this.find(reference))
  }

  /**
   * What of a queue's items can be played now, in order; the same array is the same queue. What cannot, and will not
   * soon, is named in the log once. Never rejects.
   */
  playable(items: readonly Item[], stream: string): Promise<readonly LibraryFile[]> {
    if (items.length < longQueue) return this.#playable(items, stream)
    const nowMs = this.#clock.now().getTime()
    const known = this.#playables.get(items)
    if (known !== undefined && nowMs < known.untilMs) return known.files
    const files = this.#playable(items, stream)
    this.#playables.set(items, { files, untilMs: nowMs + longQueueKnownMs })
    return files
  }

  /**
   * What `find` gave, for positioned reads.
   * @throws AppError `not_found` where it is gone, `unavailable` where its source does not answer.
   */
  open(audio: LibraryFile): Promise<SharedFile> {
    const { prefix, name } = this.#read(audio.file)
    return this.#source(prefix).open(name === audio.file ? audio : { ...audio, file: name })
  }

  /**
   * Bytes of what was opened before, in memory that is used again; null where it is to be opened first.
   * @throws AppError as `open` does
   */
  readPiece(audio: LibraryFile, extent: Extent): Promise<Piece> | null {
    const { prefix, name } = this.#read(audio.file)
    return name === audio.file ? this.#source(prefix).readPiece(audio, extent) : null
  }

  /**
   * The references that these stand for in a queue: of a book its chapters. `split`: of what is longer than an item may
   * be its parts too. Where it would be more than a queue takes at a time, the rest stays whole. Never rejects, and takes
   * no longer than a listener would wait: what is not told by then stays whole too.
   */
  async expand(
    references: readonly string[],
    options: { readonly split?: boolean } = {},
  ): Promise<readonly string[]> {
    const distinct = [...new Set(references)]
    const expanded = new Map<string, readonly string[]>()
    const waiting = new AbortController()
    const all = fewAtOnce(distinct, expandedAtOnce, async (reference) => {
      if (!waiting.signal.aborted)
        expanded.set(reference, await this.#expand(reference, options.split ?? false))
    })
    await Promise.race([all, this.#clock.sleep(usualPatienceMs, waiting.signal).catch(() => undefined)])
    waiting.abort()
    let room = mostItems - references.length
    return references.flatMap((reference) => {
      const names = expanded.get(reference) ?? [reference]
      if (names.length - 1 > room) return [reference]
      room -= names.length - 1
      return names
    })
  }

  /** The chapters or parts of a file of the library; none where it is one item or is not ready. */
  async parts(reference: string): Promise<readonly Part[]> {
    const { prefix, name } = this.#read(reference)
    if (prefix !== fileSource) return []
    const parts = await this.#library.parts(name)
    return parts.map((part) => ({ ...part, reference: this.#reference(prefix, part.reference) }))
  }

  /** Every file of the library in natural order, with those that cannot be played. */
  async list(): Promise<{ file: string; lookup: Found }[]> {
    const listed = await this.#library.list()
    return listed.map(({ file, lookup }) => ({ file: this.#reference(fileSource, file), lookup }))
  }

  /** What can or soon can be played directly in a folder of the library, or in a book of it, in order. */
  async filesIn(folder: string): Promise<string[]> {
    const files = await this.#library.filesIn(folder)
    return files.map((file) => this.#reference(fileSource, file))
  }

  /** How long it plays, in ms; null where it cannot be played, or not yet. */
  async lengthOf(reference: string): Promise<number | null> {
    const found = await this.find(reference)
    return found.state === 'ready' ? found.file.frames * msPerFrame : null
  }

  /** The same references, those whose files were changed last first; of other sources than the library they stay at the end. */
  async newestFirst(references: readonly string[]): Promise<string[]> {
    const names = references.map((reference) => this.fileInLibrary(reference))
    const times = await this.#library.changedAt(names.filter((name) => name !== null))
    const timeOf = (reference: string) => times.get(this.fileInLibrary(reference) ?? '') ?? 0
    return references.toSorted((one, other) => timeOf(other) - timeOf(one))
  }

  /** The name in the library that a reference leads to, of a file or a part of one; null where it is another source's. */
  nameInLibrary(reference: string): string | null {
    const { prefix, name } = this.#read(reference)
    return prefix === fileSource ? name : null
  }

  /** The name of the file of the library that a reference needs, of a part that of its whole; null as above. */
  fileInLibrary(reference: string): string | null {
    const name = this.nameInLibrary(reference)
    return name === null ? null : wholeOf(name)
  }

  /** What stands for a file of the library in a queue. */
  referenceOf(nameInLibrary: string): string {
    return this.#reference(fileSource, nameInLibrary)
  }

  /** What was probably meant by a reference that leads nowhere, for people; null where nothing comes near. */
  async hint(reference: string): Promise<string | null> {
    const { prefix, name } = this.#read(reference)
    // A file whose name begins like another source's.
    if (prefix !== fileSource && (await this.#source(fileSource).find(reference)).state !== 'missing')
      return `did you mean "${this.#reference(fileSource, reference)}"?`
    const [, before, behind] = /^([^:/.]{1,20}):(.*)$/s.exec(reference) ?? []
    const near = before === undefined ? null : didYouMean(before, this.#sources.keys())
    if (near !== null && near !== before) return `did you mean "${near}:${behind}"?`
    const meant = didYouMean(name, await this.#source(prefix).names())
    return meant === null ? null : `did you mean "${this.#reference(prefix, meant)}"?`
  }

  /** The same of a folder of the library without audio. */
  async folderHint(folder: string): Promise<string | null> {
    return folderHint(folder, await this.#library.names())
  }

  async close(): Promise<void> {
    for (const source of this.#sources.values()) await source.close()
  }

  async #playable(items: readonly Item[], stream: string): Promise<readonly LibraryFile[]> {
    const found = await this.findAll(items.map(({ file }) => file))
    this.#saySkipped(found, stream)
    return items.flatMap(({ file }) => {
      const lookup = found.get(file)
      return lookup?.state === 'ready' ? [lookup.file] : []
    })
  }

  async #expand(reference: string, split: boolean): Promise<readonly string[]> {
    const { prefix, name } = this.#read(reference)
    const names = await this.#source(prefix).expand(name, { split })
    return names.map((each) => (each === name ? reference : this.#reference(prefix, each)))
  }

  /** Only what is a source's stands before the colon: a file may have one in its name. */
  #read(reference: string): { readonly prefix: string; readonly name: string } {
    const colon = reference.indexOf(':')
    const prefix = reference.slice(0, Math.max(0, colon))
    return this.#sources.has(prefix)
      ? { prefix, name: reference.slice(colon + 1) }
      : { prefix: fileSource, name: reference }
  }

  /** A file's is its name, unless that would be read as another source's. */
  #reference(prefix: string, name: string): string {
    return prefix === fileSource && this.#read(name).name === name ? name : `${prefix}:${name}`
  }

  #source(prefix: string): SteadySource {
    const source = this.#sources.get(prefix)
    if (source === undefined) throw new AppError('unavailable', `there is no source of audio "${prefix}"`)
    return source
  }

  #saySkipped(found: ReadonlyMap<string, Found>, stream: string): void {
    const said = this.#skipped.get(stream) ?? new Set()
    const fresh: string[] = []
    for (const [reference, { state }] of found) {
      if (state !== 'missing') said.delete(reference)
      else if (!said.has(reference)) fresh.push(reference)
    }
    const [file, ...more] = fresh
    if (file === undefined) return
    // What has left the queue since is forgotten here.
    if (said.size > skipsKept) said.clear()
    for (const reference of fresh) said.add(reference)
    this.#skipped.set(stream, said)
    this.#log.warn('an item of a queue is not there and is skipped', { stream, file, more: more.length })
  }
}
