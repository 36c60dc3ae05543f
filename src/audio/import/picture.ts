import { PassThrough } from 'node:stream'
import { ImportFault } from './fault.ts'
import { type PictureDemuxer, type Running, runFfmpeg } from './ffmpeg.ts'

export const pictureTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const
export type PictureType = (typeof pictureTypes)[number]

/** Larger ones are left alone: no cover that people look at needs as much. */
export const largestPictureBytes = 16 * 1024 * 1024

/** What a picture is, by its bytes: what tags and names say of it is often untrue. */
export function pictureTypeOf(bytes: Uint8Array): PictureType | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'image/gif'
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? 'image/webp' : null
}

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

/**
 * A small JPEG of the first image of the file. It is always drawn anew, also where it is small: what goes out to
 * browsers is then nothing but pixels, whatever else somebody has hidden in the file.
 * @throws ImportFault, or the reason of the signal
 */
export async function makeSmall(
  { path, type }: { readonly path: string; readonly type: PictureType },
  running: Running = {},
): Promise<Buffer> {
  const [demuxer, decoder] = readers[type]
  const out = new PassThrough({ emitClose: false })
  const bytes = bytesOf(out)
  let isTooLarge = false
  try {
    await runFfmpeg(
      { path, container: demuxer },
      {
        ...running,
        logLevel: 'error',
        inputOptions: ['-codec_whitelist', decoder, '-max_pixels', String(mostPixels), '-c:v', decoder],
        outputOptions: [
          ...['-map', '0:v:0', '-an', '-sn', '-dn', '-frames:v', '1', '-threads', '1', '-vf', filters],
          ...['-map_metadata', '-1', '-bitexact', '-c:v', 'mjpeg', '-q:v', '3', '-f', 'mjpeg'],
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

async function bytesOf(out: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of out) {
    length += chunk.length
    // Read to the end, or ffmpeg would not come to it.
    if (length <= mostBytes) chunks.push(chunk)
  }
  return length <= mostBytes ? Buffer.concat(chunks) : Buffer.alloc(length)
}
