import type { Clock } from '../../core/clock.ts'
import { messageOf } from '../../core/error.ts'
import { Recent } from '../../core/recent.ts'
import { bytesPerFrame } from '../frames.ts'
import type { LibraryFile } from '../library/inspect-file.ts'
import type { SharedFile } from '../open-files.ts'
import type { Found } from '../sources/source.ts'

/** Four seconds of sound: the burst is in one or two of them. */
export const framesPerBlock = 168
const blockBytes = framesPerBlock * bytesPerFrame
// 2 MiB: of listeners of one stream the last that comes by finds what the first has read.
const blocksKept = 32
// Everybody who reaches the end of an item asks for the same next one.
const lookupKeptMs = 2_000
const lookupsKept = 1_000

/** What finds and opens audio by its reference. */
export interface LiveLibrary {
  find(name: string): Promise<Found>
  open(file: LibraryFile): Promise<SharedFile>
}

/** A file that somebody listens to; give it back with `close`, once or more often. */
export interface LiveFile {
  readonly file: LibraryFile
  /**
   * `framesPerBlock` frames, or what is left of them, from the frame `index * framesPerBlock` on.
   * @throws Error when the file is gone or has changed.
   */
  block(index: number): Promise<Buffer>
  close(): void
}

interface Entry {
  readonly key: string
  readonly file: LibraryFile
  shared: Promise<SharedFile>
  users: number
}

/** The files that live listeners hear: looked up, opened and read once for all of them. */
export class LiveFiles {
  readonly #library: LiveLibrary
  readonly #clock: Clock
  readonly #lookups = new Recent<string, { readonly lookup: Promise<Found>; readonly untilMs: number }>(
    lookupsKept,
  )
  readonly #open = new Map<string, Entry>()
  readonly #blocks = new Recent<string, Promise<Buffer>>(blocksKept)
  readonly #pending = new Set<Promise<unknown>>()

  constructor({ library, clock }: { library: LiveLibrary; clock: Clock }) {
    this.#library = library
    this.#clock = clock
  }

  /** How many files are listened to. */
  get size(): number {
    return this.#open.size
  }

  /** Resolves when nothing is being opened or read any more. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending)
  }

  /** The file of that name, or why it cannot be played now. */
  take(name: string): Promise<LiveFile | { readonly reason: string }> {
    return this.#awaited(this.#take(name))
  }

  async #take(name: string): Promise<LiveFile | { readonly reason: string }> {
    const lookup = await this.#find(name)
    if (lookup.state !== 'ready') return { reason: reasonOf(lookup) }
    const entry = this.#entryOf(lookup.file)
    entry.users++
    const close = this.#closer(entry)
    try {
      await entry.shared
    } catch (error) {
      close()
      this.#lookups.delete(name)
      if (this.#open.get(entry.key) === entry) this.#open.delete(entry.key)
      return { reason: messageOf(error) }
    }
    return { file: entry.file, block: (index) => this.#block(entry, index), close }
  }

  async #find(name: string): Promise<Found> {
    const nowMs = this.#clock.now().getTime()
    const kept = this.#lookups.get(name)
    if (kept !== undefined && kept.untilMs > nowMs) return kept.lookup
    const lookup = this.#library.find(name)
    this.#lookups.set(name, { lookup, untilMs: nowMs + lookupKeptMs })
    const forget = () => {
      if (this.#lookups.get(name)?.lookup === lookup) this.#lookups.delete(name)
    }
    // What cannot be played yet may be able to the moment after.
    lookup.then(({ state }) => state !== 'ready' && forget(), forget)
    return lookup
  }

  #entryOf(file: LibraryFile): Entry {
    const key = `${file.hash} ${file.file}`
    const known = this.#open.get(key)
    if (known !== undefined) return known
    const entry = { key, file, shared: this.#library.open(file), users: 0 }
    this.#open.set(key, entry)
    return entry
  }

  #closer(entry: Entry): () => void {
    let isClosed = false
    return () => {
      if (isClosed) return
      isClosed = true
      entry.users--
      if (entry.users > 0) return
      if (this.#open.get(entry.key) === entry) this.#open.delete(entry.key)
      giveBack(entry.shared)
    }
  }

  #block(entry: Entry, index: number): Promise<Buffer> {
    // Chapters of a book are parts of one content.
    const key = `${entry.file.hash} ${entry.file.firstFrame} ${index}`
    const block = this.#blocks.get(key) ?? this.#awaited(this.#read(entry, index))
    // The last that was used is the last to go.
    this.#blocks.set(key, block)
    block.catch(() => {
      if (this.#blocks.get(key) === block) this.#blocks.delete(key)
    })
    return block
  }

  #awaited<Result>(work: Promise<Result>): Promise<Result> {
    this.#pending.add(work)
    const done = () => this.#pending.delete(work)
    work.then(done, done)
    return work
  }

  async #read(entry: Entry, index: number): Promise<Buffer> {
    const position = index * blockBytes
    const length = Math.min(blockBytes, entry.file.frames * bytesPerFrame - position)
    const { shared } = entry
    try {
      return await (await shared).read(position, length)
    } catch (error) {
      if (entry.users === 0) throw error
    }
    // A file whose name or rights have changed is opened anew, which checks that it is still the same audio.
    if (entry.shared === shared) {
      giveBack(shared)
      entry.shared = this.#library.open(entry.file)
    }
    const anew = entry.shared
    try {
      return await (await anew).read(position, length)
    } finally {
      if (entry.users === 0) giveBack(anew)
    }
  }
}

function giveBack(shared: Promise<SharedFile>): void {
  shared.then(
    (file) => file.close(),
    () => undefined,
  )
}

function reasonOf(lookup: Exclude<Found, { readonly state: 'ready' }>): string {
  switch (lookup.state) {
    case 'missing':
      return 'it is not in the library'
    case 'importing':
      return 'it is still being imported'
    case 'refused':
      return lookup.reason
  }
}
