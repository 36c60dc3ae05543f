import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ask } from '../support/ask.ts'
import { type RunningApp, runApp } from '../support/running-app.ts'

const password = 'correct horse'
let data: string
const apps: RunningApp[] = []

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'yoto-access-'))
})

afterEach(async () => {
  for (const app of apps.splice(0)) await app.stop()
  await rm(data, { recursive: true, force: true })
})

async function running(env: Record<string, string> = {}) {
  const app = await runApp({ data, env })
  apps.push(app)
  const door = (url: string | null) => ({ port: Number(new URL(url ?? '').port) })
  return {
    stop: () => app.stop(),
    panel: door(app.app.panelUrl),
    direct: app.app.directUrl === null ? null : door(app.app.directUrl),
    /** Where the log says the first user is set up, and with which code. */
    setUp() {
      const [, url, code] = /Open (\S+) .* with the code ([\w-]+)$/.exec(app.app.setUpWords ?? '') ?? []
      return url === undefined || code === undefined ? null : { door: door(url), code }
    },
  }
}

const withPassword = { YOTO_STREAM_PANEL_AUTH: 'password' }
const withDirect = { YOTO_STREAM_DIRECT_PORT: '0' }

describe('the product', () => {
  test('on its defaults asks nobody on this machine, and speaks of no code', async () => {
    const { panel, direct, setUp } = await running()
    expect((await ask(panel, { path: '/players' })).status).toBe(200)
    expect(direct).toBeNull()
    expect(setUp()).toBeNull()
  })

  test('with a sign-in is set up with the code in its log, and knows everybody after a restart', async () => {
    const first = await running(withPassword)
    expect((await ask(first.panel, { path: '/players' })).status).toBe(401)
    const { door, code } = first.setUp() ?? { door: first.panel, code: '' }
    expect(door).toEqual(first.panel)
    const { status, cookie } = await ask(door, {
      path: '/auth/set-up',
      body: { code, username: 'Ada', password },
    })
    expect(status).toBe(200)
    const made = { path: '/tokens', cookie, body: { name: 'a program', scopes: ['house'] } }
    const token = String((await ask(door, made)).body.token)
    await first.stop()
    const second = await running(withPassword)
    expect(second.setUp()).toBeNull()
    expect((await ask(second.panel, { path: '/users', cookie })).body).toMatchObject({ count: 1 })
    expect((await ask(second.panel, { path: '/players', token })).status).toBe(200)
    expect(
      (await ask(second.panel, { path: '/user/login', body: { username: 'ada', password } })).status,
    ).toBe(200)
  })

  test('has another code after each start, until somebody is set up', async () => {
    const first = await running(withPassword)
    const old = first.setUp()?.code
    await first.stop()
    const second = await running(withPassword)
    expect(second.setUp()?.code).not.toBe(old)
    const body = { code: old, username: 'Mallory', password }
    expect((await ask(second.panel, { path: '/auth/set-up', body })).status).toBe(403)
  })

  test('opens a direct door beside one that asks nobody: the same house, with a sign-in', async () => {
    const { panel, direct, setUp } = await running(withDirect)
    if (direct === null) throw new Error('there is no direct door')
    expect((await ask(panel, { path: '/auth/status' })).body).toMatchObject({ auth: 'none' })
    expect((await ask(direct, { path: '/auth/status' })).body).toMatchObject({
      auth: 'password',
      set_up: false,
      signed_in: false,
    })
    expect((await ask(direct, { path: '/players' })).status).toBe(401)
    const { code } = setUp() ?? { code: '' }
    const { cookie } = await ask(direct, {
      path: '/auth/set-up',
      body: { code, username: 'Ada', password },
    })
    expect((await ask(direct, { path: '/players', cookie })).body).toMatchObject({ count: 2 })
    expect((await ask(panel, { path: '/users' })).body).toMatchObject({ users: [{ username: 'Ada' }] })
    expect((await fetch(`http://127.0.0.1:${direct.port}/api/kid`)).status).toBe(401)
  })

  test('behind ingress lets nobody else in, and a direct door still has its sign-in', async () => {
    const { panel, direct, setUp } = await running({ ...withDirect, YOTO_STREAM_PANEL_AUTH: 'ingress' })
    const headers = { 'x-remote-user-id': '0a1b' }
    expect((await ask(panel, { path: '/players', headers })).status).toBe(403)
    expect((await ask(panel, { path: '/health' })).status).toBe(200)
    expect(setUp()?.door).toEqual(direct)
    expect((await ask(setUp()?.door ?? panel, { path: '/players', headers })).status).toBe(401)
  })

  test("a child's page has the cards that the product published, by their titles", async () => {
    const { panel } = await running()
    const { body } = await ask(panel, { path: '/kid' })
    expect(body.players).toHaveLength(2)
    expect((body.cards as { title: string }[]).map(({ title }) => title)).toContain('bedroom')
  })
})
