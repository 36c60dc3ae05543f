import type { Readable } from 'node:stream'
import type { CardMedia } from '../core/card-plan.ts'
import type { AudioToUpload } from '../core/card-upload.ts'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { Log } from '../core/log.ts'
import { SentOnce } from '../core/sent-once.ts'
import { mediaIn } from './sent-media.ts'

export interface Sending {
  readonly signal: AbortSignal
  /** Told how far it is, 0 to 1. */
  readonly onProgress: (share: number) => void
}

interface UploadedAudioOptions {
  /** By `recordKey`. */
  readonly records: Collection<unknown>
  /** Brings audio to the account. @throws AppError where that refuses or is away. */
  readonly upload: (audio: AudioToUpload<Readable>, sending: Sending) => Promise<CardMedia>
  readonly clock: Clock
  readonly log: Log
}

// As it was sent: its loudness is left alone.
const settings = 'as-sent'

/** The audio that lies in the account by now. */
export class UploadedAudio {
  readonly #options: UploadedAudioOptions
  readonly #sent: SentOnce<CardMedia>

  constructor(options: UploadedAudioOptions) {
    this.#options = options
    const { records, clock } = options
    this.#sent = new SentOnce({ records, field: 'media', valueIn: mediaIn, clock })
  }

  /** Takes up what earlier runs have sent. Rejects as the store does. */
  start(): Promise<void> {
    return this.#sent.start()
  }

  /** Undefined where it has to be sent first. */
  find(sha256: string): CardMedia | undefined {
    return this.#sent.get(recordKey(sha256))
  }

  /**
   * The audio as cards name it, brought to the account where it is not there yet; who asks while it is under way gets
   * the same.
   * @throws AppError of the account, and that of the store
   */
  ensure(audio: AudioToUpload<Readable>, sending: Sending): Promise<CardMedia> {
    const { upload, log } = this.#options
    return this.#sent.ensure(recordKey(audio.sha256), async () => {
      const media = await upload(audio, sending)
      log.info('audio lies at Yoto now', { file: audio.filename, bytes: audio.size })
      return media
    })
  }

  /** The account does not know these any more, by what cards name them. Rejects as the store does. */
  forget(ids: ReadonlySet<string>): Promise<void> {
    return this.#sent.forget(({ id }) => ids.has(id))
  }

  /** It lay in an account that is signed out. Rejects as the store does. */
  forgetAll(): Promise<void> {
    return this.#sent.forgetAll()
  }
}

/** The same bytes under other settings become other audio. */
function recordKey(sha256: string): string {
  return `${sha256}.${settings}`
}
