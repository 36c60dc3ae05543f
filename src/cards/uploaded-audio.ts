import type { Readable } from 'node:stream'
import type { CardMedia } from '../core/card-plan.ts'
import type { AudioToUpload } from '../core/card-upload.ts'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { isJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { mediaIn } from './sent-media.ts'

export interface Sending {
  readonly signal: AbortSignal
  /** Told how far it is, 0 to 1. */
  readonly onProgress: (share: number) => void
}

interface UploadedAudioOptions {
  /** By `recordKey`. What the store gives back is checked before it is believed. */
  readonly records: Collection<unknown>
  /** Brings audio to the account. @throws AppError where that refuses or is away. */
  readonly upload: (audio: AudioToUpload<Readable>, sending: Sending) => Promise<CardMedia>
  readonly clock: Clock
  readonly log: Log
}

interface Kept {
  readonly media: CardMedia
  readonly used_ms: number
}

// As it was sent: its loudness is left alone.
const settings = 'as-sent'
const dayMs = 24 * 3_600_000
const keptMs = 400 * dayMs

/** What lies in the account by now, so that the same bytes are not sent there twice. */
export class UploadedAudio {
  readonly #options: UploadedAudioOptions
  readonly #kept = new Map<string, Kept>()
  readonly #underWay = new Map<string, Promise<CardMedia>>()

  constructor(options: UploadedAudioOptions) {
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

  /** Undefined where it has to be sent first. */
  find(sha256: string): CardMedia | undefined {
    return this.#kept.get(recordKey(sha256))?.media
  }

  /**
   * The audio as cards name it, brought to the account where it is not there yet; who asks while it is under way gets
   * the same. It is in the store when it resolves.
   * @throws AppError of the account, and that of the store
   */
  ensure(audio: AudioToUpload<Readable>, sending: Sending): Promise<CardMedia> {
    const key = recordKey(audio.sha256)
    const bring = () => this.#ensure(key, audio, sending).finally(() => this.#underWay.delete(key))
    const bringing = this.#underWay.get(key) ?? bring()
    this.#underWay.set(key, bringing)
    return bringing
  }

  /** The account does not know these any more, by what cards name them. Rejects as the store does. */
  async forget(ids: ReadonlySet<string>): Promise<void> {
    for (const [key, { media }] of [...this.#kept]) {
      if (!ids.has(media.id)) continue
      this.#kept.delete(key)
      await this.#options.records.delete(key)
    }
  }

  /** It lay in an account that is signed out. Rejects as the store does. */
  forgetAll(): Promise<void> {
    return this.forget(new Set([...this.#kept.values()].map(({ media }) => media.id)))
  }

  async #ensure(key: string, audio: AudioToUpload<Readable>, sending: Sending): Promise<CardMedia> {
    const { upload, log } = this.#options
    const kept = this.#kept.get(key)
    if (kept !== undefined) {
      await this.#use(key, kept)
      return kept.media
    }
    const media = await upload(audio, sending)
    await this.#keep(key, media)
    log.info('audio lies at Yoto now', { file: audio.filename, bytes: audio.size })
    return media
  }

  async #use(key: string, { media, used_ms }: Kept): Promise<void> {
    if (this.#options.clock.now().getTime() - used_ms > dayMs) await this.#keep(key, media)
  }

  async #keep(key: string, media: CardMedia): Promise<void> {
    const kept: Kept = { media, used_ms: this.#options.clock.now().getTime() }
    await this.#options.records.set(key, kept)
    this.#kept.set(key, kept)
  }
}

/** The same bytes under other settings become other audio. */
function recordKey(sha256: string): string {
  return `${sha256}.${settings}`
}

function keptIn(stored: unknown): Kept | null {
  if (!isJsonObject(stored) || typeof stored.used_ms !== 'number') return null
  const media = mediaIn(stored.media)
  return media === null ? null : { media, used_ms: stored.used_ms }
}
