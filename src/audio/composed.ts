import { bytesPerFrame, msPerFrame } from './frames.ts'
import type { LibraryFile } from './library/inspect-file.ts'
import type { SharedFile } from './open-files.ts'
import { type Playable, playableRendition } from './playable.ts'
import { endOf, type FrameRun, renditionOf } from './rendition.ts'
import type { FileSource } from './rendition-reading.ts'

/** Something that is heard, or for how long nothing is, in milliseconds. */
export type ComposedPart = LibraryFile | { readonly silenceMs: number }

/**
 * Sounds and silences one behind the other as one body, from `fromMs` on, where that lies in it; null where there are
 * none. Silence is of whole frames, at least one.
 */
export function composed(
  parts: readonly ComposedPart[],
  source: FileSource,
  { signal, fromMs = 0 }: { readonly signal?: AbortSignal; readonly fromMs?: number } = {},
): Playable | null {
  if (parts.length === 0) return null
  const whole = renditionOf(parts.map(runOf))
  const skipped = Math.floor(fromMs / msPerFrame)
  const rendition =
    skipped > 0 && skipped * bytesPerFrame < whole.length
      ? renditionOf(runsFrom(whole.parts, skipped))
      : whole
  const body = playableRendition(rendition, withSilence(source), signal)
  return { ...body, fileAt: (byte) => nameOf(body.fileAt(byte)) }
}

/** Silence is no file of the library. */
function nameOf(file: string | null): string | null {
  return file === silence.file ? null : file
}

function runOf(part: ComposedPart): FrameRun {
  if (!('silenceMs' in part)) return { file: part, firstFrame: 0, frames: part.frames }
  return { file: silence, firstFrame: 0, frames: Math.max(1, Math.round(part.silenceMs / msPerFrame)) }
}

function runsFrom(parts: ReturnType<typeof renditionOf>['parts'], skipped: number): FrameRun[] {
  return parts.flatMap((part) => {
    const over = Math.max(0, skipped - part.start / bytesPerFrame)
    if (endOf(part) <= skipped * bytesPerFrame) return []
    return [{ file: part.file, firstFrame: part.firstFrame + over, frames: part.frames - over }]
  })
}

/** As long as any silence may be. */
const silenceFrames = 4_000_000

const silence: LibraryFile = {
  file: 'silence',
  title: 'silence',
  size: silenceFrames * bytesPerFrame,
  seconds: (silenceFrames * msPerFrame) / 1000,
  firstFrame: 0,
  frames: silenceFrames,
  hash: 'silence',
  modifiedAt: new Date(0),
}

/**
 * A frame of the profile in which nothing is heard: its header, and of everything behind it zero bits of sound
 * (ISO/IEC 11172-3, 2.4.1.7: `part2_3_length` 0).
 */
const silentFrame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x94, 0x64])], bytesPerFrame)

function withSilence(source: FileSource): FileSource {
  return {
    open: async (file) => (file === silence ? silentFile : source.open(file)),
    readPiece: (file, extent) => (file === silence ? null : (source.readPiece?.(file, extent) ?? null)),
  }
}

const silentFile: SharedFile = {
  async read(position, length) {
    const first = position % bytesPerFrame
    const frames = Math.ceil((first + length) / bytesPerFrame)
    return Buffer.alloc(frames * bytesPerFrame, silentFrame).subarray(first, first + length)
  },
  close: () => undefined,
}
