import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Collection, Entry } from '../core/collection.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { damaged, folderFailure, storeFailure } from './failure.ts'
import { openingFailure } from './full-disk.ts'
import { KeyvStorage } from './keyv-storage.ts'
import { lockFolder } from './lock.ts'
import { makePrivate, makePrivateIfThere } from './private-file.ts'
import { SqliteStore } from './sqlite-store.ts'

/**
 * Where everything lies that must outlive the process. Writes happen in the order they were asked for, and every promise
 * resolves when the disk has confirmed, but for what may be there soon: that the disk confirms with the next other write,
 * a second later at the latest. Whatever fails rejects with an AppError.
 */
export interface Storage {
  /** The values under one name. Names and keys may be any text; values are what JSON can say. */
  collection<Value>(name: string): Collection<Value>
  /** Writes all entries, across collections, or none of them. */
  setMany(entries: readonly Entry[]): Promise<void>
  /**
   * From now on, until `releaseFile`, nothing changes in store.sqlite, and its write-ahead log only grows: the two, copied
   * file by file in any order and at any pace, are together a whole store, as it was at some moment in between. Reads and
   * writes go on, and are as durable as ever.
   * @throws AppError `unavailable` where the file cannot be held; then it is not.
   */
  holdFile(): Promise<void>
  /** Folds into the file what was written meanwhile. Without `holdFile` before, it does no harm. */
  releaseFile(): Promise<void>
  /** Writes the file anew, so that no byte of what was deleted is left in it. */
  compact(): Promise<void>
  /** Finishes what was asked for; whatever is asked for later rejects. */
  close(): Promise<void>
}

export interface StorageOptions {
  /** The option `storage`. */
  readonly url: string
  /** The data folder; created for its owner alone where it is missing. */
  readonly folder: string
  readonly log: Log
  /** Opens an existing store beside a running product; writes reject. */
  readonly readOnly?: boolean
  /** Told after each write: null, or why it has failed. */
  readonly wrote?: (fault: AppError | null) => void
}

/**
 * @throws AppError `invalid` for another kind of store, `conflict` while another process writes there,
 * `not_found` where there is no store to read, `unavailable` where folder or file cannot be used.
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  if (options.url !== 'sqlite') throw unsupported(options.url)
  return options.readOnly === true ? openToRead(options.folder) : openToWrite(options)
}

async function openToWrite({ folder, log, wrote }: StorageOptions): Promise<Storage> {
  const file = join(folder, 'store.sqlite')
  // Whoever may write in the folder could put another store in place of ours.
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(rethrowFolder)
  const fails = async (error: unknown) => Promise.reject(await openingFailure(error, folder))
  const unlock = await lockFolder(folder).catch(rethrowFolder).catch(fails)
  try {
    await makePrivateFiles(file).catch(rethrowFolder)
    const store = new SqliteStore(file)
    await prepare(store, log)
    return new KeyvStorage({ store, readOnly: false, release: unlock, wrote })
  } catch (error) {
    await unlock()
    return fails(error)
  }
}

async function openToRead(folder: string): Promise<Storage> {
  const file = join(folder, 'store.sqlite')
  const found = await stat(file).catch(() => null)
  if (found === null)
    throw new AppError('not_found', 'there is no store.sqlite in the data folder: start the product once')
  const store = new SqliteStore(file)
  try {
    await store.query('PRAGMA query_only = ON')
  } catch (error) {
    throw storeFailure(error, 'open store.sqlite in the data folder')
  }
  return new KeyvStorage({ store, readOnly: true, release: async () => undefined })
}

/** SQLite gives `-wal` and `-shm` the mode of the database when it creates them; older ones are tightened here. */
async function makePrivateFiles(file: string): Promise<void> {
  await makePrivate(file)
  await makePrivateIfThere(`${file}-wal`)
  await makePrivateIfThere(`${file}-shm`)
}

async function prepare(store: SqliteStore, log: Log): Promise<void> {
  try {
    const [check] = await store.query('PRAGMA quick_check(1)')
    if (check?.quick_check !== 'ok') throw damaged(new Error(String(check?.quick_check)))
    const [journal] = await store.query('PRAGMA journal_mode = WAL')
    await store.sync(true)
    if (journal?.journal_mode !== 'wal')
      log.warn(
        'the file system of the data folder has no shared memory: commands that read the store wait for writes',
        { journal: journal?.journal_mode },
      )
  } catch (error) {
    await store.close().catch(() => undefined)
    throw storeFailure(error, 'open store.sqlite in the data folder')
  }
}

function rethrowFolder(error: unknown): never {
  throw error instanceof AppError ? error : folderFailure(error)
}

/** An address may carry a password, so only its scheme is repeated. */
function unsupported(url: string): AppError {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0]
  const shown = scheme === undefined ? url.slice(0, 20) : `${scheme}…`
  return new AppError(
    'invalid',
    `storage: found "${shown}", expected "sqlite" (the only store that this version supports)`,
  )
}
