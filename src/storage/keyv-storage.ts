import { Keyv } from 'keyv'
import type { Collection, Entry } from '../core/collection.ts'
import { AppError } from '../core/error.ts'
import { Write } from '../core/write.ts'
import { storeFailure } from './failure.ts'
import type { SqliteStore } from './sqlite-store.ts'
import { keyOf, storeKey, storeKeyRange } from './store-key.ts'

interface Row {
  readonly key: string
  readonly value: unknown
}

interface WaitingSet {
  readonly rows: readonly Row[]
  /** Whether the disk is to confirm it. */
  readonly isSynced: boolean
  readonly write: Write
  resolve(): void
  reject(error: unknown): void
}

interface Parts {
  readonly store: SqliteStore
  readonly readOnly: boolean
  /** Called once the file is closed. */
  readonly release: () => Promise<void>
  /** Told after each write: null, or why it has failed. */
  readonly wrote?: ((fault: AppError | null) => void) | undefined
}

/** Collections in one SQLite file, with one writer: see `Storage`. */
export class KeyvStorage {
  readonly #store: SqliteStore
  readonly #keyv: Keyv
  readonly #readOnly: boolean
  readonly #release: () => Promise<void>
  readonly #wrote: Parts['wrote']
  /** The write that was asked for last. The driver alone would run writes side by side, in any order. */
  #last: Promise<unknown> = Promise.resolve()
  /** The sets that wait for it, and nothing else behind them: they share one sync of the disk. */
  #gathering: WaitingSet[] | undefined
  #closed: Promise<void> | undefined
  #confirming: NodeJS.Timeout | undefined

  constructor(parts: Parts) {
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
      set: (key, value, also, write = new Write()) =>
        this.#set([{ collection: name, key, value }, ...(also?.rows() ?? [])], also?.isSoon !== true, write),
      delete: (key) => this.#write(`delete from "${name}"`, () => this.#keyv.delete(storeKey(name, key))),
      entries: () => this.#read(`read "${name}"`, () => this.#entries<Value>(name)),
    }
  }

  async setMany(entries: readonly Entry[]): Promise<void> {
    await this.#set(entries, true, new Write())
  }

  async #set(entries: readonly Entry[], isSynced: boolean, write: Write): Promise<void> {
    const names = [...new Set(entries.map((entry) => `"${entry.collection}"`))].join(', ')
    const doing = `write to ${names}`
    this.#checkWritable(doing)
    await this.#told(doing, () => this.#gather(rowsOf(entries), isSynced, write))
    if (!isSynced) this.#confirmSoon()
  }

  /** See `Storage.holdFile`. */
  async holdFile(): Promise<void> {
    const doing = 'hold its file for a backup'
    this.#checkWritable(doing)
    await this.#inTurn(() => this.#store.hold()).catch(rethrown(doing))
  }

  /** See `Storage.releaseFile`. */
  async releaseFile(): Promise<void> {
    const doing = 'take up its file after a backup'
    this.#checkWritable(doing)
    await this.#inTurn(() => this.#store.release()).catch(rethrown(doing))
  }

  /** See `Storage.compact`. */
  async compact(): Promise<void> {
    const doing = 'write its file anew'
    this.#checkWritable(doing)
    await this.#inTurn(() => this.#store.compact()).catch(rethrown(doing))
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
    const result = this.#inTurn(async () => {
      await this.#sync(true)
      return write()
    })
    return this.#told(doing, () => result)
  }

  /** Behind all that was asked for, and before all that will be. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    // What is set from now on is set behind it.
    this.#gathering = undefined
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
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
      this.#told('confirm what was written', () => this.#gather([confirmed], true, new Write())).catch(
        () => undefined,
      )
    }, confirmMs)
    this.#confirming.unref()
  }

  /** Resolves when the rows are on the disk, with those of all who came while the write before was under way. */
  #gather(rows: readonly Row[], isSynced: boolean, write: Write): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { rows, isSynced, write, resolve, reject }
      if (this.#gathering !== undefined) {
        this.#gathering.push(waiting)
        return
      }
      const sets = [waiting]
      this.#gathering = sets
      this.#last = this.#last.then(endOfTurn).then(() => {
        if (this.#gathering === sets) this.#gathering = undefined
        return this.#setAll(sets)
      })
    })
  }

  /** Never rejects. Where they cannot be written together each is by itself, so that only those fail that have to. */
  async #setAll(sets: readonly WaitingSet[]): Promise<void> {
    const standing = sets.filter(({ write }) => !write.isLost)
    for (const { write, reject } of sets) if (write.isLost) reject(orphaned())
    if (standing.length === 0) return
    try {
      // Of a key that is set twice the last counts.
      const rows = new Map(standing.flatMap((set) => set.rows.map((row) => [row.key, row])))
      await this.#sync(standing.some(({ isSynced }) => isSynced))
      await this.#keyv.setMany([...rows.values()])
      for (const { write, resolve } of standing) {
        write.kept()
        resolve()
      }
    } catch (error) {
      const [first, ...more] = standing
      if (more.length > 0) for (const set of standing) await this.#setAll([set])
      else {
        first?.write.lost()
        first?.reject(error)
      }
    }
  }
}

/** What is asked for until nothing more follows from what has happened just now is written together. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
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

function orphaned(): AppError {
  return new AppError('unavailable', 'what it follows from could not be stored')
}

function closed(doing: string): AppError {
  return new AppError('unavailable', `the store could not ${doing}: it is closed`)
}

function rethrown(doing: string): (error: unknown) => never {
  return (error) => {
    throw storeFailure(error, doing)
  }
}
