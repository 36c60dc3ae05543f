import { Readable } from 'node:stream'
import { bytesPerFrame } from './frames.ts'
import type { LibraryFile } from './library/inspect-file.ts'
import type { Extent, SharedFile } from './open-files.ts'
import type { Piece } from './pieces/piece.ts'
import {
  type ByteRange,
  endOf,
  type FiniteRendition,
  indexAt,
  type RenditionPart,
  shiftOf,
} from './rendition.ts'

/** What opens audio for positioned reads, counted from where it begins. */
export interface FileSource {
  open(file: LibraryFile): Promise<SharedFile>
  /** Bytes of what was opened before, in memory that is used again; null where it is to be opened first. */
  readPiece?(file: LibraryFile, extent: Extent): Promise<Piece> | null
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
export type SentBytes = (part: RenditionPart, from: number, to: number) => void

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

/** The part's file, read at bytes of the whole. */
export async function openPart(part: RenditionPart, source: FileSource): Promise<SharedFile> {
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

function frameBoundaryAtOrBelow(byte: number): number {
  return byte - (byte % bytesPerFrame)
}
