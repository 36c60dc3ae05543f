import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readChapters } from '../../../src/audio/import/chapters.ts'
import type { Container } from '../../../src/audio/import/container.ts'
import { largestPictureBytes } from '../../../src/audio/import/picture.ts'
import { readMetadata } from '../../../src/audio/import/tags.ts'
import { cleanText } from '../../../src/audio/import/text.ts'
import { testWith } from '../../support/programs.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { imported, make, makeSound, workFolder } from './make.ts'

const readTags = async (...asked: Parameters<typeof readMetadata>) => (await readMetadata(...asked)).tags

const given = {
  title: 'Der Bär 🐻',
  artist: 'A Voice',
  album: 'Bear Tales',
  track: '3/12',
  disc: '2/2',
  genre: 'Audiobook',
  language: 'ger',
}
const metadata = Object.entries(given).flatMap(([key, value]) => ['-metadata', `${key}=${value}`])
const expected = { ...given, track: 3, disc: 2 }

describe.concurrent('tags', () => {
  const kinds: readonly (readonly [Container, string, string, Partial<typeof expected>])[] = [
    ['mp3', 'libmp3lame', 'mp3', expected],
    ['mov', 'aac', 'ipod', { ...expected, language: undefined as never }],
    ['ogg', 'libvorbis', 'ogg', expected],
    ['ogg', 'libopus', 'opus', expected],
    ['flac', 'flac', 'flac', expected],
    ['aiff', 'pcm_s16be', 'aiff -write_id3v2 1', expected],
    ['wav', 'pcm_s16le', 'wav', { artist: given.artist, album: given.album }],
    ['w64', 'pcm_s16le', 'w64', {}],
  ]
  for (const [container, codec, format, tags] of kinds) {
    testWith(['ffmpeg'], `are read of ${codec} in ${format}`, async () => {
      const folder = await workFolder()
      const options = [...metadata, '-c:a', codec, '-f', ...format.split(' ')]
      const path = await makeSound(folder, 'in.bin', { from: 'sine=d=0.5', options })
      const known = Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== undefined))
      expect(await readTags({ path, container })).toMatchObject(known)
    })
  }

  /** An MP3 whose tag has these pictures. */
  async function withCovers(folder: string, pictures: readonly (readonly [mime: string, bytes: Buffer])[]) {
    const path = await makeSound(folder, 'in.mp3', { from: 'sine=d=0.5', options: ['-id3v2_version', '0'] })
    const frames = pictures.map(([mime, bytes], index) => {
      const content = Buffer.concat([Buffer.from(`\0${mime}\0\x03${index}\0`, 'latin1'), bytes])
      const header = Buffer.from('APIC\0\0\0\0\0\0', 'latin1')
      header.writeUInt32BE(content.length, 4)
      return Buffer.concat([header, content])
    })
    const tag = Buffer.concat(frames)
    const digits = [21, 14, 7, 0].map((shift) => (tag.length >> shift) & 0x7f)
    const head = Buffer.concat([Buffer.from('ID3\x03\0\0', 'latin1'), Buffer.from(digits)])
    await writeFile(path, Buffer.concat([head, tag, readFileSync(path)]))
    return { path, container: 'mp3' as const }
  }
  const jpeg = (size: number) =>
    Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(size - 4, 1)])
  const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100)])

  testWith(
    ['ffmpeg'],
    'have a cover: a picture of at most 16 MB, by its bytes',
    { tags: 'slow' },
    async () => {
      const folder = await workFolder()
      const large = await withCovers(folder, [['image/jpeg', jpeg(largestPictureBytes)]])
      const cover = (await readTags(large)).cover
      expect([cover?.type, cover?.bytes.length]).toEqual(['image/jpeg', largestPictureBytes])
      const { tags, original } = await imported(large.path, folder)
      expect([tags.cover?.bytes.length, original?.isCoverUnusable]).toEqual([largestPictureBytes, false])
      const both = await withCovers(folder, [
        ['image/jpeg', jpeg(largestPictureBytes + 1)],
        ['image/jpeg', png],
      ])
      expect((await readTags(both)).cover?.type).toBe('image/png')
      const page = await withCovers(folder, [['image/png', Buffer.from('<html></html>')]])
      expect(await readTags(page)).not.toHaveProperty('cover')
      expect((await imported(page.path, folder)).original?.isCoverUnusable).toBe(true)
    },
  )

  testWith(['ffmpeg'], 'that are broken, too large or take too long are left out', async () => {
    const folder = await workFolder()
    const path = await makeSound(folder, 'in.mp3', { from: 'sine=d=0.5', options: metadata })
    const whole = readFileSync(path)
    for (const [at, value] of [
      [15, 0xff],
      [17, 0x7f],
      [6, 0x7f],
      [3, 9],
    ] as const) {
      const broken = Buffer.from(whole)
      broken[at] = value
      await writeFile(path, broken)
      expect(await readTags({ path, container: 'mp3' })).toBeTypeOf('object')
    }
    await writeFile(path, whole)
    const clock = new VirtualClock()
    const slow = {
      now: () => new Date(clock.now().getTime() + performance.now() * 1e6),
      at: clock.at,
      sleep: clock.sleep,
    }
    expect(await readTags({ path, container: 'mp3' }, { clock: slow })).toEqual({})
    expect(await readTags({ path: join(folder, 'gone.mp3'), container: 'mp3' })).toEqual({})
    for (const container of ['mp3', 'mov', 'aac', 'ogg', 'flac', 'wav', 'aiff', 'w64'] as const) {
      const noise = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * at * 7) % 256))
      await writeFile(path, noise)
      expect(await readTags({ path, container })).toBeTypeOf('object')
    }
  })

  test('are texts for people', () => {
    expect(cleanText('  The\u0000 Bear\r\n\tand \u202ethe\u202c sea ')).toBe('The Bear and the sea')
    expect(cleanText('half \ud83d a bear')).toBe('half a bear')
    expect(cleanText(' \u0007 ')).toBeUndefined()
    expect(cleanText(7)).toBeUndefined()
    const long = cleanText('🐻'.repeat(400))
    expect([...(long ?? '')]).toHaveLength(300)
  })
})

describe.concurrent('the chapters of a file', () => {
  const text = [
    ';FFMETADATA1',
    ...['[CHAPTER]', 'TIMEBASE=1/1000', 'START=0', 'END=1000', 'title=One \\= first 🐻'],
    ...['[CHAPTER]', 'TIMEBASE=1/1000', 'START=1000', 'END=3000', 'title=Two'],
    ...['[CHAPTER]', 'TIMEBASE=1/1000', 'START=3000', 'END=4500', 'title=Three'],
    '',
  ].join('\n')
  const kinds = [
    ['an M4B', 'in.m4b', ['-f', 'ipod']],
    ['an M4B whose index comes first', 'in.m4b', ['-f', 'ipod', '-movflags', '+faststart']],
    ['an MP3', 'in.mp3', []],
    ['an Opus file', 'in.opus', []],
  ] as const
  for (const [name, file, options] of kinds) {
    testWith(['ffmpeg'], `are those of ${name}`, async () => {
      const folder = await workFolder()
      const sound = await makeSound(folder, 'in.wav', { from: 'sine=d=4.5' })
      await writeFile(join(folder, 'chapters.txt'), text)
      await make(
        '-i',
        sound,
        '-i',
        join(folder, 'chapters.txt'),
        '-map',
        '0:a',
        '-map_chapters',
        '1',
        ...options,
        join(folder, file),
      )
      const { chapters, seconds } = await imported(join(folder, file), folder)
      expect(chapters.map(({ title }) => title)).toEqual(['One = first 🐻', 'Two', 'Three'])
      const starts = chapters.map(({ start_s }) => start_s)
      for (const [index, start] of [0, 1, 3].entries())
        expect(Math.abs((starts[index] ?? 9) - start)).toBeLessThan(0.06)
      expect(Math.abs((chapters.at(-1)?.end_s ?? 0) - seconds)).toBeLessThan(0.05)
    })
  }

  testWith(['ffmpeg'], 'are none where there are none, or nothing can be read', async () => {
    const folder = await workFolder()
    const path = await makeSound(folder, 'in.m4a', { from: 'sine=d=0.5' })
    expect(await readChapters({ path, container: 'mov' })).toEqual([])
    expect(await readChapters({ path, container: 'flac' })).toEqual([])
  })
})
