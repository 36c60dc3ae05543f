/** @module-tag slow */
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ImportRecord, Imports } from '../../../src/audio/library/imports.ts'
import type { LibraryFile } from '../../../src/audio/library/inspect-file.ts'
import { type KnownFile, KnownFiles } from '../../../src/audio/library/known-files.ts'
import { Library } from '../../../src/audio/library/library.ts'
import { partFile, partsOf } from '../../../src/audio/library/parts.ts'
import { finiteRendition } from '../../../src/audio/rendition.ts'
import { readRange } from '../../../src/audio/rendition-reading.ts'
import { Sources } from '../../../src/audio/sources/sources.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { testWith } from '../../support/programs.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { shipped } from '../../support/running-app.ts'
import { makeBook } from '../book.ts'
import { decode } from '../decode.ts'
import { workFolder } from '../import/make.ts'
import { frames, put } from '../sound.ts'

// Two parts of the same length.
const longFrames = 137_502
const long = frames(longFrames, 3)
const log = recordingLog()

let media: string
let library: Library
let sources: Sources

beforeAll(async () => {
  media = await workFolder()
  await put(media, { 'long.mp3': long, 'short.mp3': frames(10), 'books/odd.m4b/03.mp3': frames(4) })
  const files = memoryCollection<KnownFile>()
  const known = new KnownFiles({ records: files, write: async () => undefined, clock: systemClock, log })
  const imports = new Imports({
    folder: await workFolder(),
    records: memoryCollection<ImportRecord>(),
    known,
    atOnce: 1,
    changed: () => undefined,
    clock: systemClock,
    random: () => 0.5,
    log,
  })
  await imports.open()
  const libraryOf = (folder: string) => new Library({ folders: [folder], known, imports, log })
  library = libraryOf(media)
  sources = new Sources({ library, libraryOf, shipped, log })
})

afterAll(() => sources.close())

async function ready(reference: string): Promise<LibraryFile> {
  await expect.poll(async () => (await sources.find(reference)).state, { timeout: 30_000 }).toBe('ready')
  const found = await sources.find(reference)
  if (found.state !== 'ready') throw new Error(`${reference} is ${found.state}`)
  return found.file
}

async function bytesOf(...files: readonly LibraryFile[]): Promise<Buffer> {
  const rendition = finiteRendition(files)
  return buffer(await readRange(rendition, sources, { start: 0, end: rendition.length - 1 }))
}

const references = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}/${String(index + 1).padStart(2, '0')}`)

describe('the parts of a long file', () => {
  test('follow each other without a gap, and are items of their own', async () => {
    const [one, two] = await Promise.all(references('long.mp3', 2).map(ready))
    if (one === undefined || two === undefined) return expect.unreachable()
    const parts = [one, two]
    expect(parts).toMatchObject([
      { file: 'long.mp3/01', title: 'Part 1 of 2', firstFrame: 0, frames: 68_751 },
      { file: 'long.mp3/02', title: 'Part 2 of 2', firstFrame: 68_751, frames: 68_751 },
    ])
    for (const part of parts) {
      expect(part.size).toBe(part.frames * 384)
      expect(part.seconds).toBe((part.frames * 24) / 1000)
    }
    expect((await bytesOf(...parts)).equals(long)).toBe(true)
    expect((await bytesOf(two)).equals(long.subarray(68_751 * 384))).toBe(true)
  })

  test('give for any range of a queue of them exactly that slice', async () => {
    const [one, two] = await Promise.all(references('long.mp3', 2).map(ready))
    const short = await ready('short.mp3')
    if (one === undefined || two === undefined) return expect.unreachable()
    const whole = Buffer.concat([long.subarray(68_751 * 384), frames(10), long.subarray(0, 68_751 * 384)])
    const rendition = finiteRendition([two, short, one])
    expect(rendition.length).toBe(whole.length)
    const place = fc.nat({ max: whole.length - 1 })
    const edge = 68_751 * 384
    await fc.assert(
      fc.asyncProperty(place, fc.nat({ max: 200_000 }), async (start, more) => {
        const end = Math.min(whole.length - 1, start + more)
        const read = await buffer(await readRange(rendition, sources, { start, end }))
        expect(read.equals(whole.subarray(start, end + 1))).toBe(true)
      }),
      {
        numRuns: 40,
        examples: [
          [edge - 1, 1],
          [edge, 0],
          [edge - 1, 3841],
          [whole.length - 1, 0],
        ],
      },
    )
  })

  test('have tags of their own', async () => {
    const tag = async (...names: string[]) => finiteRendition(await Promise.all(names.map(ready))).etag
    const tags = await Promise.all([
      tag('long.mp3'),
      tag('long.mp3/01'),
      tag('long.mp3/02'),
      tag('long.mp3/02', 'long.mp3/01'),
    ])
    expect(new Set(tags).size).toBe(4)
    expect(await tag('long.mp3/1')).toBe(tags[1])
  })

  test('without a title of their own have a number', async () => {
    const items = [
      { title: 'The bear', firstFrame: 0, frames: 5 },
      { firstFrame: 5, frames: 5 },
    ]
    const titles = partsOf('told.mp3', items).map(({ title }) => title)
    expect(titles).toEqual(['The bear', 'Chapter 2'])
    const file = partFile(await ready('short.mp3'), items, { name: 'told.mp3/2', number: 2 })
    expect(file).toMatchObject({ file: 'told.mp3/2', title: 'Chapter 2', firstFrame: 5, seconds: 0.12 })
  })

  test('are put into a queue only where that is asked for', async () => {
    expect(await sources.expand(['long.mp3', 'short.mp3'])).toEqual(['long.mp3', 'short.mp3'])
    const split = await sources.expand(['long.mp3', 'short.mp3', 'long.mp3/02'], { split: true })
    expect(split).toEqual(['long.mp3/01', 'long.mp3/02', 'short.mp3', 'long.mp3/02'])
    expect(await sources.filesIn('long.mp3')).toEqual(['long.mp3/01', 'long.mp3/02'])
    expect(await sources.filesIn('short.mp3')).toEqual(['short.mp3'])
  })
})

describe('bad names of parts', () => {
  const bad = [
    'long.mp3/0',
    'long.mp3/00',
    'long.mp3/3',
    'long.mp3/1000000000',
    'long.mp3/999999999',
    'long.mp3/-1',
    'long.mp3/1.5',
    'long.mp3/01/01',
    'long.mp3/',
    'long.mp3/..',
    'long.mp3/../long.mp3',
    'long.mp3/../../etc/passwd',
    'long.mp3/%2e%2e',
    'long.mp3/%2e%2e%2f01',
    'long.mp3\\01',
    'long.mp3/\u0661',
    '../long.mp3/01',
    '/long.mp3/01',
    './long.mp3/01',
    'x/../long.mp3/01',
    'long.mp3/01\0',
    'short.mp3/01',
    'missing.mp3/01',
    'books/odd.m4b/03',
    '/01',
    '01',
  ]

  test('lead nowhere', async () => {
    for (const name of bad) {
      expect(await sources.find(name), name).toEqual({ state: 'missing' })
      expect(await sources.find(`file:${name}`), name).toEqual({ state: 'missing' })
      expect(await sources.expand([name], { split: true }), name).toEqual([name])
    }
  })

  test('are not those of a file in a folder that is called like a book', async () => {
    expect((await ready('books/odd.m4b/03.mp3')).frames).toBe(4)
    expect(await sources.filesIn('books/odd.m4b')).toEqual(['books/odd.m4b/03.mp3'])
  })
})

const chapters = [
  ['The bear', 2],
  ['Über das Meer', 3],
  ['Das Ende?', 2],
] as const

describe('a book', () => {
  testWith(
    ['ffmpeg'],
    'is queued by its chapters while it is imported, and they are heard without a gap',
    async () => {
      await makeBook(media, 'wizard.m4b', chapters)
      expect((await sources.find('wizard.m4b')).state).toBe('importing')
      const early = await sources.expand(['short.mp3', 'wizard.m4b'])
      expect(early).toEqual(['short.mp3', ...references('wizard.m4b', 3)])
      expect(await sources.find('wizard.m4b/02')).toMatchObject({
        state: 'importing',
        title: 'Über das Meer',
      })
      expect(await sources.find('wizard.m4b/04')).toMatchObject({ title: 'Chapter 4' })
      const whole = await ready('wizard.m4b')
      expect(await sources.expand(['short.mp3', 'wizard.m4b'])).toEqual(early)
      expect(await sources.filesIn('wizard.m4b')).toEqual(early.slice(1))
      const files = await Promise.all(early.slice(1).map(ready))
      expect(files.map(({ title }) => title)).toEqual(['The bear', 'Über das Meer', 'Das Ende?'])
      expect(files.map(({ seconds }) => Math.round(seconds))).toEqual([2, 3, 2])
      expect(await sources.parts('wizard.m4b')).toEqual(
        files.map(({ file, title, seconds }) => ({ reference: file, title, seconds })),
      )
      expect((await bytesOf(...files)).equals(await bytesOf(whole))).toBe(true)
      for (const bytes of [
        await bytesOf(...files),
        ...(await Promise.all(files.map((file) => bytesOf(file)))),
      ])
        expect((await decode(bytes)).said).toBe('')
    },
  )

  testWith(
    ['ffmpeg'],
    'of any kind that can have chapters has them, and a file without is one item',
    async () => {
      await makeBook(media, 'told.mp3', [chapters[0], [null, 3], chapters[2]])
      await makeBook(media, 'one.m4b', [['All of it', 3]])
      for (const name of ['told.mp3', 'one.m4b']) await ready(name)
      expect(await sources.expand(['told.mp3', 'one.m4b'], { split: true })).toEqual([
        ...references('told.mp3', 3),
        'one.m4b',
      ])
      expect(await sources.parts('one.m4b')).toEqual([])
      expect(await sources.find('one.m4b/01')).toEqual({ state: 'missing' })
    },
  )

  testWith(
    ['ffmpeg'],
    'that is replaced by one of fewer chapters plays those there are, and says once what is gone',
    async () => {
      await makeBook(media, 'new.m4b', chapters)
      const last = await ready('new.m4b/03')
      const items = references('new.m4b', 3).map((file) => ({ file }))
      await makeBook(media, 'other.m4b', chapters.slice(0, 2))
      await rename(join(media, 'other.m4b'), join(media, 'new.m4b'))
      // Until it is imported, the book before it plays.
      const third = async () => (await sources.find('new.m4b/03')).state
      expect(await third()).toBe('ready')
      await expect.poll(third, { timeout: 20_000 }).toBe('missing')
      const files = await sources.playable(items, 'bath')
      expect(files.map(({ file }) => file)).toEqual(['new.m4b/01', 'new.m4b/02'])
      await sources.playable(items, 'bath')
      const said = log.lines.filter(({ detail }) => detail?.stream === 'bath')
      expect(said.map(({ detail }) => detail?.file)).toEqual(['new.m4b/03'])
      // What was being heard is over, and never another's bytes.
      await expect(sources.open(last)).rejects.toMatchObject({ code: 'not_found' })
      await rm(join(media, 'new.m4b'))
      for (const { file } of items) expect(await sources.find(file)).toEqual({ state: 'missing' })
    },
  )

  testWith(['ffmpeg'], 'that is none is refused, and so are its parts', async () => {
    await writeFile(join(media, 'none.m4b'), 'no sound at all')
    await expect.poll(async () => (await sources.find('none.m4b')).state, { timeout: 20_000 }).toBe('refused')
    expect((await sources.find('none.m4b/01')).state).toBe('refused')
    expect(await sources.expand(['none.m4b'], { split: true })).toEqual(['none.m4b'])
  })
})
