import { KeyvSqlite } from '@keyv/sqlite'
import { AppError, errnoOf } from '../core/error.ts'

/** Keyv's SQLite adapter with the two things it lacks: an atomic write of many keys, and a range of keys. */
export class SqliteStore extends KeyvSqlite {
  #isSynced: boolean | null = null

  constructor(file: string) {
    // A reader may have to wait for the writer to fold its log into the file.
    super({ uri: `sqlite://${file}`, busyTimeout: busyMs })
    // Failures reach the caller as rejections; without a listener Node would throw them as well.
    this.on('error', () => undefined)
  }

  /**
   * Whether the disk confirms each write from now on. With a write-ahead log only FULL syncs it at every commit, and such
   * a sync takes all earlier commits along; NORMAL keeps their order and leaves the moment to the disk.
   */
  async sync(isSynced: boolean): Promise<void> {
    if (this.#isSynced === isSynced) return
    this.#isSynced = null
    await this.query(`PRAGMA synchronous = ${isSynced ? 'FULL' : 'NORMAL'}`)
    this.#isSynced = isSynced
  }

  /**
   * Folds the write-ahead log into the file, empties it, and folds no more: from then on the file stays as it is, and
   * commits stand one behind the other in the log, each with its checksum. Half a log is thus all commits up to one of
   * them. It has to be empty at first: what was folded is written over from the start, and a copy made meanwhile could
   * bring old pages back.
   * @throws AppError `unavailable` where there is no such log, or somebody who reads keeps it from being folded.
   */
  async hold(): Promise<void> {
    const [journal] = await this.query('PRAGMA journal_mode')
    if (journal?.journal_mode !== 'wal')
      throw new AppError(
        'unavailable',
        'the file system of the data folder has no shared memory, so the store cannot be copied while the product runs: stop it for the time of the backup',
      )
    await this.query('PRAGMA wal_autocheckpoint = 0')
    const isFolded = await this.#fold().catch(async (error: unknown) => {
      await this.query(foldAgain)
      throw error
    })
    if (isFolded) return
    await this.query(foldAgain)
    throw new AppError(
      'unavailable',
      'a command is reading the store: begin the backup again once it has ended',
    )
  }

  /** Folds the log again, now and whenever it has grown. */
  async release(): Promise<void> {
    await this.query(foldAgain)
    // Where somebody reads it now, it is folded with a later write.
    await this.#fold(1).catch(() => undefined)
  }

  /**
   * Writes the file anew without what was deleted; the log, where old pages may stand, is emptied.
   * @throws AppError `unavailable` where somebody who reads keeps the log from being folded.
   */
  async compact(): Promise<void> {
    await this.query('VACUUM')
    if (!(await this.#fold())) throw new AppError('unavailable', 'a command is reading the store')
  }

  /**
   * Whether all of the log is in the file, and the log is empty; tried for two seconds at most. SQLite itself would wait
   * for readers with its connection in hand, and nothing could be read meanwhile.
   */
  async #fold(tries = mostTries): Promise<boolean> {
    await this.query('PRAGMA busy_timeout = 0')
    try {
      for (let tried = 1; ; tried++) {
        const isFolded = await this.#foldNow(tried === tries)
        if (isFolded || tried === tries) return isFolded
        await new Promise((resolve) => setTimeout(resolve, againMs))
      }
    } finally {
      await this.query(`PRAGMA busy_timeout = ${busyMs}`)
    }
  }

  async #foldNow(isLast: boolean): Promise<boolean> {
    try {
      const [done] = await this.query('PRAGMA wal_checkpoint(TRUNCATE)')
      return done?.busy === 0
    } catch (error) {
      // A read of this very connection is in the way, or SQLite has not looked at its new log yet.
      if (errnoOf(error) !== 'SQLITE_LOCKED' || isLast) throw error
      return false
    }
  }

  /**
   * Writes everything or nothing, with one sync to disk. The list travels as one parameter, because
   * SQLite allows only 32,766 of them in a statement.
   */
  async setMany(entries: readonly { key: string; value: unknown }[]): Promise<boolean[]> {
    const rows = JSON.stringify(entries.map(({ key, value }) => [key, value]))
    await this.query(
      `INSERT INTO ${this.opts.table} (key, value)
       SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      rows,
    )
    return entries.map(() => true)
  }

  /** The rows from `from` up to, not including, `to`, as they were at one moment. */
  async between(range: { from: string; to: string }): Promise<{ key: string; value: string }[]> {
    return this.query(
      `SELECT key, value FROM ${this.opts.table} WHERE key >= ? AND key < ?`,
      range.from,
      range.to,
    )
  }
}

// SQLite's own measure: once the log has a thousand pages.
const foldAgain = 'PRAGMA wal_autocheckpoint = 1000'
const mostTries = 20
const againMs = 100
const busyMs = 5000
