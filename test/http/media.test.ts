import { readFileSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FiniteStreams } from '../../src/audio/finite-streams.ts'
import { Library } from '../../src/audio/library/library.ts'
import { playable } from '../../src/audio/playable.ts'
import type { FiniteBody } from '../../src/http/finite-body.ts'
import { createMediaApp } from '../../src/http/media.ts'
import type { StreamRequest } from '../../src/http/media-door.ts'
import { decode } from '../audio/decode.ts'
import { folderWith, frames, openBelow, put, shippedAudio } from '../audio/sound.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const key = 'k9-Xb3_qTz7vN1mLrP0aWd'
const contents = { 'a.mp3': frames(20, 1), 'b.mp3': frames(600, 2), 'c.mp3': frames(5, 3) }
const clip = readFileSync(join(shippedAudio, 'clips/nothing-here-yet.mp3'))

let folder: string
let library: Library
let clock: VirtualClock
let log: ReturnType<typeof recordingLog>
let queue: string[]
let player: string | null
let address: string
let requests: StreamRequest[]
let kind: 'queue' | 'stream'
let resumed: boolean
let chosen: [place: string, start: number | null][]
/** A file that is removed as soon as it was chosen. */
let lost: string | null
let server: Server
let origin: string

beforeEach(async () => {
  folder = await folderWith(contents)
  clock = new VirtualClock()
  log = recordingLog()
  library = new Library({ folders: [folder, shippedAudio], log, clock })
  queue = ['a.mp3', 'b.mp3', 'c.mp3']
  player = 'player-1'
  address = '10.0.0.1'
  requests = []
  kind = 'queue'
  resumed = false
  chosen = []
  lost = null
  const app = createMediaApp({
    target: async (asked) =>
      asked === key ? { stream: 'bedroom', card_id: '00123', player: null, kind, confirm: 'request' } : null,
    newest: async () => playable(await readyFiles(), library),
    slots: {
      async choose({ place, startIn }) {
        const body = playable((await readyFiles()).slice(0, 1), library)
        if (lost !== null) await rm(join(folder, lost))
        lost = null
        chosen.push([place, body === null ? null : startIn(body.length)])
        if (place === 'now-b') return { kind: 'over' }
        return body === null ? { kind: 'nothing' } : { kind: 'item', body, isResumed: resumed }
      },
      async passOver() {
        const [next] = await readyFiles()
        const body = next === undefined ? null : playable([next], library)
        return body === null ? { kind: 'nothing' } : { kind: 'item', body }
      },
    },
    playerOf: () => player,
    listeners: new FiniteStreams<FiniteBody>({ clock }),
    silence: { length: clip.length, etag: null, bytes: clip },
    nothingHere: async () => ({ length: clip.length, etag: null, bytes: clip }),
    requested: (event) => requests.push(event),
    clientAddress: () => address,
    clock,
    log,
  })
  server = createServer(app.callback())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await library.close()
  await rm(folder, { recursive: true })
})

async function readyFiles() {
  const lookups = await Promise.all(queue.map((name) => library.find(name)))
  return lookups.flatMap((lookup) => (lookup.state === 'ready' ? [lookup.file] : []))
}

async function get(headers: Record<string, string> = {}, method = 'GET', path = `/media/${key}/stream.mp3`) {
  const answer = await fetch(origin + path, { method, headers })
  const bytes = Buffer.from(await answer.arrayBuffer())
  return { status: answer.status, header: (name: string) => answer.headers.get(name), bytes }
}

const wholeOf = (...names: (keyof typeof contents)[]) => Buffer.concat(names.map((name) => contents[name]))

describe('a stream', () => {
  test('is the whole queue, of exact length, with what a player needs to come back', async () => {
    const answer = await get()
    expect(answer.status).toBe(200)
    expect(answer.bytes.equals(wholeOf('a.mp3', 'b.mp3', 'c.mp3'))).toBe(true)
    expect(answer.header('content-length')).toBe(String(625 * 384))
    expect(answer.header('content-type')).toBe('audio/mpeg')
    expect(answer.header('accept-ranges')).toBe('bytes')
    expect(answer.header('cache-control')).toBe('no-cache')
    expect(answer.header('etag')).toMatch(/^"[0-9a-f]{40}"$/)
    expect(answer.header('access-control-allow-origin')).toBe('*')
    expect(answer.header('x-content-type-options')).toBe('nosniff')
  })

  test('gives for any range exactly that slice', async () => {
    const whole = wholeOf('a.mp3', 'b.mp3', 'c.mp3')
    const place = fc.nat({ max: whole.length - 1 })
    await fc.assert(
      fc.asyncProperty(place, place, async (one, other) => {
        const [start, end] = one < other ? [one, other] : [other, one]
        const answer = await get({ range: `bytes=${start}-${end}` })
        expect(answer.status).toBe(206)
        expect(answer.header('content-range')).toBe(`bytes ${start}-${end}/${whole.length}`)
        expect(answer.header('content-length')).toBe(String(end - start + 1))
        expect(answer.bytes.equals(whole.subarray(start, end + 1))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('answers HEAD with the same headers, whatever range is named, and no body', async () => {
    const [whole, head] = [await get(), await get({ range: 'bytes=5-9' }, 'HEAD')]
    expect(head.status).toBe(200)
    for (const name of ['content-length', 'etag', 'content-type', 'accept-ranges', 'cache-control'])
      expect(head.header(name), name).toBe(whole.header(name))
    expect(head.bytes.length).toBe(0)
    expect(requests.at(-1)).toMatchObject({ head: true, fromStart: true })
  })

  test('refuses a range outside of it and says how long it is', async () => {
    const answer = await get({ range: 'bytes=240000-' })
    expect(answer.status).toBe(416)
    expect(answer.header('content-range')).toBe('bytes */240000')
    expect(JSON.parse(answer.bytes.toString())).toMatchObject({ error: { code: 'range_not_satisfiable' } })
    expect(answer.header('etag')).toBeNull()
  })

  test('is sent whole to who asks for several ranges or for none that can be understood', async () => {
    for (const range of ['bytes=0-1,5-6', 'seconds=3-4', 'bytes=9-3', 'nonsense']) {
      const answer = await get({ range })
      expect([answer.status, answer.bytes.length, answer.header('content-range')], range).toEqual([
        200,
        240_000,
        null,
      ])
    }
  })

  test('is not sent again to who has exactly these bytes', async () => {
    const etag = (await get()).header('etag') ?? ''
    // Without a Cache-Control of ours, fetch would add `no-cache` and ask for the bytes in any case.
    const known = { 'if-none-match': etag, 'cache-control': 'max-age=0' }
    const answer = await get(known)
    expect([answer.status, answer.bytes.length, answer.header('etag')]).toEqual([304, 0, etag])
    queue.pop()
    expect((await get(known)).status).toBe(200)
  })

  test('reports every request with what is known of who asks', async () => {
    await get()
    await get({ range: 'bytes=0-10' })
    await get({ range: 'bytes=384-' })
    expect(requests.map(({ fromStart }) => fromStart)).toEqual([true, true, false])
    expect(requests[0]).toEqual({
      key,
      stream: 'bedroom',
      player: 'player-1',
      card_id: '00123',
      fromStart: true,
      head: false,
    })
  })

  test('tells no more than some of many parts in a row, and sends them all', async () => {
    const { bytes: whole } = await get()
    for (let part = 0; part < 60; part++) {
      const { bytes } = await get({ range: `bytes=${part + 1}-${part + 10}` })
      expect(bytes.equals(whole.subarray(part + 1, part + 11))).toBe(true)
    }
    expect(requests).toHaveLength(31)
    await get({ range: 'bytes=0-10' })
    expect(requests).toHaveLength(32)
    await clock.advance(2_000)
    for (let part = 0; part < 5; part++) await get({ range: 'bytes=400-' })
    expect(requests).toHaveLength(34)
  })

  testWith(['ffmpeg'], 'of real audio decodes without a warning, to exactly its length', async () => {
    queue = ['stories/crossroads.mp3', 'clips/nothing-here-yet.mp3', 'stories/crossroads.mp3']
    const { bytes } = await get()
    expect(await decode(bytes)).toEqual({ said: '', samples: (bytes.length / 384) * 1152 })
  })

  test('leaves out what is broken or missing, with a line in the log', async () => {
    await put(folder, { 'broken.mp3': 'not audio at all' })
    queue = ['a.mp3', 'broken.mp3', 'gone.mp3', 'c.mp3']
    expect((await get()).bytes.equals(wholeOf('a.mp3', 'c.mp3'))).toBe(true)
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { detail: { file: 'broken.mp3' } },
    ])
  })
})

describe('a queue that is edited while somebody listens', () => {
  const resumed = { range: 'bytes=100000-' }

  test('goes on as it was for them, and begins as it is', async () => {
    const before = wholeOf('a.mp3', 'b.mp3', 'c.mp3')
    const etag = (await get()).header('etag')
    queue = ['c.mp3', 'b.mp3']
    const answer = await get(resumed)
    expect([answer.status, answer.header('etag')]).toEqual([206, etag])
    expect(answer.bytes.equals(before.subarray(100_000))).toBe(true)
    expect((await get({ range: 'bytes=0-' })).bytes.equals(wholeOf('c.mp3', 'b.mp3'))).toBe(true)
    expect((await get(resumed)).bytes.equals(wholeOf('c.mp3', 'b.mp3').subarray(100_000))).toBe(true)
  })

  test('goes on even when it was emptied', async () => {
    await get()
    queue = []
    expect((await get(resumed)).bytes.equals(wholeOf('a.mp3', 'b.mp3', 'c.mp3').subarray(100_000))).toBe(true)
    expect((await get()).bytes.equals(clip)).toBe(true)
  })

  test('is the new one for another player, and for another address where no player is known', async () => {
    await get()
    queue = ['b.mp3']
    const newest = wholeOf('b.mp3').subarray(100_000)
    player = 'player-2'
    expect((await get(resumed)).bytes.equals(newest)).toBe(true)
    player = null
    expect((await get(resumed)).bytes.equals(newest)).toBe(true)
    queue = ['b.mp3', 'a.mp3']
    expect((await get(resumed)).bytes.equals(newest)).toBe(true)
    address = '10.0.0.2'
    expect((await get(resumed)).bytes.equals(wholeOf('b.mp3', 'a.mp3').subarray(100_000))).toBe(true)
  })

  test('is not held for somebody by a HEAD of theirs', async () => {
    await get()
    queue = ['b.mp3']
    await get({}, 'HEAD')
    expect((await get(resumed)).bytes.length).toBe(140_000)
  })

  test('is sent whole to who resumes with If-Range of the old one, and in part with the tag of the new', async () => {
    const old = (await get()).header('etag') ?? ''
    queue = ['b.mp3']
    const whole = await get({ ...resumed, 'if-range': old })
    expect([whole.status, whole.bytes.length]).toEqual([200, 600 * 384])
    const tag = whole.header('etag') ?? ''
    expect((await get({ ...resumed, 'if-range': tag })).status).toBe(206)
    expect((await get({ ...resumed, 'if-range': `W/${tag}` })).status).toBe(200)
    expect((await get({ ...resumed, 'if-range': 'Sat, 21 Nov 2026 10:00:00 GMT' })).status).toBe(200)
  })

  test('never goes on in another file of the same name: it begins again with what there is now', async () => {
    await get()
    await clock.advance(31_000)
    await put(folder, { 'new.mp3': frames(600, 9) })
    await rename(join(folder, 'new.mp3'), join(folder, 'b.mp3'))
    const answer = await get(resumed)
    const whole = await get()
    expect([answer.status, answer.header('etag')]).toEqual([200, whole.header('etag')])
    expect(answer.bytes.equals(whole.bytes)).toBe(true)
    expect(log.lines.some(({ level, detail }) => level === 'warn' && detail?.file === 'b.mp3')).toBe(true)
    expect((await get()).status).toBe(200)
  })

  test('never goes on in it, nor breaks off, while the old one is still open', async () => {
    queue = ['b.mp3']
    await get({ range: 'bytes=0-99999' })
    await put(folder, { 'new.mp3': frames(600, 9) })
    await rename(join(folder, 'new.mp3'), join(folder, 'b.mp3'))
    const answer = await get(resumed)
    expect(answer.status).toBe(200)
    expect(answer.bytes.equals((await get()).bytes)).toBe(true)
  })

  test('ends early, with fewer bytes than promised, when a later file is gone', async () => {
    await get()
    await put(folder, { 'b.mp3': frames(601, 9) })
    await clock.advance(31_000)
    await expect(get({ range: 'bytes=384-' })).rejects.toThrow()
    expect(log.lines.some(({ level, detail }) => level === 'warn' && detail?.file === 'b.mp3')).toBe(true)
  })
})

describe('nothing to play', () => {
  beforeEach(() => {
    queue = []
  })

  test('is the shipped clip, once, to be kept by nobody', async () => {
    const answer = await get()
    expect([answer.status, answer.header('content-type')]).toEqual([200, 'audio/mpeg'])
    expect([answer.header('cache-control'), answer.header('etag')]).toEqual(['no-store', null])
    expect(answer.bytes.equals(clip)).toBe(true)
    const head = await get({ range: 'bytes=0-1' }, 'HEAD')
    expect([head.status, head.header('content-length'), head.bytes.length]).toEqual([
      200,
      String(clip.length),
      0,
    ])
  })

  // koa-range alone refuses suffixes and foreign units, cuts several ranges to the first, and promises more bytes
  // than there are when a range is too long.
  test.each([
    ['bytes=0-99', 206, 0, 100],
    ['bytes=100-', 206, 100, clip.length],
    ['bytes=-100', 206, clip.length - 100, clip.length],
    ['bytes=-99999999', 206, 0, clip.length],
    ['bytes=100-99999999', 206, 100, clip.length],
    ['bytes=0-0', 206, 0, 1],
    ['bytes=0-1,5-6', 200, 0, clip.length],
    ['seconds=0-1', 200, 0, clip.length],
    ['bytes=9-3', 200, 0, clip.length],
    ['bytes=a-b', 200, 0, clip.length],
    ['nonsense', 200, 0, clip.length],
  ])('answers %s as it should', async (range, status, start, end) => {
    const answer = await get({ range })
    expect(answer.status).toBe(status)
    expect(answer.bytes.equals(clip.subarray(start, end))).toBe(true)
    expect(answer.header('content-length')).toBe(String(end - start))
    expect(answer.header('content-range')).toBe(
      status === 206 ? `bytes ${start}-${end - 1}/${clip.length}` : null,
    )
  })

  test.each(['bytes=99999999-', 'bytes=-0'])('refuses %s with the length', async (range) => {
    const answer = await get({ range })
    expect([answer.status, answer.header('content-range')]).toEqual([416, `bytes */${clip.length}`])
  })

  test('is not said again by the chapter that follows, but to whoever presses a knob', async () => {
    const clipMs = clip.length / 16
    expect((await get()).status).toBe(200)
    await clock.advance(clipMs - 3_001)
    expect((await get()).status).toBe(200)
    await clock.advance(clipMs)
    const next = await get({ range: 'bytes=0-' })
    expect(next.status).toBe(404)
    expect(JSON.parse(next.bytes.toString())).toMatchObject({ error: { code: 'not_found' } })
    expect((await get({}, 'HEAD')).status).toBe(200)
    player = 'player-2'
    expect((await get()).status).toBe(200)
    player = 'player-1'
    await clock.advance(10_001)
    expect((await get()).status).toBe(200)
  })

  test('goes on as the clip for who heard its beginning, though the queue was filled since', async () => {
    await get()
    queue = ['b.mp3']
    expect((await get({ range: 'bytes=1000-' })).bytes.equals(clip.subarray(1000))).toBe(true)
    expect((await get()).bytes.equals(contents['b.mp3'])).toBe(true)
  })
})

describe('the media door', () => {
  test.each([
    '/',
    '/media',
    `/media/${key}`,
    `/media/${key}/`,
    `/media/${key}/stream.mp3/`,
    `/media/${key}/STREAM.mp3`,
    `/media/${key}/audio.mp3`,
    `/media/${key}x/stream.mp3`,
    '/media/unknown/stream.mp3',
    '/media/%2e%2e%2fetc/stream.mp3',
    '/media/%00/stream.mp3',
    '/media/%/stream.mp3',
    `/media/${'x'.repeat(129)}/stream.mp3`,
    '/api/health',
    '/media/..%2f..%2fa.mp3',
  ])('has nothing at %s', async (path) => {
    const answer = await get({}, 'GET', path)
    expect(answer.status).toBe(404)
    expect(JSON.parse(answer.bytes.toString())).toEqual({
      error: { code: 'not_found', message: 'there is nothing at this address' },
    })
    expect(answer.header('access-control-allow-origin')).toBe('*')
    expect(answer.header('x-content-type-options')).toBe('nosniff')
    expect(requests).toEqual([])
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    const answer = await get({}, method)
    expect([answer.status, answer.header('allow')]).toEqual([405, 'GET, HEAD'])
    expect(answer.header('access-control-allow-origin')).toBeNull()
    expect(JSON.parse(answer.bytes.toString())).toMatchObject({ error: { code: 'method_not_allowed' } })
  })

  test('writes no more than six characters of a key into the log', async () => {
    await get()
    await get({}, 'GET', `/media/${key}x/stream.mp3`)
    queue = []
    await get()
    const said = JSON.stringify(log.lines)
    expect(said).toContain(key.slice(0, 6))
    expect(said).not.toContain(key.slice(0, 7))
  })

  test('leaves nothing open behind two hundred listeners that hang up, and calls it no fault', async () => {
    await put(folder, { 'long.mp3': frames(40_000, 5) })
    queue = ['a.mp3', 'long.mp3', 'b.mp3']
    const hangUp = (index: number) =>
      new Promise<void>((resolve) => {
        const asking = request(`${origin}/media/${key}/stream.mp3`, {
          headers: { range: `bytes=${index * 100}-` },
        })
        asking.on('error', () => {})
        asking.on('close', resolve)
        asking.on('response', (answer) => {
          if (index % 2 === 0) asking.destroy()
          else answer.once('data', () => asking.destroy())
        })
        if (index % 10 === 9) setTimeout(() => asking.destroy(), 1)
        asking.end()
      })
    for (let round = 0; round < 10; round++)
      await Promise.all(Array.from({ length: 20 }, (_, index) => hangUp(round * 20 + index)))
    await expect
      .poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count))))
      .toBe(0)
    expect(openBelow(folder)).toBeLessThanOrEqual(3)
    await clock.advance(31_000)
    await expect.poll(() => openBelow(folder)).toBe(0)
    expect(log.lines.filter(({ level }) => level !== 'debug')).toEqual([])
    expect(log.lines.some(({ message }) => message === 'a listener hung up')).toBe(true)
  })
})

describe('a slot', () => {
  const slot = (name: string, headers: Record<string, string> = {}, method = 'GET') =>
    get(headers, method, `/media/${key}/${name}.mp3`)

  test('is one item, of exact length, and nothing to be kept', async () => {
    const answer = await slot('right-a')
    expect(answer.status).toBe(200)
    expect(answer.bytes.equals(contents['a.mp3'])).toBe(true)
    expect(answer.header('content-length')).toBe(String(contents['a.mp3'].length))
    expect(answer.header('cache-control')).toBe('no-store')
    expect(answer.header('accept-ranges')).toBe('bytes')
    expect(answer.header('content-type')).toBe('audio/mpeg')
    expect(chosen).toEqual([['right-a', null]])
    expect(requests).toMatchObject([{ stream: 'bedroom', player: 'player-1', head: false }])
    const etag = answer.header('etag') ?? ''
    expect(etag).toMatch(/^"[0-9a-f]{40}"$/)
    expect((await slot('right-a', { 'if-none-match': etag })).status).toBe(200)
  })

  test('gives what comes next, whole, in place of an item that is lost by now', async () => {
    queue = ['b.mp3', 'c.mp3']
    // What was chosen is still held when its file goes.
    lost = 'b.mp3'
    const answer = await slot('right-a', { range: 'bytes=384-100000' })
    expect(answer.status).toBe(200)
    expect(answer.bytes.equals(contents['c.mp3'])).toBe(true)
  })

  test('answers HEAD without a length, and asks nobody', async () => {
    const answer = await slot('right-a', {}, 'HEAD')
    expect(answer.status).toBe(200)
    expect(answer.header('content-length')).toBeNull()
    expect(answer.header('content-type')).toBe('audio/mpeg')
    expect(answer.header('cache-control')).toBe('no-store')
    expect(chosen).toEqual([])
  })

  test('gives the rest of the item, or all of it where that is no part of it', async () => {
    const item = contents['a.mp3']
    const rest = await slot('left-a', { range: 'bytes=384-' })
    expect([rest.status, rest.header('content-range')]).toEqual([
      206,
      `bytes 384-${item.length - 1}/${item.length}`,
    ])
    expect(rest.bytes.equals(item.subarray(384))).toBe(true)
    expect(rest.header('cache-control')).toBe('no-store')
    const beyond = await slot('left-a', { range: 'bytes=999999-' })
    expect([beyond.status, beyond.bytes.length]).toEqual([200, item.length])
    const other = await slot('left-a', { range: 'bytes=384-', 'if-range': '"another"' })
    expect([other.status, other.bytes.length]).toEqual([200, item.length])
    expect(chosen.map(([, start]) => start)).toEqual([384, item.length, 384])
  })

  test('is from its beginning with a range from byte 0, and has nothing behind its end for who resumes it', async () => {
    await slot('left-a', { range: 'bytes=0-' })
    await slot('left-a', { range: 'bytes=384-' })
    expect(requests.map(({ fromStart }) => fromStart)).toEqual([true, false])
    resumed = true
    const behind = await slot('left-a', { range: `bytes=${contents['a.mp3'].length}-` })
    expect(behind.status).toBe(416)
  })

  test('plays the clip when there is nothing', async () => {
    queue = []
    const nothing = await slot('start')
    expect([nothing.status, nothing.header('cache-control')]).toEqual([200, 'no-store'])
    expect(nothing.bytes.equals(clip)).toBe(true)
  })

  test('is silent when the listener has heard that there is nothing', async () => {
    const answer = await slot('now-b')
    expect(answer.status).toBe(404)
    expect(JSON.parse(answer.bytes.toString())).toMatchObject({ error: { code: 'not_found' } })
  })

  test('is there for keys of queue cards alone, and only to be read', async () => {
    expect((await slot('now-c')).status).toBe(404)
    expect((await slot('00')).status).toBe(404)
    expect((await slot('now-c', {}, 'POST')).status).toBe(404)
    expect((await slot('07')).status).toBe(200)
    expect((await get({}, 'GET', '/media/unknown/start.mp3')).status).toBe(404)
    const posted = await slot('start', {}, 'POST')
    expect([posted.status, posted.header('allow')]).toEqual([405, 'GET, HEAD'])
    kind = 'stream'
    expect((await slot('start')).status).toBe(404)
    expect((await slot('start', {}, 'HEAD')).status).toBe(404)
    expect(chosen.map(([place]) => place)).toEqual(['07'])
  })
})
