import { execFileSync } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { openTestAccess } from '../support/access.ts'
import { type Asked, ask } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor, panelApp } from '../support/panel-door.ts'

const supervisor = '172.30.32.2'
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** The ingress door, where every connection looks as if it came from that address. */
async function doorSeenFrom(peer: string) {
  const access = await openTestAccess({ ways: { ingress: true, password: false } })
  const { app, log } = await panelApp(houseWith(['a.mp3']), { auth: 'ingress', access })
  const server = createServer(app.callback())
  server.on('connection', (socket) => Object.defineProperty(socket, 'remoteAddress', { value: peer }))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { access, log, ask: (asked: Asked) => ask({ port }, asked) }
}

const as = (id: string, name = id) => ({
  'x-remote-user-id': id,
  'x-remote-user-name': name.toLowerCase(),
  'x-remote-user-display-name': Buffer.from(name).toString('latin1'),
})
const status = { path: '/auth/status' }

describe('behind ingress', () => {
  test.each([supervisor, `::ffff:${supervisor}`])(
    'Home Assistant says who somebody is, from %s',
    async (peer) => {
      const door = await doorSeenFrom(peer)
      expect((await door.ask({ ...status, headers: as('0a1b', 'Zoë') })).body).toEqual({
        auth: 'ingress',
        set_up: true,
        signed_in: true,
        user: { id: expect.any(String), username: 'Zoë', role: 'admin' },
      })
      expect((await door.ask({ ...status, headers: as('2c3d', 'Tim') })).body).toMatchObject({
        user: { username: 'Tim', role: 'member' },
      })
      const { body } = await door.ask({ path: '/users', headers: as('0a1b') })
      expect(body).toMatchObject({
        count: 2,
        users: [
          { username: 'Zoë', role: 'admin', signs_in_with: 'ingress' },
          { username: 'Tim', role: 'member', signs_in_with: 'ingress' },
        ],
      })
      expect((await door.ask({ path: '/users', headers: as('2c3d') })).status).toBe(403)
    },
  )

  test('an admin changes what somebody may do', async () => {
    const door = await doorSeenFrom(supervisor)
    await door.ask({ ...status, headers: as('0a1b', 'Zoë') })
    await door.ask({ ...status, headers: as('2c3d', 'Tim') })
    const tim = door.access.users().find(({ username }) => username === 'Tim')?.id
    const change = (id: string, role: string) =>
      door.ask({ method: 'PUT', path: `/users/${tim}`, headers: as(id), body: { role } })
    expect((await change('2c3d', 'admin')).status).toBe(403)
    expect((await change('0a1b', 'child')).status).toBe(200)
    expect((await door.ask({ path: '/players', headers: as('2c3d') })).status).toBe(403)
    expect((await door.ask({ path: '/kid', headers: as('2c3d') })).body).toEqual({ players: [], cards: [] })
    expect((await change('0a1b', 'admin')).status).toBe(200)
    expect((await door.ask({ path: '/users', headers: as('2c3d') })).status).toBe(200)
  })

  test('whoever is deleted is looked for again without being made anew', async () => {
    const door = await doorSeenFrom(supervisor)
    await door.ask({ ...status, headers: as('0a1b', 'Zoë') })
    await door.ask({ ...status, headers: as('2c3d', 'Tim') })
    const looks: (string | undefined)[] = []
    door.access.onLoss(() => looks.push(door.access.knownByIngress('2c3d')?.user.username))
    const tim = door.access.users().find(({ username }) => username === 'Tim')?.id
    await door.ask({ method: 'PUT', path: `/users/${tim}`, headers: as('0a1b'), body: { role: 'child' } })
    await door.ask({ method: 'DELETE', path: `/users/${tim}`, headers: as('0a1b') })
    expect(looks).toEqual(['Tim', undefined])
    expect(door.access.users().map(({ username }) => username)).toEqual(['Zoë'])
  })

  test.each<[string, Record<string, string>]>([
    ['no id', {}],
    ['an empty id', { 'x-remote-user-id': '' }],
    ['two ids', { 'x-remote-user-id': '0a1b, 2c3d' }],
    ['an id that is none', { 'x-remote-user-id': '../admin' }],
    ['an id without end', { 'x-remote-user-id': 'a'.repeat(65) }],
    ['a name alone', { 'x-remote-user-name': 'admin' }],
  ])('a request with %s is refused in words', async (_what, headers) => {
    const door = await doorSeenFrom(supervisor)
    const refused = await door.ask({ path: '/players', headers })
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    expect(refused.body.error?.message).toMatch(/^Home Assistant did not say who you are/)
    expect(door.access.users()).toEqual([])
    expect((await door.ask({ path: '/health', headers })).status).toBe(200)
  })

  test('there is no sign-in, no password and no cookie', async () => {
    const door = await doorSeenFrom(supervisor)
    const headers = as('0a1b', 'Zoë')
    const asked: Asked[] = [
      { path: '/user/login', headers, body: { username: 'a', password: 'b' } },
      { path: '/auth/set-up', headers, body: { code: 'a', username: 'a', password: 'b' } },
      { method: 'PUT', path: '/user/password', headers, body: { current_password: 'a', new_password: 'b' } },
    ]
    for (const one of asked) {
      const answer = await door.ask(one)
      expect(answer, one.path).toMatchObject({ status: 403, body: { error: { code: 'disabled' } } })
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
    const out = await door.ask({ method: 'POST', path: '/user/logout', headers })
    expect(out.status).toBe(200)
    expect(out.headers['set-cookie']).toBeUndefined()
  })

  test('a member makes tokens for the door beside this one', async () => {
    const door = await doorSeenFrom(supervisor)
    const made = { path: '/tokens', headers: as('0a1b', 'Zoë'), body: { name: 'a', scopes: ['house'] } }
    const { body } = await door.ask(made)
    expect(door.access.byToken(String(body.token))).toMatchObject({
      user: { username: 'Zoë' },
      scope: 'house',
    })
    // Here Home Assistant alone says who somebody is.
    expect((await door.ask({ path: '/players', token: String(body.token) })).status).toBe(403)
  })

  test('pages of other origins are refused, whoever Home Assistant says it is', async () => {
    const door = await doorSeenFrom(supervisor)
    const headers = { ...as('0a1b'), origin: 'http://evil.example' }
    expect((await door.ask({ path: '/players', headers })).status).toBe(403)
  })

  test.each(['172.30.32.1', '172.30.33.7', '192.168.1.7', '127.0.0.1', '::1'])(
    '%s is believed nothing, whatever it says',
    async (peer) => {
      const door = await doorSeenFrom(peer)
      const headers = { ...as('0a1b'), 'x-forwarded-for': supervisor, 'x-real-ip': supervisor }
      for (const path of ['/players', '/auth/status', '/users'])
        expect((await door.ask({ path, headers })).status).toBe(403)
      expect(door.access.users()).toEqual([])
    },
  )
})

describe('over a real connection', () => {
  test('the forged headers of this machine are nothing, but its health is told', async () => {
    const access = await openTestAccess()
    const door = await openPanelDoor(houseWith(), { auth: 'ingress', access })
    const headers = as('0a1b')
    expect((await ask(door, { path: '/players', headers })).status).toBe(403)
    expect((await ask(door, { path: '/health', headers })).body).toMatchObject({ status: 'healthy' })
    expect(access.users()).toEqual([])
    await door.stop()
  })

  test('they are nothing at a door with passwords either', async () => {
    const door = await openPanelDoor(houseWith(), { auth: 'password' })
    expect((await ask(door, { path: '/players', headers: as('0a1b') })).status).toBe(401)
    await door.stop()
  })

  const { why, takeBack } = supervisorAddress()
  afterAll(takeBack)

  test.skipIf(why !== null)(`the Supervisor's own address is believed${why ?? ''}`, async () => {
    const door = await openPanelDoor(houseWith(), { auth: 'ingress' })
    const asked = { path: '/auth/status', headers: as('0a1b', 'Zoë') }
    expect((await ask(door, asked)).status).toBe(403)
    expect(await ask(door, { ...asked, from: supervisor })).toMatchObject({
      status: 200,
      body: { user: { username: 'Zoë', role: 'admin' } },
    })
    await door.stop()
  })
})

/** Gives this machine the Supervisor's address too; says why where that cannot be done. */
function supervisorAddress(): { why: string | null; takeBack(): void } {
  const ip = (...words: string[]) =>
    execFileSync('ip', [...words, 'dev', 'lo'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const nothing = { why: null, takeBack: () => undefined }
  try {
    if (ip('addr', 'show').includes(`${supervisor}/`)) return nothing
    ip('addr', 'add', `${supervisor}/32`)
    return { why: null, takeBack: () => void ip('addr', 'del', `${supervisor}/32`) }
  } catch {
    return { ...nothing, why: ' (skipped: this machine does not let tests add an address)' }
  }
}
