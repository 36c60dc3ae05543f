import { statfs } from 'node:fs/promises'
import { AppError, errnoOf } from '../core/error.ts'

// SQLite's log, its index and a lock together; less than that is no room to work in.
const leastBytes = 256 * 1024

/**
 * What kept the store from being opened, in words that say what to do where that is a full disk, of which SQLite often says
 * no more than that it could not read or write. What has another reason stays as it is.
 */
export async function openingFailure(error: unknown, folder: string): Promise<unknown> {
  if (!(error instanceof AppError) || !(await isOfFullDisk(errnoOf(error.cause), folder))) return error
  return new AppError(
    'unavailable',
    'the disk of the data folder is full, so the store cannot be opened: make room on it and start again; what is stored there is safe',
    { cause: error },
  )
}

async function isOfFullDisk(code: string | undefined, folder: string): Promise<boolean> {
  if (code === 'SQLITE_FULL') return true
  if (code !== 'SQLITE_IOERR') return false
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize < leastBytes
  } catch {
    return false
  }
}
