import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { isIconId, type SentPicture } from '../core/icon.ts'
import { isJsonObject } from '../core/json.ts'

interface UploadedPicturesOptions {
  /** By kind and digest. What the store gives back is checked before it is believed. */
  readonly records: Collection<unknown>
  readonly clock: Clock
}

interface Kept {
  readonly picture: SentPicture
  readonly used_ms: number
}

const dayMs = 24 * 3_600_000
const keptMs = 400 * dayMs

/** What lies in the account by now, so that the same picture is not sent there twice. */
export class UploadedPictures {
  readonly #options: UploadedPicturesOptions
  readonly #kept = new Map<string, Kept>()
  readonly #underWay = new Map<string, Promise<SentPicture>>()
  /** How many accounts have been signed out. */
  #accounts = 0

  constructor(options: UploadedPicturesOptions) {
    this.#options = options
  }

  /** Reads what earlier runs have sent, and forgets what nobody has needed for a year. Rejects as the store does. */
  async start(): Promise<void> {
    const { records, clock } = this.#options
    for (const [key, stored] of await records.entries()) {
      const kept = keptIn(stored)
      if (kept !== null && clock.now().getTime() - kept.used_ms < keptMs) this.#kept.set(key, kept)
      else await records.delete(key)
    }
  }

  /** What was sent, by what cards name it. */
  find(id: string): SentPicture | undefined {
    return [...this.#kept.values()].find(({ picture }) => picture.id === id)?.picture
  }

  /**
   * The picture of that kind and digest, sent where it is not in the account yet; who asks while it is under way gets the
   * same. It is in the store when it resolves.
   * @throws whatever `send` does, and the store
   */
  ensure(key: string, send: () => Promise<SentPicture>): Promise<SentPicture> {
    const sending = this.#underWay.get(key)
    if (sending !== undefined) return sending
    const begun = this.#ensure(key, send).finally(() => {
      if (this.#underWay.get(key) === begun) this.#underWay.delete(key)
    })
    this.#underWay.set(key, begun)
    return begun
  }

  /** They lay in an account that is signed out. Rejects as the store does. */
  async forgetAll(): Promise<void> {
    this.#accounts++
    this.#underWay.clear()
    const keys = [...this.#kept.keys()]
    this.#kept.clear()
    for (const key of keys) await this.#options.records.delete(key)
  }

  async #ensure(key: string, send: () => Promise<SentPicture>): Promise<SentPicture> {
    const kept = this.#kept.get(key)
    if (kept !== undefined) {
      if (this.#nowMs - kept.used_ms > dayMs) await this.#keep(key, kept.picture)
      return kept.picture
    }
    const account = this.#accounts
    const picture = await send()
    if (account === this.#accounts) await this.#keep(key, picture)
    return picture
  }

  async #keep(key: string, picture: SentPicture): Promise<void> {
    const kept: Kept = { picture, used_ms: this.#nowMs }
    await this.#options.records.set(key, kept)
    this.#kept.set(key, kept)
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

function keptIn(stored: unknown): Kept | null {
  if (!isJsonObject(stored) || typeof stored.used_ms !== 'number' || !isJsonObject(stored.picture))
    return null
  const { id, url } = stored.picture
  if (typeof id !== 'string' || !isIconId(id) || (typeof url !== 'string' && url !== null)) return null
  return { picture: { id, url }, used_ms: stored.used_ms }
}
