import { describe, expect, onTestFinished, test } from 'vitest'
import { houseWith } from '../support/house.ts'
import { wireTo } from '../support/media-door.ts'
import { openPasswordDoor, type PasswordDoor, password } from '../support/password-door.ts'

const json = { 'content-type': 'application/json' }

async function opened(house = houseWith(['a.mp3'])) {
  const door = await openPasswordDoor({ house })
  onTestFinished(() => door.stop())
  return door
}

const login = (port: number, length: number) =>
  [
    'POST /api/user/login HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    '',
    '{',
  ].join('\r\n')

test('a body that is dribbled in has ten seconds, and then its connection is ended', {
  tags: 'slow',
}, async () => {
  const { port, clock } = await opened()
  const wire = await wireTo(port, login(port, 1000))
  const drops = setInterval(() => wire.socket.write(' '), 20)
  onTestFinished(() => clearInterval(drops))
  let seconds = 0
  for (; wire.said() === ''; seconds++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    await clock.advance(1000)
  }
  expect(seconds).toBeGreaterThanOrEqual(10)
  await wire.ended
  expect(wire.said()).toContain('408 Request Timeout')
  expect(wire.said()).toContain('{"code":"too_slow","message":"the body was not here within 10 s"}')
})

test('a body that is too long or no JSON is refused in words', async () => {
  const { url } = await opened()
  const answerTo = async (body: string) => {
    const answer = await fetch(`${url}/api/user/login`, { method: 'POST', headers: json, body })
    return [answer.status, ((await answer.json()) as { error: unknown }).error]
  }
  expect(await answerTo(`{"username":"${'x'.repeat(2 ** 20)}"}`)).toEqual([
    413,
    { code: 'too_large', message: 'the body is larger than 8 KiB' },
  ])
  expect(await answerTo('{"username":')).toEqual([400, { code: 'invalid', message: 'the body is not JSON' }])
})

describe('the length of a body', () => {
  const padded = (body: object, bytes: number) => {
    const text = JSON.stringify(body)
    return text.slice(0, -1) + ' '.repeat(bytes - text.length) + text.slice(-1)
  }

  test.each([
    ['/user/login', { username: 'nobody', password }, 401],
    ['/auth/set-up', { username: 'nobody', password, code: 'wrong' }, 403],
  ])('is at most 8 KiB where strangers may send one: %s', async (path, body, status) => {
    const { url } = await opened()
    const post = (bytes: number) =>
      fetch(`${url}/api${path}`, { method: 'POST', headers: json, body: padded(body, bytes) })
    expect((await post(8 * 1024)).status).toBe(status)
    const answer = await post(8 * 1024 + 1)
    expect(answer.status).toBe(413)
    expect(await answer.json()).toEqual({
      error: { code: 'too_large', message: 'the body is larger than 8 KiB' },
    })
  })

  test('is at most 256 KiB for those who are signed in', async () => {
    const { url, cookieOf } = await opened()
    const headers = { ...json, cookie: await cookieOf('member') }
    const post = (bytes: number) => {
      const body = padded({ files: ['a.mp3'] }, bytes)
      return fetch(`${url}/api/streams/bedroom/queue`, { method: 'POST', headers, body })
    }
    expect((await post(256 * 1024)).status).toBe(200)
    const answer = await post(256 * 1024 + 1)
    expect(answer.status).toBe(413)
    expect(await answer.json()).toEqual({
      error: { code: 'too_large', message: 'the body is larger than 256 KiB' },
    })
  })

  test('does not make the refusal long: of three thousand faults it names twenty', async () => {
    const { ask, cookieOf } = await opened()
    const names = Array.from({ length: 3000 }, (_, index) => [`name_${index}`, 1])
    const body = { files: ['a.mp3'], ...Object.fromEntries(names) }
    const answer = await ask({ path: '/streams/x/queue', cookie: await cookieOf('member'), body })
    expect(answer.status).toBe(422)
    expect(answer.body.error?.details).toEqual({
      fields: names.slice(0, 20).map(([field]) => ({ field, message: expect.any(String) })),
    })
    expect(JSON.stringify(answer.body).length).toBeLessThan(5000)
  })
})

describe('somebody who is shown out while their body is on its way', () => {
  /** What the door says to a body whose second half is sent after `meanwhile`. */
  async function dribbled(
    door: PasswordDoor,
    request: { path: string; cookie: string; body: object },
    meanwhile: () => Promise<unknown>,
  ) {
    const { path, cookie, body } = request
    const text = JSON.stringify(body)
    const head = [
      `POST /api${path} HTTP/1.1`,
      `Host: 127.0.0.1:${door.port}`,
      `Cookie: ${cookie}`,
      'Content-Type: application/json',
      `Content-Length: ${text.length}`,
      'Expect: 100-continue',
      'Connection: close',
    ]
    const wire = await wireTo(door.port, `${head.join('\r\n')}\r\n\r\n${text.slice(0, 10)}`)
    // Then the request is before the app.
    await expect.poll(() => wire.said(), { interval: 5 }).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    await meanwhile()
    wire.socket.write(text.slice(10))
    await wire.ended
    const [, said = '', answer = ''] = wire.said().split('\r\n\r\n')
    return { status: Number(said.split(' ')[1]), error: JSON.parse(answer).error }
  }

  const idOf = ({ access }: PasswordDoor, name: string) =>
    access.users().find(({ username }) => username === name)?.id

  test('makes no user any more, though they were an admin', async () => {
    const door = await opened()
    const [cookie, other] = [await door.cookieOf('admin'), await door.cookieOf('admin', 'other')]
    const body = { username: 'friend', password: 'a long password', role: 'admin' }
    const answer = await dribbled(door, { path: '/users', cookie, body }, async () => {
      const { status } = await door.ask({
        method: 'DELETE',
        path: `/users/${idOf(door, 'admin')}`,
        cookie: other,
      })
      expect(status).toBe(200)
    })
    // Of the door, which asks again; in the words of what hashes passwords the session has just ended.
    expect(answer).toEqual({
      status: 401,
      error: { code: 'unauthorized', message: 'sign in first, or send an API token' },
    })
    expect(door.access.users().map(({ username }) => username)).toEqual(['other'])
  })

  test.each<
    [what: string, meanwhile: (door: PasswordDoor, admin: string) => Promise<object>, status: number]
  >([
    [
      'is deleted',
      (door, cookie) => door.ask({ method: 'DELETE', path: `/users/${idOf(door, 'member')}`, cookie }),
      401,
    ],
    [
      'becomes a child',
      (door, cookie) =>
        door.ask({ method: 'PUT', path: `/users/${idOf(door, 'member')}`, cookie, body: { role: 'child' } }),
      403,
    ],
  ])('fills no queue: a member who %s', async (_what, meanwhile, status) => {
    const house = houseWith(['a.mp3'])
    const door = await opened(house)
    const [admin, cookie] = [await door.cookieOf('admin'), await door.cookieOf('member')]
    const request = { path: '/streams/bedroom/queue', cookie, body: { files: ['a.mp3'] } }
    const answer = await dribbled(door, request, async () =>
      expect(await meanwhile(door, admin)).toMatchObject({ status: 200 }),
    )
    expect(answer.status).toBe(status)
    expect(house.queues()).toEqual([])
  })

  test('but nobody else: the same is done for a member who stays', async () => {
    const door = await opened()
    const request = { path: '/streams/bedroom/queue', cookie: await door.cookieOf('member') }
    const body = { files: ['a.mp3'] }
    expect((await dribbled(door, { ...request, body }, async () => undefined)).status).toBe(200)
  })
})
