import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { messageOf } from '../../src/core/error.ts'
import { YotoApi } from '../../src/yoto/api.ts'
import { allScopes, House } from '../simulator/support/house.ts'
import { gifOf, plainIcon, pngOf } from '../support/pngs.ts'
import { type Line, recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { advanceUntil } from './support/advance.ts'
import { type Answer, WebServer } from './support/web-server.ts'

const bytesOf = (buffer: Buffer) => new Uint8Array(buffer)
const icon = (bytes = plainIcon(), more: object = {}) => ({
  ...{ type: 'image/png', bytes: bytesOf(bytes), name: 'fox', convert: false, ...more },
})
const cover = (bytes = plainIcon(), coverType = 'myo') => ({
  ...{ type: 'image/png', bytes: bytesOf(bytes), name: 'cover', coverType },
})
const id = 'x'.repeat(43)

describe('at the simulated Yoto', () => {
  let house: House
  let token: string
  let lines: Line[]
  let api: YotoApi

  beforeEach(async () => {
    house = await House.open()
    token = (await house.signIn(`${allScopes} user:icons:manage`)).access_token
    const log = recordingLog()
    lines = log.lines
    const { apiUrl } = house.cloud
    api = new YotoApi({ apiUrl, accessToken: async () => token, clock: house.clock, log, random: () => 0 })
  })

  afterEach(() => house.close())

  test('an icon is brought, listed, and looks as it was drawn', async () => {
    const drawn = pngOf(16, (x) => [255, 255, x * 16, 255])
    const sent = await api.pictures.uploadIcon(icon(drawn))
    expect(sent).toEqual({
      id: expect.stringMatching(/^[\w-]{43}$/),
      url: `${house.cloud.apiUrl}/icons/${sent.id}`,
    })
    expect(await api.pictures.ownIcons()).toEqual([{ ...sent, title: 'fox', tags: [] }])
    expect(Buffer.from(await api.pictures.iconImage(sent.url ?? '')).equals(drawn)).toBe(true)
  })

  test('the same icon once more has the same id, and no address', async () => {
    const { id } = await api.pictures.uploadIcon(icon())
    expect(await api.pictures.uploadIcon(icon())).toEqual({ id, url: null })
    expect(await api.pictures.ownIcons()).toHaveLength(1)
  })

  test('a GIF moves on, a larger PNG is made smaller and dimmed', async () => {
    const gif = await api.pictures.uploadIcon(icon(gifOf(4), { type: 'image/gif', convert: true }))
    expect(Buffer.from(await api.pictures.iconImage(gif.url ?? '')).equals(gifOf(4))).toBe(true)
    const large = pngOf(64, () => [255, 0, 0, 255])
    const made = await api.pictures.uploadIcon(icon(large, { convert: true }))
    const image = Buffer.from(await api.pictures.iconImage(made.url ?? ''))
    expect([image.readUInt32BE(16), image.readUInt32BE(20)]).toEqual([16, 16])
  })

  test("Yoto's own icons have titles, words and addresses that answer", async () => {
    const icons = await api.pictures.publicIcons()
    const star = icons.find(({ title }) => title === 'Star')
    expect(star).toMatchObject({ tags: ['night', 'sky'], id: expect.stringMatching(/^[\w-]{43}$/) })
    expect(icons.map(({ id }) => id)).toContain('aUm9i3ex3qqAMYBv-i-O-pYMKuMJGICtR3Vhf289u2Q')
    for (const { url } of icons)
      expect(Buffer.from(await api.pictures.iconImage(url ?? '')).toString('latin1', 1, 4)).toBe('PNG')
  })

  test('a cover has an address that answers', async () => {
    const { url } = await api.pictures.uploadCover(cover())
    const answer = await fetch(url)
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await answer.arrayBuffer()).equals(plainIcon())).toBe(true)
  })

  test('without the scope it is said which one', async () => {
    token = (await house.signIn('openid user:content:view')).access_token
    for (const [call, scope] of [
      [api.pictures.uploadIcon(icon()), 'user:icons:manage'],
      [api.pictures.uploadCover(cover()), 'user:content:manage'],
    ] as const)
      await expect(call).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining(scope) })
  })

  test('a picture that Yoto refuses is refused in its words', async () => {
    await expect(api.pictures.uploadIcon(icon(pngOf(17, () => [0, 0, 0, 0])))).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('16x16'),
    })
    await expect(
      api.pictures.uploadIcon(icon(plainIcon(), { type: 'multipart/form-data; boundary=x' })),
    ).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('A binary image file is required'),
    })
  })

  test.each([413, 500, 429])('%i is told in words once trying again has not helped', async (status) => {
    house.cloud.restTrouble.add({ call: /^POST/, times: 9, status, retryAfterSeconds: 1 })
    let outcome: unknown
    const call = api.pictures.uploadIcon(icon()).catch((error) => {
      outcome = error
    })
    await advanceUntil(house.clock, () => outcome !== undefined)
    await call
    expect(outcome).toMatchObject(
      status === 413
        ? { code: 'refused', message: expect.stringContaining('smaller') }
        : { code: 'unavailable' },
    )
  })

  test('what breaks off is sent again, and lies there once', async () => {
    house.cloud.restTrouble.add({ call: /displayIcons/, times: 1, status: null, done: true })
    house.cloud.restTrouble.add({ call: /displayIcons/, times: 1, status: null, after: 0.5 })
    let sent: { id: string } | undefined
    const call = api.pictures.uploadIcon(icon()).then((done) => {
      sent = done
    })
    await advanceUntil(house.clock, () => sent !== undefined)
    await call
    expect((await api.pictures.ownIcons()).map(({ id }) => id)).toEqual([sent?.id])
    expect(JSON.stringify(lines)).not.toContain(token)
  })
})

describe('at a stranger in the place of Yoto', () => {
  let server: WebServer
  let api: YotoApi
  let lines: Line[]
  let clock: VirtualClock
  const answering = (answer: Answer) => {
    server.answer = () => answer
  }

  beforeEach(async () => {
    server = new WebServer()
    const log = recordingLog()
    lines = log.lines
    const apiUrl = await server.start()
    clock = new VirtualClock()
    api = new YotoApi({ apiUrl, accessToken: async () => 'secret-one', clock, log, random: () => 0 })
  })

  afterEach(() => server.stop())

  test('asks as the service is known to take it, and sends the bytes as they are', async () => {
    answering({ body: { displayIcon: { mediaId: id, url: 'https://media.example.org/a' } } })
    await api.pictures.uploadIcon(icon(gifOf(1), { type: 'image/gif', convert: true, name: 'a fox & more' }))
    expect(server.received).toMatchObject([
      {
        method: 'POST',
        path: '/media/displayIcons/user/me/upload?autoConvert=true&filename=a+fox+%26+more',
        authorization: 'Bearer secret-one',
        text: gifOf(1).toString(),
      },
    ])
    answering({ body: { coverImage: { mediaId: id, mediaUrl: 'https://media.example.org/a' } } })
    await api.pictures.uploadCover(cover())
    expect(server.received[1]?.path).toBe(
      '/media/coverImage/user/me/upload?coverType=myo&autoconvert=true&filename=cover',
    )
  })

  test.each<[string, Answer]>([
    ['half a JSON', { body: '{"displayIcon": {"mediaId": "' }],
    ['nothing', { body: '' }],
    ['a list', { body: '[]' }],
    ['no id', { body: { displayIcon: {}, coverImage: {} } }],
    ['an id with signs of its own', { body: { displayIcon: { mediaId: '../../../../etc/passwd' } } }],
    ['an id that is too long', { body: { displayIcon: { mediaId: 'x'.repeat(44) } } }],
    ['an id that is none', { body: { displayIcon: { mediaId: { toString: 'x' } } } }],
  ])('%s is no answer', async (_, answer) => {
    answering(answer)
    await expect(api.pictures.uploadIcon(icon())).rejects.toMatchObject({ code: 'unavailable' })
    await expect(api.pictures.uploadCover(cover())).rejects.toMatchObject({ code: 'unavailable' })
  })

  test.each([
    'http://192.0.2.7/x',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'https://me:secret@example.org/x',
    '//example.org/x',
    `https://example.org/${'x'.repeat(5000)}`,
  ])('a cover that is to lie at %s is refused', async (mediaUrl) => {
    answering({ body: { coverImage: { mediaId: id, mediaUrl } } })
    await expect(api.pictures.uploadCover(cover())).rejects.toMatchObject({ code: 'refused' })
    answering({ body: { displayIcon: { mediaId: id, url: mediaUrl } } })
    expect(await api.pictures.uploadIcon(icon())).toEqual({ id, url: null })
  })

  test('of a list only what can be believed is taken', async () => {
    const strange = [
      null,
      7,
      'x',
      [],
      {},
      { mediaId: 'short' },
      { mediaId: `${'x'.repeat(42)}/` },
      { mediaId: 'a'.repeat(43), title: { a: 1 }, publicTags: 'none', url: {} },
      {
        mediaId: 'b'.repeat(43),
        title: `A\u0000\n‮${'é'.repeat(500)}`,
        publicTags: [1, null, 'cat', ''],
        url: 'http://10.0.0.1/',
      },
      { mediaId: 'b'.repeat(43), title: 'Twice', publicTags: ['dog'], url: 'https://media.example.org/b' },
    ]
    answering({ body: { displayIcons: strange } })
    const icons = await api.pictures.publicIcons()
    expect(icons).toEqual([
      { id: 'a'.repeat(43), title: '', tags: [], url: null },
      { id: 'b'.repeat(43), title: 'Twice', tags: ['dog'], url: 'https://media.example.org/b' },
    ])
    expect(lines).toMatchObject([{ level: 'debug', detail: { count: 8 } }])
    answering({ body: { displayIcons: strange.slice(0, -1) } })
    const [, odd] = await api.pictures.ownIcons()
    expect(odd).toMatchObject({ title: expect.stringMatching(/^A é{90,97}$/), tags: ['1', 'cat'], url: null })
  })

  test.each<[string, Answer]>([
    ['no list', { body: {} }],
    ['half of one', { body: '{"displayIcons": [' }],
    ['another form', { body: { displayIcons: { a: 1 } } }],
  ])('%s is no list', async (_, answer) => {
    answering(answer)
    await expect(api.pictures.publicIcons()).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('of a hundred thousand icons twenty thousand are taken, of more than eight megabytes none', async () => {
    const listOf = (count: number, more = '') => ({
      displayIcons: Array.from({ length: count }, (_, at) => ({
        mediaId: String(at).padStart(43, 'x'),
        title: more,
      })),
    })
    answering({ body: listOf(100_000) })
    expect(await api.pictures.publicIcons()).toHaveLength(20_000)
    answering({ body: listOf(100_000, 'y'.repeat(50)) })
    let outcome: unknown
    const call = api.pictures.publicIcons().catch((error) => {
      outcome = error
    })
    await advanceUntil(clock, () => outcome !== undefined)
    await call
    expect(outcome).toMatchObject({ code: 'unavailable' })
    expect(messageOf(outcome)).toContain('8388608 bytes')
  })

  test.each([
    'https://127.0.0.1/icons/x',
    'https://[::1]/icons/x',
    'https://192.168.1.1/icons/x',
    'https://169.254.169.254/latest',
    'https://localhost/x',
    'https://supervisor/x',
    'https://example.org:8123/x',
    'http://example.org/x',
    'file:///etc/passwd',
    'x',
  ])('nobody asks %s for an icon', async (url) => {
    await expect(api.pictures.iconImage(url)).rejects.toMatchObject({ code: 'refused' })
  })

  test('an address that leads on is followed where it may be gone to, without the token, and not for ever', async () => {
    server.answer = ({ path }) =>
      path === '/one'
        ? { status: 302, headers: { Location: '/two' } }
        : { headers: { 'Content-Type': 'image/png' }, body: 'abc' }
    expect(Buffer.from(await api.pictures.iconImage(`${server.url}/one`)).toString()).toBe('abc')
    expect(server.received.map(({ authorization }) => authorization)).toEqual([undefined, undefined])
    for (const Location of [
      'http://192.0.2.7/x',
      'https://192.168.1.1/x',
      'file:///etc/passwd',
      'http://[',
    ]) {
      answering({ status: 302, headers: { Location } })
      await expect(api.pictures.iconImage(`${server.url}/one`)).rejects.toMatchObject({ code: 'refused' })
    }
    answering({ status: 302, headers: { Location: '/round' } })
    await expect(api.pictures.iconImage(`${server.url}/one`)).rejects.toMatchObject({ code: 'unavailable' })
    expect(server.received.filter(({ path }) => path === '/round').length).toBe(3)
  })

  test.each<[string, Answer, string]>([
    ['a large one', { body: 'x'.repeat(300 * 1024) }, 'unavailable'],
    ['a missing one', { status: 404 }, 'not_found'],
    ['a fault', { status: 500 }, 'unavailable'],
    ['a hang-up', { hangUp: true }, 'unavailable'],
  ])('%s is no picture', async (_, answer, code) => {
    answering(answer)
    await expect(api.pictures.iconImage(`${server.url}/icons/x`)).rejects.toMatchObject({ code })
  })
})

const folder = new URL('../../../shared/fixtures/yoto/', import.meta.url)

describe.skipIf(!existsSync(folder))('recorded answers (skipped where the recordings are absent)', () => {
  test('are read', async () => {
    const server = new WebServer()
    const apiUrl = await server.start()
    const log = recordingLog()
    const api = new YotoApi({ apiUrl, accessToken: async () => 't', clock: new VirtualClock(), log })
    const recorded = (name: string) =>
      JSON.parse(
        readFileSync(new URL(name, folder), 'utf8')
          .replaceAll('<43 characters, base64url>', id)
          .replaceAll('<media host>', 'media.example.org')
          .replaceAll('<host>', 'media.example.org'),
      )
    server.answer = () => ({ body: recorded('rest-icons-list-shape.json') })
    expect(await api.pictures.publicIcons()).toMatchObject([
      { id: 'aUm9i3ex3qqAMYBv-i-O-pYMKuMJGICtR3Vhf289u2Q', title: 'Default', tags: ['default'] },
    ])
    const [first, again, , coverAnswer] = recorded('rest-upload-icon-and-cover.json')
    server.answer = () => ({ body: first.response })
    expect(await api.pictures.uploadIcon(icon())).toMatchObject({ id, url: expect.stringMatching(/^https:/) })
    server.answer = () => ({ body: again.response })
    expect(await api.pictures.uploadIcon(icon())).toEqual({ id, url: null })
    server.answer = () => ({ body: coverAnswer.response })
    expect(await api.pictures.uploadCover(cover())).toMatchObject({ url: expect.stringMatching(/^https:/) })
    server.stop()
  })
})
