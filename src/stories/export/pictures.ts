import { crc32, deflateSync } from 'node:zlib'

/** What the display of a box shows where nothing is heard. Boxes of Lunii's show 320 by 240 points. */
export const pictures = ['left', 'right', 'start'] as const
export type Picture = (typeof pictures)[number]

const width = 320
const height = 240
const white = 255

/** As a PNG (https://www.w3.org/TR/png-3/) in shades of grey: an arrow, or a round spot. */
export function pngOf(picture: Picture): Buffer {
  const rows = Array.from({ length: height }, (_, y) =>
    // Each row says first how it is filtered: not at all.
    Buffer.from([0, ...Array.from({ length: width }, (_point, x) => (isDrawn(picture, x, y) ? white : 0))]),
  )
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // Eight bits each, and grey alone.
  header.writeUInt8(8, 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const data = deflateSync(Buffer.concat(rows))
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function isDrawn(picture: Picture, x: number, y: number): boolean {
  const fromMiddle = Math.abs(y - height / 2)
  if (picture === 'start') return Math.hypot(x - width / 2, fromMiddle) < 80
  // From its tip, which points outwards.
  const along = picture === 'left' ? x - 60 : width - 60 - x
  if (along < 0 || along > 200) return false
  return along < 90 ? fromMiddle <= along : fromMiddle <= 30
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([size, body, sum])
}
