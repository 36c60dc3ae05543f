import { randomBytes } from 'node:crypto'
import { lstat, mkdir, open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { AppError, errnoOf } from '../core/error.ts'
import { deepestFolder, foldersWithoutRules } from './rule-folder.ts'

const longestName = 200
// Shown in lists and logs, and written by every file system.
const plainPart = /^[^.\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\/:*?"<>|][^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\/:*?"<>|]*$/u

/**
 * The name of a rule file: its path below the config folder.
 * @throws AppError `unprocessable` for one that rules are never read from, or that leaves the folder.
 */
export function checkRuleFileName(name: string): string {
  const parts = name.split('/')
  const isPlain = parts.every((part) => plainPart.test(part) && !foldersWithoutRules.has(part))
  if (isPlain && name.endsWith('.yaml') && name.length <= longestName && parts.length <= deepestFolder)
    return name
  throw new AppError(
    'unprocessable',
    `"${name.slice(0, longestName)}" cannot be a rule file: name it as in "bedroom.yaml" or "upstairs/bedroom.yaml"`,
  )
}

/** Null where there is no such file. @throws AppError `forbidden` where it may not be read, or lies elsewhere. */
export async function readRuleFile(folder: string, name: string): Promise<string | null> {
  return told(name, 'read', async () => {
    const path = await placeOf(folder, name)
    return path === null || !(await isThere(path)) ? null : await readFile(path, 'utf8')
  })
}

/** Writes all of it or nothing: whoever reads the file meanwhile finds the earlier one. */
export async function writeRuleFile(folder: string, name: string, text: string): Promise<void> {
  await told(name, 'written', async () => {
    const path = (await placeOf(folder, name)) ?? (await newPlace(folder, name))
    const mode = await modeOf(path)
    // Hidden, so that it is never taken for a rule file.
    const draft = join(dirname(path), `.${randomBytes(8).toString('hex')}.draft`)
    try {
      const file = await open(draft, 'wx', mode)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    } catch (error) {
      await unlink(draft).catch(() => undefined)
      throw error
    }
  })
}

/** @throws AppError `not_found` where there is none. */
export async function deleteRuleFile(folder: string, name: string): Promise<void> {
  await told(name, 'deleted', async () => {
    const path = await placeOf(folder, name)
    if (path === null || !(await isThere(path))) throw missing(name)
    await unlink(path)
  })
}

export function missing(name: string): AppError {
  return new AppError('not_found', `there is no rule file "${name}"`)
}

/** Where the file is or would be, links followed; null where its folder does not exist. */
async function placeOf(folder: string, name: string): Promise<string | null> {
  const top = await realpath(folder)
  const path = join(top, name)
  const inner = await realpath(dirname(path)).catch(nullIfMissing)
  if (inner === null) return null
  const place = join(inner, basename(path))
  const facts = await lstat(place).catch(nullIfMissing)
  const real = facts?.isSymbolicLink() === true ? await realpath(place) : place
  if (!real.startsWith(top.endsWith(sep) ? top : top + sep)) throw outside(name)
  if (facts !== null && !(await stat(real)).isFile()) throw new AppError('forbidden', `"${name}" is no file`)
  return real
}

/** Makes the folders that are missing; those that are there lead nowhere else. */
async function newPlace(folder: string, name: string): Promise<string> {
  const top = await realpath(folder)
  let inner = top
  for (const part of name.split('/').slice(0, -1)) {
    inner = join(inner, part)
    await mkdir(inner).catch((error) => {
      if (errnoOf(error) !== 'EEXIST') throw error
    })
    if ((await realpath(inner)) !== inner) throw outside(name)
  }
  return join(inner, basename(name))
}

function outside(name: string): AppError {
  return new AppError('forbidden', `"${name}" is a link that leads out of the config folder: change it there`)
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(nullIfMissing)) !== null
}

async function modeOf(path: string): Promise<number> {
  return ((await stat(path).catch(nullIfMissing))?.mode ?? 0o644) & 0o777
}

function nullIfMissing(error: unknown): null {
  if (errnoOf(error) === 'ENOENT') return null
  throw error
}

async function told<Result>(name: string, what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError) throw error
    const code = errnoOf(error)
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      throw new AppError('forbidden', `"${name}" may not be ${what} by this product`, { cause: error })
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new AppError('no_space', `"${name}" could not be ${what}: the disk is full`, { cause: error })
    throw new AppError('unavailable', `"${name}" could not be ${what}: ${code ?? 'the disk has failed'}`, {
      cause: error,
    })
  }
}
