import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { insteadWith } from '../../src/audio/instead.ts'
import { Library } from '../../src/audio/library/library.ts'
import { emptyQueue, type Queue } from '../../src/core/queue.ts'
import { mutate } from '../../src/core/queue-mutation.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { folderWith, frames, openBelow, put } from './sound.ts'

const shh = frames(500, 7)
const clip = frames(10, 9)

let folder: string
let library: Library
let clock: VirtualClock
let log: ReturnType<typeof recordingLog>
let instead: ReturnType<typeof insteadWith>

beforeEach(async () => {
  folder = await folderWith({ 'clips/shh.mp3': shh, 'a.mp3': frames(20, 1) })
  clock = new VirtualClock()
  log = recordingLog()
  library = new Library({ folders: [folder], log: recordingLog(), clock })
  instead = insteadWith({ library, clip: () => clip, language: () => 'de', log })
})

afterEach(async () => {
  await library.close()
  await rm(folder, { recursive: true })
})

function queueWith(if_pressed: string | null, { closed = true, files = ['a.mp3'] } = {}): Queue {
  const replace = { op: 'replace', files, playlist: null, closed, if_pressed } as const
  return mutate(emptyQueue('bedroom'), replace, { newId: () => 'i1', random: () => 0, reason: 'test' })
}

async function heard(queue: Queue | undefined): Promise<'shh' | 'clip' | 'neither'> {
  const body = await instead(queue)
  const bytes =
    'bytes' in body ? body.bytes : await buffer(await body.read({ start: 0, end: body.length - 1 }))
  return bytes.equals(shh) ? 'shh' : bytes.equals(clip) ? 'clip' : 'neither'
}

const warnings = () => log.lines.filter(({ level }) => level === 'warn').map(({ detail }) => detail)

test('a closed stream and an empty one are heard as their file', async () => {
  expect(await heard(queueWith('clips/shh.mp3'))).toBe('shh')
  expect(await heard(queueWith('clips/shh.mp3', { files: [] }))).toBe('shh')
  expect(await heard(queueWith('clips/shh.mp3', { closed: false, files: [] }))).toBe('shh')
  expect(warnings()).toEqual([])
})

test('any part of the file can be read, and its tag is that of its bytes', async () => {
  const body = await instead(queueWith('clips/shh.mp3'))
  if ('bytes' in body) throw new Error('it is the clip')
  expect([body.length, body.etag]).toEqual([shh.length, expect.stringMatching(/^"[0-9a-f]{40}"$/)])
  const part = await buffer(await body.read({ start: 1000, end: 4999 }))
  expect(part.equals(shh.subarray(1000, 5000))).toBe(true)
})

test('every other stream is heard as the clip', async () => {
  expect(await heard(undefined)).toBe('clip')
  expect(await heard(emptyQueue('bedroom'))).toBe('clip')
  expect(await heard(queueWith(null))).toBe('clip')
  // Open and full, but with nothing in it that can be played: what is said of a closed stream would be wrong.
  expect(await heard(queueWith('clips/shh.mp3', { closed: false, files: ['gone.mp3'] }))).toBe('clip')
  expect(await instead(undefined)).toMatchObject({ length: clip.length, etag: null })
  expect(warnings()).toEqual([])
})

test('a file that is missing or broken gives way to the clip, with one line in the log', async () => {
  await put(folder, { 'broken.mp3': 'not audio at all', 'empty.mp3': '' })
  const names = ['gone.mp3', 'broken.mp3', 'empty.mp3', '../a.mp3', '/etc/passwd', '\0', 'clips', '', 'a.txt']
  for (const name of names)
    for (let times = 0; times < 3; times++) expect(await heard(queueWith(name)), name).toBe('clip')
  expect(warnings()).toEqual(
    names.map((file) => ({ stream: 'bedroom', file, reason: expect.stringMatching(/./) })),
  )
})

test('a file that comes later is heard then, and missed again is said again', async () => {
  const queue = queueWith('later.mp3')
  expect(await heard(queue)).toBe('clip')
  await put(folder, { 'later.mp3': shh })
  expect(await heard(queue)).toBe('shh')
  await rm(join(folder, 'later.mp3'))
  expect(await heard(queue)).toBe('clip')
  expect(warnings()).toHaveLength(2)
})

test('a file that is gone before it is opened gives way too', async () => {
  const away = join(folder, 'away.mp3')
  const gone = insteadWith({
    clip: () => clip,
    language: () => 'de',
    log,
    library: {
      open: (file) => library.open(file),
      async find(name) {
        const lookup = await library.find(name)
        await rename(join(folder, name), away)
        return lookup
      },
    },
  })
  expect(await gone(queueWith('clips/shh.mp3'))).toMatchObject({ etag: null })
  expect(warnings()).toEqual([{ stream: 'bedroom', file: 'clips/shh.mp3', reason: expect.any(String) }])
})

test('a library that fails is no reason to be silent', async () => {
  const failing = () => Promise.reject(new Error('disk on fire'))
  const broken = insteadWith({
    clip: () => clip,
    language: () => 'de',
    log,
    library: { find: failing, open: failing },
  })
  expect(await broken(queueWith('clips/shh.mp3'))).toMatchObject({ etag: null })
  expect(warnings()).toMatchObject([{ reason: 'disk on fire' }])
})

test('nothing stays open behind a file that was only looked at', async () => {
  await instead(queueWith('clips/shh.mp3'))
  await clock.advance(31_000)
  await expect.poll(() => openBelow(folder)).toBe(0)
})

test('stopping ends it at a frame', async () => {
  const closing = new AbortController()
  const ending = insteadWith({ library, clip: () => clip, language: () => 'de', log, signal: closing.signal })
  const body = await ending(queueWith('clips/shh.mp3'))
  if ('bytes' in body) throw new Error('it is the clip')
  const reading = await body.read({ start: 0, end: body.length - 1 })
  closing.abort()
  const bytes = await buffer(reading)
  expect(bytes.length).toBeLessThan(shh.length)
  expect(bytes.length % 384).toBe(0)
})
