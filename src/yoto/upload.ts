import type { Readable } from 'node:stream'
import { backoffMs } from '../core/backoff.ts'
import type { CardMedia } from '../core/card-plan.ts'
import type { AudioToUpload } from '../core/card-upload.ts'
import type { Clock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { Places } from '../core/places.ts'
import { numberWithin, wholeWithin } from './coerce.ts'
import { objectOf, textOf } from './json.ts'
import { putBytes } from './put-bytes.ts'
import { type Call, unexpected, type YotoRest } from './rest.ts'
import { trustedAddress } from './trusted-address.ts'

export interface UploadOptions {
  /** Ends it at once. */
  readonly signal?: AbortSignal
  /** Told how far it is, 0 to 1; from the beginning again where it broke off. */
  readonly onProgress?: (share: number) => void
}

interface UploadsOptions {
  readonly rest: Pick<YotoRest, 'repeatable'>
  readonly apiUrl: string
  readonly clock: Clock
  /** 0 to 1, for the jitter of retries. */
  readonly random?: (() => number) | undefined
  readonly log: Log
}

interface Work extends Required<UploadOptions> {
  readonly audio: AudioToUpload<Readable>
}

// One client's advice for being gentle (yoto-protocol §6).
const atOnce = 4
const attempts = 4
// yoto-protocol §2.7
const mostBytes = 1024 ** 3
const firstPollMs = 500
const longestPollMs = 5_000
// The longest wait that is sat out between two tries.
const longestWaitMs = 60_000
// Nobody has measured how long it takes; an hour for the largest file, ten minutes for a small one.
const transcodeMs = 600_000
const transcodeMsPerMegabyte = 3_000
// An answer that says nothing may be cut off, and the next one whole.
const mostStrange = 5
// How much of the way lies behind when all bytes have gone out.
const sentShare = 0.8

/** A fault that may be gone when the upload is begun anew. */
class BrokenOff extends AppError {
  readonly waitMs: number | undefined

  constructor(message: string, options: { cause?: unknown; waitMs?: number | undefined } = {}) {
    super('unavailable', message, options)
    this.waitMs = options.waitMs
  }
}

/**
 * Audio files on their way to Yoto, four at a time (yoto-protocol §2.7). What Yoto knows already is not sent again; what
 * breaks off is sent again as a whole, for the address takes no part of a file.
 */
export class AudioUploads {
  readonly #options: UploadsOptions
  readonly #places = new Places(atOnce)

  constructor(options: UploadsOptions) {
    this.#options = options
  }

  /**
   * Brings the audio to Yoto and waits until it is made into what players take.
   * @throws AppError `unprocessable` for a file that is too large, `conflict` for one that changes meanwhile, `refused`
   * with Yoto's words, `unavailable` where it did not succeed now: it may be tried again, and nothing is lost.
   */
  upload(audio: AudioToUpload<Readable>, options: UploadOptions = {}): Promise<CardMedia> {
    const { signal = new AbortController().signal, onProgress = () => undefined } = options
    if (audio.size < 1 || audio.size > mostBytes)
      throw new AppError('unprocessable', `"${audio.filename}" is too large: Yoto takes files of up to 1 GB`)
    return this.#places.take(signal, () => this.#untilDone({ audio, signal, onProgress }))
  }

  async #untilDone(work: Work): Promise<CardMedia> {
    const { clock, log, random = Math.random } = this.#options
    const { audio, signal } = work
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once(work)
      } catch (thrown) {
        signal.throwIfAborted()
        if (!(thrown instanceof BrokenOff)) throw thrown
        const waitMs = thrown.waitMs ?? backoffMs(tries, { random })
        if (tries >= attempts || waitMs > longestWaitMs) throw unfinished(audio, thrown)
        const reason = messageOf(thrown)
        log.info('an upload to Yoto broke off and is begun anew', { file: audio.filename, waitMs, reason })
        work.onProgress(0)
        await clock.sleep(waitMs, signal)
      }
    }
  }

  async #once(work: Work): Promise<CardMedia> {
    const { uploadId, url } = await this.#address(work)
    if (url !== null) await this.#send(url, work)
    work.onProgress(sentShare)
    return this.#transcoded(uploadId, work)
  }

  /** Where to send it; null where Yoto knows these bytes. */
  async #address({ audio, signal }: Work): Promise<{ uploadId: string; url: URL | null }> {
    const { sha256, filename } = audio
    const query = new URLSearchParams({ sha256, filename })
    const call: Call = { method: 'GET', path: `/media/transcode/audio/uploadUrl?${query}` }
    const { body } = await this.#options.rest.repeatable(call, { signal })
    const upload = objectOf(objectOf(body).upload)
    const uploadId = textOf(upload.uploadId)
    const { uploadUrl } = upload
    if (uploadId === undefined || (typeof uploadUrl !== 'string' && uploadUrl !== null))
      throw new BrokenOff(unexpected(call).message)
    return { uploadId, url: uploadUrl === null ? null : addressOf(uploadUrl, this.#options.apiUrl) }
  }

  async #send(url: URL, { audio, signal, onProgress }: Work): Promise<void> {
    const { clock } = this.#options
    const { filename, type, size } = audio
    const bytes = await audio.open()
    const sent = (count: number) => onProgress((sentShare * count) / size)
    const answer = await putBytes({ url, type, size, bytes, clock, signal, sent })
      .catch((cause: unknown) => {
        signal.throwIfAborted()
        if (cause instanceof AppError) throw cause
        throw new BrokenOff(`"${filename}" broke off on its way to Yoto`, { cause })
      })
      .finally(() => bytes.destroy())
    const { status, code, retryAfterMs: waitMs } = answer
    if (status >= 200 && status < 300) return
    const said = code === undefined ? `status ${status}` : `status ${status}, ${code}`
    const message = `Yoto did not take the bytes of "${filename}" (${said})`
    // A signed address has its time, and another is given for the asking.
    const mayPass = [403, 408, 429].includes(status) || status >= 500 || code === 'RequestTimeout'
    throw mayPass ? new BrokenOff(message, { waitMs }) : new AppError('refused', message)
  }

  async #transcoded(uploadId: string, { audio, signal, onProgress }: Work): Promise<CardMedia> {
    const { clock } = this.#options
    const path = `/media/upload/${encodeURIComponent(uploadId)}/transcoded?loudnorm=false`
    const call: Call = { method: 'GET', path }
    const longestMs = transcodeMs + (audio.size / 1024 ** 2) * transcodeMsPerMegabyte
    const endMs = clock.now().getTime() + longestMs
    let strange = 0
    for (let waitMs = firstPollMs; ; waitMs = Math.min(longestPollMs, waitMs * 1.5)) {
      const body = await this.#poll(call, { audio, signal })
      const { transcode } = objectOf(body)
      const media = mediaIn(objectOf(transcode), audio)
      if (media !== null) return media
      if (transcode === undefined && ++strange > mostStrange) throw unexpected(call)
      const { percent } = objectOf(objectOf(transcode).progress)
      if (typeof percent === 'number' && percent >= 0 && percent <= 100)
        onProgress(sentShare + ((1 - sentShare) * percent) / 100)
      if (clock.now().getTime() + waitMs > endMs) throw tooLong(audio, longestMs)
      await clock.sleep(waitMs, signal)
    }
  }

  async #poll(call: Call, { audio, signal }: Pick<Work, 'audio' | 'signal'>): Promise<unknown> {
    try {
      return (await this.#options.rest.repeatable(call, { signal })).body
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'not_found') throw error
      throw new BrokenOff(`Yoto does not know the upload of "${audio.filename}" any more`, { cause: error })
    }
  }
}

/** Null while it is not there yet. @throws AppError `unavailable` where what is said of it cannot be. */
function mediaIn(transcode: JsonObject, { filename, sha256 }: AudioToUpload<Readable>): CardMedia | null {
  const { transcodedSha256, transcodedInfo, uploadSha256 } = transcode
  if (transcodedSha256 === undefined || transcodedSha256 === null) return null
  const id = textOf(transcodedSha256) ?? ''
  const { duration, fileSize, format, channels } = objectOf(transcodedInfo)
  const seconds = numberWithin(0, longestSeconds)(duration)
  const bytes = wholeWithin(1, Number.MAX_SAFE_INTEGER)(fileSize)
  const isOther = typeof uploadSha256 === 'string' && uploadSha256.toLowerCase() !== sha256
  const isReadable =
    /^[A-Za-z0-9_-]{43,64}$/.test(id) && typeof format === 'string' && /^[\w.-]{1,32}$/.test(format)
  if (!isReadable || isOther || typeof seconds !== 'number' || typeof bytes !== 'number')
    throw new AppError('unavailable', `Yoto's answer about "${filename}" cannot be right; try it again`)
  return {
    ...{ id, bytes, format },
    duration_s: Math.max(1, Math.round(seconds)),
    channels: channels === 'mono' || channels === 1 ? 'mono' : 'stereo',
  }
}

// Eleven days.
const longestSeconds = 1_000_000

/** @throws AppError `refused` */
function addressOf(text: string, apiUrl: string): URL {
  const url = trustedAddress(text, apiUrl)
  if (url !== undefined) return url
  throw new AppError('refused', 'Yoto named an address for the upload that is not https: nothing was sent')
}

function unfinished({ filename }: AudioToUpload<Readable>, cause: BrokenOff): AppError {
  return new AppError('unavailable', `"${filename}" could not be brought to Yoto; it may be tried again`, {
    cause,
  })
}

function tooLong({ filename }: AudioToUpload<Readable>, longestMs: number): AppError {
  const minutes = Math.round(longestMs / 60_000)
  return new AppError(
    'unavailable',
    `Yoto has all of "${filename}" but was not done with it in ${minutes} minutes; it may be tried again, and nothing is lost`,
  )
}
