import { join } from 'node:path'
import { Covers } from '../audio/library/covers.ts'
import { FolderCovers } from '../audio/library/folder-covers.ts'
import type { Imports } from '../audio/library/imports.ts'
import type { Lookup } from '../audio/library/inspect-file.ts'
import type { KnownFiles } from '../audio/library/known-files.ts'
import type { Library } from '../audio/library/library.ts'
import { Loved } from '../audio/library/loved.ts'
import { Orphans } from '../audio/library/orphans.ts'
import { type PlayCount, Plays } from '../audio/library/plays.ts'
import { Shelf } from '../audio/library/shelf.ts'
import type { SentOf } from '../audio/playable.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Storage } from '../storage/storage.ts'

interface KeptInput {
  readonly folders: { readonly data: string; readonly media: string; readonly config: string }
  readonly storage: Storage
  readonly clock: Clock
  readonly log: Log
}

/** What is kept beside the audio itself, opened before anything is imported. */
export interface KeptFacts {
  readonly covers: Covers
  readonly plays: Plays
  readonly loved: Loved
  readonly stopping: AbortController
}

/** @throws Error where covers cannot be kept in the data folder, AppError where the store cannot be read. */
export async function openKeptFacts({ folders, storage, clock, log }: KeptInput): Promise<KeptFacts> {
  const stopping = new AbortController()
  const { signal } = stopping
  const covers = new Covers({ folder: coversFolder(folders), clock, signal, log })
  const collection = 'plays'
  const plays = new Plays({
    records: storage.collection<PlayCount>(collection),
    write: (entries) => storage.setMany(entries.map(([key, value]) => ({ collection, key, value }))),
    clock,
    log,
  })
  const loved = new Loved(storage.collection('loved'))
  await covers.open()
  await plays.open()
  await loved.open()
  return { covers, plays, loved, stopping }
}

interface FactsInput extends KeptInput, KeptFacts {
  readonly library: Library
  readonly imports: Imports
  readonly known: KnownFiles
  /** Has the library looked through now. */
  readonly look: () => void
  /** Called when another picture was found, or somebody loves another file. */
  readonly changed: () => void
}

// Pictures change seldom, and every folder is looked into for them.
const picturesEveryMs = 60_000

type Looked = readonly { readonly file: string; readonly lookup: Lookup }[]

/** What the house knows of the audio in its library beside how it sounds. */
export class LibraryFacts {
  readonly folders: FactsInput['folders']
  readonly library: Library
  readonly covers: Covers
  readonly folderCovers: FolderCovers
  readonly plays: Plays
  readonly #loved: Loved
  readonly shelf = new Shelf()
  readonly orphans: Orphans
  readonly imports: Imports
  /** Has the library looked through now. */
  readonly look: () => void
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #stopping: AbortController
  readonly #titlesChanged = new Set<() => void>()
  #looking: Promise<void> | null = null
  #lookedAt = { names: '', untilMs: 0 }

  constructor(input: FactsInput) {
    const { folders, storage, clock, log, library, imports, known, look, stopping } = input
    const { covers, plays, loved } = input
    this.folders = folders
    this.library = library
    this.imports = imports
    this.covers = covers
    this.plays = plays
    this.#loved = loved
    this.look = look
    this.#clock = clock
    this.#changed = input.changed
    this.#stopping = stopping
    this.folderCovers = new FolderCovers(covers)
    this.orphans = new Orphans({
      folders: this.#tops,
      imports,
      covers,
      folderCovers: this.folderCovers,
      known,
      marks: storage.collection('audio-orphans'),
      seen: storage.collection('audio-folders'),
      clock,
      log,
    })
  }

  /** Rejects as the store does. */
  async start(): Promise<void> {
    await this.orphans.open()
    this.orphans.start()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the product is stopping'))
    this.orphans.stop()
    await this.#looking
    await this.plays.stop()
  }

  /** Takes what a look through the library has seen; looks for pictures and folders in the background. */
  looked(files: Looked): void {
    if (this.shelf.looked(files)) for (const changed of this.#titlesChanged) changed()
    const names = files.map(({ file }) => file)
    const [joined, nowMs] = [names.join('\n'), this.#clock.now().getTime()]
    const isFresh = joined === this.#lookedAt.names && nowMs < this.#lookedAt.untilMs
    if (isFresh || this.#looking !== null) return
    this.#lookedAt = { names: joined, untilMs: nowMs + picturesEveryMs }
    this.#looking = this.#lookBeside(names).finally(() => {
      this.#looking = null
    })
  }

  /** Calls `changed` when a file has another title. Returns what ends it. */
  onTitles(changed: () => void): () => void {
    this.#titlesChanged.add(changed)
    return () => this.#titlesChanged.delete(changed)
  }

  /** Told of what goes out of a stream, or of a file by itself. */
  sentOf(stream: string | null): SentOf {
    return (sent) => this.plays.heard(stream, sent)
  }

  isLoved(hash: string): boolean {
    return this.#loved.has(hash)
  }

  /** Says of a content whether somebody loves it; resolves when it is kept. Rejects as the store does. */
  async love(hash: string, isLoved: boolean): Promise<void> {
    await this.#loved.set(hash, isLoved)
    this.#changed()
  }

  /** The cover of a file as the last look has found it; null where it has none. */
  coverOf(file: string, lookup: Lookup): string | null {
    const own = lookup.state === 'ready' ? lookup.facts?.cover : null
    return (
      own ??
      this.#foldersOf(file).reduce<string | null>(
        (found, folder) => found ?? this.folderCovers.known(folder) ?? null,
        null,
      )
    )
  }

  /** The same, as it is now. */
  async coverNow(file: string, lookup: Lookup): Promise<string | null> {
    for (const folder of this.#foldersOf(file)) await this.folderCovers.look(folder)
    return this.coverOf(file, lookup)
  }

  get #tops(): readonly string[] {
    return [this.folders.media, this.folders.config]
  }

  #foldersOf(file: string): string[] {
    const below = file.slice(0, Math.max(0, file.lastIndexOf('/')))
    return this.#tops.map((top) => join(top, below))
  }

  async #lookBeside(files: readonly string[]): Promise<void> {
    await this.orphans.looked(files)
    let isOther = false
    for (const folder of new Set(files.flatMap((file) => this.#foldersOf(file)))) {
      if (this.#stopping.signal.aborted) return
      const before = this.folderCovers.known(folder) ?? null
      isOther ||= (await this.folderCovers.look(folder)) !== before
    }
    if (isOther) this.#changed()
  }
}

export function coversFolder({ data }: { readonly data: string }): string {
  return join(data, 'audio', 'covers')
}
