import { randomBytes } from 'node:crypto'
import type { Library } from '../audio/library/library.ts'
import type { UploadChange } from '../audio/uploads/upload-list.ts'
import { Uploads } from '../audio/uploads/uploads.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { UploadDesk } from '../http/api/uploads.ts'
import type { Storage } from '../storage/storage.ts'

interface UploadsInput {
  /** The media folder. */
  readonly folder: string
  /** The option `media.upload_limit_mb`. */
  readonly limitMb: number
  readonly library: Library
  /** Called when another file is in the folder. */
  readonly landed: () => void
  readonly storage: Storage
  readonly clock: Clock
  readonly log: Log
}

/** What people bring into the library of the household. */
export interface HouseUploads {
  readonly desk: UploadDesk
  /** Calls `told` after each change of an upload. Returns what ends it. */
  onChange(told: (change: UploadChange) => void): () => void
}

interface OpenUploads extends HouseUploads {
  /** What the library says of files has changed. */
  libraryChanged(): void
  stop(): Promise<void>
}

const idBytes = 16

/** @throws AppError where the store cannot be read. */
export async function openUploads({ storage, ...input }: UploadsInput): Promise<OpenUploads> {
  const listeners = new Set<(change: UploadChange) => void>()
  const desk = new Uploads({
    ...input,
    records: storage.collection('uploads'),
    newId: () => randomBytes(idBytes).toString('hex'),
    changed: (change) => {
      for (const each of listeners) each(change)
    },
  })
  await desk.open()
  return {
    desk,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    libraryChanged: () => void desk.libraryChanged(),
    stop: () => desk.stop(),
  }
}
