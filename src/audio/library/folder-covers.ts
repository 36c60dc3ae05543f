import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { largestPictureBytes } from '../import/picture.ts'
import { naturalOrder } from '../names.ts'
import { type Identity, identityOf, openForReading } from '../open-files.ts'
import type { CoverId, Covers } from './covers.ts'

interface Seen {
  readonly identity: Identity
  readonly cover: CoverId | null
}

/** The pictures beside audio files that stand for all files of their folder which bring none themselves. */
export class FolderCovers {
  readonly #covers: Pick<Covers, 'keep'>
  /** By the path of the picture. */
  readonly #seen = new Map<string, Seen>()
  /** By folder. */
  readonly #found = new Map<string, CoverId | null>()

  constructor(covers: Pick<Covers, 'keep'>) {
    this.#covers = covers
  }

  /** What the last look at the folder (absolute) found; undefined where nobody has looked. */
  known(folder: string): CoverId | null | undefined {
    return this.#found.get(folder)
  }

  /** Looks again; a picture that is new is made small. Never rejects: what cannot be read is none. */
  async look(folder: string): Promise<CoverId | null> {
    const cover = await this.#look(folder).catch(() => null)
    this.#found.set(folder, cover)
    return cover
  }

  /** The cover is gone: the next look makes it anew. */
  forget(cover: CoverId): void {
    for (const [path, seen] of this.#seen) if (seen.cover === cover) this.#seen.delete(path)
    for (const [folder, found] of this.#found) if (found === cover) this.#found.delete(folder)
  }

  async #look(folder: string): Promise<CoverId | null> {
    const entries = await readdir(folder, { withFileTypes: true })
    const names = entries.filter((entry) => entry.isFile() && isCoverName(entry.name)).map(({ name }) => name)
    for (const name of names.sort(naturalOrder)) {
      const cover = await this.#coverAt(join(folder, name))
      if (cover !== null) return cover
    }
    return null
  }

  async #coverAt(path: string): Promise<CoverId | null> {
    const file = await openForReading(path)
    try {
      const found = await file.stat({ bigint: true })
      const identity = identityOf(found)
      const seen = this.#seen.get(path)
      if (seen?.identity === identity) return seen.cover
      const isUsable = found.isFile() && found.size <= largestPictureBytes
      const name = join(basename(dirname(path)), basename(path))
      const cover = isUsable ? await this.#covers.keep(await file.readFile(), name) : null
      this.#seen.set(path, { identity, cover })
      return cover
    } finally {
      await file.close()
    }
  }
}

/** As people and programs call them; by the order of names, `cover` comes before `folder`. */
export function isCoverName(name: string): boolean {
  return /^(cover|folder)\.(jpe?g|png|webp|gif)$/i.test(name)
}
