import { pictureTypeOf } from '../core/picture.ts'
import { pictureFault } from './fault.ts'
import { widestIcon } from './icon.ts'

// Nobody has written down what Yoto takes; a picture of 16×16 with a hundred frames stays below both.
const mostBytes = 64 * 1024
const mostFrames = 120

const screenEnd = 13
const [extension, image, trailer] = [0x21, 0x2c, 0x3b]
const [control, application] = [0xf9, 0xff]

/**
 * The GIF with its pictures, their times and how often they are played, and nothing else that it may have held. Its
 * pictures are not unpacked.
 * @throws AppError `unprocessable` for what is no GIF, too large, too wide, of too many frames, or broken
 */
export function readGif(bytes: Uint8Array): Buffer<ArrayBuffer> {
  const gif = Buffer.from(bytes)
  if (pictureTypeOf(gif) !== 'image/gif') throw pictureFault('broken', 'this is no GIF picture')
  if (gif.length > mostBytes)
    throw pictureFault(
      'too-large',
      `an animated icon may have ${mostBytes / 1024} KB, and this GIF has ${Math.ceil(gif.length / 1024)} KB`,
    )
  if (gif.length < screenEnd) throw broken('its end is missing')
  const [width, height] = [gif.readUInt16LE(6), gif.readUInt16LE(8)]
  checkSize(width, height)
  const kept = [gif.subarray(0, screenEnd + paletteBytes(gif, 10))]
  let frames = 0
  for (const { kind, start, end } of blocksOf(gif, screenEnd + paletteBytes(gif, 10))) {
    if (kind === image) {
      if (++frames > mostFrames)
        throw pictureFault(
          'too-many-frames',
          `an animated icon may have ${mostFrames} frames, and this has more`,
        )
      checkFrame(gif, start, { width, height })
    }
    if (kind === image || kind === trailer || isNeeded(gif, start)) kept.push(gif.subarray(start, end))
  }
  if (frames === 0) throw broken('there is no picture in it')
  return Buffer.concat(kept)
}

/** @throws AppError `unprocessable` */
function checkSize(width: number, height: number): void {
  if (width === 0 || height === 0) throw broken('it has no size')
  if (width > widestIcon || height > widestIcon)
    throw pictureFault(
      'too-wide',
      `this GIF has ${width}×${height} pixels, and one that becomes an icon may have ${widestIcon}×${widestIcon}`,
    )
}

/** @throws AppError `unprocessable` for a frame that would be larger than the whole */
function checkFrame(gif: Buffer, start: number, whole: { width: number; height: number }): void {
  const [left, top] = [gif.readUInt16LE(start + 1), gif.readUInt16LE(start + 3)]
  const [width, height] = [gif.readUInt16LE(start + 5), gif.readUInt16LE(start + 7)]
  if (left + width > whole.width || top + height > whole.height)
    throw broken('one of its frames is larger than the whole')
}

interface Block {
  readonly kind: number
  readonly start: number
  readonly end: number
}

/** Its blocks up to the last, behind which nothing may stand. @throws AppError `unprocessable` */
function* blocksOf(gif: Buffer, from: number): Generator<Block> {
  for (let start = from; ; ) {
    const kind = gif[start]
    if (kind === undefined) throw broken('its end is missing')
    if (kind === trailer) {
      if (start + 1 !== gif.length) throw broken('something else stands behind it')
      return yield { kind, start, end: start + 1 }
    }
    if (kind !== image && kind !== extension) throw broken('it is not put together as a GIF is')
    const end = endOfParts(gif, kind === extension ? start + 2 : imageDataAt(gif, start))
    yield { kind, start, end }
    start = end
  }
}

/** Where the parts of an image begin: behind its place, its own colours, and the size of its codes. */
function imageDataAt(gif: Buffer, start: number): number {
  if (start + 10 > gif.length) throw broken('its end is missing')
  return start + 10 + paletteBytes(gif, start + 9) + 1
}

/** Behind parts that each say their length, and an empty one. */
function endOfParts(gif: Buffer, from: number): number {
  for (let at = from; ; ) {
    const length = gif[at]
    if (length === undefined) throw broken('its end is missing')
    at += 1 + length
    if (length === 0) return at
  }
}

function paletteBytes(gif: Buffer, flagsAt: number): number {
  const flags = gif[flagsAt] ?? 0
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)
}

/** Of the extensions, those of a frame's time and of repeating are; comments and the words of programs are not. */
function isNeeded(gif: Buffer, start: number): boolean {
  const label = gif[start + 1]
  return (
    label === control || (label === application && gif.toString('latin1', start + 3, start + 14) === loop)
  )
}

const loop = 'NETSCAPE2.0'

function broken(why: string) {
  return pictureFault('broken', `this GIF is broken (${why}): save it anew`)
}
