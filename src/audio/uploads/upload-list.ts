import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, isoOf } from '../../core/clock.ts'
import type { Collection } from '../../core/collection.ts'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import type { Upload } from '../../core/upload.ts'
import type { Lookup } from '../library/inspect-file.ts'
import { reached, unknownUpload } from './upload-faults.ts'
import { partLength, partPath } from './upload-part.ts'
import { type KnownUpload, knownUpload, type UploadEnd, type UploadRecord, viewOf } from './upload-record.ts'

export type UploadChange =
  /** `passing`: only numbers have moved, and soon will again. */
  | { readonly kind: 'upload'; readonly upload: Upload; readonly passing: boolean }
  | { readonly kind: 'upload-removed'; readonly id: string }

export interface UploadListOptions {
  /** Where files land. Absolute. */
  readonly folder: string
  readonly records: Collection<UploadRecord>
  readonly library: {
    find(name: string): Promise<Lookup>
    /** Told of a file that is there as a whole, in one step. */
    landed(name: string): Promise<void>
  }
  readonly changed: (change: UploadChange) => void
  readonly clock: Clock
  readonly log: Log
}

const mostEnded = 100
const tellMs = 500

/** What is known of every upload, kept over restarts; tells of each change. */
export class UploadList {
  readonly #options: UploadListOptions
  readonly #uploads = new Map<string, KnownUpload>()

  constructor(options: UploadListOptions) {
    this.#options = options
  }

  /** Reads what earlier runs have left. Of what is open, what is on the disk counts. */
  async open(): Promise<void> {
    for (const [id, record] of await this.#options.records.entries()) {
      const upload = knownUpload(record)
      this.#uploads.set(id, upload)
      if (record.end === null) await this.#recover(upload)
    }
  }

  all(): readonly KnownUpload[] {
    return [...this.#uploads.values()]
  }

  allOpen(): readonly KnownUpload[] {
    return this.all().filter(({ record }) => record.end === null)
  }

  /** @throws AppError `not_found` */
  get(id: string): KnownUpload {
    const upload = this.#uploads.get(id)
    if (upload === undefined) throw unknownUpload()
    return upload
  }

  /** @throws AppError where the store cannot keep it; it is then not begun. */
  async add(record: UploadRecord): Promise<KnownUpload> {
    await this.#options.records.set(record.id, record)
    const upload = knownUpload(record)
    this.#uploads.set(record.id, upload)
    this.tell(upload)
    return upload
  }

  /** @throws AppError where the store cannot keep it; this run goes by it all the same. */
  async save(upload: KnownUpload, news: Partial<UploadRecord>): Promise<void> {
    upload.record = { ...upload.record, ...news }
    await this.#options.records.set(upload.record.id, upload.record)
  }

  /** So many bytes are there now, of which others are told twice a second. */
  came(upload: KnownUpload, received: number): void {
    const { clock } = this.#options
    upload.received = received
    upload.touchedAt = clock.now()
    const { told, touchedAt } = upload
    if (told?.state !== 'receiving' || touchedAt.getTime() - told.atMs >= tellMs) this.tell(upload)
  }

  /** Somebody may have removed what had come: no more counts than is there. */
  async recount(upload: KnownUpload): Promise<void> {
    const length = (await partLength(partPath(this.#options.folder, upload.record.id))) ?? 0
    if (upload.sender === null && upload.record.end === null && length < upload.received)
      upload.received = length
  }

  /** Nothing more comes of it; what is left of its bytes is removed. Never rejects: what has happened has happened. */
  async end(upload: KnownUpload, end: UploadEnd): Promise<void> {
    const { folder, clock, log } = this.#options
    upload.touchedAt = clock.now()
    upload.record = { ...upload.record, end, touched_at: isoOf(upload.touchedAt) }
    if (end.kind !== 'landed') upload.received = 0
    try {
      await rm(partPath(folder, upload.record.id), { force: true })
      await this.save(upload, {})
    } catch (error) {
      log.warn('the end of an upload could not be noted', { reason: messageOf(error) })
    }
  }

  /** Forgets it, with what is left of its bytes. @throws AppError where they cannot be removed */
  async remove(upload: KnownUpload): Promise<void> {
    const { folder, records, changed } = this.#options
    const { id } = upload.record
    if (this.#uploads.get(id) !== upload) return
    await reached(() => rm(partPath(folder, id), { force: true }))
    await records.delete(id)
    this.#uploads.delete(id)
    changed({ kind: 'upload-removed', id })
  }

  /** Asks the library what has become of a file that has landed. Never rejects. */
  async look(upload: KnownUpload): Promise<void> {
    const { end, name } = upload.record
    if (end?.kind !== 'landed') return
    upload.asked += 1
    const asked = upload.asked
    try {
      const lookup = await this.#options.library.find(name)
      // Whoever asked later may have been answered before.
      if (asked < upload.answered) return
      // Until it can be played itself, its name may still stand for what it has replaced.
      upload.lookup = lookup.state === 'ready' ? (lookup.successor ?? lookup) : lookup
      upload.answered = asked
      this.tell(upload)
    } catch (error) {
      this.#options.log.warn('an upload could not be looked up', { file: name, reason: messageOf(error) })
    }
  }

  /** Tells others of it, unless nothing has changed for them. */
  tell(upload: KnownUpload): void {
    if (this.#uploads.get(upload.record.id) !== upload) return
    const view = viewOf(upload)
    const text = JSON.stringify(view)
    const { told } = upload
    if (told?.text === text) return
    upload.told = { text, state: view.state, atMs: this.#options.clock.now().getTime() }
    this.#options.changed({ kind: 'upload', upload: view, passing: told?.state === view.state })
  }

  /** Those that nothing has happened to since then, and of those that have ended the oldest beyond a hundred. */
  outdated(since: Date): readonly KnownUpload[] {
    const all = this.all()
    const ended = all
      .filter(({ record }) => record.end !== null)
      .sort((one, other) => other.touchedAt.getTime() - one.touchedAt.getTime())
    const surplus = new Set(ended.slice(mostEnded))
    return all.filter(
      (upload) => (upload.sender === null && upload.touchedAt <= since) || surplus.has(upload),
    )
  }

  async #recover(upload: KnownUpload): Promise<void> {
    const { folder } = this.#options
    const { id, name, size, synced } = upload.record
    const length = await partLength(partPath(folder, id))
    upload.received = Math.min(length ?? 0, synced)
    // The product ended between landing and writing that down.
    if (length !== null || synced < size || (await partLength(join(folder, name))) !== size) return
    upload.received = size
    await this.end(upload, { kind: 'landed' })
  }
}
