import { createReadStream } from 'node:fs'
import { constants, copyFile, lstat, mkdir, mkdtemp, realpath, rm, rmdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { AppError, errnoOf } from '../core/error.ts'

interface AudioToPut {
  /** The folder of the library. */
  readonly media: string
  /** The folder in it, such as `scenes/forest`. */
  readonly folder: string
  /** Names of files, none of which leads anywhere. */
  readonly files: readonly string[]
  /** Writes one of them to a new file. */
  readonly copy: (name: string, path: string) => Promise<void>
}

/** Audio that lies in the library since. */
export interface PutAudio {
  /** How many files were not there before. */
  readonly count: number
  /** Takes them out again. */
  undo(): Promise<void>
}

/**
 * Puts files into a folder of the library: all of them, or none. A file of that name that is there stays, where it is the
 * same.
 * @throws AppError `conflict` where another one is there, and whatever `copy` throws.
 */
export async function putAudio({ media, folder, files, copy }: AudioToPut): Promise<PutAudio> {
  if (files.length === 0) return { count: 0, undo: async () => undefined }
  const undo: (() => Promise<void>)[] = []
  const undoAll = async () => {
    for (const step of undo.toReversed()) await step()
  }
  await inPlace(() => mkdir(media, { recursive: true }))
  // The library passes over names that begin with a dot.
  const waiting = await inPlace(() => mkdtemp(join(media, '.import-')))
  try {
    for (const name of files) await copy(name, join(waiting, name))
    const target = await inPlace(() => folderIn(media, folder, undo))
    const missing = await missingOf(files, { waiting, target, folder })
    for (const name of missing) {
      const path = join(target, name)
      await inPlace(() => copyFile(join(waiting, name), path, constants.COPYFILE_EXCL))
      undo.push(() => rm(path, { force: true }))
    }
    return { count: missing.length, undo: undoAll }
  } catch (error) {
    await undoAll()
    throw error
  } finally {
    await rm(waiting, { recursive: true, force: true })
  }
}

/** The folder, which is made where it is not there. */
async function folderIn(media: string, folder: string, undo: (() => Promise<void>)[]): Promise<string> {
  const top = await realpath(media)
  let path = top
  for (const segment of folder.split('/')) {
    path = join(path, segment)
    const made = await mkdir(path).then(
      () => true,
      (error: unknown) => {
        if (errnoOf(error) === 'EEXIST') return false
        throw error
      },
    )
    const own = path
    // One that somebody else has put something into meanwhile stays.
    if (made) undo.push(() => rmdir(own).catch(() => undefined))
  }
  if (!`${await realpath(path)}${sep}`.startsWith(`${top}${sep}`))
    throw new AppError(
      'conflict',
      `the folder "${folder}" of the library lies elsewhere: name the story otherwise with --name`,
    )
  return path
}

async function missingOf(
  files: readonly string[],
  { waiting, target, folder }: { readonly waiting: string; readonly target: string; readonly folder: string },
): Promise<readonly string[]> {
  const missing: string[] = []
  for (const name of files) {
    const path = join(target, name)
    const facts = await lstat(path).catch(() => null)
    if (facts === null) missing.push(name)
    else if (!facts.isFile() || !(await isSame(join(waiting, name), path)))
      throw new AppError(
        'conflict',
        `the library has another file "${folder}/${name}": name the story otherwise with --name, or move that file`,
      )
  }
  return missing
}

async function isSame(one: string, other: string): Promise<boolean> {
  if ((await lstat(one)).size !== (await lstat(other)).size) return false
  const theirs = createReadStream(other)[Symbol.asyncIterator]()
  // Both are read in pieces of the same size.
  for await (const chunk of createReadStream(one)) {
    const { value } = await theirs.next()
    if (value === undefined || !chunk.equals(value)) return false
  }
  return (await theirs.next()).done === true
}

/** What a system says in its own words. */
async function inPlace<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const code = errnoOf(error)
    if (error instanceof AppError || code === undefined) throw error
    if (code === 'ENOSPC') throw new AppError('no_space', 'the library has no room for the audio')
    throw new AppError('invalid', `the library cannot be written: ${code}`)
  }
}
