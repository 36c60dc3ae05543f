import { KeyvSqlite } from '@keyv/sqlite'

/** Keyv's SQLite adapter with the two things it lacks: an atomic write of many keys, and a range of keys. */
export class SqliteStore extends KeyvSqlite {
  #isSynced: boolean | null = null

  constructor(file: string) {
    // A reader may have to wait for the writer to fold its log into the file.
    super({ uri: `sqlite://${file}`, busyTimeout: 5000 })
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
