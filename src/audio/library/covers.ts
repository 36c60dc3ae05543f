import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf, messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import { pictureTypeOf } from '../../core/picture.ts'
import { ImportFault } from '../import/fault.ts'
import type { Running } from '../import/ffmpeg.ts'
import { largestPictureBytes, makeSmall } from '../import/picture.ts'

interface CoversOptions extends Pick<Running, 'clock' | 'ffmpeg' | 'signal'> {
  /** Absolute. */
  readonly folder: string
  readonly log: Log
}

/** The hash of the picture that a cover was made of, in hex. */
export type CoverId = string

const partEnding = '.part'
const coverFile = /^([0-9a-f]{64})\.jpg$/

/** Small JPEGs of the pictures that come with audio. The same picture in twenty files of an album is made once. */
export class Covers {
  readonly #options: CoversOptions
  readonly #under = new Map<CoverId, Promise<CoverId | null>>()

  constructor(options: CoversOptions) {
    this.#options = options
  }

  /** Makes its folder ready. @throws Error where that cannot be written */
  async open(): Promise<void> {
    const { folder } = this.#options
    await mkdir(folder, { recursive: true })
    for (const name of await readdir(folder))
      if (name.endsWith(partEnding)) await rm(join(folder, name), { force: true })
  }

  /**
   * Keeps a cover of the picture; null where it is none. Never rejects: a file is heard without its cover, too. `file` is
   * the name for the log of what brings it.
   */
  keep(bytes: Uint8Array, file: string): Promise<CoverId | null> {
    const id = createHash('sha256').update(bytes).digest('hex')
    const making = this.#under.get(id)
    if (making !== undefined) return making
    const made = this.#make(id, bytes)
      .catch((error) => this.#notMade(error, file))
      .finally(() => this.#under.delete(id))
    this.#under.set(id, made)
    return made
  }

  /** The JPEG; null where there is none of that id. */
  async read(id: CoverId): Promise<Buffer | null> {
    try {
      return await readFile(this.#pathOf(id))
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null
      throw error
    }
  }

  /** Every cover there is, with its size in bytes. */
  async list(): Promise<{ readonly id: CoverId; readonly bytes: number }[]> {
    const { folder } = this.#options
    const ids = (await readdir(folder)).flatMap((name) => coverFile.exec(name)?.[1] ?? [])
    return Promise.all(
      ids.map(async (id) => ({ id, bytes: (await stat(this.#pathOf(id)).catch(() => null))?.size ?? 0 })),
    )
  }

  async remove(id: CoverId): Promise<void> {
    await rm(this.#pathOf(id), { force: true })
  }

  #pathOf(id: CoverId): string {
    return join(this.#options.folder, `${id}.jpg`)
  }

  async #make(id: CoverId, bytes: Uint8Array): Promise<CoverId | null> {
    const type = bytes.length <= largestPictureBytes ? pictureTypeOf(bytes) : null
    if (type === null) return null
    const path = this.#pathOf(id)
    if ((await stat(path).catch(() => null)) !== null) return id
    const part = `${path}.${randomUUID()}${partEnding}`
    try {
      await writeFile(part, bytes, { flag: 'wx', mode: 0o600 })
      const { clock, ffmpeg, signal } = this.#options
      const small = await makeSmall({ path: part, type }, { clock, ffmpeg, signal })
      await writeFile(part, small)
      await rename(part, path)
      return id
    } finally {
      await rm(part, { force: true })
    }
  }

  #notMade(error: unknown, file: string): null {
    const { log, signal } = this.#options
    if (signal?.aborted) return null
    const reason = error instanceof ImportFault ? error.message : messageOf(error)
    if (error instanceof ImportFault && error.of === 'file')
      log.debug('a cover cannot be used', { file, reason })
    else log.warn('a cover could not be made; its audio is heard without it', { file, reason })
    return null
  }
}
