import { open, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError, errnoOf, messageOf } from '../core/error.ts'

interface NewFile {
  /** The command that writes it, and the flag that names it. */
  readonly command: string
  readonly flag: string
  /** Where its name is looked for. */
  readonly cwd: string
  /** A text, or what fills the file, which is empty. */
  readonly content: string | ((path: string) => Promise<void>)
}

/** Never over a file that is there; where it cannot be written whole, none is left. @throws AppError for either. */
export async function writeNewFile(name: string, { command, flag, cwd, content }: NewFile): Promise<void> {
  const path = resolve(cwd, name)
  const shown = JSON.stringify(path.slice(-200))
  const failed = (error: unknown) =>
    error instanceof AppError
      ? error
      : new AppError(
          'invalid',
          `command ${command}: ${shown} cannot be written: ${errnoOf(error) ?? messageOf(error)}`,
        )
  const handle = await open(path, 'wx').catch((error: unknown) => {
    if (errnoOf(error) === 'EEXIST') throw fileIsThere(path, { command, flag })
    throw failed(error)
  })
  try {
    if (typeof content === 'string') await writeFile(handle, content)
    else await content(path)
    await handle.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw failed(error)
  } finally {
    await handle.close()
  }
}

export function fileIsThere(path: string, { command, flag }: Pick<NewFile, 'command' | 'flag'>): AppError {
  const shown = JSON.stringify(path.slice(-200))
  return new AppError(
    'conflict',
    `command ${command}: there is a file ${shown} already; name another with --${flag}`,
  )
}
