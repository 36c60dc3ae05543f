import type { Readable } from 'node:stream'
import { bytesPerFrame } from './frames.ts'
import type { LibraryFile } from './library/inspect-file.ts'
import type { Extent } from './open-files.ts'
import { type Piece, pieceBytes, pieceOf } from './pieces/piece.ts'
import {
  type ByteRange,
  endOf,
  type FiniteRendition,
  finiteRendition,
  partAt,
  type RenditionPart,
  shiftOf,
} from './rendition.ts'
import { type FileSource, openPart, readRange, type SentBytes } from './rendition-reading.ts'

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
  const body = playableRendition(rendition, source, signal, sentOf)
  return cut === undefined ? body : { ...body, cutOf: `${rendition.queueTag} ${cut.at.toISOString()}` }
}

/** The same of any rendition. */
export function playableRendition(
  rendition: FiniteRendition,
  source: FileSource,
  signal?: AbortSignal,
  sentOf?: SentOf,
): Playable {
  const { length, etag } = rendition
  return {
    length,
    etag,
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
