import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Clock } from '../core/clock.ts'

/** What tells one content of a path from the next without reading it. */
export type Identity = string

/** A handle that is shared with other listeners; `close` gives this share back, once or more often. */
export interface SharedFile {
  /**
   * The bytes from `position` on, read in one go.
   * @throws Error when the file is no longer the one that was opened.
   */
  read(position: number, length: number): Promise<Buffer>
  close(): void
}

interface Entry {
  readonly path: string
  readonly identity: Identity
  readonly handle: Promise<FileHandle>
  users: number
  cancelIdle: () => void
}

/**
 * Handles of files that are being listened to, opened once for all listeners. One that nobody uses is closed
 * after `idleMs`, or as soon as more than `limit` are open.
 */
export class OpenFiles {
  readonly #clock: Clock
  readonly #limit: number
  readonly #idleMs: number
  // In order of last use, the oldest first.
  readonly #entries = new Map<string, Entry>()

  constructor(options: { clock: Clock; limit: number; idleMs: number }) {
    this.#clock = options.clock
    this.#limit = options.limit
    this.#idleMs = options.idleMs
  }

  /** @throws Error when the path cannot be opened or has another identity by now. */
  async share(path: string, identity: Identity): Promise<SharedFile> {
    const key = `${identity} ${path}`
    const entry = this.#entries.get(key) ?? newEntry(path, identity)
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    entry.cancelIdle()
    entry.users++
    try {
      const handle = await entry.handle
      return {
        read: (position, length) => readExactly(handle, entry, position, length),
        close: this.#closer(key, entry),
      }
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    } finally {
      this.#closeSurplus()
    }
  }

  /** Closes every handle nobody uses now, and the others as soon as they are given back. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#entries].map(([key, entry]) =>
        entry.users === 0 ? this.#drop(key, entry) : this.#forget(key),
      ),
    )
  }

  #forget(key: string): void {
    this.#entries.delete(key)
  }

  #closer(key: string, entry: Entry): () => void {
    let closed = false
    return () => {
      if (closed) return
      closed = true
      entry.users--
      if (entry.users > 0) return
      // The entry was forgotten while it was in use.
      if (this.#entries.get(key) !== entry) void closeHandle(entry)
      else this.#closeWhenIdle(key, entry)
    }
  }

  #closeWhenIdle(key: string, entry: Entry): void {
    entry.cancelIdle = this.#clock.at(new Date(this.#clock.now().getTime() + this.#idleMs), () => {
      if (entry.users === 0) void this.#drop(key, entry)
    })
    this.#closeSurplus()
  }

  #closeSurplus(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#limit) return
      if (entry.users === 0) void this.#drop(key, entry)
    }
  }

  #drop(key: string, entry: Entry): Promise<void> {
    entry.cancelIdle()
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
    return closeHandle(entry)
  }
}

/**
 * Size, times of change and inode: a file that was replaced or written to differs in at least one. A copying program
 * may set `mtime` back; `ctime` is the system's own.
 */
export function identityOf(
  stat: Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs'>,
): Identity {
  return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`
}

/** Opens for reading, never through a link in the last place and never waiting for the other end of a pipe. */
export function openForReading(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
}

function newEntry(path: string, identity: Identity): Entry {
  return { path, identity, handle: openSame(path, identity), users: 0, cancelIdle: () => {} }
}

async function openSame(path: string, identity: Identity): Promise<FileHandle> {
  const handle = await openForReading(path)
  const stat = await handle.stat({ bigint: true })
  if (identityOf(stat) === identity) return handle
  await handle.close()
  throw new Error('the file has changed')
}

async function readExactly(
  handle: FileHandle,
  entry: Entry,
  position: number,
  length: number,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  const { bytesRead } = await handle.read(buffer, 0, length, position)
  // Looked at after reading: what was written in place before would show here, and the bytes are not sent.
  const stat = await handle.stat({ bigint: true })
  if (bytesRead < length || identityOf(stat) !== entry.identity) throw new Error('the file has changed')
  return buffer
}

async function closeHandle(entry: Entry): Promise<void> {
  try {
    await (await entry.handle).close()
  } catch {
    // It never opened, or is closed already: nothing is left to close.
  }
}
