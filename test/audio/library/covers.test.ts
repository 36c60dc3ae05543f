import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { largestPictureBytes } from '../../../src/audio/import/picture.ts'
import { Covers } from '../../../src/audio/library/covers.ts'
import { FolderCovers } from '../../../src/audio/library/folder-covers.ts'
import { pictureTypeOf } from '../../../src/core/picture.ts'
import { testWith } from '../../support/programs.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { make, workFolder } from '../import/make.ts'

const run = promisify(execFile)

async function coversIn(folder: string) {
  const log = recordingLog()
  const covers = new Covers({ folder: join(folder, 'covers'), log })
  await covers.open()
  return { covers, log, kept: () => readdir(join(folder, 'covers')) }
}

/** A picture of this size by the ending of its name. */
async function picture(folder: string, name: string, { size = '1200x800', from = 'testsrc' } = {}) {
  const path = join(folder, name)
  await make('-f', 'lavfi', '-i', `${from}=s=${size}`, '-frames:v', '1', `file:${path}`)
  return readFile(path)
}

/** Width and height, and the colour of the whole as `rrggbb`. */
async function lookAt(folder: string, jpeg: Buffer) {
  const path = join(folder, 'look.jpg')
  await writeFile(path, jpeg)
  await make('-i', path, '-vf', 'scale=1:1,format=rgb24', '-f', 'rawvideo', join(folder, 'colour'))
  const { stderr } = await run('ffmpeg', ['-nostdin', '-i', path, '-f', 'null', '-'])
  const colour = (await readFile(join(folder, 'colour'))).toString('hex')
  return { size: /Video: .*?, (\d+x\d+)/.exec(stderr)?.[1], colour }
}

/** A PNG that says it is that large. */
function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    check.writeUInt32BE(crc(body))
    return Buffer.concat([length, body, check])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head[8] = 8
  const rows = deflateSync(Buffer.alloc((width + 1) * (width > 8_000 ? 10 : height)))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function crc(bytes: Buffer): number {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return (value ^ 0xffffffff) >>> 0
}

describe('a cover', () => {
  const kinds = [
    ['in.jpg', '1200x800', '600x400'],
    ['in.png', '900x900', '600x600'],
    ['in.webp', '500x1000', '300x600'],
    ['in.gif', '320x200', '320x200'],
    ['small.jpg', '16x16', '16x16'],
  ] as const
  for (const [name, size, small] of kinds) {
    testWith(['ffmpeg'], `is a small JPEG of the picture: ${name} of ${size}`, async () => {
      const folder = await workFolder()
      const { covers, kept } = await coversIn(folder)
      const id = await covers.keep(await picture(folder, name, { size }), 'a.mp3')
      const jpeg = await covers.read(id ?? '')
      if (jpeg === null) throw new Error('there is no cover')
      expect(pictureTypeOf(jpeg)).toBe('image/jpeg')
      expect((await lookAt(folder, jpeg)).size).toBe(small)
      expect(await kept()).toEqual([`${id}.jpg`])
    })
  }

  testWith(['ffmpeg'], 'is white where the picture is transparent', async () => {
    const folder = await workFolder()
    const { covers } = await coversIn(folder)
    const path = join(folder, 'clear.png')
    await make('-f', 'lavfi', '-i', 'color=c=red@0.0:s=90x90,format=rgba', '-frames:v', '1', path)
    const jpeg = await covers.read((await covers.keep(await readFile(path), 'a.mp3')) ?? '')
    expect((await lookAt(folder, jpeg ?? Buffer.alloc(0))).colour).toBe('ffffff')
  })

  testWith(['ffmpeg'], 'has nothing of the file but its pixels', async () => {
    const folder = await workFolder()
    const { covers } = await coversIn(folder)
    const bytes = Buffer.concat([await picture(folder, 'in.jpg'), Buffer.from('<script>hidden</script>')])
    // A comment segment behind the first two bytes.
    const text = Buffer.from('somewhere 52.5N 13.4E')
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, text.length + 2]), text])
    const id = await covers.keep(Buffer.concat([bytes.subarray(0, 2), comment, bytes.subarray(2)]), 'a.mp3')
    const jpeg = (await covers.read(id ?? ''))?.toString('latin1')
    expect(jpeg).toContain('JFIF')
    expect(jpeg).not.toMatch(/script|52\.5N/)
  })

  testWith(['ffmpeg'], 'of the same picture is made once', async () => {
    const folder = await workFolder()
    const { covers, kept } = await coversIn(folder)
    const bytes = await picture(folder, 'in.png')
    const ids = await Promise.all([
      covers.keep(bytes, 'a.mp3'),
      covers.keep(Buffer.from(bytes), 'a.mp3'),
      covers.keep(bytes, 'a.mp3'),
    ])
    expect(new Set(ids).size).toBe(1)
    expect(await kept()).toHaveLength(1)
    expect(await covers.list()).toEqual([{ id: ids[0], bytes: expect.any(Number) }])
    await covers.remove(ids[0] ?? '')
    expect(await covers.read(ids[0] ?? '')).toBeNull()
  })

  const jpegHead = Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF\0', 'latin1')
  const bad: readonly (readonly [string, Buffer])[] = [
    ['a web page', Buffer.from('<html><script>alert(1)</script></html>')],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['nothing', Buffer.alloc(0)],
    ['a TIFF', Buffer.from('II*\0aaaaaaaaaaaa', 'latin1')],
    ['a playlist', Buffer.from('#EXTM3U\nfile:///etc/passwd\n')],
    ['a JPEG that breaks off in its head', jpegHead],
    ['a JPEG with a playlist in it', Buffer.concat([jpegHead, Buffer.from('#EXTM3U\nfile:///etc/passwd\n')])],
    ['a PNG that is a wall of pixels', png(8_000, 8_000)],
    ['a PNG of 20,000 x 20,000', png(20_000, 20_000)],
    ['a PNG that says it is larger than any', png(60_000, 40_000)],
    ['a JPEG larger than any cover', Buffer.concat([jpegHead, Buffer.alloc(largestPictureBytes)])],
  ]
  for (const [name, bytes] of bad) {
    testWith(['ffmpeg'], `is not made of ${name}`, async () => {
      const { covers, kept, log } = await coversIn(await workFolder())
      expect(await covers.keep(bytes, 'a.mp3')).toBeNull()
      expect(await kept()).toEqual([])
      expect(log.lines.filter(({ level }) => level !== 'debug')).toEqual([])
    })
  }

  testWith(
    ['ffmpeg'],
    'that has too many pixels is no fault of the machine, and the log says whose it is',
    async () => {
      const { covers, log } = await coversIn(await workFolder())
      expect(await covers.keep(png(20_000, 20_000), 'stories/sea.mp3')).toBeNull()
      expect(log.lines).toMatchObject([
        { level: 'debug', detail: { file: 'stories/sea.mp3', reason: 'it has too many pixels' } },
      ])
    },
  )

  test('that cannot be made for want of ffmpeg is left out, and the log says so', async () => {
    const folder = await workFolder()
    const log = recordingLog()
    const covers = new Covers({ folder: join(folder, 'covers'), ffmpeg: '/no/such/ffmpeg', log })
    await writeFile(join(folder, 'x'), '')
    await covers.open()
    expect(await covers.keep(png(10, 10), 'a.mp3')).toBeNull()
    expect(log.lines).toMatchObject([
      { level: 'warn', detail: { file: 'a.mp3', reason: 'ffmpeg is not installed' } },
    ])
    expect(await readdir(join(folder, 'covers'))).toEqual([])
  })

  test('that was under way when the process ended leaves nothing', async () => {
    const folder = await workFolder()
    const { covers, kept } = await coversIn(folder)
    await writeFile(join(folder, 'covers', 'abc.jpg.1.part'), 'half')
    await covers.open()
    expect(await kept()).toEqual([])
  })
})

describe('the cover of a folder', () => {
  testWith(
    ['ffmpeg'],
    'is the picture that is called so, whatever its case; cover before folder',
    async () => {
      const folder = await workFolder()
      const { covers } = await coversIn(folder)
      const found = new FolderCovers(covers)
      expect(found.known(folder)).toBeUndefined()
      expect(await found.look(folder)).toBeNull()
      await picture(folder, 'other.jpg')
      await writeFile(join(folder, 'Cover.JPG'), await picture(folder, 'Folder.png', { from: 'testsrc2' }))
      const cover = await covers.keep(await readFile(join(folder, 'Folder.png')), 'a.mp3')
      expect(await found.look(folder)).toBe(cover)
      await writeFile(join(folder, 'Cover.JPG'), 'no picture at all')
      expect(await found.look(folder)).toBe(cover)
      const other = await readFile(join(folder, 'other.jpg'))
      await writeFile(join(folder, 'Cover.JPG'), other)
      expect(await found.look(folder)).toBe(await covers.keep(other, 'a.mp3'))
      expect(found.known(folder)).toBe(await covers.keep(other, 'a.mp3'))
    },
  )

  test('is none where the folder is gone', async () => {
    const { covers } = await coversIn(await workFolder())
    expect(await new FolderCovers(covers).look('/no/such/folder')).toBeNull()
  })
})
