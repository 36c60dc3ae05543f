import { statfs } from 'node:fs/promises'
import { AppError } from '../../core/error.ts'
import { reached } from './upload-faults.ts'

const bytesPerMb = 1024 * 1024

/** @throws AppError `too_large` for a file over the limit, in megabytes of 1,048,576 bytes. */
export function checkSize(name: string, size: number, limitMb: number): void {
  if (size <= limitMb * bytesPerMb) return
  throw new AppError(
    'too_large',
    `"${name}" has ${Math.ceil(size / bytesPerMb)} MB, and at most ${limitMb} MB may be uploaded: split it, put it into the media folder another way, or raise the option media.upload_limit_mb`,
  )
}

/**
 * Looked at before, so that nobody sends for hours what cannot be kept.
 * @throws AppError `no_space` where the disk of the folder has no room for so many bytes more.
 */
export async function checkRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize, blocks } = await reached(() => statfs(folder))
  // Some file systems do not say.
  if (blocks === 0 || bavail * bsize >= bytes) return
  const freeMb = Math.floor((bavail * bsize) / bytesPerMb)
  throw new AppError(
    'no_space',
    `the disk of the media folder has ${freeMb} MB left, and ${Math.ceil(bytes / bytesPerMb)} MB are to come: make room on it first`,
  )
}
