import { AppError, errnoOf } from '../core/error.ts'

const filesOfStore = 'store.sqlite, store.sqlite-wal and store.sqlite-shm'

/** A failure of SQLite in words that say what to do. `doing` completes "the store could not …". */
export function storeFailure(error: unknown, doing: string): AppError {
  if (error instanceof AppError) return error
  // The parser's own message quotes the text it stumbled on, and that may be a token.
  if (error instanceof SyntaxError)
    return new AppError('unavailable', `the store could not ${doing}: a value in it is not JSON`)
  switch (errnoOf(error)) {
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return damaged(error)
    case 'SQLITE_FULL':
      return new AppError(
        'unavailable',
        `the store could not ${doing}: the disk of the data folder is full`,
        {
          cause: error,
        },
      )
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_PERM':
    case 'SQLITE_READONLY':
      return new AppError(
        'unavailable',
        `the store could not ${doing}: this user may not write in the data folder; let it, or choose another with --data`,
        { cause: error },
      )
    default:
      return new AppError('unavailable', `the store could not ${doing}`, { cause: error })
  }
}

export function damaged(cause: unknown): AppError {
  return new AppError(
    'unavailable',
    `store.sqlite in the data folder is damaged or not a database. Nothing was deleted: move ${filesOfStore} out of the data folder and start again with an empty store, or put a backup of them there`,
    { cause, details: { damaged: true } },
  )
}

/** A failure of the file system. Its own message names paths of the machine, so only the reason is kept. */
export function folderFailure(error: unknown): AppError {
  return new AppError(
    'unavailable',
    `the data folder cannot be used: ${folderReason(error)}; choose another with --data`,
  )
}

/** Why a folder cannot be used, without its path. */
export function folderReason(error: unknown): string {
  const code = errnoOf(error) ?? 'unknown reason'
  return reasons[code] ?? code
}

const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'its path names a file, not a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it lies on a read-only file system',
  ENOSPC: 'the disk is full',
  ENOENT: 'it cannot be created there',
}
