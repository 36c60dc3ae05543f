import { chmod, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LibraryFile } from '../../src/audio/library/inspect-file.ts'
import { Library } from '../../src/audio/library/library.ts'
import { PieceReader } from '../../src/audio/pieces/piece-reader.ts'
import { playable } from '../../src/audio/playable.ts'
import { finiteRendition } from '../../src/audio/rendition.ts'
import { readRange } from '../../src/audio/rendition-reading.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { folderWith, frames, openBelow, put } from './sound.ts'

const contents = {
  'a.mp3': frames(3, 1),
  'b.mp3': frames(700, 2),
  'c.mp3': frames(1, 3),
  'd.mp3': frames(400, 4),
}
const names = ['a.mp3', 'b.mp3', 'c.mp3', 'a.mp3', 'd.mp3'] as const
const whole = Buffer.concat(names.map((name) => contents[name]))

let folder: string
let library: Library
const log = recordingLog()
const clock = new VirtualClock()
const pieces = new PieceReader({ log })

beforeAll(async () => {
  folder = await folderWith(contents)
  library = new Library({ folders: [folder], pieces, log, clock })
})

afterAll(async () => {
  await library.close()
  await pieces.stop()
  await rm(folder, { recursive: true })
})

async function filesOf(wanted: readonly string[]): Promise<LibraryFile[]> {
  const lookups = await Promise.all(wanted.map((name) => library.find(name)))
  return lookups.flatMap((lookup) => (lookup.state === 'ready' ? [lookup.file] : []))
}

describe('a queue as one file', () => {
  test('is its items one behind the other', async () => {
    const rendition = finiteRendition(await filesOf(names))
    expect(rendition.length).toBe(whole.length)
    const read = await buffer(await readRange(rendition, library, { start: 0, end: rendition.length - 1 }))
    expect(read.equals(whole)).toBe(true)
  })

  test('gives for any range exactly that slice of the whole', async () => {
    const rendition = finiteRendition(await filesOf(names))
    const place = fc.nat({ max: whole.length - 1 })
    await fc.assert(
      fc.asyncProperty(place, place, async (one, other) => {
        const [start, end] = one < other ? [one, other] : [other, one]
        const read = await buffer(await readRange(rendition, library, { start, end }))
        expect(read.equals(whole.subarray(start, end + 1))).toBe(true)
      }),
      {
        numRuns: 60,
        examples: [
          [0, 0],
          [1151, 1152],
          [1152, 1152],
          [whole.length - 1, whole.length - 1],
        ],
      },
    )
  })

  test('tells of each byte which file it is of', async () => {
    const body = playable(await filesOf(names), library)
    let start = 0
    for (const name of names) {
      const end = start + contents[name].length
      for (const byte of [start, end - 1]) expect(body?.fileAt(byte), `${byte}`).toBe(name)
      start = end
    }
    expect(body?.fileAt(whole.length)).toBeNull()
  })

  test('has the tag of exactly these bytes', async () => {
    const tag = async (...wanted: string[]) => finiteRendition(await filesOf(wanted)).etag
    expect(await tag('a.mp3', 'b.mp3')).toMatch(/^"[0-9a-f]{40}"$/)
    expect(await tag('a.mp3', 'b.mp3')).toBe(await tag('a.mp3', 'b.mp3'))
    const tags = [
      await tag('a.mp3', 'b.mp3'),
      await tag('b.mp3', 'a.mp3'),
      await tag('a.mp3'),
      await tag('a.mp3', 'a.mp3'),
      await tag('a.mp3', 'b.mp3', 'c.mp3'),
    ]
    expect(new Set(tags).size).toBe(5)
    await put(folder, { 'copy-of-a.mp3': contents['a.mp3'] })
    expect(await tag('copy-of-a.mp3')).toBe(await tag('a.mp3'))
  })

  test('that is cut ends with the last file that is heard, under the tag of what is left', async () => {
    const files = await filesOf(names)
    const at = new Date('2026-11-21T19:00:00Z')
    const told: (boolean | undefined)[] = []
    const body = playable(files, library, undefined, ({ isLast }) => void told.push(isLast), { at, heard: 2 })
    if (body === null) return expect.unreachable()
    const left = whole.subarray(0, 703 * 384)
    expect(body.length).toBe(left.length)
    const read = await buffer(await body.read({ start: 0, end: body.length - 1 }, 'listener'))
    expect(read.equals(left)).toBe(true)
    expect(body.fileAt(left.length)).toBeNull()
    expect(body.etag).toBe(finiteRendition(files.slice(0, 2)).etag)
    // What it ends with is not what the queue ends with.
    expect(new Set(told)).toEqual(new Set([false]))
  })

  test('that is cut is known to be the same queue, cut at the same moment', async () => {
    const files = await filesOf(names)
    const [at, later] = [new Date('2026-11-21T19:00:00Z'), new Date('2026-11-21T20:00:00Z')]
    const cutOf = (of: LibraryFile[], heard: number, when = at) =>
      playable(of, library, undefined, undefined, { at: when, heard })?.cutOf
    expect(cutOf(files, 2)).toBe(cutOf(files, 5))
    expect(cutOf(files, 2)).not.toBe(cutOf(files, 2, later))
    expect(cutOf(files, 2)).not.toBe(cutOf(files.slice(0, 4), 2))
    const all = playable(files, library, undefined, undefined, { at, heard: 5 })
    expect(all?.etag).toBe(playable(files, library)?.etag)
    expect(playable(files, library)?.cutOf).toBeUndefined()
  })

  test('is nothing to play when it is empty', () => {
    expect(playable([], library)).toBeNull()
  })

  test('ends with an error where a file is gone, and never puts another in its place', async () => {
    await put(folder, { 'x.mp3': frames(5, 7), 'y.mp3': frames(5, 8) })
    const files = await filesOf(['a.mp3', 'x.mp3'])
    const rendition = finiteRendition(files)
    await rename(join(folder, 'y.mp3'), join(folder, 'x.mp3'))
    const read: Buffer[] = []
    const reading = async () => {
      for await (const chunk of await readRange(rendition, library, { start: 0, end: rendition.length - 1 }))
        read.push(chunk as Buffer)
    }
    await expect(reading()).rejects.toMatchObject({ code: 'not_found' })
    expect(Buffer.concat(read).equals(contents['a.mp3'])).toBe(true)
    expect(log.lines).toMatchObject([{ level: 'warn', detail: { file: 'x.mp3' } }])
    await expect(playable(files, library)?.read({ start: 1200, end: 1300 })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  test('gives a small range of one file at once, and no other', async () => {
    const body = playable(await filesOf(names), library)
    if (body === null) return expect.unreachable()
    const b = 3 * 384
    for (const [start, end] of [
      [b, b],
      [b + 5, b + 64 * 1024 + 4],
      [whole.length - 70, whole.length - 1],
    ] as const)
      expect((await body.readAtOnce({ start, end }))?.bytes.equals(whole.subarray(start, end + 1))).toBe(true)
    expect(body.readAtOnce({ start: b, end: b + 64 * 1024 })).toBeNull()
    expect(body.readAtOnce({ start: b - 1, end: b })).toBeNull()
  })

  test('keeps no memory of a piece that could not be told of', async () => {
    const failing = () => {
      throw new Error('it fails')
    }
    const body = playable(await filesOf(names), library, undefined, failing)
    const b = 3 * 384
    const [before, range] = [pieces.free, { start: b, end: b + 64 * 1024 - 1 }]
    // From the second on it is open already.
    for (const _turn of [1, 2, 3])
      await expect(body?.readAtOnce(range, 'somebody')).rejects.toThrow('it fails')
    expect(pieces.free).toBe(before)
  })

  test('gives no byte of a file that was written over in place, and goes on where only its rights are others', async () => {
    await put(folder, { 'z.mp3': frames(50, 9) })
    const body = playable(await filesOf(['z.mp3']), library)
    if (body === null) return expect.unreachable()
    const range = { start: 384, end: 3000 }
    const part = frames(50, 9).subarray(384, 3001)
    const together = await Promise.all(Array.from({ length: 40 }, () => body.readAtOnce(range)))
    expect(together.every((piece) => piece?.bytes.equals(part))).toBe(true)
    await chmod(join(folder, 'z.mp3'), 0o600)
    expect((await body.readAtOnce(range))?.bytes.equals(part)).toBe(true)
    await put(folder, { 'z.mp3': frames(50, 10) })
    const after = await Promise.allSettled(Array.from({ length: 40 }, () => body.readAtOnce(range)))
    expect(after.map(({ status }) => status)).toEqual(Array(40).fill('rejected'))
    // A crowd that listens to it is a few lines.
    expect(log.lines.filter(({ detail }) => detail?.file === 'z.mp3')).toHaveLength(3)
  })

  test('ends at a frame when it is told to end, wherever it began', async () => {
    const rendition = finiteRendition(await filesOf(names))
    for (const start of [0, 1, 383, 384, 1000, 200_001]) {
      const abort = new AbortController()
      const range = { start, end: rendition.length - 1 }
      const read: Buffer[] = []
      for await (const chunk of await readRange(rendition, library, range, abort.signal)) {
        read.push(chunk as Buffer)
        if (read.length === 2) abort.abort()
      }
      const bytes = Buffer.concat(read)
      expect(bytes.equals(whole.subarray(start, start + bytes.length))).toBe(true)
      expect(bytes.length).toBeGreaterThan(1)
      expect((start + bytes.length) % 384).toBe(0)
      expect(start + bytes.length).toBeLessThan(whole.length)
    }
  })

  test('is ended for all its readers by the one signal', async () => {
    const abort = new AbortController()
    const body = playable(await filesOf(names), library, abort.signal)
    if (body === null) return expect.unreachable()
    const starts = [0, 500]
    const readers = await Promise.all(starts.map((start) => body.read({ start, end: whole.length - 1 })))
    abort.abort()
    // No more than what was there when they began, which ends with a frame.
    for (const [index, reader] of readers.entries()) {
      const end = (starts[index] ?? 0) + (await buffer(reader)).length
      expect(end % 384).toBe(0)
      expect(end).toBeLessThan(whole.length / 2)
    }
    expect(await buffer(await body.read({ start: 0, end: 999 }))).toHaveLength(0)
  })

  test('tells what has gone out of its items to a listener, and to nobody else', async () => {
    const told: { hash: string; from: number; to: number; frames: number }[] = []
    const files = await filesOf(names)
    const body = playable(files, library, undefined, ({ listener, ...sent }) => {
      expect(listener).toBe('nursery')
      told.push(sent)
    })
    if (body === null) return expect.unreachable()
    await buffer(await body.read({ start: 0, end: whole.length - 1 }))
    expect(told).toEqual([])
    // From the middle of the second item to the first frame of the fourth.
    await buffer(await body.read({ start: 100 * 384, end: 704 * 384 + 10 }, 'nursery'))
    const [, second, third, fourth] = files.map(({ hash, frames }) => ({ hash, frames }))
    const ofSecond = told.filter(({ hash }) => hash === second?.hash)
    expect(ofSecond.length).toBeGreaterThan(1)
    expect([ofSecond[0]?.from, ofSecond.at(-1)?.to]).toEqual([97, 700])
    expect(told.slice(-2)).toEqual([
      { ...third, from: 0, to: 1, isLast: false },
      { ...fourth, from: 0, to: 1, isLast: false },
    ])
  })

  test('tells which of its items is the last, also where the same is heard before', async () => {
    const told: { to: number; frames: number; isLast?: boolean }[] = []
    const body = playable(await filesOf(['a.mp3', 'c.mp3', 'a.mp3']), library, undefined, (sent) => {
      told.push(sent)
    })
    await buffer((await body?.read({ start: 0, end: 7 * 384 - 1 }, 'nursery')) ?? expect.unreachable())
    expect(told.map(({ to, frames, isLast }) => [to, frames, isLast])).toEqual([
      [3, 3, false],
      [1, 1, false],
      [3, 3, true],
    ])
  })

  test('tells nothing of what a listener did not wait for', async () => {
    const told: number[] = []
    const body = playable(await filesOf(['b.mp3']), library, undefined, ({ to }) => void told.push(to))
    const reader = await body?.read({ start: 0, end: 700 * 384 - 1 }, 'nursery')
    for await (const _chunk of reader ?? []) break
    expect(told.every((frame) => frame <= 170)).toBe(true)
  })

  test('leaves nothing open behind readers that stop anywhere', async () => {
    const rendition = finiteRendition(await filesOf(names))
    const range = { start: 0, end: rendition.length - 1 }
    for (let index = 0; index < 50; index++) {
      const abort = new AbortController()
      const stream = await readRange(rendition, library, range, abort.signal)
      if (index % 3 !== 0) await new Promise((resolve) => stream.once('readable', resolve))
      if (index % 2 === 0) abort.abort()
      else stream.destroy()
    }
    // Files that were being opened are given back a moment later, and closed half a minute after that.
    await expect
      .poll(async () => {
        await clock.advance(31_000)
        return openBelow(folder)
      })
      .toBe(0)
  })
})
