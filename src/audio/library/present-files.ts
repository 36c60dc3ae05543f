import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { AppError, errnoOf, messageOf } from '../../core/error.ts'
import { isAudioName, staysInside } from '../names.ts'
import { type Identity, identityOf } from '../open-files.ts'

/** An audio file as it lies in a folder of the library. */
export interface PresentFile {
  /** Name in the library. */
  readonly name: string
  /** As the library asks for it. */
  readonly wished: string
  readonly identity: Identity
  /** Bytes. */
  readonly size: number
}

export interface Present {
  readonly files: readonly PresentFile[]
  /** How many entries of any kind each folder has, by its path. */
  readonly entries: ReadonlyMap<string, number>
}

/**
 * Everything that lies in these folders, or nothing: a part would look like all there is.
 * @throws AppError `unavailable` where a folder or a file in it cannot be read
 */
export async function presentFiles(folders: readonly string[]): Promise<Present> {
  const files: PresentFile[] = []
  const entries = new Map<string, number>()
  for (const folder of folders) {
    try {
      await walk({ folder, top: await realpath(folder), below: '' }, { files, entries })
    } catch (error) {
      throw new AppError(
        'unavailable',
        `a folder of the library cannot be read (${errnoOf(error) ?? messageOf(error)}): is its disk away?`,
        { cause: error },
      )
    }
  }
  return { files, entries }
}

interface Walk {
  readonly folder: string
  /** The same without links. */
  readonly top: string
  /** Name of the folder in it, `''` for itself. */
  readonly below: string
}

async function walk(
  { folder, top, below }: Walk,
  found: { readonly files: PresentFile[]; readonly entries: Map<string, number> },
): Promise<void> {
  const entries = await readdir(join(top, below), { withFileTypes: true })
  found.entries.set(join(folder, below), entries.length)
  for (const entry of entries) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (!staysInside(name) || entry.name.startsWith('.')) continue
    if (entry.isDirectory()) await walk({ folder, top, below: name }, found)
    else if (isAudioName(name)) {
      const file = await fileAt({ folder, top, below: name }, entry)
      if (file !== null) found.files.push(file)
    }
  }
}

/** null for what the library does not see either. */
async function fileAt({ folder, top, below: name }: Walk, entry: Dirent): Promise<PresentFile | null> {
  try {
    const wished = join(folder, name)
    const path = entry.isSymbolicLink() ? await realpath(wished) : join(top, name)
    if (!path.startsWith(top.endsWith(sep) ? top : top + sep)) return null
    const found = await stat(path, { bigint: true })
    if (!found.isFile()) return null
    return { name, wished, identity: identityOf(found), size: Number(found.size) }
  } catch (error) {
    // It has just gone, or is a link that leads nowhere.
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ELOOP') return null
    throw error
  }
}
