import { iconEdge } from '../core/icon.ts'
import { type Picture, pictureTypeOf } from '../core/picture.ts'
import { pictureFault } from './fault.ts'
import { type IconPixels, iconBytes } from './icon.ts'
import { sizeOf } from './picture-size.ts'

/** What is to be made of a picture. */
export interface Drawing {
  /** Those of ffmpeg, from the picture as it is. */
  readonly filters: string
  /** How ffmpeg writes it, the format among it. */
  readonly output: readonly string[]
  /** What is larger than that is no result. */
  readonly mostBytes: number
}

/** Draws a picture anew. @throws AppError `unprocessable` for one that cannot be read, `unavailable` where nothing draws */
export type Draw = (picture: Picture, drawing: Drawing) => Promise<Buffer>

/** Of a picture that something is to be made of. A camera's picture has less. */
export const largestPictureBytes = 16 * 1024 * 1024
// A few kilobytes of PNG may be a wall of pixels that fills the memory. A telephone's picture has 12 to 24 millions.
const mostPixels = 40_000_000
/** A panorama of a telephone has 16,000. A picture of 300,000×133 would be blown up to a cover of a million. */
const longestEdge = 20_000

/**
 * What is known of the picture before anything of it is unpacked.
 * @throws AppError `unprocessable` for what is no picture, too large, or of too many pixels
 */
export function checkedPicture(bytes: Uint8Array): Picture {
  if (bytes.length === 0) throw pictureFault('empty', 'no picture came: send its bytes as they are')
  if (bytes.length > largestPictureBytes)
    throw pictureFault(
      'too-large',
      `a picture may have ${largestPictureBytes / 1024 ** 2} MB: save it smaller`,
    )
  const type = pictureTypeOf(bytes)
  if (type === null)
    throw pictureFault('no-picture', 'this is no picture that can be used: save it as JPEG, PNG, WebP or GIF')
  const size = sizeOf({ type, bytes })
  if (size === null)
    throw pictureFault('broken', 'this picture is broken, it does not say its size: save it anew')
  const { width, height } = size
  if (width * height > mostPixels)
    throw pictureFault(
      'too-many-pixels',
      `this picture has ${width}×${height} pixels, more than ${mostPixels / 1e6} millions: save it smaller`,
    )
  if (Math.max(width, height) > longestEdge)
    throw pictureFault(
      'too-many-pixels',
      `this picture has ${width}×${height} pixels, and may have ${longestEdge} in a row: save it smaller`,
    )
  return { type, bytes }
}

// What can be seen through weighs nothing, or its colours would be seen in those beside it.
const iconDrawing: Drawing = {
  filters: [
    "crop='min(iw,ih)':'min(iw,ih)'",
    'format=gbrap,premultiply=inplace=1',
    `scale=${iconEdge}:${iconEdge}:flags=area`,
    'format=gbrap,unpremultiply=inplace=1',
    'format=rgba',
  ].join(),
  output: ['-c:v', 'rawvideo', '-f', 'rawvideo'],
  mostBytes: iconBytes,
}

/**
 * An icon of the middle of a picture: each of its pixels is the mean of those that lie there.
 * @throws AppError as `checkedPicture` and `draw` do
 */
export async function iconOfPicture(bytes: Uint8Array, draw: Draw): Promise<IconPixels> {
  const pixels = await draw(checkedPicture(bytes), iconDrawing)
  if (pixels.length !== iconBytes) throw pictureFault('broken', 'this picture is broken: save it anew')
  return Buffer.from(pixels)
}
