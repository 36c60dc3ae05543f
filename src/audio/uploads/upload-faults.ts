import { AppError, errnoOf, messageOf } from '../../core/error.ts'
import type { UploadRecord } from './upload-record.ts'

/** What the file system said of writing into the library, in words; an AppError stays as it is. */
export function writeFault(error: unknown): AppError {
  if (error instanceof AppError) return error
  const errno = errnoOf(error) ?? ''
  if (errno === 'ENOSPC' || errno === 'EDQUOT')
    return new AppError('no_space', 'the disk of the media folder is full', { cause: error })
  if (errno === 'EFBIG')
    return new AppError('too_large', 'the file system of the media folder takes no file of this size', {
      cause: error,
    })
  if (errno === 'ENAMETOOLONG')
    return new AppError('unprocessable', 'the name is too long for the file system of the media folder', {
      cause: error,
    })
  const reason = reasons[errno] ?? (errno || messageOf(error))
  return new AppError('unavailable', `the media folder cannot be written: ${reason}`, { cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it lies on a read-only file system',
  ENOENT: 'it is not there',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EIO: 'its disk reports errors',
  EXDEV: 'a folder in it is another disk, onto which nothing can be moved in one step',
}

/** Resolves or rejects as the work does, in words. @throws AppError */
export async function reached<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw writeFault(error)
  }
}

/** A name that a file of the library has. */
export function taken(name: string): AppError {
  return new AppError(
    'conflict',
    `"${name}" is in the library already: choose another name, or say replace: true to put this one in its place`,
  )
}

/** More bytes than were announced. From the middle on, the offset may be what is wrong. */
export function tooLong({ from, size }: { from: number; size: number }): AppError {
  if (from > 0)
    return new AppError(
      'unprocessable',
      `the offset and the length do not fit: what was sent goes on beyond the ${size} bytes that were announced. Send what comes from byte ${from} on, or all of it without Upload-Offset; nothing of this sending was kept`,
    )
  return new AppError(
    'too_large',
    `more was sent than the ${size} bytes that were announced; nothing of this sending was kept`,
  )
}

/** Bytes that leave some out. */
export function gap({ from, received }: { from: number; received: number }): AppError {
  return new AppError('conflict', `only ${received} bytes have come so far, so byte ${from} cannot be next`, {
    details: { received },
  })
}

/** Bytes of what has ended. */
export function ended({ name, end }: UploadRecord): AppError {
  if (end?.kind === 'refused')
    return new AppError('conflict', `"${name}" cannot be played (${end.reason}), and has replaced nothing`)
  return end?.kind === 'failed'
    ? new AppError('conflict', `the upload of "${name}" has failed (${end.reason}): begin it anew`)
    : new AppError('conflict', `all of "${name}" has come already`)
}

export function unknownUpload(): AppError {
  return new AppError('not_found', 'there is no such upload: it was given up, or is long over')
}

export function stopping(): AppError {
  return new AppError('unavailable', 'the product is stopping: send the rest when it is back')
}
