import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, every } from '../../core/clock.ts'
import { AppError, errnoOf } from '../../core/error.ts'
import type { Sending } from '../../core/upload.ts'
import { gap, tooLong } from './upload-faults.ts'

// In the library, so that a whole file is there with one step; hidden, so that nobody takes it for audio.
const folderName = '.uploads'
const partName = /^[\w-]{16,}\.part$/
// The longest that a crash can cost of what has come: whichever is there first.
const syncBytes = 32 * 1024 * 1024
const syncMs = 10_000

/** Where what has come of an upload lies until all of it is there. */
export function partPath(library: string, id: string): string {
  return join(library, folderName, `${id}.part`)
}

/** How many bytes have come; null where there is no such file. */
export async function partLength(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null)
  return found?.isFile() === true ? found.size : null
}

/** Removes parts that are nobody's and were not touched for so long. @throws as the file system does. */
export async function removeStrays(
  library: string,
  { known, before }: { known: ReadonlySet<string>; before: Date },
): Promise<void> {
  const folder = join(library, folderName)
  const names = await readdir(folder).catch((error) => {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  })
  for (const name of names) {
    const path = join(folder, name)
    if (!partName.test(name) || known.has(path)) continue
    const { mtime } = await stat(path)
    if (mtime < before) await rm(path, { force: true })
  }
}

interface Receiving {
  /** Absolute, in the library. */
  readonly library: string
  readonly id: string
  /** Bytes of the whole upload. */
  readonly size: number
  readonly signal: AbortSignal
  readonly clock: Clock
  /** Told of each piece: so many bytes are there now. */
  readonly came: (received: number) => void
  /** Told that so many are on the disk for good. */
  readonly synced: (received: number) => Promise<void>
}

/**
 * Writes what one request brings, over what was there from its place on. Whatever happens, what has come is kept on the
 * disk; only of a sending that goes on beyond the end nothing is.
 * @throws AppError where the bytes break off or are too many, or begin behind what is really there; the file system's
 * error, and then no more is known of the part than was synced last.
 */
export async function receivePart(sending: Sending, receiving: Receiving): Promise<void> {
  const { library, id, size, signal, clock, came, synced } = receiving
  const handle = await openPart(library, id)
  let [at, safe] = [sending.from, sending.from]
  let isDue = false
  const stopReminding = every(clock, syncMs, () => {
    isDue = true
  })
  const sync = async () => {
    await handle.datasync()
    ;[safe, isDue] = [at, false]
    await synced(at)
  }
  try {
    const { size: there } = await handle.stat()
    if (there < sending.from) {
      at = there
      came(at)
      throw gap({ from: sending.from, received: there })
    }
    await handle.truncate(at)
    came(at)
    for await (const chunk of sending.bytes(signal)) {
      if (at + chunk.length > size) {
        at = sending.from
        await handle.truncate(at)
        came(at)
        throw tooLong({ from: sending.from, size })
      }
      await writeAll(handle, chunk, at)
      at += chunk.length
      came(at)
      if (isDue || at - safe >= syncBytes) await sync()
    }
    await sync()
  } catch (error) {
    if (error instanceof AppError) await sync()
    throw error
  } finally {
    stopReminding()
    await handle.close()
  }
}

async function openPart(library: string, id: string): Promise<FileHandle> {
  const folder = join(library, folderName)
  await mkdir(folder).catch((error) => {
    if (errnoOf(error) !== 'EEXIST') throw error
  })
  if (!(await lstat(folder)).isDirectory())
    throw new AppError('unavailable', `${folderName} in the media folder is no folder: move it away`)
  return open(partPath(library, id), constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0))
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written)
    written += bytesWritten
  }
}
