import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readGif } from '../../src/pictures/gif.ts'
import { drawIcon, readIcon, writeIcon } from '../../src/pictures/icon.ts'
import { chunk, gifOf, header, plainIcon, png, pngOf } from '../support/pngs.ts'

const faulty = (fault: string, words?: string) =>
  expect.objectContaining({
    code: 'unprocessable',
    details: { fault },
    ...(words === undefined ? {} : { message: expect.stringContaining(words) }),
  })

/** What is thrown. */
function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

const rows = (bytes: number) => chunk('IDAT', deflateSync(Buffer.alloc(bytes)))
const noise = Buffer.from(Array.from({ length: 16 * 65 }, (_, at) => (at % 65 === 0 ? 0 : (at * 7919) % 251)))
const whole = rows(16 * (16 * 4 + 1))

describe('a PNG of 16×16', () => {
  test('is its pixels, and goes out with nothing else', () => {
    const drawn = pngOf(16, (x, y) => [x * 16, y * 16, 7, x === y ? 0 : 255])
    const more = chunk('tEXt', Buffer.from('Comment\0<script>alert(1)</script>'))
    const withMore = Buffer.concat([drawn.subarray(0, 33), more, drawn.subarray(33)])
    const pixels = readIcon(withMore)
    expect([...pixels.subarray(4 * 17, 4 * 19)]).toEqual([16, 16, 7, 0, 32, 16, 7, 255])
    const written = writeIcon(pixels)
    expect(written.toString('latin1')).not.toContain('script')
    expect([written[24], written[25]]).toEqual([8, 6])
    expect(readIcon(written).equals(pixels)).toBe(true)
  })

  test.each([
    ['a palette', png(header(16, 16, { colours: 3 }), chunk('PLTE', Buffer.from([1, 2, 3])), rows(16 * 17))],
    ['grey', png(header(16, 16, { colours: 0 }), rows(16 * 17))],
    ['bits', png(header(16, 16, { colours: 0, depth: 1 }), rows(16 * 3))],
    ['rows in passes', png(header(16, 16, { interlace: 1 }), rows(16 * 16 * 4 + 2 + 2 + 2 + 4 + 4 + 8 + 8))],
    ['sixteen bits', png(header(16, 16, { depth: 16 }), rows(16 * 129))],
  ])('may have %s', (_, bytes) => {
    expect(readIcon(bytes).length).toBe(1024)
  })

  test.each<[string, Buffer, string, string]>([
    ['a JPEG', Buffer.from('ffd8ffe000104a464946', 'hex'), 'not-png', 'no PNG'],
    ['nothing', Buffer.alloc(0), 'not-png', 'no PNG'],
    ['a web page', Buffer.from('<!doctype html><svg onload=x>'), 'not-png', 'no PNG'],
    ['11 KB', png(header(16), chunk('tEXt', Buffer.alloc(11 * 1024)), whole), 'too-large', '10 KB'],
    ['a wall of pixels', png(header(12_000), rows(100)), 'too-wide', '12000×12000'],
    ['one of the largest number', png(header(0xffffffff), rows(100)), 'too-wide', '4294967295'],
    ['one side too long', png(header(16, 513), rows(100)), 'too-wide', '16×513'],
    ['17×16', png(header(17, 16), rows(100)), 'not-16x16', '17×16'],
    ['nothing wide', png(header(0, 16), rows(100)), 'not-16x16', '0×16'],
    ['a second header that lies', png(header(16), header(30_000), whole), 'broken', 'header'],
    ['a header behind the pixels', png(whole, header(16)), 'broken', 'header'],
    ['a header that is too long', png(chunk('IHDR', Buffer.alloc(40)), whole), 'broken', 'header'],
    ['no header', png(whole), 'broken', 'header'],
    ['no pixels', png(header(16)), 'broken', 'save it anew'],
    ['one pixel too few', png(header(16), rows(16 * 65 - 4)), 'broken', 'pixels are missing'],
    [
      'pixels whose end is missing',
      png(header(16), chunk('IDAT', deflateSync(noise).subarray(0, 300))),
      'broken',
      'save it anew',
    ],
    ['a row too many', png(header(16), rows(17 * 65)), 'broken', 'save it anew'],
    ['too few pixels', png(header(16), rows(100)), 'broken', 'save it anew'],
    ['no end', png(header(16), whole).subarray(0, -12), 'broken', 'its end'],
    ['half of it', plainIcon().subarray(0, 60), 'broken', 'its end'],
    ['only its beginning', plainIcon().subarray(0, 8), 'broken', 'its end'],
    [
      'an archive behind it',
      Buffer.concat([plainIcon(), Buffer.from('PK\x03\x04 and more')]),
      'broken',
      'behind',
    ],
    [
      'a length that lies',
      png(header(16), Buffer.from('fffffff049444154', 'hex'), whole),
      'broken',
      'its end',
    ],
    ['a colour type that is none', png(header(16, 16, { colours: 5 }), whole), 'broken', 'save it anew'],
    ['no palette', png(header(16, 16, { colours: 3 }), rows(16 * 17)), 'broken', 'save it anew'],
    [
      'a palette of one',
      png(
        header(16, 16, { colours: 3 }),
        chunk('PLTE', Buffer.from([1, 2, 3])),
        chunk('IDAT', deflateSync(Buffer.alloc(16 * 17, 9))),
      ),
      'broken',
      'save it anew',
    ],
    [
      'pixels that are no deflate',
      png(header(16), chunk('IDAT', Buffer.alloc(50, 7))),
      'broken',
      'save it anew',
    ],
  ])('is not %s', (_, bytes, fault, words) => {
    expect(thrownBy(() => readIcon(bytes))).toEqual(faulty(fault, words))
  })

  test('with a wrong sum is broken', () => {
    const bytes = plainIcon()
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 0xff
    expect(thrownBy(() => readIcon(bytes))).toEqual(faulty('broken'))
  })

  test.each([0, 1])(
    'that unpacks into far more than its pixels takes no memory (interlace %i)',
    (interlace) => {
      // The most that fits into ten kilobytes is some ten megabytes.
      const bomb = chunk('IDAT', deflateSync(Buffer.alloc(9_000_000), { level: 9 }))
      const before = process.memoryUsage().rss
      const bytes = png(header(16, 16, { interlace }), bomb)
      expect(bytes.length).toBeLessThan(10 * 1024)
      expect(thrownBy(() => readIcon(bytes))).toEqual(faulty('broken'))
      expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 ** 2)
      const larger = png(header(16), chunk('IDAT', deflateSync(Buffer.alloc(200_000_000), { level: 9 })))
      expect(thrownBy(() => readIcon(larger))).toEqual(faulty('too-large'))
    },
  )
})

describe('pixels', () => {
  const none = Array<string | null>(256).fill(null)

  test('are drawn as they are written', () => {
    const pixels = [...none]
    pixels[0] = '#FF8000'
    pixels[255] = '#01020304'
    const icon = drawIcon(pixels)
    expect([...icon.subarray(0, 8)]).toEqual([255, 128, 0, 255, 0, 0, 0, 0])
    expect([...icon.subarray(-4)]).toEqual([1, 2, 3, 4])
  })

  test.each([[0], [255], [257]])('that are %i are no icon', (count) => {
    expect(thrownBy(() => drawIcon(Array(count).fill(null)))).toEqual(faulty('not-16x16', String(count)))
  })

  test.each(['red', '#12345', '#1234567', '#gg0000', '', '#ff8000ff0'])('%j is no colour', (pixel) => {
    expect(thrownBy(() => drawIcon([pixel, ...none.slice(1)]))).toEqual(faulty('broken', 'pixel 1'))
  })
})

describe('a GIF', () => {
  test('stays as it is, without what is no picture', () => {
    expect(readGif(gifOf(3)).equals(gifOf(3))).toBe(true)
    const words = Buffer.concat([Buffer.from([0x21, 0xfe, 8]), Buffer.from('<script>'), Buffer.from([0])])
    const program = Buffer.concat([
      Buffer.from([0x21, 0xff, 11]),
      Buffer.from('XMP DataXMP'),
      Buffer.from([1, 65, 0]),
    ])
    expect(readGif(gifOf(2, { more: [words, program] })).equals(gifOf(2))).toBe(true)
  })

  test('is really one', () => {
    const gif = gifOf(3)
    expect(gif.length).toBeGreaterThan(60)
    expect(gif.at(-1)).toBe(0x3b)
  })

  test.each<[string, Buffer, string]>([
    ['ten thousand frames', gifOf(10_000), 'too-large'],
    ['121 frames', gifOf(121), 'too-many-frames'],
    ['no frames', gifOf(0), 'broken'],
    ['a screen of 513', gifOf(1, { edge: 513 }), 'too-wide'],
    ['a screen of nothing', gifOf(1, { edge: 0 }), 'broken'],
    ['no end', gifOf(2).subarray(0, -1), 'broken'],
    ['half of it', gifOf(2).subarray(0, 55), 'broken'],
    ['only its name', Buffer.from('GIF89a'), 'broken'],
    ['a page behind it', Buffer.concat([gifOf(1), Buffer.from('<html>')]), 'broken'],
    ['an archive in it', Buffer.concat([gifOf(1).subarray(0, -1), Buffer.from('PK\x03\x04')]), 'broken'],
    ['a PNG', plainIcon(), 'broken'],
  ])('of %s is not taken', (_, bytes, fault) => {
    expect(thrownBy(() => readGif(bytes))).toEqual(faulty(fault))
  })

  test('with a frame larger than its screen is not taken', () => {
    const gif = gifOf(1)
    const at = gif.indexOf(Buffer.from('2c00000000', 'hex'))
    gif.writeUInt16LE(30_000, at + 5)
    expect(thrownBy(() => readGif(gif))).toEqual(faulty('broken', 'larger than the whole'))
  })
})
