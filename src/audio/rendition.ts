import { createHash, type Hash } from 'node:crypto'
import { bytesPerFrame } from './frames.ts'
import type { LibraryFile } from './library/inspect-file.ts'

/** A run of frames of one file. */
export interface FrameRun {
  readonly file: LibraryFile
  /** Counted from the first frame of what `file` is. */
  readonly firstFrame: number
  readonly frames: number
}

/** The same, and where it lies in the whole. */
export interface RenditionPart extends FrameRun {
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

/** The first `heard` of the files one behind the other. */
export function finiteRendition(queue: readonly LibraryFile[], heard = queue.length): FiniteRendition {
  return renditionOf(
    queue.map((file) => ({ file, firstFrame: 0, frames: file.frames })),
    heard,
  )
}

/** The first `heard` of the runs one behind the other. */
export function renditionOf(runs: readonly FrameRun[], heard = runs.length): FiniteRendition {
  const hash = createHash('sha256')
  const parts: RenditionPart[] = []
  let length = 0
  for (const run of runs.slice(0, heard)) {
    const part = { ...run, start: length }
    parts.push(part)
    length += part.frames * bytesPerFrame
    tell(hash, part)
  }
  const etag = tagOf(hash)
  for (const run of runs.slice(heard)) tell(hash, run)
  return { length, etag, queueTag: tagOf(hash), parts, files: parts.map(({ file }) => file) }
}

function tell(hash: Hash, { file, firstFrame, frames }: FrameRun): void {
  hash.update(`${file.hash} ${file.firstFrame + firstFrame} ${frames}\n`)
}

function tagOf(hash: Hash): string {
  return `"${hash.copy().digest('hex').slice(0, 40)}"`
}

export function partAt(rendition: FiniteRendition, byte: number): RenditionPart | undefined {
  return rendition.parts[indexAt(rendition, byte)]
}

/** Place of the first part that ends behind the byte; as many as there are where none does. */
export function indexAt({ parts }: FiniteRendition, byte: number): number {
  let [low, high] = [0, parts.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const part = parts[middle]
    if (part !== undefined && endOf(part) <= byte) low = middle + 1
    else high = middle
  }
  return low
}

/** How much further on in its file than in the whole a byte lies. */
export function shiftOf(part: RenditionPart): number {
  return part.firstFrame * bytesPerFrame - part.start
}

export function endOf(part: RenditionPart): number {
  return part.start + part.frames * bytesPerFrame
}
