import { chmod, open } from 'node:fs/promises'
import { errnoOf } from '../core/error.ts'

/**
 * Makes sure that the file exists and only its owner may read it, before anything is written into it.
 * An existing file is never opened: closing it would drop the locks this process holds on it.
 */
export async function makePrivate(file: string): Promise<void> {
  try {
    const created = await open(file, 'wx', 0o600)
    await created.close()
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
    await chmod(file, 0o600)
  }
}

/** The same for a file that may be missing, and then stays so. */
export async function makePrivateIfThere(file: string): Promise<void> {
  try {
    await chmod(file, 0o600)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}
