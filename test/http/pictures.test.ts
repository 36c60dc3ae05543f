import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ask, open } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { wireTo } from '../support/media-door.ts'
import { openPanelDoor } from '../support/panel-door.ts'
import { openPasswordDoor } from '../support/password-door.ts'
import { PictureHouse } from '../support/picture-house.ts'
import { gifOf, header, plainIcon, png, pngOf } from '../support/pngs.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

let house: PictureHouse
let door: Awaited<ReturnType<typeof openPanelDoor>>
let clock: VirtualClock
/** Of the one file of the library. */
let cover: Buffer | null

const fileId = 'f'.repeat(22)
const large = () => pngOf(100, (x) => [x * 2, 100, 50, 255])

beforeEach(async () => {
  house = await PictureHouse.open()
  clock = new VirtualClock()
  cover = large()
  door = await openPanelDoor(
    { ...houseWith(['a.mp3']), pictures: house.pictures, libraryCover: async () => cover },
    { clock },
  )
})

afterEach(async () => {
  await door.stop()
  await house.close()
})

interface Sent {
  readonly status: number
  readonly body: Readonly<Record<string, string>> & {
    readonly error?: { readonly code: string; readonly message: string; readonly details?: object }
  }
}

async function send(path: string, bytes: Uint8Array, headers: Record<string, string> = {}): Promise<Sent> {
  const answer = await fetch(`${door.url}/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'image/png', ...headers },
    body: new Uint8Array(bytes),
  })
  return { status: answer.status, body: (await answer.json()) as Sent['body'] }
}

const image = (id: string, headers: Record<string, string> = {}) =>
  fetch(`${door.url}/api/icons/${id}/image`, { headers })

test('an icon is brought, listed, found and shown', async () => {
  const { status, body } = await send('/icons', plainIcon())
  expect([status, Object.keys(body)]).toEqual([200, ['icon_id']])
  const { icon_id = '' } = body
  expect(icon_id).toMatch(/^[\w-]{43}$/)
  expect((await ask(door, { path: '/icons' })).body).toEqual({
    icons: [{ icon_id, title: 'icon', tags: [] }],
    count: 1,
    read_at: expect.any(String),
    problem: null,
  })
  const found = await ask(door, { path: '/icons/search', body: { text: 'ICON', whose: 'own' } })
  expect(found.body).toMatchObject({ icons: [{ icon_id }], count: 1, offset: 0 })
  const shown = await image(icon_id)
  expect(Object.fromEntries(shown.headers)).toMatchObject({
    'content-type': 'image/png',
    'cache-control': 'private, max-age=86400',
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
  })
  const bytes = Buffer.from(await shown.arrayBuffer())
  expect(bytes.toString('latin1', 1, 4)).toBe('PNG')
  const part = await image(icon_id, { range: 'bytes=1-3' })
  expect([part.status, await part.text()]).toEqual([206, 'PNG'])
  const headers = { 'if-none-match': shown.headers.get('etag') ?? '' }
  expect((await ask(door, { path: `/icons/${icon_id}/image`, headers })).status).toBe(304)
  expect((await image('x'.repeat(43))).status).toBe(404)
})

test("Yoto's icons are found in pages, with no word by all", async () => {
  const all = (await ask(door, { path: '/icons/search', body: {} })).body
  const page = (await ask(door, { path: '/icons/search', body: { limit: 2, offset: 1 } })).body
  expect(page).toMatchObject({ count: all.count, offset: 1 })
  expect(page.icons).toEqual((all.icons as object[]).slice(1, 3))
  expect((await ask(door, { path: '/icons/search', body: { text: 'night', limit: 1 } })).body).toMatchObject({
    icons: [{ title: 'Star', tags: ['night', 'sky'] }],
    count: 2,
  })
  for (const body of [{ text: 'x'.repeat(201) }, { whose: 'mine' }, { limit: 0 }, { more: 1 }])
    expect((await ask(door, { path: '/icons/search', body })).status).toBe(422)
})

test('a drawn icon is as it was drawn', async () => {
  const pixels = Array.from({ length: 256 }, (_, at) => (at % 2 ? null : '#ffff00'))
  const { body } = await ask(door, { path: '/icons/drawn', body: { title: 'Stripes', pixels } })
  expect((await ask(door, { path: '/icons' })).body).toMatchObject({ icons: [{ title: 'Stripes' }] })
  expect(
    (
      await send(
        '/icons',
        pngOf(16, (x) => (x % 2 ? [0, 0, 0, 0] : [255, 255, 0, 255])),
      )
    ).body,
  ).toEqual(body)
  for (const wrong of [
    pixels.slice(1),
    [...pixels, null],
    ['red', ...pixels.slice(1)],
    'x',
    [7, ...pixels.slice(1)],
  ])
    expect((await ask(door, { path: '/icons/drawn', body: { pixels: wrong } })).status).toBe(422)
})

test('icons and covers are made of pictures, and of what the library has', async () => {
  const icon = await send('/icons/from-picture', large())
  expect(icon.body.icon_id).toMatch(/^[\w-]{43}$/)
  const fromCover = await ask(door, { path: '/icons/from-cover', body: { library_id: fileId } })
  expect(fromCover.body).toEqual(icon.body)
  const covered = await send('/covers', large())
  expect(covered.body.cover_url).toMatch(/\/covers\/[\w-]{43}$/)
  const fromLibrary = await ask(door, { path: '/covers/from-library', body: { library_id: fileId } })
  expect(fromLibrary.body).toEqual(covered.body)
  expect(house.yoto.cloud.pictures.received).toBe(2)
  const bytes = Buffer.from(await (await fetch(covered.body.cover_url ?? '')).arrayBuffer())
  expect(bytes.toString('hex', 0, 3)).toBe('ffd8ff')
  cover = null
  for (const path of ['/icons/from-cover', '/covers/from-library']) {
    expect(await ask(door, { path, body: { library_id: fileId } })).toMatchObject({ status: 404 })
    expect((await ask(door, { path, body: { library_id: '../x' } })).status).toBe(422)
  }
})

describe('what may be sent', () => {
  const paths = ['/icons', '/icons/from-picture', '/covers']

  test.each([
    ['image/png', 422],
    ['Image/PNG', 422],
    ['image/webp', 422],
    ['image/png; x=y', 422],
    ['image/svg+xml', 415],
    ['image/', 415],
    ['image/heic', 415],
    ['application/json', 415],
    ['application/octet-stream', 415],
    ['audio/mpeg', 415],
    ['text/plain', 415],
    ['text/plain; image/png', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/x-www-form-urlencoded', 415],
    ['', 415],
  ])('as "%s": %d', async (type, status) => {
    for (const path of paths) {
      const headers: Record<string, string> = { 'content-length': '2' }
      if (type !== '') headers['content-type'] = type
      const answer = await open(door, { method: 'POST', path, headers, body: {} })
      expect(answer.statusCode).toBe(status)
      answer.destroy()
    }
  })

  test('is a picture here alone', async () => {
    for (const path of [
      '/icons/search',
      '/icons/drawn',
      '/icons/from-cover',
      '/covers/from-library',
      '/cards',
      '/streams/bedroom/queue',
      '/library/uploads',
      '/library/uploads/x',
    ])
      for (const type of ['image/png', 'image/jpeg']) {
        const answer = await open(door, {
          method: 'POST',
          path,
          headers: { 'content-type': type },
          body: { files: ['a.mp3'] },
        })
        expect([path, answer.statusCode]).toEqual([path, 415])
        answer.destroy()
      }
  })

  test('is not compressed, and not from a page of another origin', async () => {
    expect((await send('/icons', plainIcon(), { 'content-encoding': 'gzip' })).status).toBe(415)
    for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const answer = await open(door, {
        method: 'POST',
        path: '/icons',
        headers: { ...headers, 'content-type': 'image/png' },
        body: {},
      })
      expect(answer.statusCode).toBe(403)
      answer.destroy()
    }
    expect(house.yoto.cloud.pictures.received).toBe(0)
  })

  test.each<[string, string, Uint8Array, string, string]>([
    ['a forged wall of pixels', '/icons', png(header(12_000)), 'too-wide', '12000×12000'],
    ['a forged wall of pixels', '/icons/from-picture', png(header(12_000)), 'too-many-pixels', '12000×12000'],
    ['a forged wall of pixels', '/covers', png(header(12_000)), 'too-many-pixels', '12000×12000'],
    ['a picture that is no icon', '/icons', large(), 'not-16x16', '100×100'],
    ['nothing', '/icons', Buffer.alloc(0), 'empty', 'no picture'],
    ['nothing', '/covers', Buffer.alloc(0), 'empty', 'no picture'],
    ['a JPEG by name', '/icons', Buffer.from('ffd8ffe000104a464946', 'hex'), 'other-type', 'a JPEG'],
    ['a GIF by name', '/covers', gifOf(1), 'other-type', 'a GIF'],
    ['a text', '/covers', Buffer.from('hello'), 'no-picture', 'JPEG'],
  ])('is not %s at %s', async (_, path, bytes, fault, words) => {
    const { status, body } = await send(path, bytes)
    expect(status).toBe(422)
    expect(body.error).toMatchObject({
      code: 'unprocessable',
      details: { fault },
      message: expect.stringContaining(words),
    })
    expect(house.yoto.cloud.pictures.received).toBe(0)
  })

  test('is not larger than sixteen megabytes', async () => {
    const answer = await open(door, {
      method: 'POST',
      path: '/covers',
      headers: { 'content-type': 'image/png', 'content-length': String(16 * 1024 ** 2 + 1) },
    })
    expect(answer.statusCode).toBe(413)
    answer.destroy()
  })
})

const wire = (path: string, length: number) =>
  wireTo(
    door.port,
    [
      `POST /api${path} HTTP/1.1`,
      `Host: 127.0.0.1:${door.port}`,
      'Content-Type: image/png',
      `Content-Length: ${length}`,
      '',
      '',
    ].join('\r\n'),
  )

test('a picture that breaks off, or does not come, is given up', async () => {
  const broken = await wire('/icons', 500)
  broken.socket.write(plainIcon().subarray(0, 50))
  broken.socket.destroy()
  const slow = await wire('/covers', 500)
  slow.socket.write(plainIcon().subarray(0, 50))
  // Until the door has it.
  await expect
    .poll(
      async () => {
        await clock.advance(61_000)
        return slow.said()
      },
      { timeout: 5_000 },
    )
    .toMatch(/^HTTP\/1.1 408 /)
  slow.socket.destroy()
  expect((await send('/icons', plainIcon())).status).toBe(200)
})

test('four pictures may be on their way at once', async () => {
  const wires = await Promise.all(Array.from({ length: 4 }, () => wire('/covers', 500)))
  for (const each of wires) each.socket.write('x')
  await expect.poll(async () => (await send('/icons', plainIcon())).status, { timeout: 5_000 }).toBe(429)
  for (const each of wires) each.socket.destroy()
  await expect.poll(async () => (await send('/icons', plainIcon())).status, { timeout: 5_000 }).toBe(200)
})

test('of two same icons at once one is sent', async () => {
  const answers = await Promise.all([
    send('/icons', plainIcon()),
    send('/icons', plainIcon()),
    send('/icons', plainIcon()),
  ])
  expect(new Set(answers.map(({ body }) => body.icon_id)).size).toBe(1)
  expect(house.yoto.cloud.pictures.received).toBe(1)
})

test('who was shown out while a picture was on its way brings nothing', async () => {
  const own = { ...houseWith(['a.mp3']), pictures: house.pictures }
  const guarded = await openPasswordDoor({ house: own })
  try {
    const cookie = await guarded.cookieOf('member')
    const head = [
      'POST /api/icons HTTP/1.1',
      `Host: 127.0.0.1:${guarded.port}`,
      `Cookie: ${cookie}`,
      'Content-Type: image/png',
      `Content-Length: ${plainIcon().length}`,
      '',
      '',
    ]
    const sending = await wireTo(guarded.port, head.join('\r\n'))
    sending.socket.write(plainIcon().subarray(0, 20))
    await new Promise((resolve) => setTimeout(resolve, 50))
    await guarded.ask({ method: 'POST', path: '/user/logout', cookie, body: {} })
    sending.socket.write(plainIcon().subarray(20))
    await expect.poll(() => sending.said(), { timeout: 5_000 }).toMatch(/^HTTP\/1.1 401 /)
    expect(house.yoto.cloud.pictures.received).toBe(0)
    sending.socket.destroy()
  } finally {
    await guarded.stop()
  }
})

test('the description names the types of pictures', async () => {
  const { body } = await ask(door, { path: '/openapi.json' })
  const paths = body.paths as Record<string, { post: { requestBody: { content: object } } }>
  for (const path of ['/api/icons', '/api/covers'])
    expect(Object.keys(paths[path]?.post.requestBody.content ?? {})).toEqual([
      'image/jpeg',
      'image/png',
      'image/webp',
      'image/gif',
    ])
  expect(Object.keys(paths['/api/library/uploads/{id}']?.post.requestBody.content ?? {})).toContain('audio/*')
})
