import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { folderWith, frames, openBelow } from '../audio/sound.ts'
import { type DeskOptions, openDesk } from '../audio/uploads/upload-desk.ts'
import { ask, open } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { type Wire, wireTo } from '../support/media-door.ts'
import { openPanelDoor } from '../support/panel-door.ts'
import { openPasswordDoor } from '../support/password-door.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const song = frames(2000)
const raw = { 'content-type': 'application/octet-stream' }

/** A door before uploads into a folder of its own, or one that is there already. */
async function openDoor(options: DeskOptions & { folder?: string } = {}) {
  const clock = new VirtualClock()
  const folder = options.folder ?? (await folderWith({}))
  if (options.folder === undefined) onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const desk = await openDesk(folder, { clock, ...options })
  const plain = houseWith()
  const house = {
    ...plain,
    uploads: desk.uploads,
    subscribe: (name: string, receive: Parameters<typeof plain.subscribe>[1]) => {
      const stops = [plain.subscribe(name, receive), desk.onChange(receive)]
      return () => stops.map((stop) => stop())
    },
  }
  const door = await openPanelDoor(house as typeof plain, { clock })
  door.live.start()
  let isOver = false
  const stop = async () => {
    if (isOver) return
    isOver = true
    door.live.stop()
    await desk.stop()
    await door.stop()
  }
  onTestFinished(stop)
  const begin = async (name = 'song.mp3', size = song.length) => {
    const { body } = await ask(door, { path: '/library/uploads', body: { name, size } })
    return String(body.id)
  }
  return {
    ...door,
    desk,
    folder,
    clock,
    stop,
    begin,
    ask: (asked: Parameters<typeof ask>[1]) => ask(door, asked),
    find: async (id: string) => (await ask(door, { path: `/library/uploads/${id}` })).body,
    send: (id: string, bytes: Uint8Array, headers: Record<string, string> = {}) =>
      sendTo(`${door.url}/api/library/uploads/${id}`, bytes, headers),
    /** A request whose body the test writes itself; without a length it comes in chunks. */
    async wire(id: string, { length, from }: { length?: number; from?: number } = {}) {
      const head = [
        `POST /api/library/uploads/${id} HTTP/1.1`,
        `Host: 127.0.0.1:${door.port}`,
        'Content-Type: audio/mpeg',
        length === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
        ...(from === undefined ? [] : [`Upload-Offset: ${from}`]),
      ]
      return wireTo(door.port, `${head.join('\r\n')}\r\n\r\n`)
    },
    received: (id: string, bytes: number) =>
      expect
        .poll(async () => (await ask(door, { path: `/library/uploads/${id}` })).body.received, {
          timeout: 5000,
        })
        .toBe(bytes),
  }
}

async function sendTo(url: string, bytes: Uint8Array, headers: Record<string, string>) {
  const answer = await fetch(url, { method: 'POST', headers: { ...raw, ...headers }, body: bytes })
  return {
    status: answer.status,
    body: (await answer.json()) as Record<string, unknown> & { error?: unknown },
  }
}

const chunk = (bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
const lastChunk = '0\r\n\r\n'

/** The answer on a wire: status and JSON. */
async function answerOn(wire: Wire): Promise<[status: number, body: Record<string, unknown>]> {
  await expect.poll(() => wire.said(), { timeout: 5000 }).toMatch(/\r\n\r\n\{.*\}$/s)
  const [head = '', body = ''] = wire.said().split('\r\n\r\n')
  return [Number(head.split(' ')[1]), JSON.parse(body)]
}

test('a file is announced, sent as it is, and looked at until it is ready', async () => {
  const door = await openDoor()
  const name = "Ännchen + 100% #1 'why?' 🎵.mp3"
  const begun = await door.ask({ path: '/library/uploads', body: { name, size: song.length } })
  expect(begun).toMatchObject({
    status: 200,
    body: { name, size: song.length, received: 0, state: 'waiting' },
  })
  const id = String(begun.body.id)
  const sent = await door.send(id, song, { 'content-type': 'audio/mpeg' })
  expect(sent).toMatchObject({ status: 200, body: { id, received: song.length, state: 'importing' } })
  expect(await door.find(id)).toMatchObject({ state: 'ready' })
  const list = await door.ask({ path: '/library/uploads' })
  expect(list.body).toMatchObject({ count: 1, uploads: [{ id, state: 'ready', name }] })
  expect(readFileSync(join(door.folder, name)).equals(song)).toBe(true)
  expect(await door.ask({ method: 'DELETE', path: `/library/uploads/${id}` })).toMatchObject({ status: 200 })
  expect(await door.ask({ path: `/library/uploads/${id}` })).toMatchObject({ status: 404 })
})

test('what was cut off after 70 % goes on there', async () => {
  const door = await openDoor()
  const id = await door.begin()
  const wire = await door.wire(id, { length: song.length })
  const cut = Math.floor(song.length * 0.7)
  wire.socket.write(song.subarray(0, cut))
  await door.received(id, cut)
  expect(await door.find(id)).toMatchObject({ state: 'receiving', progress: expect.closeTo(0.7) })
  wire.socket.destroy()
  await expect.poll(async () => (await door.find(id)).state).toBe('waiting')
  expect(openBelow(door.folder)).toBe(0)
  expect(await door.begin()).toBe(id)
  const rest = await door.send(id, song.subarray(cut), { 'upload-offset': String(cut) })
  expect(rest).toMatchObject({ status: 200, body: { received: song.length } })
  expect(readFileSync(join(door.folder, 'song.mp3')).equals(song)).toBe(true)
})

test('what was cut off by the end of the product goes on in the next run', async () => {
  const first = await openDoor()
  const id = await first.begin()
  const wire = await first.wire(id)
  wire.socket.write(chunk(song.subarray(0, 500_000)))
  await first.received(id, 500_000)
  await first.stop()
  expect(wire.said()).toContain('503 Service Unavailable')
  const second = await openDoor({ folder: first.folder, records: first.desk.records })
  expect(await second.begin()).toBe(id)
  expect(await second.find(id)).toMatchObject({ received: 500_000, state: 'waiting' })
  await second.send(id, song.subarray(500_000), { 'upload-offset': '500000' })
  expect(readFileSync(join(second.folder, 'song.mp3')).equals(song)).toBe(true)
})

test('a body in chunks, as Home Assistant passes it on, is taken too', async () => {
  const door = await openDoor()
  const id = await door.begin()
  const wire = await door.wire(id)
  for (let at = 0; at < song.length; at += 100_000) wire.socket.write(chunk(song.subarray(at, at + 100_000)))
  await door.received(id, song.length)
  // Only its end says that nothing more is to come.
  expect(existsSync(join(door.folder, 'song.mp3'))).toBe(false)
  wire.socket.write(lastChunk)
  expect(await answerOn(wire)).toMatchObject([200, { received: song.length }])
  expect(readFileSync(join(door.folder, 'song.mp3')).equals(song)).toBe(true)
})

test('a body that is shorter than the file leaves it open', async () => {
  const door = await openDoor()
  const id = await door.begin()
  expect(await door.send(id, song.subarray(0, 1000))).toMatchObject({
    status: 200,
    body: { received: 1000, state: 'waiting' },
  })
})

describe('where the bytes go', () => {
  test('is the beginning where nothing is said, or up to what has come', async () => {
    const door = await openDoor()
    const id = await door.begin()
    await door.send(id, song.subarray(0, 1000))
    expect(await door.send(id, song.subarray(0, 500))).toMatchObject({ body: { received: 500 } })
    expect(await door.send(id, song.subarray(400), { 'upload-offset': '400' })).toMatchObject({ status: 200 })
    expect(readFileSync(join(door.folder, 'song.mp3')).equals(song)).toBe(true)
  })

  test('is not behind that', async () => {
    const door = await openDoor()
    const id = await door.begin()
    await door.send(id, song.subarray(0, 1000))
    const { status, body } = await door.send(id, song.subarray(1001), { 'upload-offset': '1001' })
    expect([status, body.error]).toEqual([
      409,
      {
        code: 'conflict',
        message: 'only 1000 bytes have come so far, so byte 1001 cannot be next',
        details: { received: 1000 },
      },
    ])
  })

  test.each(['-1', '1.5', 'bytes', '1e3', '9'.repeat(16), '0, 0'])('is not %s', async (offset) => {
    const door = await openDoor()
    const id = await door.begin()
    const { status, body } = await door.send(id, song, { 'upload-offset': offset })
    expect([status, body.error]).toEqual([
      400,
      { code: 'invalid', message: 'the header Upload-Offset is a number of bytes, such as 1048576' },
    ])
  })
})

test('of two senders the newer goes on, and the older hears so', async () => {
  const door = await openDoor()
  const id = await door.begin()
  const wire = await door.wire(id, { length: song.length })
  wire.socket.write(frames(1000, 9))
  await door.received(id, 384_000)
  expect(await door.send(id, song)).toMatchObject({ status: 200, body: { received: song.length } })
  expect(await answerOn(wire)).toMatchObject([409, { error: { code: 'conflict' } }])
  wire.socket.write(frames(1000, 9))
  await wire.ended
  expect(readFileSync(join(door.folder, 'song.mp3')).equals(song)).toBe(true)
})

describe('too much', () => {
  test('is a file over the limit, in words that name the option', async () => {
    const door = await openDoor({ limitMb: 1 })
    const { status, body } = await door.ask({
      path: '/library/uploads',
      body: { name: 'long.mp3', size: 3_000_000 },
    })
    expect(status).toBe(413)
    expect(body.error?.message).toMatch(/3 MB, and at most 1 MB .* media\.upload_limit_mb/)
  })

  test('is a body longer than the file, before any of it is read', async () => {
    const door = await openDoor()
    const id = await door.begin()
    const wire = await door.wire(id, { length: song.length + 1 })
    expect(await answerOn(wire)).toMatchObject([413, { error: { code: 'too_large' } }])
    expect((await door.find(id)).received).toBe(0)
  })

  test('is a body in chunks that does not end', async () => {
    const door = await openDoor()
    const id = await door.begin('song.mp3', 10_000)
    const wire = await door.wire(id)
    wire.socket.write(chunk(song.subarray(0, 9000)))
    await door.received(id, 9000)
    wire.socket.write(chunk(song.subarray(0, 9000)))
    expect(await answerOn(wire)).toMatchObject([413, { error: { code: 'too_large' } }])
    expect((await door.find(id)).received).toBe(0)
    expect(existsSync(join(door.folder, 'song.mp3'))).toBe(false)
  })

  test('is a fifth upload at once', async () => {
    const door = await openDoor()
    for (const name of ['1.mp3', '2.mp3', '3.mp3', '4.mp3']) {
      const id = await door.begin(name)
      const wire = await door.wire(id)
      wire.socket.write(chunk(song.subarray(0, 100)))
      await door.received(id, 100)
    }
    const { status, body } = await door.send(await door.begin('5.mp3'), song)
    expect([status, body.error]).toMatchObject([429, { code: 'busy' }])
  })
})

describe('a sender of whom nothing comes', { tags: 'slow' }, () => {
  /** Resolves when the wire was answered within so many seconds of the clock, however long the answer itself takes. */
  async function answeredWithin(most: number, door: { clock: VirtualClock }, wire: Wire): Promise<void> {
    for (let seconds = 0; wire.said() === '' && seconds < most; seconds++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      await door.clock.advance(1000)
    }
    await expect.poll(() => wire.said(), { timeout: 15_000 }).not.toBe('')
  }

  test('is ended within a minute and a half, hears why, and may go on', async () => {
    const door = await openDoor()
    const id = await door.begin()
    const wire = await door.wire(id, { length: song.length })
    wire.socket.write(song.subarray(0, 400_000))
    await door.received(id, 400_000)
    await answeredWithin(92, door, wire)
    expect(await answerOn(wire)).toMatchObject([408, { error: { code: 'too_slow' } }])
    await wire.ended
    expect(openBelow(door.folder)).toBe(0)
    expect(await door.find(id)).toMatchObject({ state: 'waiting', received: 400_000 })
    await door.send(id, song.subarray(400_000), { 'upload-offset': '400000' })
    expect(readFileSync(join(door.folder, 'song.mp3')).equals(song)).toBe(true)
  })

  test('is ended too when bytes only dribble in', async () => {
    const door = await openDoor()
    const id = await door.begin()
    const wire = await door.wire(id, { length: song.length })
    const drops = setInterval(() => wire.socket.write('x'), 20)
    onTestFinished(() => clearInterval(drops))
    await answeredWithin(92, door, wire)
    clearInterval(drops)
    expect(await answerOn(wire)).toMatchObject([408, { error: { code: 'too_slow' } }])
  })

  test('is not one that sends slowly', async () => {
    const door = await openDoor()
    const id = await door.begin()
    const wire = await door.wire(id, { length: song.length })
    for (let at = 0; at < song.length; at += 20_000) {
      wire.socket.write(song.subarray(at, at + 20_000))
      await door.received(id, Math.min(at + 20_000, song.length))
      await door.clock.advance(40_000)
    }
    expect(await answerOn(wire)).toMatchObject([200, { received: song.length }])
  })
})

describe('what may be sent', () => {
  const nowhere = '/library/uploads/none'

  test.each([
    ['audio/mpeg', 404],
    ['audio/x-m4b', 404],
    ['audio/ogg; codecs=opus', 404],
    ['Application/Octet-Stream', 404],
    ['video/mp4', 404],
    ['application/json', 415],
    ['text/plain', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/x-www-form-urlencoded', 415],
    ['text/plain; audio/mpeg', 415],
    ['audio/', 415],
    ['', 415],
  ])('as "%s": %d', async (type, status) => {
    const door = await openDoor()
    const headers: Record<string, string> = { 'content-length': '2' }
    if (type !== '') headers['content-type'] = type
    const answer = await open(door, { method: 'POST', path: nowhere, headers, body: {} })
    expect(answer.statusCode).toBe(status)
    answer.destroy()
  })

  test('is not compressed', async () => {
    const door = await openDoor()
    const { status } = await door.send(await door.begin(), song, { 'content-encoding': 'gzip' })
    expect(status).toBe(415)
  })

  test('is audio here alone', async () => {
    const door = await openDoor()
    for (const path of ['/library/uploads', '/streams/bedroom/queue', '/players/y1/play']) {
      const answer = await open(door, {
        method: 'POST',
        path,
        headers: { 'content-type': 'audio/mpeg' },
        body: { files: ['a.mp3'] },
      })
      expect(answer.statusCode).toBe(415)
      answer.destroy()
    }
  })

  test.each([{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }])(
    'is not from a page of another origin: %j',
    async (headers) => {
      const door = await openDoor()
      const id = await door.begin()
      const wire = await open(door, {
        method: 'POST',
        path: `/library/uploads/${id}`,
        headers: { ...raw, ...headers } as Record<string, string>,
        body: {},
      })
      expect(wire.statusCode).toBe(403)
      wire.destroy()
    },
  )

  test.each([
    [{ name: '../x.mp3', size: 1 }],
    [{ name: 'x.txt', size: 1 }],
    [{ name: 'x.mp3', size: 0 }],
    [{ name: 'x.mp3', size: 1.5 }],
    [{ name: 'x.mp3' }],
    [{ name: 'x.mp3', size: 1, more: true }],
    [{ name: `${'x'.repeat(1100)}.mp3`, size: 1 }],
  ])('is announced well: %j is not', async (body) => {
    const door = await openDoor()
    expect((await door.ask({ path: '/library/uploads', body })).status).toBe(422)
  })
})

test('who may no longer come in is ended, and what they sent is kept', async () => {
  const folder = await folderWith({})
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const desk = await openDesk(folder, {})
  onTestFinished(() => desk.stop())
  const door = await openPasswordDoor({ house: { ...houseWith(), uploads: desk.uploads } })
  onTestFinished(() => door.stop())
  const cookie = await door.cookieOf('member')
  const begun = await door.ask({
    path: '/library/uploads',
    body: { name: 'song.mp3', size: song.length },
    cookie,
  })
  const head = [
    `POST /api/library/uploads/${begun.body.id} HTTP/1.1`,
    `Host: 127.0.0.1:${door.port}`,
    `Cookie: ${cookie}`,
    'Content-Type: audio/mpeg',
    `Content-Length: ${song.length}`,
  ]
  const wire = await wireTo(door.port, `${head.join('\r\n')}\r\n\r\n`)
  wire.socket.write(song.subarray(0, 1000))
  const received = async () => (await desk.uploads.list())[0]?.received
  await expect.poll(received).toBe(1000)
  await door.ask({ path: '/user/logout', method: 'POST', body: {}, cookie })
  expect(await answerOn(wire)).toMatchObject([401, { error: { code: 'unauthorized' } }])
  expect(await received()).toBe(1000)
})

test('forty aborted uploads leave no handle behind', async () => {
  const door = await openDoor()
  const id = await door.begin()
  for (let time = 1; time <= 40; time++) {
    const wire = await door.wire(id, { length: song.length })
    wire.socket.write(song.subarray(0, time * 100))
    if (time % 2 === 0) await door.received(id, time * 100)
    wire.socket.destroy()
  }
  await expect.poll(async () => (await door.find(id)).state, { timeout: 5000 }).toBe('waiting')
  expect(openBelow(door.folder)).toBe(0)
  expect(await door.send(id, song)).toMatchObject({ status: 200 })
  expect(readFileSync(join(door.folder, 'song.mp3')).equals(song)).toBe(true)
})

test('live events tell of each step, and of bytes without being remembered', async () => {
  const door = await openDoor()
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const answer = await fetch(`${door.url}/api/live`, { signal: abort.signal })
  let said = ''
  void (async () => {
    const decoder = new TextDecoder()
    for await (const bytes of answer.body ?? []) said += decoder.decode(bytes)
  })().catch(() => undefined)
  const id = await door.begin()
  const wire = await door.wire(id)
  await expect.poll(() => said).toContain('"state":"receiving"')
  for (let piece = 1; piece <= 3; piece++) {
    await door.clock.advance(1000)
    wire.socket.write(chunk(song.subarray(0, 1000)))
    await door.received(id, piece * 1000)
  }
  wire.socket.write(lastChunk)
  await answerOn(wire)
  await door.ask({ method: 'DELETE', path: `/library/uploads/${id}` })
  await expect.poll(() => said).toContain('event: upload-removed')
  const messages = said.split('\n\n').filter((message) => message.includes('event: upload'))
  const told = messages.map((message) => ({
    numbered: message.startsWith('id: '),
    data: JSON.parse(message.slice(message.indexOf('data: ') + 6)),
  }))
  expect(told.filter(({ numbered }) => !numbered).map(({ data }) => data.received)).toEqual([
    1000, 2000, 3000,
  ])
  const caughtUp = await door.ask({ path: '/live/snapshot?since=run-0' })
  const kept = caughtUp.body.messages as { event: string; data: { state?: string } }[]
  expect(kept.map(({ event, data }) => [event, data.state])).toEqual([
    ['upload', 'waiting'],
    ['upload', 'receiving'],
    ['upload', 'waiting'],
    ['upload-removed', undefined],
  ])
})
