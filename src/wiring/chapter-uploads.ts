import { createHash } from 'node:crypto'
import type { Playable } from '../audio/playable.ts'
import type { ChapterMedia } from '../cards/record.ts'
import type { SentMedia } from '../cards/sent-media.ts'
import type { UploadedAudio } from '../cards/uploaded-audio.ts'
import type { CardUpload } from '../core/card-upload.ts'
import { AppError } from '../core/error.ts'
import { fewAtOnce } from '../core/few-at-once.ts'

export type Progress = Pick<CardUpload, 'of' | 'done' | 'percent'>

/** What the chapters of a card sound like now, by their keys. */
export type ChapterSounds = ReadonlyMap<string, Playable>

interface ChapterUploadsInput {
  readonly uploaded: Pick<UploadedAudio, 'ensure' | 'forget'>
}

interface Bringing {
  /** What the names of its files begin with. */
  readonly name: string
  readonly sounds: ChapterSounds
  /** What the card has by now. */
  readonly had: ChapterMedia | undefined
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

/** A sound of the card; twins of a chapter share it. */
interface Piece {
  readonly etag: string
  readonly body: Playable
  readonly filename: string
}

// As many as go to Yoto at once; the sums of others are worked out meanwhile.
const broughtAtOnce = 4
// Until it is there.
const mostUnderWay = 0.99

/** What the chapters of a card play, brought to the account as the very bytes that are served for them. */
export class ChapterUploads {
  readonly #input: ChapterUploadsInput

  constructor(input: ChapterUploadsInput) {
    this.#input = input
  }

  /**
   * Sends what does not lie in the account yet.
   * @throws AppError of the account; what was sent by then is kept
   */
  async bring({ name, sounds, had = {}, signal, onProgress }: Bringing): Promise<ChapterMedia> {
    const pieces = piecesOf(name, sounds)
    const known = new Map(Object.values(had).map((media) => [media.etag, media]))
    const sums = new Sums(pieces, onProgress)
    for (const { etag } of pieces) if (known.has(etag)) sums.moved(etag, 1)
    sums.tell()
    try {
      await fewAtOnce(pieces, broughtAtOnce, async (piece) => {
        signal.throwIfAborted()
        const media = known.get(piece.etag) ?? (await this.#send(piece, { sums, signal }))
        known.set(piece.etag, media)
        sums.moved(piece.etag, 1)
        sums.tell()
      })
    } finally {
      // Where one has failed, others may be on their way still.
      sums.stop()
    }
    return chapterMedia(sounds, known)
  }

  /** The account does not know these any more. Rejects as the store does. */
  forget(media: ChapterMedia): Promise<void> {
    return this.#input.uploaded.forget(new Set(Object.values(media).map(({ id }) => id)))
  }

  async #send(
    { etag, body, filename }: Piece,
    { sums, signal }: { readonly sums: Sums; readonly signal: AbortSignal },
  ): Promise<SentMedia> {
    const open = () => body.read({ start: 0, end: body.length - 1 })
    const sha256 = await sha256Of(await open())
    const onProgress = (share: number) => {
      sums.moved(etag, Math.min(share, mostUnderWay))
      sums.tell()
    }
    const media = await this.#input.uploaded.ensure(
      { sha256, filename, type: 'audio/mpeg', size: body.length, open },
      { signal, onProgress },
    )
    return { ...media, etag }
  }
}

/** Whether the card plays just these. */
export function playsThese(media: ChapterMedia, sounds: ChapterSounds): boolean {
  const isSame = ([key, { etag }]: [string, Playable]) => media[key]?.etag === etag
  return Object.keys(media).length === sounds.size && [...sounds].every(isSame)
}

/** Whether the account may have refused the card for audio that it does not know. */
export function mayMissMedia(error: unknown): boolean {
  return (
    error instanceof AppError &&
    error.code === 'refused' &&
    [400, 409, 422].includes(Number(error.details?.status))
  )
}

function piecesOf(name: string, sounds: ChapterSounds): readonly Piece[] {
  const pieces = new Map<string, Piece>()
  for (const [key, body] of sounds) {
    const { etag } = body
    if (!pieces.has(etag)) pieces.set(etag, { etag, body, filename: `${name}.${key}.mp3` })
  }
  return [...pieces.values()]
}

function chapterMedia(sounds: ChapterSounds, sent: ReadonlyMap<string, SentMedia>): ChapterMedia {
  const media = [...sounds].flatMap(([key, { etag }]) => {
    const found = sent.get(etag)
    return found === undefined ? [] : [[key, found] as const]
  })
  return Object.fromEntries(media)
}

async function sha256Of(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) hash.update(chunk)
  return hash.digest('hex')
}

/** How far all of it is, out of how far each piece is. */
class Sums {
  readonly #pieces: readonly Piece[]
  readonly #told: (progress: Progress) => void
  readonly #shares = new Map<string, number>()
  #isOver = false

  constructor(pieces: readonly Piece[], told: (progress: Progress) => void) {
    this.#pieces = pieces
    this.#told = told
  }

  /** `share`: 0 to 1. */
  moved(etag: string, share: number): void {
    this.#shares.set(etag, share)
  }

  stop(): void {
    this.#isOver = true
  }

  tell(): void {
    if (this.#isOver) return
    const share = ({ etag }: Piece) => this.#shares.get(etag) ?? 0
    const all = this.#pieces.reduce((sum, { body }) => sum + body.length, 0)
    const gone = this.#pieces.reduce((sum, piece) => sum + piece.body.length * share(piece), 0)
    const done = this.#pieces.filter((piece) => share(piece) === 1).length
    this.#told({ of: this.#pieces.length, done, percent: all === 0 ? 0 : Math.floor((100 * gone) / all) })
  }
}
