import { randomUUID } from 'node:crypto'
import { link, lstat, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'

/** The bytes of a file that is sent. @throws AppError `invalid` for one that cannot be, saying why. */
export async function readNamed(name: string, { cwd, most }: { cwd: string; most: number }): Promise<Buffer> {
  const path = resolve(cwd, name)
  const failed = (error: unknown) => notRead(path, error)
  const found = await stat(path).catch((error: unknown) => Promise.reject(failed(error)))
  // A pipe may never end, and a device neither.
  if (!found.isFile())
    throw new AppError(
      'invalid',
      `${shown(path)} is ${found.isDirectory() ? 'a folder' : 'no file'}: name a file`,
    )
  if (found.size > most) throw new AppError('invalid', `${shown(path)} has more than ${inMegabytes(most)}`)
  const bytes = await readFile(path).catch((error: unknown) => Promise.reject(failed(error)))
  if (bytes.length === 0) throw new AppError('invalid', `${shown(path)} is empty`)
  return bytes
}

interface Writing {
  /** Where its name is looked for. */
  readonly cwd: string
  /** Calls `keep` with the bytes that the file is to have. */
  readonly fill: (keep: (bytes: AsyncIterable<Uint8Array>) => Promise<number>) => Promise<number>
  /** What there is to say of the file before it has its name. */
  readonly about: (path: string) => Promise<JsonObject>
}

// Keys may stand in it.
const readAndWriteByOwner = 0o600

/**
 * Writes a new file under another name beside it, which is gone afterwards; `path` is there whole or not at all, and never
 * in place of what was there. Resolves to its path and size in bytes, with what is said about it.
 * @throws AppError `conflict` where something is there, and what `fill` and `about` throw
 */
export async function writeNamed(name: string, { cwd, fill, about }: Writing): Promise<JsonObject> {
  const path = resolve(cwd, name)
  await checkFree(path)
  const unfinished = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.part`)
  try {
    const bytes = await fill((pieces) => writeAll(unfinished, { path, pieces }))
    const found = await about(unfinished)
    await named(unfinished, path)
    return { file: path, bytes, ...found }
  } finally {
    await rm(unfinished, { force: true })
  }
}

async function checkFree(path: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null
    throw notWritten(path, error)
  })
  if (found === null) return
  throw found.isDirectory()
    ? new AppError('conflict', `${shown(path)} is a folder: name a file in it`)
    : thereIsOne(path)
}

async function writeAll(
  unfinished: string,
  { path, pieces }: { path: string; pieces: AsyncIterable<Uint8Array> },
): Promise<number> {
  const file = await open(unfinished, 'wx', readAndWriteByOwner).catch((error: unknown) =>
    Promise.reject(notWritten(path, error)),
  )
  try {
    let length = 0
    for await (const piece of pieces) {
      await file.appendFile(piece)
      length += piece.length
    }
    await file.sync()
    return length
  } catch (error) {
    throw error instanceof AppError ? error : notWritten(path, error)
  } finally {
    await file.close()
  }
}

// Of file systems that know no second name for a file, such as FAT.
const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

/** A second name is never put over a file, as a new one is that somebody else has made meanwhile. */
async function named(unfinished: string, path: string): Promise<void> {
  try {
    await link(unfinished, path)
  } catch (error) {
    const errno = errnoOf(error) ?? ''
    if (errno === 'EEXIST') throw thereIsOne(path)
    if (!noLinks.includes(errno)) throw notWritten(path, error)
    await checkFree(path)
    await rename(unfinished, path).catch((cause: unknown) => Promise.reject(notWritten(path, cause)))
  }
}

function thereIsOne(path: string): AppError {
  return new AppError('conflict', `there is a file ${shown(path)} already: name another`)
}

function notWritten(path: string, error: unknown): AppError {
  return new AppError('invalid', `${shown(path)} cannot be written: ${whyOf(error)}`)
}

function notRead(path: string, error: unknown): AppError {
  return new AppError('invalid', `${shown(path)} cannot be read: ${whyOf(error)}`)
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not',
  ENOTDIR: 'a part of its path is no folder',
  ENOSPC: 'there is no room on the disk',
}

function whyOf(error: unknown): string {
  const errno = errnoOf(error)
  return errno === undefined ? messageOf(error) : (reasons[errno] ?? errno)
}

function shown(path: string): string {
  return JSON.stringify(path.slice(-200))
}

function inMegabytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MB`
}
