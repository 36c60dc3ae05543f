import { statfs } from 'node:fs/promises'
import { AppError } from '../core/error.ts'

// SQLite's log, its index and a lock together; less than that is no room to work in.
const leastBytes = 256 * 1024

/**
 * What kept the store from being opened, in words that say what to do where that is a full disk: SQLite then only says
 * that it could not read or write. What is told of another reason stays as it is.
 */
export async function openingFailure(error: unknown, folder: string): Promise<unknown> {
  const isTold = error instanceof AppError && (error.code !== 'unavailable' || error.details !== undefined)
  if (isTold || !(await isFull(folder))) return error
  return new AppError(
    'unavailable',
    'the disk of the data folder is full, so the store cannot be opened: make room on it and start again; what is stored there is safe',
    { cause: error },
  )
}

async function isFull(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize < leastBytes
  } catch {
    return false
  }
}
