import { existsSync, readFileSync } from 'node:fs'
import { PNG } from 'pngjs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Collection } from '../../src/core/collection.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { chunk, gifOf, header, plainIcon, png, pngOf } from '../support/pngs.ts'
import { House } from './support/house.ts'

let house: House
let pictures: Collection<unknown>
let token: string

beforeEach(async () => {
  pictures = memoryCollection()
  house = await House.open({ pictures })
  token = (await house.signIn('openid user:icons:manage user:content:manage')).access_token
})

afterEach(() => house.close())

interface Sent {
  readonly status: number
  readonly body: {
    readonly displayIcon: Readonly<Record<string, unknown>>
    readonly coverImage: Readonly<Record<string, string>>
    readonly error: { readonly code: string; readonly message: string }
  }
}

async function send(path: string, bytes: Uint8Array, type = 'image/png', bearer = token): Promise<Sent> {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': type }
  const answer = await fetch(house.cloud.apiUrl + path, {
    method: 'POST',
    headers,
    body: new Uint8Array(bytes),
  })
  return { status: answer.status, body: (await answer.json()) as Sent['body'] }
}

const iconPath = (autoConvert = 'false') =>
  `/media/displayIcons/user/me/upload?autoConvert=${autoConvert}&filename=fox`
const coverPath = (type = 'myo') => `/media/coverImage/user/me/upload?coverType=${type}&autoconvert=true`
const icons = async (whose: 'me' | 'yoto') => {
  const { status, body } = await house.api('GET', `/media/displayIcons/user/${whose}`)
  expect(status).toBe(200)
  return (body as unknown as { displayIcons: Record<string, unknown>[] }).displayIcons
}

test('an icon is answered as it was recorded, and once more with less', async () => {
  const first = await send(iconPath(), plainIcon())
  expect(first.body.displayIcon).toEqual({
    displayIconId: expect.stringMatching(/^[0-9a-f]{24}$/),
    mediaId: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    userId: 'auth0|simulated-family',
    url: `${house.cloud.apiUrl}/icons/${first.body.displayIcon.mediaId}`,
    new: true,
  })
  const again = await send(iconPath(), plainIcon())
  const { displayIconId, mediaId, userId } = first.body.displayIcon
  expect(again.body.displayIcon).toEqual({
    ...{ _id: displayIconId, displayIconId, mediaId, userId, createdAt: expect.any(String), url: {} },
  })
  expect(await icons('me')).toMatchObject([{ mediaId, title: 'fox', public: false }])
})

describe.skipIf(!existsSync(new URL('../../../shared/fixtures/yoto/', import.meta.url)))(
  'recorded (skipped where the recordings are absent)',
  () => {
    const recorded = (name: string) =>
      JSON.parse(readFileSync(new URL(`../../../shared/fixtures/yoto/${name}`, import.meta.url), 'utf8'))
    const keys = (value: unknown) => Object.keys(value as object).sort()

    test('answers have the same fields', async () => {
      const [first, again, refused, cover] = recorded('rest-upload-icon-and-cover.json')
      expect(keys((await send(iconPath(), plainIcon())).body.displayIcon)).toEqual(
        keys(first.response.displayIcon),
      )
      expect(keys((await send(iconPath(), plainIcon())).body.displayIcon)).toEqual(
        keys(again.response.displayIcon),
      )
      expect((await send(iconPath(), plainIcon(), 'multipart/form-data; boundary=x')).body).toEqual(
        refused.response,
      )
      expect(keys((await send(coverPath(), plainIcon())).body.coverImage)).toEqual(
        keys(cover.response.coverImage),
      )
      const [listed] = recorded('rest-icons-list-shape.json').displayIcons
      for (const icon of await icons('yoto')) expect(keys(icon)).toEqual(keys(listed))
    })
  },
)

test('pictures lie at their addresses for anybody, also after a restart', async () => {
  const icon = await send(iconPath(), plainIcon())
  const cover = await send(
    coverPath(),
    pngOf(40, () => [1, 2, 3, 255]),
  )
  const ids = [`/icons/${icon.body.displayIcon.mediaId}`, `/covers/${cover.body.coverImage.mediaId}`]
  const look = async () =>
    Promise.all(
      ids.map(async (path) => {
        const answer = await fetch(house.cloud.apiUrl + path)
        return [answer.status, answer.headers.get('content-type'), (await answer.arrayBuffer()).byteLength]
      }),
    )
  const seen = await look()
  expect(seen).toEqual([
    [200, 'image/png', plainIcon().length],
    [200, 'image/png', pngOf(40, () => [1, 2, 3, 255]).length],
  ])
  await house.close()
  house = await House.open({ pictures })
  expect(await look()).toEqual(seen)
  expect(
    (await send(iconPath(), plainIcon(), 'image/png', (await house.signIn()).access_token)).body.displayIcon
      .url,
  ).toEqual({})
  expect((await fetch(`${house.cloud.apiUrl}/icons/${'x'.repeat(43)}`)).status).toBe(404)
})

test.each<[string, Uint8Array, string, string]>([
  ['a form', plainIcon(), 'multipart/form-data; boundary=x', 'A binary image file is required'],
  ['JSON', Buffer.from('{}'), 'application/json', 'A binary image file is required'],
  ['a JPEG by name', plainIcon(), 'image/jpeg', 'A binary image file is required'],
  ['nothing', Buffer.alloc(0), 'image/png', 'A binary image file is required'],
  ['17×17', pngOf(17, () => [0, 0, 0, 0]), 'image/png', '16x16'],
  ['one without alpha', png(header(16, 16, { colours: 2 }), chunk('IDAT')), 'image/png', '16x16'],
  [
    'a JPEG',
    Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
    'application/octet-stream',
    '16x16',
  ],
  ['a GIF of 20', gifOf(1, { edge: 20 }), 'image/gif', '16x16'],
  ['a broken PNG', plainIcon().subarray(0, 60), 'image/png', 'cannot be read'],
])('%s is no icon', async (_, bytes, type, words) => {
  const { status, body } = await send(iconPath(), bytes, type)
  expect([status, body.error.code]).toEqual([400, 'bad-request'])
  expect(body.error.message).toContain(words)
  expect(await icons('me')).toEqual([])
})

test.each<[string, string, Uint8Array, string, number]>([
  ['a word that is none', iconPath('maybe'), plainIcon(), 'image/png', 400],
  [
    'no word, as if it were false',
    '/media/displayIcons/user/me/upload',
    pngOf(20, () => [0, 0, 0, 0]),
    'image/png',
    400,
  ],
  ['too much', iconPath('true'), Buffer.alloc(2 * 1024 ** 2), 'image/png', 413],
  ['a wall of pixels', iconPath('true'), png(header(12_000)), 'image/png', 400],
  ['no picture', coverPath(), Buffer.from('<svg/>'), 'image/png', 400],
  ['a form', coverPath(), plainIcon(), 'multipart/form-data; boundary=x', 400],
  ['no kind of cover', coverPath('wallpaper'), plainIcon(), 'image/png', 400],
])('%s is refused', async (_, path, bytes, type, status) => {
  expect((await send(path, bytes, type)).status).toBe(status)
})

test('what is converted is 16×16, and no brighter than two thirds', async () => {
  const { body } = await send(
    iconPath('true'),
    pngOf(64, () => [255, 120, 0, 255]),
  )
  const image = Buffer.from(await (await fetch(String(body.displayIcon.url))).arrayBuffer())
  expect([image.readUInt32BE(16), image.readUInt32BE(20)]).toEqual([16, 16])

  expect([...PNG.sync.read(image).data.subarray(0, 4)]).toEqual([170, 80, 0, 255])
  const gif = await send(iconPath('true'), gifOf(3), 'image/gif')
  expect((await fetch(String(gif.body.displayIcon.url))).headers.get('content-type')).toBe('image/gif')
})

test('each call needs its scope', async () => {
  const tokenOf = async (scope: string) => (await house.signIn(`openid ${scope}`)).access_token
  const [view, own, none] = [
    await tokenOf('user:content:view'),
    await tokenOf('user:icons:manage'),
    await tokenOf('family:devices:view'),
  ]
  const status = async (path: string, bearer: string) =>
    (await send(path, plainIcon(), 'image/png', bearer)).status
  expect([
    await status(iconPath(), view),
    await status(iconPath(), own),
    await status(iconPath(), token),
  ]).toEqual([403, 200, 200])
  expect([
    await status(coverPath(), view),
    await status(coverPath(), own),
    await status(coverPath(), token),
  ]).toEqual([403, 403, 200])
  for (const [bearer, expected] of [
    [view, 200],
    [own, 200],
    [none, 403],
    ['x', 401],
  ] as const) {
    const headers = { authorization: `Bearer ${bearer}` }
    expect((await fetch(`${house.cloud.apiUrl}/media/displayIcons/user/me`, { headers })).status).toBe(
      expected,
    )
  }
})

test('icons for everybody are drawn, each with an id of its own, and cards may name the default', async () => {
  const all = await icons('yoto')
  expect(new Set(all.map(({ mediaId }) => mediaId)).size).toBe(all.length)
  expect(all.length).toBeGreaterThan(5)
  for (const { url } of all) {
    const image = Buffer.from(await (await fetch(String(url))).arrayBuffer())
    expect([image.readUInt32BE(16), image.readUInt32BE(20)]).toEqual([16, 16])
  }
  expect(all[0]).toMatchObject({
    mediaId: 'aUm9i3ex3qqAMYBv-i-O-pYMKuMJGICtR3Vhf289u2Q',
    publicTags: ['default'],
  })
})
