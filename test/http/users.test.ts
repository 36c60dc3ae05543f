import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { memoryStore, type TestStore } from '../support/access.ts'
import { ask } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'
import { openPasswordDoor, type PasswordDoor, password } from '../support/password-door.ts'

let store: TestStore
let door: PasswordDoor
let admin: string

beforeEach(async () => {
  store = memoryStore()
  door = await openPasswordDoor({ store })
  admin = await door.cookieOf('admin')
})

afterEach(() => door.stop())

const idOf = (name: string) => door.access.users().find(({ username }) => username === name)?.id ?? ''

describe('users', () => {
  test.each(['/users', '/admin/users'])('are made and listed at %s', async (path) => {
    const body = { username: 'Tim', password, role: 'child', players: ['y1'], cards: ['c1', '00042'] }
    const made = await door.ask({ path, cookie: admin, body })
    expect(made).toMatchObject({ status: 200 })
    const { password: _, ...shown } = body
    const tim = {
      ...shown,
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      signs_in_with: 'password',
      created_at: '2026-11-21T10:00:00.000+00:00',
    }
    expect(made.body).toEqual(tim)
    const { body: listed } = await door.ask({ path, cookie: admin })
    expect(listed).toMatchObject({ count: 2 })
    expect(listed.users).toContainEqual(tim)
    expect(JSON.stringify(listed)).not.toContain('scrypt')
  })

  test('are members where nobody says what they are', async () => {
    const { body } = await door.ask({ path: '/users', cookie: admin, body: { username: 'Tim', password } })
    expect(body).toMatchObject({ role: 'member', players: [], cards: [] })
  })

  test.each([
    [{ username: 'ADMIN', password }, 409],
    [{ username: 'Tim', password: 'short' }, 422],
    [{ username: '', password }, 422],
    [{ username: 'Tim' }, 422],
    [{ username: 'Tim', password, role: 'owner' }, 422],
    [{ username: 'Tim', password, ingress_id: 'ha1' }, 422],
    [{ username: 'Tim', password, players: 'all' }, 422],
  ])('are not made of %j', async (body, status) => {
    expect((await door.ask({ path: '/users', cookie: admin, body })).status).toBe(status)
    expect(door.access.users()).toHaveLength(1)
  })

  test('are changed in part', async () => {
    await door.cookieOf('child')
    const path = `/users/${idOf('child')}`
    const changed = await door.ask({ method: 'PUT', path, cookie: admin, body: { players: [] } })
    expect(changed).toMatchObject({
      status: 200,
      body: { username: 'child', role: 'child', players: [], cards: ['own'] },
    })
    for (const body of [{}, { id: 'x' }, { role: 'owner' }, { username: 'admin\u0000' }])
      expect((await door.ask({ method: 'PUT', path, cookie: admin, body })).status).toBe(422)
    const taken = { method: 'PUT', path, cookie: admin, body: { username: 'Admin' } }
    expect((await door.ask(taken)).status).toBe(409)
    expect(
      (await door.ask({ method: 'PUT', path: '/users/nobody', cookie: admin, body: { role: 'child' } }))
        .status,
    ).toBe(404)
    expect((await door.ask({ method: 'DELETE', path: '/users/nobody', cookie: admin })).status).toBe(404)
  })

  test('keep an admin who can come in', async () => {
    const path = `/users/${idOf('admin')}`
    const demoted = await door.ask({ method: 'PUT', path, cookie: admin, body: { role: 'member' } })
    expect(demoted).toMatchObject({ status: 409, body: { error: { message: /last admin who can come in/ } } })
    expect((await door.ask({ method: 'DELETE', path, cookie: admin })).status).toBe(409)
    expect((await door.ask({ path: '/users', cookie: admin })).status).toBe(200)
  })
})

test('somebody from Home Assistant who is given a password is the same user at a door that asks for it', async () => {
  const { user } = await door.access.byIngress({ id: '0a1b', name: 'Zoë' })
  const path = `/users/${user.id}`
  const given = await door.ask({ method: 'PUT', path, cookie: admin, body: { password } })
  expect(given).toMatchObject({ status: 200, body: { signs_in_with: 'ingress', role: 'member' } })
  const { cookie } = await door.ask({ path: '/user/login', body: { username: 'zoë', password } })
  expect((await door.ask({ path: '/auth/status', cookie })).body).toMatchObject({ user: { id: user.id } })
  const gone = await door.ask({ method: 'DELETE', path, cookie: admin })
  expect(gone.body.message).toBe(
    '"Zoë" deleted; at their next visit from Home Assistant they are a new member',
  )
})

describe('an API token', () => {
  const make = (cookie: string, scopes: unknown) =>
    door.ask({ path: '/tokens', cookie, body: { name: 'Node-RED', scopes } })

  test('is shown once, and opens the interface in the name of its user', async () => {
    const made = await make(admin, ['house'])
    expect(made).toMatchObject({ status: 200, body: { name: 'Node-RED', scopes: ['house'] } })
    const { id, token } = made.body as { id: string; token: string }
    expect(token).toMatch(new RegExp(`^yss_${id}_[\\w-]{43}$`))
    expect(Object.keys(made.body).toSorted()).toEqual(['id', 'name', 'scopes', 'token'])
    expect((await door.ask({ path: '/auth/status', token })).body).toMatchObject({
      signed_in: true,
      user: { username: 'admin', role: 'admin' },
    })
    const change = { path: '/streams/hall/queue', token, body: { files: ['a.mp3'] } }
    expect((await door.ask(change)).status).toBe(200)
    const listed = await door.ask({ path: '/tokens', cookie: admin })
    expect(listed.body).toEqual({
      count: 1,
      tokens: [
        {
          id,
          name: 'Node-RED',
          scopes: ['house'],
          username: 'admin',
          created_at: '2026-11-21T10:00:00.000+00:00',
          last_used_at: '2026-11-21T10:00:00.000+00:00',
        },
      ],
    })
  })

  test('needs no browser, but where an origin is sent it must be ours', async () => {
    const token = await door.tokenOf(admin, ['house'])
    const from = (headers: Record<string, string>) => door.ask({ path: '/players', token, headers })
    expect((await from({})).status).toBe(200)
    expect((await from({ origin: `http://127.0.0.1:${door.port}` })).status).toBe(200)
    expect((await from({ origin: 'http://evil.example' })).status).toBe(403)
    expect((await from({ host: 'evil.example' })).status).toBe(403)
  })

  test('is read nowhere but in its header', async () => {
    const token = await door.tokenOf(admin, ['admin'])
    for (const path of [
      `/players?token=${token}`,
      `/players?access_token=${token}`,
      `/players?api_key=${token}`,
    ])
      expect((await door.ask({ path })).status).toBe(401)
    for (const authorization of [
      token,
      `Basic ${token}`,
      `Token ${token}`,
      `Bearer ${token}x`,
      'Bearer',
      `Bearer ${token} ${token}`,
    ])
      expect((await door.ask({ path: '/players', headers: { authorization } })).status, authorization).toBe(
        401,
      )
    expect((await door.ask({ path: '/players', cookie: `yoto_stream_session=${token}` })).status).toBe(401)
    const secret = admin.split('=')[1]
    expect((await door.ask({ path: '/players', token: secret })).status).toBe(401)
  })

  test('goes beside what a browser sends for a proxy before us', async () => {
    const headers = { authorization: 'Basic YTpi' }
    expect((await door.ask({ path: '/players', cookie: admin, headers })).status).toBe(200)
    expect((await door.ask({ path: '/players', headers })).status).toBe(401)
  })

  test('that is wrong is not made up for by a cookie that is right', async () => {
    expect((await door.ask({ path: '/players', cookie: admin, token: 'yss_a_b' })).status).toBe(401)
  })

  test('reaches no further than its maker, who cannot give what they do not have', async () => {
    const member = await door.cookieOf('member')
    expect(await make(member, ['admin'])).toMatchObject({
      status: 403,
      body: { error: { message: 'you cannot give a token the scope admin: you do not have it yourself' } },
    })
    const narrow = await door.tokenOf(admin, ['house'])
    const wider = { path: '/tokens', token: narrow, body: { name: 'more', scopes: ['admin'] } }
    expect((await door.ask(wider)).status).toBe(403)
    for (const scopes of [[], ['everything'], 'house', ['kid', 'kid', 'kid', 'kid']])
      expect((await make(admin, scopes)).status).toBe(422)
  })

  test('makes no other, which would outlive it', async () => {
    const token = await door.tokenOf(admin, ['admin'])
    const body = { name: 'another', scopes: ['kid'] }
    expect(await door.ask({ path: '/tokens', token, body })).toMatchObject({
      status: 403,
      body: { error: { message: 'a token cannot make tokens: sign in' } },
    })
  })

  test('sets nobody a password', async () => {
    const token = await door.tokenOf(admin, ['admin'])
    for (const name of ['admin', 'member']) {
      await door.cookieOf(name as 'admin' | 'member')
      const body = { password: 'another horse' }
      const answer = await door.ask({ method: 'PUT', path: `/users/${idOf(name)}`, token, body })
      expect(answer).toMatchObject({ status: 403, body: { error: { message: /token cannot set/ } } })
    }
    expect((await door.ask({ path: '/user/login', body: { username: 'admin', password } })).status).toBe(200)
  })

  test('cannot change the password of its user', async () => {
    const token = await door.tokenOf(admin, ['admin'])
    const body = { current_password: password, new_password: 'another horse' }
    const answer = await door.ask({ method: 'PUT', path: '/user/password', token, body })
    expect(answer).toMatchObject({
      status: 403,
      body: { error: { message: 'a token cannot change a password' } },
    })
  })

  test('shrinks with the role of its user, and ends with them', async () => {
    const member = await door.cookieOf('member')
    const token = await door.tokenOf(member, ['kid', 'house'])
    const seen = async () => [
      (await door.ask({ path: '/players', token })).status,
      (await door.ask({ path: '/kid', token })).status,
    ]
    const path = `/users/${idOf('member')}`
    expect(await seen()).toEqual([200, 200])
    await door.ask({ method: 'PUT', path, cookie: admin, body: { role: 'child' } })
    expect(await seen()).toEqual([403, 200])
    await door.ask({ method: 'PUT', path, cookie: admin, body: { role: 'admin' } })
    expect(await seen()).toEqual([200, 200])
    expect((await door.ask({ path: '/users', token })).status).toBe(403)
    await door.ask({ method: 'DELETE', path, cookie: admin })
    expect(await seen()).toEqual([401, 401])
    expect(await store('tokens').entries()).toEqual([])
  })

  test('is seen and revoked by its maker and by admins', async () => {
    const member = await door.cookieOf('member')
    await make(admin, ['admin'])
    const { id, token } = (await make(member, ['house'])).body as { id: string; token: string }
    const seenBy = async (who: { cookie?: string; token?: string }) =>
      (await door.ask({ path: '/tokens', ...who })).body.count
    expect([await seenBy({ cookie: admin }), await seenBy({ cookie: member })]).toEqual([2, 1])
    expect(await seenBy({ token: await door.tokenOf(admin, ['house']) })).toBe(2)
    const all = (await door.ask({ path: '/tokens', cookie: admin })).body.tokens as { id: string }[]
    const first = all[0]
    const others = { method: 'DELETE', path: `/tokens/${first?.id}`, cookie: member }
    expect((await door.ask(others)).status).toBe(404)
    expect((await door.ask({ method: 'DELETE', path: `/tokens/${id}`, cookie: member })).status).toBe(200)
    expect((await door.ask({ path: '/players', token })).status).toBe(401)
    expect((await door.ask({ method: 'DELETE', path: `/tokens/${first?.id}`, cookie: admin })).status).toBe(
      200,
    )
  })

  test('goes on after a restart, which clears away those of users that are gone', async () => {
    const token = await door.tokenOf(admin, ['house'])
    await door.tokenOf(await door.cookieOf('member'), ['house'])
    await store('users').delete(idOf('member'))
    const again = await openPasswordDoor({ store })
    expect((await again.ask({ path: '/players', token })).status).toBe(200)
    expect(await store('tokens').entries()).toHaveLength(1)
    await again.stop()
  })

  test('says when it was used, to the hour', async () => {
    const token = await door.tokenOf(admin, ['house'])
    const used = async () => {
      await door.ask({ path: '/players', token })
      const [[, kept] = []] = await store('tokens').entries()
      return (kept as { last_used_at: string }).last_used_at.slice(11, 16)
    }
    expect(await used()).toBe('10:00')
    await door.clock.advance(59 * 60_000)
    expect(await used()).toBe('10:00')
    await door.clock.advance(60_000)
    expect(await used()).toBe('11:00')
  })
})

describe('where nobody signs in', () => {
  test('everybody on this machine is an admin, and there is no sign-in', async () => {
    const open = await openPanelDoor(houseWith())
    expect((await ask(open, { path: '/auth/status' })).body).toEqual({
      auth: 'none',
      set_up: true,
      signed_in: true,
      user: { id: 'local', username: 'this machine', role: 'admin' },
    })
    expect((await ask(open, { path: '/users' })).body).toEqual({ users: [], count: 0 })
    const disabled = { status: 403, body: { error: { code: 'disabled' } } }
    const asked: [string, object][] = [
      ['/user/login', { username: 'a', password }],
      ['/auth/set-up', { code: '', username: 'a', password }],
      ['/tokens', { name: 'a', scopes: ['house'] }],
    ]
    for (const [path, body] of asked) expect(await ask(open, { path, body }), path).toMatchObject(disabled)
    const own = { current_password: password, new_password: password }
    expect(await ask(open, { method: 'PUT', path: '/user/password', body: own })).toMatchObject(disabled)
    expect((await ask(open, { method: 'POST', path: '/user/logout' })).status).toBe(200)
    await open.stop()
  })

  test('an address of the household is still no name of this door', async () => {
    const open = await openPanelDoor(houseWith())
    expect((await ask(open, { path: '/health', headers: { host: '192.168.1.7' } })).status).toBe(403)
    await open.stop()
  })
})
