import { request } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import type { Listener } from '../../src/http/server.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'

const doors: Listener[] = []

afterEach(async () => {
  for (const door of doors.splice(0)) await door.stop()
})

async function open(options: Parameters<typeof openPanelDoor>[1] = {}) {
  const door = await openPanelDoor(houseWith(['a.mp3']), options)
  doors.push(door)
  return door
}

interface Asked {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
}

/** `fetch` may not set Host, Origin or Sec-Fetch-Site; a plain request may. */
function ask(door: Listener, { method = 'GET', path = '/api/health', headers = {}, body }: Asked) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: door.port, method, path, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk) => (text += chunk))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
      })
      sent.on('error', reject)
      sent.end(body)
    },
  )
}

const change = { method: 'POST', path: '/api/streams/bedroom/queue', body: '{"files":["a.mp3"]}' }
const json = { 'content-type': 'application/json' }

describe('the guard', () => {
  test.each([
    ['127.0.0.1:8099', 200],
    ['localhost', 200],
    ['[::1]:8099', 200],
    ['LOCALHOST:1', 200],
    ['yoto.home', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['evil.example:8099', 403],
  ])('answers a request for the host %j with %i', async (host, status) => {
    const door = await open({ hosts: ['yoto.home'] })
    expect((await ask(door, { headers: { host } })).status).toBe(status)
  })

  test.each<[Record<string, string>, number]>([
    [json, 200],
    [{ ...json, origin: 'http://127.0.0.1:PORT' }, 200],
    [{ ...json, 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'content-type': 'application/json; charset=utf-8' }, 200],
    [{ 'content-type': 'application/json ; charset=utf-8' }, 200],
    [{ 'content-type': 'Application/JSON' }, 200],
    [{ ...json, origin: 'https://stream.home.example', 'sec-fetch-site': 'same-origin' }, 200],
    [{ ...json, origin: 'https://stream.home.example' }, 403],
    [{ ...json, origin: 'https://stream.home.example', 'sec-fetch-site': 'same-site' }, 403],
    [{ ...json, origin: 'https://stream.home.example', 'sec-fetch-site': 'none' }, 403],
    [{ ...json, origin: 'http://evil.example' }, 403],
    [{ ...json, origin: 'null' }, 403],
    [{ ...json, 'sec-fetch-site': 'cross-site' }, 403],
    [{ ...json, 'sec-fetch-site': 'same-site' }, 403],
    [{ ...json, 'sec-fetch-site': 'none' }, 403],
    [{ ...json, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 403],
    [{ 'content-type': 'text/plain' }, 415],
    [{ 'content-type': 'text/plain; application/json' }, 415],
    [{ 'content-type': 'application/json-seq' }, 415],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [{ 'content-type': 'multipart/form-data; boundary=x' }, 415],
    [{}, 415],
  ])('answers a change with %j with %i', async (headers, status) => {
    const door = await open()
    const own = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', String(door.port))]),
    )
    expect((await ask(door, { ...change, headers: own })).status).toBe(status)
  })

  test('does not take the word of a browser for a host that is not ours', async () => {
    const door = await open()
    const headers = {
      ...json,
      host: 'evil.example',
      origin: 'http://evil.example',
      'sec-fetch-site': 'same-origin',
    }
    expect((await ask(door, { ...change, headers })).status).toBe(403)
  })

  test('lets a change without a body go without a type', async () => {
    const door = await open()
    expect((await ask(door, { method: 'DELETE', path: '/api/streams/nowhere' })).status).toBe(404)
  })

  test('lets a link from elsewhere lead to the page, but no script from elsewhere read', async () => {
    const door = await open()
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await ask(door, { path: '/', headers: link })).status).toBe(200)
    expect(
      (await ask(door, { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' } })).status,
    ).toBe(403)
  })

  test('behind ingress answers nobody on this machine, but for its health', async () => {
    const door = await open({ auth: 'ingress' })
    expect((await ask(door, {})).status).toBe(200)
    const refused = await ask(door, { path: '/api/players' })
    expect(refused.status).toBe(403)
    expect(JSON.parse(refused.text)).toEqual({
      error: {
        code: 'forbidden',
        message: 'this door is open to Home Assistant alone: open the panel in its sidebar',
      },
    })
    expect((await ask(door, { path: '/' })).status).toBe(403)
  })

  test('sends nosniff with every answer, refusals too', async () => {
    const door = await open()
    for (const host of ['localhost', 'evil.example'])
      expect((await ask(door, { headers: { host } })).headers['x-content-type-options']).toBe('nosniff')
  })
})

test('a fault of ours is answered without its stack, and the log has it', async () => {
  const players = () => fail('/home/somebody/secret.ts exploded')
  const door = await openPanelDoor({ ...houseWith(), players })
  doors.push(door)
  const answer = await ask(door, { path: '/api/players' })
  expect(answer.status).toBe(500)
  expect(answer.text).not.toContain('secret')
  expect(door.log.lines.find((line) => line.level === 'error')?.detail?.error).toContain('exploded')
})

function fail(message: string): never {
  throw new Error(message)
}
