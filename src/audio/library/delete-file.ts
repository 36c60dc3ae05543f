import { realpath, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { AppError, errnoOf } from '../../core/error.ts'
import { isAudioName, staysInside } from '../names.ts'

/**
 * Deletes the file of that name in this folder. A link is deleted itself, and never what it leads to; a name that
 * leads out of the folder in any way is none of its files.
 * @throws AppError `not_found` where there is no such file in the folder, `forbidden` where it may not be deleted,
 * `unavailable` where the disk fails
 */
export async function deleteFile(folder: string, name: string): Promise<void> {
  const missing = () =>
    new AppError('not_found', `there is no file "${name.slice(0, 200)}" in the media folder`)
  if (!staysInside(name) || !isAudioName(name)) throw missing()
  try {
    const top = await realpath(folder)
    const inner = await realpath(dirname(join(top, name)))
    if (inner !== top && !inner.startsWith(top.endsWith(sep) ? top : top + sep)) throw missing()
    const path = join(inner, basename(name))
    if (!(await stat(path)).isFile()) throw missing()
    await unlink(path)
  } catch (error) {
    if (error instanceof AppError) throw error
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG')
      throw missing()
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      throw new AppError('forbidden', `"${name}" cannot be deleted: its folder may not be written to`, {
        cause: error,
      })
    throw new AppError('unavailable', `"${name}" could not be deleted: ${code ?? 'the disk has failed'}`, {
      cause: error,
    })
  }
}
