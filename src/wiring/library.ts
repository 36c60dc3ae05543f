import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type ImportRecord, Imports } from '../audio/library/imports.ts'
import { type KnownFile, KnownFiles } from '../audio/library/known-files.ts'
import { Library } from '../audio/library/library.ts'
import { LibraryWatch } from '../audio/library/library-watch.ts'
import { StillFiles } from '../audio/library/still-files.ts'
import { PieceReader } from '../audio/pieces/piece-reader.ts'
import { sourceCatalog } from '../audio/sources/catalog.ts'
import { sayBy, type Voice } from '../audio/sources/say.ts'
import { Sources } from '../audio/sources/sources.ts'
import type { Clock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Storage } from '../storage/storage.ts'
import { LibraryFacts, openKeptFacts } from './library-facts.ts'
import { type HouseUploads, openUploads } from './uploads.ts'

interface LibraryInput {
  readonly folders: { readonly data: string; readonly media: string; readonly config: string }
  /** The largest file that may be uploaded, in megabytes. */
  readonly uploadLimitMb: number
  /** The folder of rules and audio that come with the product. */
  readonly shipped: string
  readonly storage: Storage
  readonly clock: Clock
  readonly random: () => number
  /** Who says the texts in queues; null until that is known. */
  readonly voice: () => Voice | null
  readonly log: Log
}

/** The library of the household. */
export interface HouseLibrary {
  readonly library: Library
  /** All audio by reference, the library's among it. */
  readonly sources: Sources
  readonly facts: LibraryFacts
  /** Calls `changed` after each change of what there is to hear. Returns what ends it. */
  onChange(changed: () => void): () => void
  readonly uploads: HouseUploads
  /** Reads a folder whose files are all in the profile, and each put there in one step. */
  shelfOf(folder: string): Library
  stop(): Promise<void>
}

// One core is left to those who listen.
const mostAtOnce = 4

/** @throws AppError `unavailable` where results of imports cannot be kept in the data folder. */
export async function openLibrary(input: LibraryInput): Promise<HouseLibrary> {
  const { folders, storage, clock, random, log } = input
  const listeners = new Set<() => void>()
  const known = knownFiles(input)
  await known.open()
  const kept = await openKeptFacts(input).catch(rethrowFolder)
  const imports = new Imports({
    folder: join(folders.data, 'audio'),
    records: storage.collection<ImportRecord>('imports'),
    known,
    covers: kept.covers,
    atOnce: Math.min(mostAtOnce, Math.max(1, availableParallelism() - 1)),
    changed: () => void watch.look(),
    clock,
    random,
    log,
  })
  const still = new StillFiles(clock)
  const pieces = new PieceReader({ log })
  const libraryOf = (...folders: string[]) =>
    new Library({ folders, known, imports, still, pieces, clock, log })
  const library = libraryOf(folders.media, folders.config)
  const sources = new Sources({
    ...{ library, libraryOf, shipped: input.shipped, clock, log },
    catalog: { ...sourceCatalog, say: sayBy(input.voice) },
  })
  const changed = () => {
    for (const each of listeners) each()
  }
  const watch = new LibraryWatch({
    library,
    looked: (files) => facts.looked(files),
    changed,
    clock,
    log,
  })
  const facts = new LibraryFacts({
    ...input,
    ...kept,
    library,
    imports,
    known,
    look: () => void watch.look(),
    changed,
  })
  await imports.open().catch(rethrowFolder)
  await facts.start()
  void watch.look()
  const uploads = await openUploads({
    folder: folders.media,
    limitMb: input.uploadLimitMb,
    library,
    landed: () => void watch.look(),
    storage,
    clock,
    log,
  })
  listeners.add(() => uploads.libraryChanged())
  return {
    library,
    uploads,
    sources,
    facts,
    shelfOf: (folder) => new Library({ folders: [folder], pieces, clock, log }),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async stop() {
      await uploads.stop()
      watch.stop()
      await facts.stop()
      await sources.close()
      await pieces.stop()
      await known.stop()
    },
  }
}

function rethrowFolder(cause: unknown): never {
  if (cause instanceof AppError) throw cause
  throw new AppError('unavailable', `the data folder cannot be used for audio: ${messageOf(cause)}`, {
    cause,
  })
}

function knownFiles({ storage, clock, log }: LibraryInput): KnownFiles {
  const collection = 'audio-files'
  return new KnownFiles({
    records: storage.collection<KnownFile>(collection),
    write: (entries) => storage.setMany(entries.map(([key, value]) => ({ collection, key, value }))),
    clock,
    log,
  })
}
