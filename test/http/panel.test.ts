import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Koa from 'koa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { panelPages } from '../../src/http/panel.ts'
import { type Listener, listen } from '../../src/http/server.ts'
import { houseWith, libraryEntry } from '../support/house.ts'
import { openPanelDoor, panelPage } from '../support/panel-door.ts'

const doors: Listener[] = []

afterEach(async () => {
  for (const door of doors.splice(0)) await door.stop()
})

async function open(options: Parameters<typeof openPanelDoor>[1] = {}) {
  const door = await openPanelDoor(houseWith(), options)
  doors.push(door)
  return door
}

/** A path as it is, which `fetch` would tidy up. */
function statusOf(door: Listener, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: door.port, path }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', reject).end()
  })
}

describe('the page', () => {
  test.each(['/', '/index.html', '/?from=elsewhere'])('is at %s, kept by nobody', async (path) => {
    const answer = await fetch((await open()).url + path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.text()).toContain('<title>A built page</title>')
  })

  test('has assets that may be kept for ever, because their names change with their content', async () => {
    const answer = await fetch(`${(await open()).url}/assets/page-1a2b.js`)
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(await answer.text()).toBe("document.title = 'A page that runs'\n")
  })

  test('may load and run what is its own, and be framed by nobody', async () => {
    const policy = (await fetch((await open()).url)).headers.get('content-security-policy') ?? ''
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "media-src 'self'",
      "img-src 'self' https: data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
  })

  test("may be framed by the page of Home Assistant's own origin behind ingress", async () => {
    const app = new Koa()
    app.use(panelPages({ folder: panelPage, framed: true }))
    const door = await listen({ app, host: '127.0.0.1', port: 0, what: 'panel', option: 'panel.port' })
    doors.push(door)
    const { headers } = await fetch(door.url)
    expect(headers.get('content-security-policy')).toMatch(/; frame-ancestors 'self'$/)
    expect(headers.get('x-frame-options')).toBeNull()
  })

  test('answers HEAD, and changes nothing by any other method', async () => {
    const { url } = await open()
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(url, { method: 'POST' })).status).toBe(404)
  })
})

describe('what was not built', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yoto-panel-'))
  })

  afterEach(() => rm(folder, { recursive: true }))

  test.each([
    '/assets/gone-0000.js',
    '/assets',
    '/assets/',
    '/../package.json',
    '/..%2fpackage.json',
    '/assets/../../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/page-1a2b.js%00.png',
    '//etc/passwd',
  ])('is nowhere: %s', async (path) => {
    expect(await statusOf(await open(), path)).toBe(404)
  })

  test('is not read through a link that lies in the folder', async () => {
    await writeFile(join(folder, 'index.html'), 'page')
    await symlink('/etc/hostname', join(folder, 'host.js'))
    expect(await statusOf(await open({ panel: folder }), '/host.js')).toBe(404)
  })

  test('says how it is built, and is there as soon as it was', async () => {
    const door = await open({ panel: folder })
    const answer = await fetch(door.url)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({
      error: { code: 'unavailable', message: 'the panel is not built: run `npm run build`' },
    })
    await writeFile(join(folder, 'index.html'), 'a page at last')
    expect(await (await fetch(door.url)).text()).toBe('a page at last')
  })
})

test('the library lists every file, with those that cannot be played', async () => {
  const house = houseWith(['a.mp3'])
  const refused = libraryEntry('b.mp3', { seconds: null, state: 'refused', reason: 'no MP3' })
  const door = await openPanelDoor({ ...house, library: async () => [...(await house.library()), refused] })
  doors.push(door)
  expect(await (await fetch(`${door.url}/api/library`)).json()).toEqual({
    files: [libraryEntry('a.mp3'), refused],
    count: 2,
  })
})
