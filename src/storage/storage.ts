import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Keyv } from 'keyv'
import type { Collection, Entry } from '../core/collection.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { damaged, folderFailure, storeFailure } from './failure.ts'
import { lockFolder } from './lock.ts'
import { makePrivate, makePrivateIfThere } from './private-file.ts'
import { SqliteStore } from './sqlite-store.ts'
import { keyOf, storeKey, storeKeyRange } from './store-key.ts'

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
  const unlock = await lockFolder(folder).catch(rethrowFolder)
  try {
    await makePrivateFiles(file).catch(rethrowFolder)
    const store = new SqliteStore(file)
    await prepare(store, log)
    return new KeyvStorage({ store, readOnly: false, release: unlock, wrote })
  } catch (error) {
    await unlock()
    throw error
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

interface Row {
  readonly key: string
  readonly value: unknown
}

interface WaitingSet {
  readonly rows: readonly Row[]
  /** Whether the disk is to confirm it. */
  readonly isSynced: boolean
  resolve(): void
  reject(error: unknown): void
}

class KeyvStorage implements Storage {
  readonly #store: SqliteStore
  readonly #keyv: Keyv
  readonly #readOnly: boolean
  readonly #release: () => Promise<void>
  readonly #wrote: StorageOptions['wrote']
  /** The write that was asked for last. The driver alone would run writes side by side, in any order. */
  #last: Promise<unknown> = Promise.resolve()
  /** The sets that wait for it, and nothing else behind them: they share one sync of the disk. */
  #gathering: WaitingSet[] | undefined
  #closed: Promise<void> | undefined
  #confirming: NodeJS.Timeout | undefined

  constructor(parts: {
    store: SqliteStore
    readOnly: boolean
    release: () => Promise<void>
    wrote?: StorageOptions['wrote']
  }) {
    this.#store = parts.store
    this.#readOnly = parts.readOnly
    this.#release = parts.release
    this.#wrote = parts.wrote
    // No prefixes of Keyv's: it leaves a key that begins with its namespace alone, so that two keys meet.
    this.#keyv = new Keyv({
      store: parts.store,
      useKeyPrefix: false,
      throwOnErrors: true,
      emitErrors: false,
    })
  }

  collection<Value>(name: string): Collection<Value> {
    return {
      get: (key) => this.#read(`read "${name}"`, () => this.#keyv.get<Value>(storeKey(name, key))),
      set: (key, value, also) =>
        this.#set([{ collection: name, key, value }, ...(also?.rows() ?? [])], also?.isSoon !== true),
      delete: (key) => this.#write(`delete from "${name}"`, () => this.#keyv.delete(storeKey(name, key))),
      entries: () => this.#read(`read "${name}"`, () => this.#entries<Value>(name)),
    }
  }

  async setMany(entries: readonly Entry[]): Promise<void> {
    await this.#set(entries, true)
  }

  async #set(entries: readonly Entry[], isSynced: boolean): Promise<void> {
    const names = [...new Set(entries.map((entry) => `"${entry.collection}"`))].join(', ')
    const doing = `write to ${names}`
    this.#checkWritable(doing)
    await this.#told(doing, () => this.#gather(rowsOf(entries), isSynced))
    if (!isSynced) this.#confirmSoon()
  }

  close(): Promise<void> {
    clearTimeout(this.#confirming)
    this.#closed ??= this.#last.then(() => this.#keyv.disconnect()).finally(() => this.#release())
    return this.#closed
  }

  async #entries<Value>(name: string): Promise<[string, Value][]> {
    const rows = await this.#store.between(storeKeyRange(name))
    return Promise.all(
      rows.map(async (row): Promise<[string, Value]> => {
        const data = await this.#keyv.deserializeData<Value>(row.value)
        return [keyOf(row.key), data?.value as Value]
      }),
    )
  }

  async #read<Result>(doing: string, read: () => Promise<Result>): Promise<Result> {
    if (this.#closed !== undefined) throw closed(doing)
    try {
      return await read()
    } catch (error) {
      throw storeFailure(error, doing)
    }
  }

  async #write<Result>(doing: string, write: () => Promise<Result>): Promise<Result> {
    this.#checkWritable(doing)
    // What is set from now on is set behind it.
    this.#gathering = undefined
    const result = this.#last.then(async () => {
      await this.#sync(true)
      return write()
    })
    this.#last = result.catch(() => undefined)
    return this.#told(doing, () => result)
  }

  /** The write, told of as it ends. */
  async #told<Result>(doing: string, write: () => Promise<Result>): Promise<Result> {
    try {
      const written = await write()
      this.#wrote?.(null)
      return written
    } catch (error) {
      const fault = storeFailure(error, doing)
      this.#wrote?.(fault)
      throw fault
    }
  }

  #checkWritable(doing: string): void {
    if (this.#closed !== undefined) throw closed(doing)
    if (this.#readOnly)
      throw new AppError('forbidden', `the store could not ${doing}: it is open for reading only`)
  }

  async #sync(isSynced: boolean): Promise<void> {
    await this.#store.sync(isSynced)
    if (!isSynced) return
    clearTimeout(this.#confirming)
    this.#confirming = undefined
  }

  /** Any write that the disk confirms takes along what was written before. */
  #confirmSoon(): void {
    if (this.#confirming !== undefined || this.#closed !== undefined) return
    this.#confirming = setTimeout(() => {
      this.#confirming = undefined
      this.#told('confirm what was written', () => this.#gather([confirmed], true)).catch(() => undefined)
    }, confirmMs)
    this.#confirming.unref()
  }

  /** Resolves when the rows are on the disk, with those of all who came while the write before was under way. */
  #gather(rows: readonly Row[], isSynced: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { rows, isSynced, resolve, reject }
      if (this.#gathering !== undefined) {
        this.#gathering.push(waiting)
        return
      }
      const sets = [waiting]
      this.#gathering = sets
      this.#last = this.#last.then(() => {
        if (this.#gathering === sets) this.#gathering = undefined
        return this.#setAll(sets)
      })
    })
  }

  /** Never rejects. Where they cannot be written together each is by itself, so that only those fail that have to. */
  async #setAll(sets: readonly WaitingSet[]): Promise<void> {
    try {
      // Of a key that is set twice the last counts.
      const rows = new Map(sets.flatMap((set) => set.rows.map((row) => [row.key, row])))
      await this.#sync(sets.some(({ isSynced }) => isSynced))
      await this.#keyv.setMany([...rows.values()])
      for (const { resolve } of sets) resolve()
    } catch (error) {
      const [first, ...more] = sets
      if (more.length === 0) first?.reject(error)
      else for (const set of sets) await this.#setAll([set])
    }
  }
}

const confirmMs = 1_000
/** A row for who wants the disk to confirm what was written, and has nothing to write. */
const confirmed: Row = { key: storeKey('storage', 'confirmed'), value: true }

/** As they are set. @throws Error for a value that cannot be kept */
function rowsOf(entries: readonly Entry[]): Row[] {
  return entries.map(({ collection, key, value }) => {
    if (value === undefined) throw new Error(`"${key}" has no value`)
    return { key: storeKey(collection, key), value }
  })
}

function closed(doing: string): AppError {
  return new AppError('unavailable', `the store could not ${doing}: it is closed`)
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
