import { inflateSync } from 'node:zlib'
import { PNG } from 'pngjs'
import { messageOf } from '../core/error.ts'
import { iconEdge } from '../core/icon.ts'
import { pictureTypeOf } from '../core/picture.ts'
import { pictureFault } from './fault.ts'

/** 16×16 pixels of red, green, blue and alpha, a byte each, row by row from the top. */
export type IconPixels = Buffer<ArrayBuffer>

export const iconBytes = iconEdge * iconEdge * 4

const mostBytes = 10 * 1024
/** No icon is wider or higher, whatever is to become of it. */
export const widestIcon = 512

/**
 * The pixels of an icon that was drawn elsewhere. All that tells its size is looked at before anything is unpacked.
 * @throws AppError `unprocessable` for what is no PNG, larger than 10 KB, wider than 512 pixels, broken, or not 16×16
 */
export function readIcon(bytes: Uint8Array): IconPixels {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (pictureTypeOf(png) !== 'image/png') throw pictureFault('not-png', 'this is no PNG picture')
  if (png.length > mostBytes)
    throw pictureFault(
      'too-large',
      `an icon may have ${mostBytes / 1024} KB, and this PNG has ${Math.ceil(png.length / 1024)} KB: save it as a PNG of 16×16 pixels without anything else`,
    )
  const { header, packed } = chunksOf(png)
  checkSize(header)
  checkPixels(header, packed)
  return pixelsOf(png)
}

/** The icon as a PNG of 24 bits and alpha: its pixels, and nothing else that its file may have held. */
export function writeIcon(pixels: IconPixels): Buffer<ArrayBuffer> {
  const png = new PNG({ width: iconEdge, height: iconEdge })
  pixels.copy(png.data)
  return Buffer.from(PNG.sync.write(png, { colorType: 6, bitDepth: 8, inputHasAlpha: true }))
}

/** One pixel as people write it: `#rrggbb`, `#rrggbbaa`, or null where nothing is to shine. */
export type DrawnPixel = string | null

/** The icon of 256 pixels, row by row from the top. @throws AppError `unprocessable` for another number, or a colour that is none */
export function drawIcon(pixels: readonly DrawnPixel[]): IconPixels {
  if (pixels.length !== iconEdge * iconEdge)
    throw pictureFault(
      'not-16x16',
      `an icon has ${iconEdge * iconEdge} pixels, 16 rows of 16, and these are ${pixels.length}`,
    )
  const drawn = Buffer.alloc(iconBytes)
  for (const [at, pixel] of pixels.entries()) {
    if (pixel === null) continue
    if (!/^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(pixel))
      throw pictureFault('broken', `pixel ${at + 1} is no colour: write it as "#ff8800", "#ff880080" or null`)
    drawn.write(`${pixel.slice(1)}ff`.slice(0, 8), at * 4, 'hex')
  }
  return drawn
}

interface Header {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colours: number
  readonly isInterlaced: boolean
}

interface Chunks {
  readonly header: Header
  /** Of the pixels, still packed. */
  readonly packed: Buffer
}

const signatureBytes = 8
const headerLength = 13

/**
 * What the picture says of itself, which it may do once: the decoder would believe the last one.
 * @throws AppError `unprocessable` where its pieces are not as they are in a PNG
 */
function chunksOf(png: Buffer): Chunks {
  let header: Header | null = null
  const packed: Buffer[] = []
  let end = signatureBytes
  for (let type = ''; type !== 'IEND'; ) {
    if (end + 12 > png.length) throw broken('its end is missing')
    const length = png.readUInt32BE(end)
    type = png.toString('latin1', end + 4, end + 8)
    const start = end + 8
    end = start + length + 4
    if (end > png.length) throw broken('its end is missing')
    if ((type === 'IHDR') !== (header === null)) throw broken('its header is not where it should be')
    if (type === 'IHDR') header = headerIn(png.subarray(start, start + length))
    if (type === 'IDAT') packed.push(png.subarray(start, start + length))
  }
  if (end !== png.length) throw broken('something else stands behind it')
  if (header === null) throw broken('its header is not where it should be')
  return { header, packed: Buffer.concat(packed) }
}

function headerIn(data: Buffer): Header {
  if (data.length !== headerLength) throw broken('its header is not where it should be')
  return {
    width: data.readUInt32BE(0),
    height: data.readUInt32BE(4),
    depth: data.readUInt8(8),
    colours: data.readUInt8(9),
    isInterlaced: data.readUInt8(12) !== 0,
  }
}

/** @throws AppError `unprocessable` */
function checkSize({ width, height }: Header): void {
  if (width > widestIcon || height > widestIcon)
    throw pictureFault('too-wide', `this picture has ${width}×${height} pixels${shrink}`)
  if (width !== iconEdge || height !== iconEdge)
    throw pictureFault('not-16x16', `this picture has ${width}×${height} pixels${shrink}`)
}

const shrink = ', and an icon has 16×16: draw it in that size, or have it made smaller as a picture'

// How many numbers a pixel has, by the kind of colours (PNG, 11.2.2).
const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** Where the passes of an interlaced picture begin, and how far apart their pixels are (PNG, 8.2). */
const passes = [
  { x: 0, y: 0, right: 8, down: 8 },
  { x: 4, y: 0, right: 8, down: 8 },
  { x: 0, y: 4, right: 4, down: 8 },
  { x: 2, y: 0, right: 4, down: 4 },
  { x: 0, y: 2, right: 2, down: 4 },
  { x: 1, y: 0, right: 2, down: 2 },
  { x: 0, y: 1, right: 1, down: 2 },
]
const onePass = [{ x: 0, y: 0, right: 1, down: 1 }]

/**
 * Whether there are as many pixels as the header says. pngjs 7.0.0 would take what is missing from memory that held
 * something else before, and unpacks all that an interlaced picture has.
 * @throws AppError `unprocessable`
 */
function checkPixels({ depth, colours, isInterlaced }: Header, packed: Buffer): void {
  const bits = (channels[colours] ?? 0) * depth
  const needed = (isInterlaced ? passes : onePass).reduce((sum, { x, y, right, down }) => {
    const [width, height] = [Math.ceil((iconEdge - x) / right), Math.ceil((iconEdge - y) / down)]
    return sum + height * (1 + Math.ceil((width * bits) / 8))
  }, 0)
  let length: number
  try {
    length = inflateSync(packed, { maxOutputLength: needed }).length
  } catch (error) {
    throw broken(messageOf(error).slice(0, 100))
  }
  if (length !== needed) throw broken('pixels are missing')
}

function pixelsOf(png: Buffer): IconPixels {
  try {
    const { data } = PNG.sync.read(png)
    if (data.length === iconBytes) return Buffer.from(data)
  } catch (error) {
    throw broken(messageOf(error).slice(0, 100))
  }
  throw broken('pixels are missing')
}

function broken(why: string) {
  return pictureFault('broken', `this PNG is broken (${why}): save it anew`)
}
