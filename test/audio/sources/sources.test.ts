import { rm } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { LibraryFile } from '../../../src/audio/library/inspect-file.ts'
import { Library } from '../../../src/audio/library/library.ts'
import type { SharedFile } from '../../../src/audio/open-files.ts'
import type { Piece } from '../../../src/audio/pieces/piece.ts'
import { sourceCatalog } from '../../../src/audio/sources/catalog.ts'
import type { AudioSource, SourceDef } from '../../../src/audio/sources/source.ts'
import { Sources } from '../../../src/audio/sources/sources.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { shipped } from '../../support/running-app.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { folderWith, frames } from '../sound.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const defOf = (source: Partial<AudioSource>): SourceDef => ({
  describe: 'For a test.',
  examples: [],
  open: () => ({
    find: async () => ({ state: 'missing' }),
    open: () => Promise.reject(new Error('nothing is open here')),
    ...source,
  }),
})

async function sourcesOf(
  files: Record<string, Uint8Array> = {},
  more: Readonly<Record<string, Partial<AudioSource>>> = {},
) {
  const folder = await folderWith(files)
  const log = recordingLog()
  const clock = new VirtualClock()
  const libraryOf = (...folders: string[]) => new Library({ folders, log, clock })
  const added = Object.entries(more).map(([name, source]) => [name, defOf(source)] as const)
  const sources = new Sources({
    ...{ library: libraryOf(folder), libraryOf, shipped, log, clock },
    catalog: { ...sourceCatalog, ...Object.fromEntries(added) },
  })
  cleanups.push(async () => {
    await sources.close()
    await rm(folder, { recursive: true })
  })
  return { sources, folder, log, clock }
}

async function bytesAt(sources: Sources, reference: string): Promise<Buffer> {
  const found = await sources.find(reference)
  if (found.state !== 'ready') throw new Error(`${reference} is ${found.state}`)
  const shared = await sources.open(found.file)
  const bytes = await shared.read(0, found.file.size)
  shared.close()
  return bytes
}

const episode: LibraryFile = {
  ...{ file: 'today', title: 'Today', size: 768, seconds: 0.048, firstFrame: 0, frames: 2 },
  ...{ hash: 'h', modifiedAt: new Date(0) },
}

describe('a reference', () => {
  test('without a known source before its colon is a file, and `file:` says so of any', async () => {
    const { sources } = await sourcesOf({
      'music/a.mp3': frames(1),
      'a:b.mp3': frames(2),
      'clip:sea.mp3': frames(3),
      'https:x.mp3': frames(4),
    })
    const length = async (reference: string) => (await bytesAt(sources, reference)).length / 384
    expect(await length('music/a.mp3')).toBe(1)
    expect(await length('file:music/a.mp3')).toBe(1)
    expect(await length('a:b.mp3')).toBe(2)
    expect(await length('https:x.mp3')).toBe(4)
    expect(await length('file:clip:sea.mp3')).toBe(3)
    expect(await sources.find('clip:sea.mp3')).toEqual({ state: 'missing' })
    // As they are listed they can be queued.
    const listed = (await sources.list()).map(({ file }) => file)
    expect(listed).toEqual(['a:b.mp3', 'file:clip:sea.mp3', 'https:x.mp3', 'music/a.mp3'])
    expect(await sources.filesIn('')).toEqual(listed.slice(0, 3))
    for (const file of listed) expect((await sources.find(file)).state, file).toBe('ready')
  })

  test('is the same in what is found, so that it is found again', async () => {
    const { sources } = await sourcesOf({ 'clip:a.mp3': frames(1), 'b.mp3': frames(1) })
    for (const reference of ['clip:forest', 'file:clip:a.mp3', 'b.mp3'])
      expect(await sources.find(reference)).toMatchObject({ state: 'ready', file: { file: reference } })
    expect(await sources.find('file:b.mp3')).toMatchObject({ file: { file: 'b.mp3' } })
    expect((await bytesAt(sources, 'clip:forest')).readUInt16BE(0)).toBe(0xfffb)
  })

  test('of the library leads to a file there, and back', async () => {
    const { sources } = await sourcesOf({ 'clip:a.mp3': frames(1) })
    expect(sources.referenceOf('clip:a.mp3')).toBe('file:clip:a.mp3')
    expect(sources.referenceOf('a:b.mp3')).toBe('a:b.mp3')
    expect(sources.nameInLibrary('file:clip:b.m4b/03')).toBe('clip:b.m4b/03')
    expect(sources.fileInLibrary('file:clip:b.m4b/03')).toBe('clip:b.m4b')
    expect(sources.fileInLibrary('file:a.mp3')).toBe('a.mp3')
    expect([sources.nameInLibrary('clip:a.mp3'), sources.fileInLibrary('clip:a.mp3')]).toEqual([null, null])
    expect(await sources.hint('clip:a.mp3')).toBe('did you mean "file:clip:a.mp3"?')
  })

  test('that leads nowhere is missing, whatever it is, and what was meant is said', async () => {
    const { sources } = await sourcesOf({ 'a.mp3': frames(1) })
    for (const reference of [
      '',
      ':',
      'clip:',
      'file:',
      'file:../x.mp3',
      'file:clip:forest',
      'radio:one',
      'constructor:x',
    ])
      expect(await sources.find(reference), reference).toEqual({ state: 'missing' })
    expect(await sources.hint('clap:forest')).toBe('did you mean "clip:forest"?')
    expect(await sources.hint('Clip:forest')).toBe('did you mean "clip:forest"?')
    expect(await sources.hint('clip:forrest')).toBe('did you mean "clip:forest"?')
    expect(await sources.hint('something quite else')).toBeNull()
    await sources.list()
    expect(await sources.hint('A.mp3')).toBe('did you mean "a.mp3"?')
  })
})

describe('a source in trouble', () => {
  test('that throws is skipped with one line, until it is well again', async () => {
    let isDown = true
    const { sources, log } = await sourcesOf(
      { 'a.mp3': frames(1) },
      {
        feed: {
          find() {
            if (isDown) throw new Error('no such host')
            return Promise.resolve({ state: 'ready', file: episode })
          },
        },
      },
    )
    const playing = async () => {
      const files = await sources.playable([{ file: 'feed:today' }, { file: 'a.mp3' }], 'bath')
      return files.map(({ file }) => file)
    }
    expect(await playing()).toEqual(['a.mp3'])
    expect(await playing()).toEqual(['a.mp3'])
    expect(await sources.find('feed:today')).toEqual({
      state: 'refused',
      reason: 'it cannot be had now: no such host',
    })
    isDown = false
    expect(await playing()).toEqual(['feed:today', 'a.mp3'])
    isDown = true
    expect(await playing()).toEqual(['a.mp3'])
    expect(log.lines.map(({ level, detail }) => [level, detail?.source])).toEqual([
      ['warn', 'feed'],
      ['info', 'feed'],
      ['warn', 'feed'],
    ])
  })

  test('that does not answer is waited for once, and nobody else waits behind it', async () => {
    let answer: (() => void) | undefined
    let asked = 0
    const { sources, clock, log } = await sourcesOf(
      { 'a.mp3': frames(1) },
      {
        feed: {
          find: () =>
            new Promise((resolve) => {
              asked++
              answer = () => resolve({ state: 'ready', file: episode })
            }),
        },
      },
    )
    const queue = [{ file: 'feed:today' }, { file: 'a.mp3' }]
    const first = sources.playable(queue, 'bath')
    await clock.advance(4_900)
    expect(asked).toBe(1)
    await clock.advance(200)
    expect((await first).map(({ file }) => file)).toEqual(['a.mp3'])
    // The clock stands still: this is answered at once.
    expect((await sources.playable(queue, 'bath')).map(({ file }) => file)).toEqual(['a.mp3'])
    expect(asked).toBe(1)
    expect(log.lines).toMatchObject([{ level: 'warn', detail: { source: 'feed' } }])
    answer?.()
    await clock.advance(10)
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', detail: { source: 'feed' } })
    const again = sources.playable(queue, 'bath')
    await clock.advance(10)
    answer?.()
    expect((await again).map(({ file }) => file)).toEqual(['feed:today', 'a.mp3'])
  })

  test('that reads a piece too late has it back: nobody waits for it any more', async () => {
    let given = 0
    let settle: (() => void) | undefined
    const readPiece = () =>
      new Promise<Piece>((resolve) => {
        settle = () => resolve({ bytes: Buffer.alloc(2), giveBack: () => void given++ })
      })
    const { sources, clock } = await sourcesOf({}, { file: { readPiece } })
    const extent = { position: 0, length: 2 }
    const late = sources.readPiece(episode, extent)
    const refused = expect(late).rejects.toMatchObject({ code: 'unavailable' })
    await clock.advance(5_100)
    await refused
    expect(given).toBe(0)
    settle?.()
    await clock.advance(10)
    expect(given).toBe(1)
    const again = sources.readPiece(episode, extent)
    settle?.()
    expect((await again)?.bytes.length).toBe(2)
    expect(given).toBe(1)
  })

  test('that answers nothing of a long queue holds nobody up again for a while', async () => {
    let asked = 0
    const never = () => {
      asked++
      return new Promise<never>(() => undefined)
    }
    const { sources, clock } = await sourcesOf({ 'a.mp3': frames(1) }, { feed: { find: never } })
    const items = Array.from({ length: 1000 }, (_, index) => ({ file: `feed:${index}` }))
    const first = sources.playable([...items, { file: 'a.mp3' }], 'bath')
    await clock.advance(5_000)
    expect((await first).map(({ file }) => file)).toEqual(['a.mp3'])
    const once = asked
    expect(once).toBeLessThan(100)
    expect((await sources.playable([...items], 'bath')).length).toBe(0)
    expect(asked).toBe(once)
    await clock.advance(15_000)
    void sources.find('feed:999')
    await clock.advance(1)
    expect(asked).toBe(once + 1)
  })

  test('that opens too late has what it opened given back', async () => {
    let opened: ((shared: SharedFile) => void) | undefined
    const { sources, clock } = await sourcesOf(
      {},
      {
        feed: {
          find: async () => ({ state: 'ready', file: episode }),
          open: () =>
            new Promise((resolve) => {
              opened = resolve
            }),
        },
      },
    )
    const found = await sources.find('feed:today')
    if (found.state !== 'ready') return expect.unreachable()
    const opening = expect(sources.open(found.file)).rejects.toMatchObject({ code: 'unavailable' })
    await clock.advance(5_000)
    await opening
    let closed = 0
    opened?.({ read: async () => Buffer.alloc(0), close: () => void closed++ })
    await clock.advance(1)
    expect(closed).toBe(1)
  })
})

test('what is put into a queue is what each reference stands for, and itself where nobody says so in time', async () => {
  const { sources, clock } = await sourcesOf(
    { 'a.mp3': frames(1) },
    {
      feed: { expand: async (name) => [`${name}/2`, `${name}/1`] },
      slow: { expand: () => new Promise(() => undefined) },
      broken: { expand: () => Promise.reject(new Error('no')) },
      many: { expand: async () => Array.from({ length: 6_000 }, (_, index) => `${index}`) },
    },
  )
  expect(await sources.expand(['a.mp3', 'feed:x', 'broken:y', 'a.mp3', 'nowhere.mp3'])).toEqual([
    ...['a.mp3', 'feed:x/2', 'feed:x/1', 'broken:y', 'a.mp3', 'nowhere.mp3'],
  ])
  const waiting = sources.expand(['slow:z', 'feed:x'])
  await clock.advance(5_000)
  expect(await waiting).toEqual(['slow:z', 'feed:x/2', 'feed:x/1'])
  const much = await sources.expand(['many:a', 'many:b', 'feed:x'])
  expect(much).toHaveLength(6_000 + 1 + 2)
  expect(much[6_000]).toBe('many:b')
})

test('a long queue is not looked up anew for each of its ranges, but soon', async () => {
  let asked = 0
  const find = async () => {
    asked++
    return { state: 'ready', file: episode } as const
  }
  const { sources, clock } = await sourcesOf({}, { feed: { find } })
  const items = Array.from({ length: 500 }, (_, index) => ({ file: `feed:${index}` }))
  const files = await sources.playable(items, 'bath')
  expect(files).toHaveLength(500)
  expect(await sources.playable(items, 'bath')).toBe(files)
  expect(asked).toBe(500)
  await sources.playable(items.slice(1), 'bath')
  expect(asked).toBe(999)
  await clock.advance(1_000)
  await sources.playable(items, 'bath')
  expect(asked).toBe(1_499)
})

test('an item that is not there is named once, and again when it was there in between', async () => {
  const { sources, log, folder } = await sourcesOf({ 'a.mp3': frames(1), 'b.mp3': frames(1) })
  const items = [{ file: 'a.mp3' }, { file: 'b.mp3' }, { file: 'c.mp3' }]
  for (let look = 0; look < 3; look++) await sources.playable(items, 'bath')
  expect(log.lines.map(({ detail }) => detail)).toEqual([{ stream: 'bath', file: 'c.mp3', more: 0 }])
  await rm(`${folder}/b.mp3`)
  expect((await sources.playable(items, 'bath')).map(({ file }) => file)).toEqual(['a.mp3'])
  expect(log.lines.map(({ detail }) => detail?.file)).toEqual(['c.mp3', 'b.mp3'])
})
