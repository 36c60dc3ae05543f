import { constants, fstat, read } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Clock } from '../core/clock.ts'
import type { Piece } from './pieces/piece.ts'
import type { OpenFile, PieceReader } from './pieces/piece-reader.ts'
import type { Stat } from './pieces/ring.ts'

/** What tells one content of a path from the next without reading it. */
export type Identity = string

/** A run of bytes. */
export interface Extent {
  readonly position: number
  readonly length: number
}

/** A handle that is shared with other listeners; `close` gives this share back, once or more often. */
export interface SharedFile {
  /**
   * The bytes from `position` on, read in one go.
   * @throws Error when the file is no longer the one that was opened.
   */
  read(position: number, length: number): Promise<Buffer>
  close(): void
}

interface Opened extends OpenFile {
  readonly handle: FileHandle
}

interface Entry {
  readonly path: string
  readonly opened: Promise<Opened>
  /** Once it is. */
  now: Opened | null
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
  readonly #pieces: PieceReader | undefined
  // In order of last use, the oldest first.
  readonly #entries = new Map<string, Entry>()
  #newest: Entry | null = null

  constructor(options: { clock: Clock; limit: number; idleMs: number; pieces?: PieceReader | undefined }) {
    this.#clock = options.clock
    this.#limit = options.limit
    this.#idleMs = options.idleMs
    this.#pieces = options.pieces
  }

  /** @throws Error when the path cannot be opened or has another identity by now. */
  async share(path: string, identity: Identity): Promise<SharedFile> {
    const key = `${identity} ${path}`
    const entry = this.#entries.get(key) ?? newEntry(path, identity)
    this.#use(key, entry)
    try {
      return this.#shareOf(key, entry, await entry.opened)
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    } finally {
      this.#closeSurplus()
    }
  }

  /** The same at once where it is open already; else null. */
  shareOpen(path: string, identity: Identity): SharedFile | null {
    const key = `${identity} ${path}`
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.now === null) return null
    this.#use(key, entry)
    return this.#shareOf(key, entry, entry.now)
  }

  /**
   * The bytes from `position` on in memory that is used again; null where the file is not open already, or there is no
   * such memory. @throws Error when the file is no longer the one that was opened.
   */
  readPiece(path: string, identity: Identity, { position, length }: Extent): Promise<Piece> | null {
    const key = `${identity} ${path}`
    const entry = this.#entries.get(key)
    const [opened, pieces] = [entry?.now, this.#pieces]
    if (entry === undefined || opened == null || pieces === undefined) return null
    this.#moveBehind(key, entry)
    entry.cancelIdle()
    return this.#during(key, entry, () => pieces.read(opened, position, length))
  }

  /** Closes every handle nobody uses now, and the others as soon as they are given back. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#entries].map(([key, entry]) =>
        entry.users === 0 ? this.#drop(key, entry) : this.#forget(key),
      ),
    )
  }

  #use(key: string, entry: Entry): void {
    this.#moveBehind(key, entry)
    entry.cancelIdle()
    entry.users++
  }

  #moveBehind(key: string, entry: Entry): void {
    // Moving what is there already makes the map build itself anew time and again.
    if (this.#newest === entry && this.#entries.has(key)) return
    this.#newest = entry
    this.#entries.delete(key)
    this.#entries.set(key, entry)
  }

  #shareOf(key: string, entry: Entry, opened: Opened): SharedFile {
    return {
      read: (position, length) =>
        this.#during(key, entry, async () => {
          const bytes = Buffer.allocUnsafe(length)
          await opened.read(position, bytes)
          return bytes
        }),
      close: this.#closer(key, entry),
    }
  }

  /** Closed in the middle of it, the descriptor could be that of another file by then. */
  async #during<Answer>(key: string, entry: Entry, read: () => Promise<Answer>): Promise<Answer> {
    entry.users++
    try {
      return await read()
    } finally {
      this.#release(key, entry)
    }
  }

  #forget(key: string): void {
    this.#entries.delete(key)
  }

  #closer(key: string, entry: Entry): () => void {
    let closed = false
    return () => {
      if (closed) return
      closed = true
      this.#release(key, entry)
    }
  }

  #release(key: string, entry: Entry): void {
    entry.users--
    if (entry.users > 0) return
    // The entry was forgotten while it was in use.
    if (this.#entries.get(key) !== entry) void closeHandle(entry)
    else this.#closeWhenIdle(key, entry)
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
export function identityOf(stat: Stat): Identity {
  return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`
}

/** Opens for reading, never through a link in the last place and never waiting for the other end of a pipe. */
export function openForReading(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
}

function newEntry(path: string, identity: Identity): Entry {
  const opened = openSame(path, identity)
  const entry: Entry = { path, opened, now: null, users: 0, cancelIdle: () => {} }
  opened.then(
    (now) => {
      entry.now = now
    },
    () => undefined,
  )
  return entry
}

async function openSame(path: string, identity: Identity): Promise<Opened> {
  const handle = await openForReading(path)
  const stat = await handle.stat({ bigint: true })
  if (identityOf(stat) === identity) {
    const unchanged = unchangedSince(handle, stat)
    return {
      handle,
      fd: handle.fd,
      stat,
      read: (position, into) => readExactly(handle, unchanged, { position, into }),
    }
  }
  await handle.close()
  throw changed()
}

/** By callbacks, which take half the time that the promises of the handle do. */
function readExactly(
  handle: FileHandle,
  unchanged: (answer: Answer) => void,
  { position, into }: { readonly position: number; readonly into: Buffer },
): Promise<void> {
  const { length } = into
  return new Promise((resolve, reject) => {
    read(handle.fd, into, 0, length, position, (failed, bytesRead) => {
      if (failed) return reject(failed)
      if (bytesRead < length) return reject(changed())
      unchanged((fault) => (fault === null ? resolve() : reject(fault)))
    })
  })
}

type Answer = (fault: Error | null) => void

/**
 * Tells whether a file is still the one that was opened, by a look that begins after it was asked for: what was
 * written in place before would show then. One look answers all that asked while the one before was under way.
 */
function unchangedSince(handle: FileHandle, stat: Stat): (answer: Answer) => void {
  let waiting: Answer[] = []
  let isLooking = false
  const look = () => {
    const asked = waiting
    waiting = []
    isLooking = true
    fstat(handle.fd, { bigint: true }, (failed, now) => {
      isLooking = false
      // Before those are told who ask for more: nobody waits for them.
      if (waiting.length > 0) look()
      const fault = failed ?? (isSame(now, stat) ? null : changed())
      for (const answer of asked) answer(fault)
    })
  }
  return (answer) => {
    waiting.push(answer)
    if (!isLooking) look()
  }
}

function changed(): Error {
  return new Error('the file has changed')
}

function isSame(one: Stat, other: Stat): boolean {
  return (
    one.ctimeNs === other.ctimeNs &&
    one.mtimeNs === other.mtimeNs &&
    one.size === other.size &&
    one.ino === other.ino &&
    one.dev === other.dev
  )
}

async function closeHandle(entry: Entry): Promise<void> {
  entry.now = null
  try {
    await (await entry.opened).handle.close()
  } catch {
    // It never opened, or is closed already: nothing is left to close.
  }
}
