import { PassThrough } from 'node:stream'
import type { PictureType } from '../../core/picture.ts'
import { ImportFault } from './fault.ts'
import { type PictureDemuxer, type Running, runFfmpeg } from './ffmpeg.ts'

/** Larger ones are left alone: no cover that people look at needs as much. */
export const largestPictureBytes = 16 * 1024 * 1024

const readers: Readonly<Record<PictureType, readonly [demuxer: PictureDemuxer, decoder: string]>> = {
  'image/jpeg': ['jpeg_pipe', 'mjpeg'],
  'image/png': ['png_pipe', 'png'],
  'image/webp': ['webp_pipe', 'webp'],
  'image/gif': ['gif_pipe', 'gif'],
}

// A few kilobytes of PNG may be a wall of pixels that fills the memory.
const mostPixels = 40_000_000
const longestEdge = 600
// A JPEG of 600 x 600 pixels of noise is half of that.
const mostBytes = 1024 * 1024

// What is transparent becomes white: the colours are turned round, drawn on black, and turned back.
const filters = [
  `scale=w='min(${longestEdge},iw)':h='min(${longestEdge},ih)':force_original_aspect_ratio=decrease`,
  'format=gbrap,negate,premultiply=inplace=1,negate',
  'format=yuvj420p',
].join()

/** A picture that lies in a file. */
interface PictureFile {
  /** Absolute. */
  readonly path: string
  readonly type: PictureType
}

/** What is to be made of a picture. */
export interface Drawing {
  /** Those of ffmpeg, from the picture as it is. */
  readonly filters: string
  /** How ffmpeg writes it, the format among it. */
  readonly output: readonly string[]
  /** What is larger than that is no result. */
  readonly mostBytes: number
}

/**
 * A small JPEG of the first image of the file. It is always drawn anew, also where it is small: what goes out to
 * browsers is then nothing but pixels, whatever else somebody has hidden in the file.
 * @throws ImportFault, or the reason of the signal
 */
export function makeSmall(file: PictureFile, running: Running = {}): Promise<Buffer> {
  const output = ['-c:v', 'mjpeg', '-q:v', '3', '-f', 'mjpeg']
  return drawPicture(file, { filters, output, mostBytes }, running)
}

/** Draws the first image of the file anew. @throws ImportFault, or the reason of the signal */
export async function drawPicture(
  { path, type }: PictureFile,
  { filters, output, mostBytes }: Drawing,
  running: Running = {},
): Promise<Buffer> {
  const [demuxer, decoder] = readers[type]
  const out = new PassThrough({ emitClose: false })
  const bytes = bytesOf(out, mostBytes)
  let isTooLarge = false
  try {
    await runFfmpeg(
      { path, container: demuxer },
      {
        ...running,
        logLevel: 'error',
        // The other processors are for who asks something meanwhile.
        inputOptions: [
          ...['-filter_threads', '1'],
          ...['-codec_whitelist', decoder, '-max_pixels', String(mostPixels), '-c:v', decoder],
        ],
        outputOptions: [
          ...['-map', '0:v:0', '-an', '-sn', '-dn', '-frames:v', '1', '-threads', '1', '-vf', filters],
          ...['-map_metadata', '-1', '-bitexact', ...output],
        ],
        target: out,
        onLine: (line) => {
          isTooLarge ||= /Picture size \d+x\d+ (is invalid|exceeds)/.test(line)
        },
      },
    )
    const made = await bytes
    if (made.length === 0 || made.length > mostBytes) throw new ImportFault('file', 'it is no picture')
    return made
  } catch (error) {
    // ffmpeg goes on to say that there is not enough memory.
    if (isTooLarge) throw new ImportFault('file', 'it has too many pixels', { cause: error })
    throw error
  } finally {
    out.destroy()
    // Nobody else may be waiting for it.
    await bytes.catch(() => undefined)
  }
}

async function bytesOf(out: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of out) {
    length += chunk.length
    // Read to the end, or ffmpeg would not come to it.
    if (length <= most) chunks.push(chunk)
  }
  return length <= most ? Buffer.concat(chunks) : Buffer.alloc(length)
}
