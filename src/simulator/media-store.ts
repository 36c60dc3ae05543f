import { createHash, randomBytes } from 'node:crypto'
import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { memoryCollection } from '../core/memory-collection.ts'
import { Recent } from '../core/recent.ts'
import { Mp3Frames } from './mp3-frames.ts'
import { wrongForm } from './wrong-form.ts'

/** Audio that was uploaded. Its sound is kept for as long as the cloud runs. */
export interface Media {
  /** What cards name it by. */
  readonly id: string
  /** Of the bytes that were sent, in hex. */
  readonly sha256: string
  readonly filename: string
  /** How long what was sent plays. */
  readonly seconds: number
  /** What it was made into, which is another than what was sent (yoto-protocol §2.7). */
  readonly format: string
  readonly transcodedAt: string
}

export type FindMedia = (id: string) => Pick<Media, 'seconds' | 'format'> | undefined

/** An upload as it came to the address that it was told. */
export interface Received {
  readonly filename: string
  readonly sha256: string
  readonly bytes: number
}

interface Upload {
  readonly sha256: string
  readonly filename: string
  /** Of its address; whoever knows it may send. */
  readonly token: string
  polls: number
}

const signedForMs = 3_600_000
const mostSigned = 1_000
const mostSent = 100
const longestSent = 8 * 1024 ** 2
// Opus at 96 kbit/s, as a card of 2026 has it (yoto-protocol §2.7).
const format = 'opus'
const bitsPerSecond = 96_000

/** The uploaded audio of the family, by the digests of what was sent and of what that was made into (yoto-protocol §2.7). */
export class MediaStore {
  /** How often one is told that audio is still being transcoded; Infinity: it never ends. */
  polls = 1
  /** All that came, the oldest first. */
  readonly received: Received[] = []
  readonly #records: Collection<unknown>
  readonly #url: string
  readonly #clock: Clock
  readonly #byId = new Map<string, Media>()
  /** What was sent, for those who fetch it in this run; what it would be made into they would not tell from it. */
  readonly #sent = new Recent<string, Buffer>(mostSent)
  /** What may be fetched, by the token of its signed address, until that time in ms. */
  readonly #signed = new Recent<string, { readonly id: string; readonly untilMs: number }>(mostSigned)
  readonly #uploads = new Map<string, Upload>()

  constructor(parts: { records: Collection<unknown> | undefined; url: string; clock: Clock }) {
    this.#records = parts.records ?? memoryCollection()
    this.#url = parts.url
    this.#clock = parts.clock
  }

  async start(): Promise<void> {
    for (const [id, stored] of await this.#records.entries()) {
      const media = mediaIn(stored)
      if (media?.id === id) this.#byId.set(id, media)
    }
  }

  find(id: string): Media | undefined {
    return this.#byId.get(id)
  }

  all(): readonly Media[] {
    return [...this.#byId.values()]
  }

  /** The account loses it, for whatever reason. */
  async lose(id: string): Promise<void> {
    this.#byId.delete(id)
    await this.#records.delete(id)
  }

  /** A new upload; the address is null where such bytes came before. @throws AppError `invalid` */
  begin({ sha256, filename }: { sha256: string; filename: string }): JsonObject {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw wrongForm('sha256', 'the digest of the file in hex')
    const [uploadId, token] = [randomBytes(12).toString('hex'), randomBytes(24).toString('base64url')]
    this.#uploads.set(uploadId, { sha256, filename, token, polls: 0 })
    const isKnown = this.#sentAs(sha256) !== undefined
    return { uploadId, uploadUrl: isKnown ? null : `${this.#url}/uploaded/${token}` }
  }

  /** Takes what is sent to an address. @throws AppError `not_found`; `invalid` where it is not what was announced */
  async take(token: string, bytes: AsyncIterable<Buffer>): Promise<void> {
    const upload = [...this.#uploads.values()].find((each) => each.token === token)
    if (upload === undefined) throw new AppError('not_found', 'there is no such address')
    const [sha256, id, frames] = [createHash('sha256'), createHash('sha256'), new Mp3Frames()]
    const pieces: Buffer[] = []
    let length = 0
    id.update(format)
    for await (const chunk of bytes) {
      for (const each of [sha256, id]) each.update(chunk)
      frames.push(chunk)
      length += chunk.length
      if (length <= longestSent) pieces.push(chunk)
    }
    const sent = sha256.digest('hex')
    const { filename } = upload
    this.received.push({ filename, sha256: sent, bytes: length })
    if (sent !== upload.sha256) throw new AppError('invalid', 'the sha256 is not that of the bytes')
    // What the service says of bytes that it cannot read no source tells.
    if (frames.seconds === 0) throw new AppError('invalid', 'no MP3 audio was sent')
    const transcodedAt = isoOf(this.#clock.now())
    const { seconds } = frames
    const made = id.digest('base64url')
    if (length <= longestSent) this.#sent.set(made, Buffer.concat(pieces))
    await this.#keep({ id: made, sha256: sent, filename, seconds, format, transcodedAt })
  }

  /** An address from which the audio can be fetched for an hour without a sign-in (yoto-protocol §2.1). */
  signedUrl(id: string): string {
    const token = randomBytes(24).toString('base64url')
    this.#signed.set(token, { id, untilMs: this.#clock.now().getTime() + signedForMs })
    return `${this.#url}/signed/${token}#sha256=${id}`
  }

  /** What lies at a signed address; undefined where that has had its time, or its audio is not kept. */
  signed(token: string): Buffer | undefined {
    const found = this.#signed.get(token)
    if (found === undefined || found.untilMs < this.#clock.now().getTime()) return undefined
    return this.#byId.has(found.id) ? this.#sent.get(found.id) : undefined
  }

  /** How far the transcoding is, and whether it is done; undefined where there is no such upload. */
  transcoded(uploadId: string): { readonly isDone: boolean; readonly transcode: JsonObject } | undefined {
    const upload = this.#uploads.get(uploadId)
    if (upload === undefined) return undefined
    const media = this.#sentAs(upload.sha256)
    if (media === undefined || upload.polls < this.polls) {
      upload.polls++
      const progress = media === undefined ? { phase: 'waiting', percent: 0 } : transcoding
      return { isDone: false, transcode: { uploadId, progress } }
    }
    return { isDone: true, transcode: { uploadId, ...answerOf(media) } }
  }

  #sentAs(sha256: string): Media | undefined {
    return this.all().find((media) => media.sha256 === sha256)
  }

  async #keep(media: Media): Promise<void> {
    this.#byId.set(media.id, media)
    await this.#records.set(media.id, media)
  }
}

const transcoding = { phase: 'transcoding', percent: 40 }

function answerOf({ id, sha256, filename, seconds, transcodedAt }: Media): JsonObject {
  return {
    uploadFilename: filename,
    uploadSha256: sha256,
    transcodedAt,
    transcodedSha256: id,
    transcodedInfo: {
      duration: Math.max(1, Math.round(seconds)),
      ...{ codec: format, format, sampleRate: 48_000, bitrate: bitsPerSecond, channels: 'stereo' },
      fileSize: Math.round((seconds * bitsPerSecond) / 8),
      metadata: {},
    },
  }
}

function mediaIn(stored: unknown): Media | undefined {
  if (!isJsonObject(stored)) return undefined
  const { id, sha256, filename, seconds, format: made, transcodedAt } = stored
  if (typeof id !== 'string' || typeof sha256 !== 'string' || typeof filename !== 'string') return undefined
  if (typeof seconds !== 'number' || typeof made !== 'string' || typeof transcodedAt !== 'string')
    return undefined
  return { id, sha256, filename, seconds, format: made, transcodedAt }
}
