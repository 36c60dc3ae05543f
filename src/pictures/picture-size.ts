import type { Picture } from '../core/picture.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** The size in pixels as the head of the picture says it; null where it says none. Nothing is unpacked for it. */
export function sizeOf({ type, bytes }: Picture): Size | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = sizeIn[type](view)
  return size === null || size.width === 0 || size.height === 0 ? null : size
}

const sizeIn: Readonly<Record<Picture['type'], (bytes: Buffer) => Size | null>> = {
  'image/png': (bytes) =>
    bytes.length >= 24 && bytes.toString('latin1', 12, 16) === 'IHDR'
      ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
      : null,
  'image/gif': (bytes) =>
    bytes.length >= 10 ? { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) } : null,
  'image/jpeg': sizeOfJpeg,
  'image/webp': sizeOfWebp,
}

// Markers of a frame's size (ITU T.81, B.1.1.3), without DHT, JPG and DAC.
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
const isBare = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)
const [scan, end] = [0xda, 0xd9]

function sizeOfJpeg(bytes: Buffer): Size | null {
  for (let at = 2; at + 9 < bytes.length; ) {
    const marker = bytes[at + 1]
    if (bytes[at] !== 0xff || marker === undefined || marker === scan || marker === end) return null
    if (isFrame(marker)) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) }
    // Any number of 0xff may stand before a marker.
    if (marker === 0xff) at += 1
    else at += isBare(marker) ? 2 : 2 + bytes.readUInt16BE(at + 2)
  }
  return null
}

function sizeOfWebp(bytes: Buffer): Size | null {
  if (bytes.length < 30) return null
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
    default:
      return null
  }
}
