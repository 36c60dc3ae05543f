import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { backoffMs } from '../../core/backoff.ts'
import type { Clock } from '../../core/clock.ts'
import type { Collection } from '../../core/collection.ts'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import { Places } from '../../core/places.ts'
import type { Chapter } from '../import/chapters.ts'
import { importFile } from '../import/importer.ts'
import { type Identity, identityOf } from '../open-files.ts'
import { type ContentFacts, restoredFacts, type StoredFacts, storedFacts } from './content-facts.ts'
import type { Covers } from './covers.ts'
import type { Place } from './inspect-file.ts'
import type { KnownFiles } from './known-files.ts'

/** What became of a content that was not in the profile. */
export type ImportRecord =
  | {
      readonly outcome: 'converted'
      /** SHA-256 of the result, in hex, which is also its name. */
      readonly hash: string
      readonly frames: number
      /** As the file says it itself. */
      readonly title: string | null
      readonly chapters: readonly Chapter[]
      /** Absent in what an earlier version has imported. */
      readonly facts?: StoredFacts
    }
  | { readonly outcome: 'refused'; readonly reason: string }

/** A result as it lies on the disk. */
export interface Rendition {
  readonly path: string
  readonly identity: Identity
  readonly hash: string
  readonly frames: number
  readonly title: string | null
  readonly chapters: readonly Chapter[]
  readonly facts: ContentFacts
}

/** How far a file has come on its way to what can be played. */
export type ImportState =
  | { readonly state: 'done'; readonly rendition: Rendition }
  | { readonly state: 'importing'; readonly progress: number }
  /** `again`: the fault is this machine's, and it is tried again by itself. */
  | { readonly state: 'refused'; readonly reason: string; readonly again?: true }

interface ImportsOptions {
  /** Absolute. Results lie in it, each under its hash. */
  readonly folder: string
  /** By the hash of the original. */
  readonly records: Collection<ImportRecord>
  readonly known: KnownFiles
  /** Where the pictures go that files bring; without it they go nowhere. */
  readonly covers?: Pick<Covers, 'keep'>
  /** How many are imported at the same time. */
  readonly atOnce: number
  /** Called when a file has come to an end of its import, whichever. */
  readonly changed: () => void
  readonly clock: Clock
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  readonly log: Log
  /** Another `ffmpeg` than that of the machine's path. */
  readonly ffmpeg?: string
}

interface Failure {
  readonly reason: string
  readonly times: number
  readonly againAtMs: number
}

interface Job {
  progress: number
}

const resultFile = /^([0-9a-f]{64})\.mp3$/
const retry = { firstMs: 60_000, longestMs: 3_600_000 }
// How the two steps divide the time, as measured.
const measuringShare = 0.3

/**
 * Makes what is not in the profile playable, some files at a time and in the background. A content is imported once,
 * however many names it has; what was made of it stays.
 */
export class Imports {
  readonly #options: ImportsOptions
  readonly #records = new Map<string, ImportRecord>()
  readonly #jobs = new Map<string, Job>()
  readonly #failures = new Map<string, Failure>()
  readonly #places: Places
  readonly #works = new Set<Promise<void>>()
  readonly #stopping = new AbortController()

  constructor(options: ImportsOptions) {
    this.#options = options
    this.#places = new Places(options.atOnce)
  }

  /** Makes its folder ready. @throws Error where that cannot be written */
  async open(): Promise<void> {
    const { records } = this.#options
    // What was under way when the process ended.
    await rm(this.#workFolder, { recursive: true, force: true })
    await mkdir(this.#workFolder, { recursive: true })
    for (const [hash, record] of await records.entries()) this.#records.set(hash, record)
  }

  /** Ends what is under way; what was begun is begun anew by the next run. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the import was stopped'))
    await Promise.all(this.#works)
  }

  /** How far the file at this place is; begins its import where nobody has. */
  async look(place: Place, name: string): Promise<ImportState> {
    const hash = this.#options.known.get(place.wished, place.identity)?.hash
    const done = hash === undefined ? null : await this.#ended(hash)
    if (done !== null) return done
    const key = keyOf(place)
    const job = this.#jobs.get(key)
    if (job !== undefined) return { state: 'importing', progress: job.progress }
    const failure = this.#failures.get(key)
    if (failure !== undefined && this.#nowMs < failure.againAtMs)
      return { state: 'refused', reason: `${failure.reason}; it is tried again`, again: true }
    this.#begin(place, name, failure?.times ?? 0)
    return { state: 'importing', progress: 0 }
  }

  /** What was made of the content before, until an end of the import is known; null where there is nothing of it. */
  async earlier(place: Place): Promise<Rendition | null> {
    const { known } = this.#options
    const { wished, identity } = place
    // It could not be imported: to play on what somebody has replaced would hide that.
    if (this.#failures.has(keyOf(place))) return null
    for (const hash of known.earlier(wished, identity)) {
      const ended = await this.#ended(hash)
      if (ended?.state === 'done') return ended.rendition
      // What was refused plays nothing, and nothing before it.
      if (ended !== null) return null
    }
    return null
  }

  /** Every content that was ever imported, with what became of it. */
  records(): [original: string, record: ImportRecord][] {
    return [...this.#records]
  }

  /** The results on the disk, by their hashes, with their sizes in bytes. */
  async results(): Promise<{ readonly hash: string; readonly bytes: number }[]> {
    const hashes = (await readdir(this.#options.folder)).flatMap((name) => resultFile.exec(name)?.[1] ?? [])
    return Promise.all(
      hashes.map(async (hash) => ({
        hash,
        bytes: (await stat(this.#pathOf(hash)).catch(() => null))?.size ?? 0,
      })),
    )
  }

  /**
   * Removes a result. Who needs it after all has it made once more; who reads it reads on, as no file goes away that
   * is open. Rejects as disk and store do.
   */
  async remove(hash: string): Promise<void> {
    for (const [original, record] of this.#records) {
      if (record.outcome !== 'converted' || record.hash !== hash) continue
      this.#records.delete(original)
      await this.#options.records.delete(original)
    }
    await rm(this.#pathOf(hash), { force: true })
  }

  get #workFolder(): string {
    return join(this.#options.folder, 'work')
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }

  async #ended(hash: string): Promise<ImportState | null> {
    const record = this.#records.get(hash)
    if (record === undefined) return null
    if (record.outcome === 'refused') return { state: 'refused', reason: record.reason }
    const path = this.#pathOf(record.hash)
    const found = await stat(path, { bigint: true }).catch(() => null)
    // Somebody has cleaned up: it is made once more.
    if (found === null) return null
    const { frames, title, chapters } = record
    const facts = restoredFacts(record)
    const rendition = { path, identity: identityOf(found), hash: record.hash, frames, title, chapters, facts }
    return { state: 'done', rendition }
  }

  #isResult(original: string, rendition: Rendition | null): boolean {
    const record = this.#records.get(original)
    return record?.outcome === 'converted' && record.hash === rendition?.hash
  }

  #pathOf(hash: string): string {
    return join(this.#options.folder, `${hash}.mp3`)
  }

  #begin(place: Place, name: string, times: number): void {
    const key = keyOf(place)
    const job: Job = { progress: 0 }
    this.#jobs.set(key, job)
    const { signal } = this.#stopping
    const work = this.#places
      .take(signal, () => this.#import(place, name, job))
      .then(
        () => void this.#failures.delete(key),
        (error) => this.#failed(name, { key, times: times + 1, reason: messageOf(error) }),
      )
      .finally(() => {
        this.#works.delete(work)
        this.#jobs.delete(key)
        if (!signal.aborted) this.#options.changed()
      })
    this.#works.add(work)
  }

  #failed(name: string, { key, times, reason }: { key: string; times: number; reason: string }): void {
    if (this.#stopping.signal.aborted) return
    const { log, random } = this.#options
    const againAtMs = this.#nowMs + backoffMs(times, { ...retry, random })
    this.#failures.set(key, { reason, times, againAtMs })
    log.warn('a file could not be imported; it is tried again', { file: name, reason })
  }

  async #import(place: Place, name: string, job: Job): Promise<void> {
    const { known } = this.#options
    const { wished, path, identity } = place
    const hash = await hashOf(path, this.#stopping.signal)
    const rendition = await this.earlier(place)
    const earlier = known.earlier(wished, identity).find((each) => this.#isResult(each, rendition))
    // Also of what fails now: whoever cleans up has to know what is needed.
    known.note(wished, { identity, hash, frames: null, ...(earlier === undefined ? {} : { earlier }) })
    if ((await this.#ended(hash)) === null) {
      const record = await this.#recordOf(path, name, job)
      await this.#options.records.set(hash, record)
      this.#records.set(hash, record)
    }
    // The file may have been replaced once more by now.
    if (earlier !== undefined && known.get(wished, identity) !== undefined)
      known.note(wished, { identity, hash, frames: null })
  }

  async #recordOf(path: string, name: string, job: Job): Promise<ImportRecord> {
    const { clock, log, ffmpeg } = this.#options
    const startedMs = this.#nowMs
    const imported = await importFile({
      path,
      workFolder: this.#workFolder,
      signal: this.#stopping.signal,
      clock,
      ffmpeg,
      onProgress: (step, fraction) => {
        job.progress =
          step === 'measuring' ? fraction * measuringShare : measuringShare + fraction * (1 - measuringShare)
      },
    })
    if (imported.outcome === 'failed') throw new Error(imported.reason)
    if (imported.outcome === 'refused') return imported
    const { file, frames, seconds, tags, chapters, made } = imported
    if (made === undefined) throw new Error('it has changed while it was imported')
    const cover =
      tags.cover === undefined ? undefined : await this.#options.covers?.keep(tags.cover.bytes, name)
    const facts = storedFacts(imported, cover)
    await rename(file, this.#pathOf(made.hash))
    log.info('a file was imported', { file: name, seconds, tookMs: this.#nowMs - startedMs })
    return { outcome: 'converted', hash: made.hash, frames, title: tags.title ?? null, chapters, facts }
  }
}

function keyOf({ path, identity }: Place): string {
  return `${identity} ${path}`
}

async function hashOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk)
  return hash.digest('hex')
}
