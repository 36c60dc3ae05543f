import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { pictureTypeOf } from '../../src/core/picture.ts'
import { coverSizes, makeCover } from '../../src/pictures/cover.ts'
import { type Draw, iconOfPicture, largestPictureBytes } from '../../src/pictures/drawing.ts'
import { sizeOf } from '../../src/pictures/picture-size.ts'
import { openDraw } from '../../src/wiring/draw-picture.ts'
import { chunk, gifOf, header, png, pngOf } from '../support/pngs.ts'
import { testWith } from '../support/programs.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const run = promisify(execFile)
const test = (name: string, work: () => Promise<void>) => testWith(['ffmpeg'], name, work)

let folder: string
let draw: Draw

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-draw-'))
  draw = await openDraw({ folder: join(folder, 'pictures'), clock: systemClock })
})

afterEach(() => rm(folder, { recursive: true, force: true }))

/** Left half red, right half blue. */
async function made(name: string, size = '400x300'): Promise<Buffer> {
  const path = join(folder, name)
  const [width = '0', height = '0'] = size.split('x')
  const halves = `color=red:s=${Number(width) / 2}x${height}[l];color=blue:s=${Number(width) / 2}x${height}[r];[l][r]hstack`
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', halves, '-frames:v', '1', path])
  return readFile(path)
}

const pixelAt = (pixels: Buffer, x: number, y: number) => [
  ...pixels.subarray((y * 16 + x) * 4, (y * 16 + x) * 4 + 4),
]
const near = (colour: number[], wished: number[]) =>
  expect(
    colour.every((part, at) => Math.abs(part - (wished[at] ?? 0)) <= 6),
    `${colour} is not ${wished}`,
  ).toBe(true)

describe('an icon of a picture', () => {
  for (const name of ['a.jpg', 'a.png', 'a.webp', 'a.gif'])
    test(`of ${name.slice(2)} has its colours`, async () => {
      const icon = await iconOfPicture(await made(name), draw)
      near(pixelAt(icon, 2, 3), [254, 0, 0, 255])
      near(pixelAt(icon, 13, 12), [0, 0, 254, 255])
      expect(await readdir(join(folder, 'pictures'))).toEqual([])
    })

  test('is of the middle, and the mean of what lies there', async () => {
    const wide = await iconOfPicture(await made('wide.png', '1000x100'), draw)
    near(pixelAt(wide, 0, 0), [254, 0, 0, 255])
    near(pixelAt(wide, 15, 0), [0, 0, 254, 255])
    // Black and white in turn, a pixel each.
    const board = await iconOfPicture(
      pngOf(64, (x, y) => ((x + y) % 2 ? [255, 255, 255, 255] : [0, 0, 0, 255])),
      draw,
    )
    near(pixelAt(board, 5, 5), [127, 127, 127, 255])
  })

  test('has nothing of colours that cannot be seen', async () => {
    const icon = await iconOfPicture(
      pngOf(32, (x) => (x % 2 ? [0, 255, 0, 0] : [200, 0, 0, 255])),
      draw,
    )
    const [red = 0, green = 0, , alpha = 0] = pixelAt(icon, 4, 4)
    expect([red > 180, green < 10, Math.abs(alpha - 128) < 8]).toEqual([true, true, true])
  })
})

describe('a cover', () => {
  for (const [name, size] of [
    ['wide.jpg', '1200x300'],
    ['high.png', '200x900'],
    ['tiny.webp', '4x4'],
  ] as const)
    test(`of ${size} has the size of its kind, as JPEG`, async () => {
      const picture = await made(name, size)
      for (const type of ['myo', 'podcast', 'default'] as const) {
        const cover = await makeCover(picture, { type, draw })
        expect(pictureTypeOf(cover)).toBe('image/jpeg')
        expect(sizeOf({ type: 'image/jpeg', bytes: cover })).toEqual(coverSizes[type])
      }
    })

  test('is the same of the same picture, and of the first of a GIF', async () => {
    const picture = await made('a.png')
    const [one, two] = [
      await makeCover(picture, { type: 'myo', draw }),
      await makeCover(picture, { type: 'myo', draw }),
    ]
    expect(one.equals(two)).toBe(true)
    expect((await makeCover(gifOf(5), { type: 'myo', draw })).length).toBeGreaterThan(100)
  })

  test('that cannot be seen through is white there', async () => {
    const cover = await makeCover(
      pngOf(64, () => [0, 0, 0, 0]),
      { type: 'myo', draw },
    )
    const icon = await iconOfPicture(cover, draw)
    near(pixelAt(icon, 8, 8), [255, 255, 255, 255])
  })
})

describe('is refused before anything is unpacked', () => {
  const jpeg = (width: number, height: number) => {
    const frame = Buffer.from('ffd8ffc0001108000000000301220002110103110100', 'hex')
    frame.writeUInt16BE(height, 7)
    frame.writeUInt16BE(width, 9)
    return frame
  }
  const webp = (width: number, height: number) => {
    const bytes = Buffer.alloc(40)
    bytes.write('RIFF', 0)
    bytes.write('WEBPVP8X', 8)
    bytes.writeUIntLE(width - 1, 24, 3)
    bytes.writeUIntLE(height - 1, 27, 3)
    return bytes
  }
  const forged: readonly (readonly [what: string, bytes: Buffer, fault: string])[] = [
    [
      'a PNG of 12000×12000',
      png(header(12_000), chunk('IDAT', deflateSync(Buffer.alloc(1000)))),
      'too-many-pixels',
    ],
    ['a PNG of 300000×133', png(header(300_000, 133)), 'too-many-pixels'],
    ['a PNG of all there is', png(header(0xffffffff)), 'too-many-pixels'],
    ['a JPEG of 12000×12000', jpeg(12_000, 12_000), 'too-many-pixels'],
    ['a JPEG without height', jpeg(100, 0), 'broken'],
    ['a JPEG that ends', Buffer.from('ffd8ffe0ffff4a46', 'hex'), 'broken'],
    [
      'a JPEG of its own marks',
      Buffer.concat([Buffer.from('ffd8', 'hex'), Buffer.alloc(5000, 0xff)]),
      'broken',
    ],
    ['a WebP of 16383×16383', webp(16_383, 16_383), 'too-many-pixels'],
    ['a WebP of another kind', Buffer.from('RIFF\0\0\0\0WEBPXXXX'.padEnd(40, 'x')), 'broken'],
    ['a GIF of 65535×65535', Buffer.from('474946383961ffffffff', 'hex'), 'too-many-pixels'],
    ['nothing', Buffer.alloc(0), 'empty'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'no-picture'],
    ['a list of other files', Buffer.from('ffconcat version 1.0\nfile /etc/passwd\n'), 'no-picture'],
    [
      'more bytes than may be',
      Buffer.concat([png(header(16)), Buffer.alloc(largestPictureBytes)]),
      'too-large',
    ],
  ]
  for (const [what, bytes, fault] of forged)
    test(what, async () => {
      const before = process.memoryUsage().rss
      const never: Draw = () => Promise.reject(new Error('it was drawn'))
      for (const work of [iconOfPicture(bytes, never), makeCover(bytes, { type: 'myo', draw: never })])
        await expect(work).rejects.toMatchObject({ code: 'unprocessable', details: { fault } })
      expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 ** 2)
    })
})

test('a head that lies about what is behind it is refused by ffmpeg, in words', async () => {
  const lies = png(header(100), header(12_000), chunk('IDAT', deflateSync(Buffer.alloc(1000))))
  for (const bytes of [lies, gifOf(0)]) {
    const outcome = await makeCover(bytes, { type: 'myo', draw }).catch((error) => error)
    expect(outcome).toMatchObject({
      code: 'unprocessable',
      message: expect.stringMatching(/^this picture cannot be used: /),
    })
    expect(outcome.message).not.toContain(folder)
  }
  expect(await readdir(join(folder, 'pictures'))).toEqual([])
})

test('without ffmpeg it is said what can be done without', async () => {
  const missing = await openDraw({
    folder: join(folder, 'pictures'),
    clock: systemClock,
    ffmpeg: '/nowhere/ffmpeg',
  })
  await expect(iconOfPicture(await made('a.jpg'), missing)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/ffmpeg.*16×16/),
  })
})

/** Of transparent pixels, which weigh next to nothing. */
function wall(width: number, height: number): Buffer {
  return png(header(width, height), chunk('IDAT', deflateSync(Buffer.alloc(height * (1 + width * 4)))))
}

testWith(
  ['ffmpeg'],
  'a wall of pixels is a cover, or refused, within five seconds',
  { tags: 'slow' },
  async () => {
    for (const [width, height] of [
      [19_000, 2000],
      [2000, 19_000],
      [19_000, 1],
      [1, 19_000],
      [6000, 6000],
    ] as const) {
      const started = performance.now()
      const outcome = await makeCover(wall(width, height), { type: 'myo', draw }).catch((error) => error)
      // Small ones may wait for a machine that is busy.
      expect(performance.now() - started).toBeLessThan(width * height > 1e6 ? 7000 : 22_000)
      if (Buffer.isBuffer(outcome))
        expect(sizeOf({ type: 'image/jpeg', bytes: outcome })).toEqual(coverSizes.myo)
      else expect(outcome).toMatchObject({ details: { fault: 'too-long' } })
    }
  },
)

/** What comes of two pictures of that width that ffmpeg is never done with, the second behind the first. */
async function drawnFor(ms: number, width: number): Promise<unknown[]> {
  const slow = join(folder, 'slow')
  await writeFile(slow, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 })
  const clock = new VirtualClock()
  const drawSlowly = await openDraw({ folder: join(folder, 'pictures'), clock, ffmpeg: slow })
  const picture = wall(width, 1000)
  const both = [iconOfPicture(picture, drawSlowly), iconOfPicture(picture, drawSlowly)].map((work) =>
    work.catch((error) => error),
  )
  await new Promise((resolve) => setTimeout(resolve, 200))
  await clock.advance(ms)
  return Promise.all(both)
}

test('one that takes too long is ended, and one that only waited may come again', async () => {
  expect(await drawnFor(5000, 2000)).toMatchObject([
    { code: 'unprocessable', details: { fault: 'too-long' } },
    { code: 'busy' },
  ])
})

test('a small one for which the machine has no time may come again, and is not called too large', async () => {
  expect(await drawnFor(20_000, 80)).toMatchObject([{ code: 'busy' }, { code: 'busy' }])
})

test('what a killed process has left is gone at the next start, and nothing else', async () => {
  await writeFile(join(folder, 'pictures', 'x.part'), 'x')
  await writeFile(join(folder, 'pictures', 'mine.png'), 'x')
  await openDraw({ folder: join(folder, 'pictures'), clock: systemClock })
  expect(await readdir(join(folder, 'pictures'))).toEqual(['mine.png'])
})
