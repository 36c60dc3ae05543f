import { createHash, type Hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { bytesPerFrame } from './frames.ts'
import type { LibraryFile } from './library/inspect-file.ts'
import type { Extent, SharedFile } from './open-files.ts'
import { type Piece, pieceBytes, pieceOf } from './pieces/piece.ts'

/** A run of frames of one file, and where it lies in the whole. */
export interface RenditionPart {
  readonly file: LibraryFile
  /** Counted from the first frame of what `file` is. */
  readonly firstFrame: number
  readonly frames: number
  /** Byte of the whole at which it begins. */
  readonly start: number
}

/** A queue as one virtual file, fixed at the moment it was made: never another queue's bytes under the same tag. */
export interface FiniteRendition {
  /** Bytes. */
  readonly length: number
  /** A strong entity tag, in its quotes. */
  readonly etag: string
  /** The tag that all of the queue would have; the same as `etag` unless this ends before the queue does. */
  readonly queueTag: string
  readonly parts: readonly RenditionPart[]
  readonly files: readonly LibraryFile[]
}

/** First and last byte, both included, as in a Range header. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What opens audio for positioned reads, counted from where it begins. */
export interface FileSource {
  open(file: LibraryFile): Promise<SharedFile>
  /** Bytes of what was opened before, in memory that is used again; null where it is to be opened first. */
  readPiece?(file: LibraryFile, extent: Extent): Promise<Piece> | null
}

/** Told of what has gone out of an item: frames counted from its beginning, `to` behind the last. */
export type SentOf = (sent: {
  readonly listener: string
  readonly hash: string
  readonly frames: number
  readonly from: number
  readonly to: number
  /** It is what a queue that is heard as one file ends with; never of a file that ends before its queue does. */
  readonly isLast?: boolean
}) => void

/** The first `heard` of the files one behind the other. */
export function finiteRendition(queue: readonly LibraryFile[], heard = queue.length): FiniteRendition {
  const files = queue.slice(0, heard)
  const hash = createHash('sha256')
  const parts: RenditionPart[] = []
  let length = 0
  for (const file of files) {
    const part = { file, firstFrame: 0, frames: file.frames, start: length }
    parts.push(part)
    length += part.frames * bytesPerFrame
    tell(hash, part)
  }
  const etag = tagOf(hash)
  for (const file of queue.slice(heard)) tell(hash, { file, firstFrame: 0, frames: file.frames })
  return { length, etag, queueTag: tagOf(hash), parts, files }
}

function tell(hash: Hash, { file, firstFrame, frames }: Omit<RenditionPart, 'start'>): void {
  hash.update(`${file.hash} ${file.firstFrame + firstFrame} ${frames}\n`)
}

function tagOf(hash: Hash): string {
  return `"${hash.copy().digest('hex').slice(0, 40)}"`
}

// Whole frames, about four seconds of sound: few enough reads, and little to throw away when a listener leaves.
const chunkBytes = 170 * bytesPerFrame

/**
 * Exactly the bytes of the range, once the first of them are there. A file that is gone or has changed ends it with an error; another content is
 * never put in its place. When the signal is aborted it ends as if that were all there is, behind the last frame
 * of the chunk under way. Nothing stays open behind a reader that is destroyed or whose signal is aborted. `sent` is
 * told of each chunk once the reader has asked for the next: who leaves in the middle of one has not had it.
 * @throws AppError as `FileSource.open` does
 */
export async function readRange(
  rendition: FiniteRendition,
  source: FileSource,
  range: ByteRange,
  signal?: AbortSignal,
  sent?: SentBytes,
): Promise<Readable> {
  const chunks = chunksOf(rendition, range, { source, signal, sent })
  // An open file may be gone all the same: that is found out here, where there is still something else to say.
  return readableOf(chunks, await chunks.next())
}

function readableOf(chunks: AsyncGenerator<Buffer>, begun: IteratorResult<Buffer>): Readable {
  let first: IteratorResult<Buffer> | null = begun
  const next = async () => {
    const result = first ?? (await chunks.next())
    first = null
    return result
  }
  return new Readable({
    // Nothing is read ahead: a listener that pauses for a night holds the chunk it was sent last and no other.
    highWaterMark: 0,
    read() {
      next().then(
        ({ done, value }) => this.push(done ? null : value),
        (error) => this.destroy(error),
      )
    },
    destroy(error, done) {
      chunks.return(undefined).then(() => done(error), done)
    },
  })
}

/** First byte and the one behind the last, of the whole. */
type SentBytes = (part: RenditionPart, from: number, to: number) => void

/** A body of exactly known bytes that can be sent. */
export interface Playable {
  readonly length: number
  readonly etag: string
  /** Where it may end before its queue does: equal of bodies of one queue that end at the same moment, if at different items. */
  readonly cutOf?: string
  /**
   * The bytes of the range, once the first of them are there; `listener` is who they go out to.
   * @throws AppError as `FileSource.open` does
   */
  read(range: ByteRange, listener?: string): Promise<Readable>
  /**
   * The bytes of the range by one read, without what a stream of them costs; null where they are more than a piece, or
   * of several files.
   * @throws AppError as `FileSource.open` does
   */
  readAtOnce(range: ByteRange, listener?: string): Promise<Piece> | null
  /** The name of the file that this byte is of. */
  fileAt(byte: number): string | null
}

/** Something else begins in the place of a queue. */
interface Cut {
  readonly at: Date
  /** How many of its files are heard until then, at least one. */
  readonly heard: number
}

/**
 * The files one behind the other, bound to where they are read from; null where there are none. Aborting the
 * signal ends what is being read at a frame. `sentOf` is told of what goes out to listeners. With `cut` only
 * the first `heard` of the files are played.
 */
export function playable(
  files: readonly LibraryFile[],
  source: FileSource,
  signal?: AbortSignal,
  sentOf?: SentOf,
  cut?: Cut,
): Playable | null {
  if (files.length === 0) return null
  const rendition = finiteRendition(files, cut?.heard)
  const { length, etag, queueTag } = rendition
  return {
    length,
    etag,
    ...(cut === undefined ? {} : { cutOf: `${queueTag} ${cut.at.toISOString()}` }),
    read: (range, listener) =>
      readRange(rendition, source, range, signal, telling(rendition, listener, sentOf)),
    readAtOnce: (range, listener) => {
      if (signal?.aborted || range.end - range.start >= pieceBytes) return null
      const part = partAt(rendition, range.start)
      if (part === undefined || range.end >= endOf(part)) return null
      return readFrom(part, { source, range, sent: telling(rendition, listener, sentOf) })
    },
    fileAt: (byte) => partAt(rendition, byte)?.file.file ?? null,
  }
}

interface AtOnce {
  readonly source: FileSource
  readonly range: ByteRange
  readonly sent: SentBytes | undefined
}

async function readFrom(part: RenditionPart, { source, range, sent }: AtOnce): Promise<Piece> {
  const extent = { position: range.start, length: range.end - range.start + 1 }
  const at = { ...extent, position: range.start + shiftOf(part) }
  const piece =
    (await source.readPiece?.(part.file, at)?.catch(() => null)) ?? (await pieceOpened(part, source, extent))
  try {
    sent?.(part, range.start, range.end + 1)
  } catch (error) {
    // Nobody else has it to give back.
    piece.giveBack()
    throw error
  }
  return piece
}

async function pieceOpened(
  part: RenditionPart,
  source: FileSource,
  { position, length }: Extent,
): Promise<Piece> {
  const file = await openPart(part, source)
  try {
    return pieceOf(await file.read(position, length))
  } finally {
    file.close()
  }
}

function telling(
  { parts, etag, queueTag }: FiniteRendition,
  listener: string | undefined,
  sentOf: SentOf | undefined,
): SentBytes | undefined {
  if (listener === undefined || sentOf === undefined) return undefined
  const last = etag === queueTag ? parts.at(-1) : undefined
  return (part, from, to) =>
    sentOf({
      listener,
      hash: part.file.hash,
      frames: part.frames,
      from: Math.floor((from - part.start) / bytesPerFrame),
      to: Math.ceil((to - part.start) / bytesPerFrame),
      isLast: part === last,
    })
}

interface Reading {
  readonly source: FileSource
  readonly signal: AbortSignal | undefined
  readonly sent: SentBytes | undefined
}

async function* chunksOf(
  rendition: FiniteRendition,
  range: ByteRange,
  reading: Reading,
): AsyncGenerator<Buffer> {
  for (let index = indexAt(rendition, range.start); index < rendition.parts.length; index++) {
    const part = rendition.parts[index]
    if (part === undefined || part.start > range.end || reading.signal?.aborted) return
    const from = Math.max(range.start, part.start)
    const to = Math.min(range.end + 1, endOf(part))
    if (from < to) yield* chunksOfPart(part, { ...reading, from, to })
  }
}

async function* chunksOfPart(
  part: RenditionPart,
  { source, from, to, signal, sent }: Reading & { readonly from: number; readonly to: number },
): AsyncGenerator<Buffer> {
  const { read, close } = await openPart(part, source)
  // Also where nobody reads on: then this stands still, and would keep the file open.
  signal?.addEventListener('abort', close, { once: true })
  try {
    for (let at = from; at < to && !signal?.aborted; ) {
      const next = Math.min(to, frameBoundaryAtOrBelow(at + chunkBytes))
      yield read(at, next - at)
      sent?.(part, at, next)
      at = next
    }
  } finally {
    signal?.removeEventListener('abort', close)
    close()
  }
}

function partAt(rendition: FiniteRendition, byte: number): RenditionPart | undefined {
  return rendition.parts[indexAt(rendition, byte)]
}

/** Place of the first part that ends behind the byte; as many as there are where none does. */
function indexAt({ parts }: FiniteRendition, byte: number): number {
  let [low, high] = [0, parts.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const part = parts[middle]
    if (part !== undefined && endOf(part) <= byte) low = middle + 1
    else high = middle
  }
  return low
}

/** The part's file, read at bytes of the whole. */
async function openPart(part: RenditionPart, source: FileSource): Promise<SharedFile> {
  const shift = shiftOf(part)
  let file = await source.open(part.file)
  const close = () => file.close()
  return {
    close,
    // A file whose name or rights have changed is opened anew, which checks that it is still the same audio.
    read: (position, length) =>
      file.read(position + shift, length).catch(async () => {
        close()
        file = await source.open(part.file)
        return file.read(position + shift, length)
      }),
  }
}

/** How much further on in its file than in the whole a byte lies. */
function shiftOf(part: RenditionPart): number {
  return part.firstFrame * bytesPerFrame - part.start
}

function frameBoundaryAtOrBelow(byte: number): number {
  return byte - (byte % bytesPerFrame)
}

function endOf(part: RenditionPart): number {
  return part.start + part.frames * bytesPerFrame
}
