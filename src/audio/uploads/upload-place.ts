import { link, lstat, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { AppError, errnoOf } from '../../core/error.ts'
import { taken } from './upload-faults.ts'

/** Where a name leads in the library. */
interface UploadPlace {
  /** As the library calls it: folders and files that are there already keep their spelling. */
  readonly name: string
  /** The last folder on the way that is there; absolute. */
  readonly folder: string
  /** The folders that are to be made in it. */
  readonly missing: readonly string[]
  readonly file: string
  /** Whether there is such a file. */
  readonly isTaken: boolean
}

/**
 * Looks without changing anything.
 * @throws AppError where a file stands in the place of a folder, or the other way round, or a link leads out of the
 * library; the file system's own error where the library cannot be read.
 */
export async function placeFor(library: string, name: string): Promise<UploadPlace> {
  const top = await realpath(library)
  const folders = name.split('/')
  const file = folders.pop() ?? ''
  const spelled: string[] = []
  let folder = top
  for (const [at, segment] of folders.entries()) {
    const entry = await entryCalled(folder, segment)
    if (entry === null)
      return {
        name: [...spelled, ...folders.slice(at), file].join('/'),
        folder,
        missing: folders.slice(at),
        file,
        isTaken: false,
      }
    spelled.push(entry)
    folder = await insideFolder(top, join(folder, entry), spelled.join('/'))
  }
  const entry = await entryCalled(folder, file)
  if (entry !== null && (await lstat(join(folder, entry))).isDirectory())
    throw new AppError('conflict', `"${name}" is a folder of the library: choose another name`)
  return {
    name: [...spelled, entry ?? file].join('/'),
    folder,
    missing: [],
    file: entry ?? file,
    isTaken: entry !== null,
  }
}

/**
 * Puts a whole file under its name, in one step: until then nothing of it is there, and one that is replaced plays on.
 * Resolves with its name in the library when the disk has it.
 * @throws AppError as `placeFor` does, and `conflict` where the name is taken and nothing may be replaced.
 */
export async function land(
  part: string,
  { library, name, replace }: { library: string; name: string; replace: boolean },
): Promise<string> {
  const place = await placeFor(library, name)
  if (place.isTaken && !replace) throw taken(place.name)
  let folder = place.folder
  for (const segment of place.missing) {
    const made = join(folder, segment)
    await mkdir(made).catch(unless('EEXIST'))
    await syncFolder(folder)
    folder = made
  }
  const target = join(folder, place.file)
  if (replace) await rename(part, target)
  else await moveNew(part, { target, name: place.name })
  await syncFolder(folder)
  // Without this a crash could bring back the entry that was moved away.
  await syncFolder(dirname(part))
  return place.name
}

/** The entry of a folder with this name, however its Unicode is composed; null where there is none. */
async function entryCalled(folder: string, name: string): Promise<string | null> {
  try {
    await lstat(join(folder, name))
    return name
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
  return (await readdir(folder)).find((entry) => entry.normalize('NFC') === name) ?? null
}

async function insideFolder(top: string, path: string, name: string): Promise<string> {
  const real = await realpath(path)
  if (real !== top && !real.startsWith(top.endsWith(sep) ? top : top + sep))
    throw new AppError('unprocessable', `"${name}" is a link that leads out of the library`)
  if (!(await stat(real)).isDirectory())
    throw new AppError('conflict', `"${name}" is a file of the library, so nothing can lie in it`)
  return real
}

// File systems without a second name for a file: FAT, some shares of a network.
const withoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL']

/** Never over a file that has appeared in the meantime. */
async function moveNew(part: string, { target, name }: { target: string; name: string }): Promise<void> {
  try {
    await link(part, target)
  } catch (error) {
    const errno = errnoOf(error) ?? ''
    if (errno === 'EEXIST') throw taken(name)
    if (!withoutLinks.includes(errno)) throw error
    await rename(part, target)
    return
  }
  await rm(part)
}

/** A name is on the disk when its folder is. Where a folder cannot be synced, the system does what it can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

function unless(errno: string): (error: unknown) => void {
  return (error) => {
    if (errnoOf(error) !== errno) throw error
  }
}
