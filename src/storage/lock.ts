import { join } from 'node:path'
import { KeyvSqlite } from '@keyv/sqlite'
import { AppError, errnoOf } from '../core/error.ts'
import { makePrivate } from './private-file.ts'

/**
 * Keeps a second writer out of the folder. The lock is the kernel's, held through a small database beside
 * the store: it ends with the process however that ends, and works between containers, where process ids
 * (two products are both number 7) say nothing. The file itself stays and means nothing.
 * @returns what lets go of the lock.
 * @throws AppError `conflict` while another living process holds it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, 'store.lock')
  await makePrivate(file)
  const database = new KeyvSqlite({ uri: `sqlite://${file}`, busyTimeout: 250 })
  database.on('error', () => undefined)
  try {
    await database.query('BEGIN EXCLUSIVE')
  } catch (error) {
    await database.close().catch(() => undefined)
    throw lockFailure(error)
  }
  return () => database.close()
}

function lockFailure(error: unknown): AppError {
  switch (errnoOf(error)) {
    case 'SQLITE_BUSY':
      return new AppError(
        'conflict',
        'the data folder is in use by another running Yoto Smart Stream: stop that one first, or choose another folder with --data',
        { cause: error },
      )
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return new AppError(
        'unavailable',
        'store.lock in the data folder is not what it should be: it holds nothing of worth, move it away and start again',
        { cause: error, details: { damaged: true } },
      )
    default:
      return new AppError('unavailable', 'the data folder cannot be locked (store.lock)', { cause: error })
  }
}
