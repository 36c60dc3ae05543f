import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject } from '../core/json.ts'

/** What a sound was made of. Another of any of these is another sound. */
export interface SpeechSource {
  /** The words as they were said. */
  readonly words: string
  readonly provider: string
  readonly voice: string | null
  readonly language: string | null
}

/** What stands beside a sound, so that a broken one is found out. */
interface Note extends SpeechSource {
  /** SHA-256 of the sound, in hex. */
  readonly hash: string
}

// Another way of making them is another number.
const edition = 1
const ownFile = /^([0-9a-f]{64})\.(mp3|json)$/
const dayMs = 86_400_000
/** How long a sound stays that nobody needs. */
const keptMs = 30 * dayMs
// Beside a living product the command makes speech in the same folder: what is younger may be under way.
const leftBehindMs = 3_600_000

/** The name of the sound, without its ending. */
export function speechKey({ words, provider, voice, language }: SpeechSource): string {
  const text = JSON.stringify([edition, provider, voice, language, words])
  return createHash('sha256').update(text).digest('hex')
}

/** The folder of finished speech: a sound and a note beside it each, neither ever there by half. */
export class SpeechFolder {
  readonly #folder: string

  /** `folder`: absolute, and nobody else's. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Where sounds are made, on the same disk. */
  get workFolder(): string {
    return join(this.#folder, 'work')
  }

  /** Makes it ready. @throws Error where it cannot be written */
  async open(now: Date): Promise<void> {
    await mkdir(this.workFolder, { recursive: true })
    for (const name of await readdir(this.workFolder)) {
      const path = join(this.workFolder, name)
      const changedMs = (await stat(path).catch(() => null))?.mtimeMs ?? 0
      if (changedMs < now.getTime() - leftBehindMs) await rm(path, { recursive: true, force: true })
    }
  }

  /** A file for what comes from a provider. @throws Error of the system */
  async put(bytes: Uint8Array): Promise<string> {
    const path = join(this.workFolder, `${randomUUID()}.sound`)
    await writeFile(path, bytes)
    return path
  }

  /** Takes a finished sound out of the work folder. @throws Error of the system */
  async keep(key: string, file: string, source: SpeechSource): Promise<void> {
    const hash = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
    const note: Note = { ...source, hash }
    const part = join(this.workFolder, `${randomUUID()}.json`)
    await writeFile(part, `${JSON.stringify(note, null, 2)}\n`)
    await rename(part, this.#pathOf(key, 'json'))
    await rename(file, this.#pathOf(key, 'mp3'))
  }

  /** The SHA-256 that the sound is to have; null where there is none, or nothing that tells. */
  async hashOf(key: string): Promise<string | null> {
    try {
      const note: unknown = JSON.parse(await readFile(this.#pathOf(key, 'json'), 'utf8'))
      return isJsonObject(note) && typeof note.hash === 'string' ? note.hash : null
    } catch {
      return null
    }
  }

  /** Removes what is not among these keys and was not for thirty days. Returns how many sounds that were. */
  async tidy(keys: ReadonlySet<string>, now: Date): Promise<number> {
    let removed = 0
    for (const name of await readdir(this.#folder)) {
      const [, key = '', ending] = ownFile.exec(name) ?? []
      if (key === '') continue
      if (keys.has(key)) await this.#stillNeeded(key, now)
      else if (await this.#isOld(key, now)) {
        await rm(join(this.#folder, name), { force: true })
        removed += ending === 'mp3' ? 1 : 0
      }
    }
    return removed
  }

  // The note's time says it: another time of the sound itself would tell listeners that it has changed.
  async #stillNeeded(key: string, now: Date): Promise<void> {
    const note = this.#pathOf(key, 'json')
    const noted = await stat(note).catch(() => null)
    if (noted !== null && noted.mtimeMs < now.getTime() - dayMs) await utimes(note, now, now)
  }

  async #isOld(key: string, now: Date): Promise<boolean> {
    const times = await Promise.all(
      (['json', 'mp3'] as const).map((ending) => stat(this.#pathOf(key, ending)).catch(() => null)),
    )
    const lastMs = Math.max(...times.map((found) => found?.mtimeMs ?? 0))
    return lastMs < now.getTime() - keptMs
  }

  #pathOf(key: string, ending: 'mp3' | 'json'): string {
    return join(this.#folder, `${key}.${ending}`)
  }
}
