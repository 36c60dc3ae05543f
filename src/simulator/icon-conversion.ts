import { PNG } from 'pngjs'
import { badRequest } from './rest-answers.ts'

const edge = 16
const brightest = Math.round((255 * 2) / 3)
// Nobody has written down what the service takes; a picture of that size is unpacked here in a moment.
const widest = 1024

const isGif = (bytes: Buffer) => /^GIF8[79]a/.test(bytes.toString('latin1', 0, 6)) && bytes.length > 13
const isPng = (bytes: Buffer) =>
  bytes.length > 33 &&
  bytes.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n' &&
  bytes.toString('latin1', 12, 16) === 'IHDR'

/** An icon that is to stay as it is: exactly 16×16, a PNG of 24 bits and alpha, or a GIF (yoto-protocol §2.8). */
export function checkIcon(bytes: Buffer): Buffer {
  const isRight = isGif(bytes)
    ? bytes.readUInt16LE(6) === edge && bytes.readUInt16LE(8) === edge
    : isPng(bytes) && isSize(bytes, edge) && bytes[24] === 8 && bytes[25] === 6
  if (!isRight) throw badRequest('the icon must be 16x16, a 24-bit RGBA PNG or a GIF')
  if (isPng(bytes)) read(bytes)
  return bytes
}

/**
 * Any picture made an icon: resized, and dimmed where it is brighter than two thirds. Of a GIF nothing is changed here;
 * other pictures than PNG and GIF cannot be read.
 */
export function convertIcon(bytes: Buffer): Buffer {
  if (isGif(bytes)) return bytes
  if (!isPng(bytes) || bytes.readUInt32BE(16) > widest || bytes.readUInt32BE(20) > widest)
    throw badRequest('the image cannot be read')
  const from = read(bytes)
  const to = new PNG({ width: edge, height: edge })
  for (let at = 0; at < edge * edge; at++) {
    const x = Math.floor((((at % edge) + 0.5) * from.width) / edge)
    const y = Math.floor(((Math.floor(at / edge) + 0.5) * from.height) / edge)
    from.data.copy(to.data, at * 4, (y * from.width + x) * 4, (y * from.width + x) * 4 + 4)
  }
  dim(to.data)
  return PNG.sync.write(to)
}

function dim(data: Buffer): void {
  let most = 0
  for (const [at, value] of data.entries()) if (at % 4 !== 3) most = Math.max(most, value)
  if (most <= brightest) return
  for (const [at, value] of data.entries())
    if (at % 4 !== 3) data[at] = Math.round((value * brightest) / most)
}

function isSize(png: Buffer, size: number): boolean {
  return png.readUInt32BE(16) === size && png.readUInt32BE(20) === size
}

function read(bytes: Buffer): PNG {
  try {
    return PNG.sync.read(bytes)
  } catch {
    throw badRequest('the image cannot be read')
  }
}
