import { crc32, deflateSync } from 'node:zlib'

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** One chunk of a PNG, with the sum that belongs to it. */
export function chunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}

export function header(
  width: number,
  height = width,
  { depth = 8, colours = 6, interlace = 0 } = {},
): Buffer {
  const data = Buffer.alloc(13)
  data.writeUInt32BE(width, 0)
  data.writeUInt32BE(height, 4)
  data.set([depth, colours, 0, 0, interlace], 8)
  return chunk('IHDR', data)
}

export function png(...chunks: readonly Uint8Array[]): Buffer {
  return Buffer.concat([signature, ...chunks, chunk('IEND')])
}

export type Colour = readonly [red: number, green: number, blue: number, alpha: number]

/** A real PNG whose pixels are as `colourAt` says. */
export function pngOf(edge: number, colourAt: (x: number, y: number) => Colour): Buffer {
  const rows = Array.from({ length: edge }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: edge }, (_, x) => colourAt(x, y)).flat()]),
  )
  return png(header(edge), chunk('IDAT', deflateSync(Buffer.concat(rows))))
}

/** A real one of 16×16 in one colour. */
export function plainIcon(red = 200, green = 100, blue = 50, alpha = 255): Buffer {
  return pngOf(16, () => [red, green, blue, alpha])
}

/** A GIF of so many frames of one pixel each, on a screen of that size. */
export function gifOf(frames: number, { edge = 16, more = [] as readonly Uint8Array[] } = {}): Buffer {
  const screen = Buffer.alloc(7)
  screen.writeUInt16LE(edge, 0)
  screen.writeUInt16LE(edge, 2)
  screen[4] = 0x80
  const colours = Buffer.from([0, 0, 0, 255, 128, 0])
  const frame = Buffer.from('21f904040a000000 2c0000000001000100000202 4c0100'.replaceAll(' ', ''), 'hex')
  return Buffer.concat([
    Buffer.from('GIF89a'),
    screen,
    colours,
    Buffer.from('21ff0b4e45545343415045322e300301000000', 'hex'),
    ...more,
    ...Array.from({ length: frames }, () => frame),
    Buffer.from([0x3b]),
  ])
}
