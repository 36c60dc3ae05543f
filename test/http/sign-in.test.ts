import { describe, expect, test } from 'vitest'
import { memoryStore } from '../support/access.ts'
import { isIn, login, password, passwordDoor } from '../support/password-door.ts'

describe('the first user', () => {
  const first = { username: 'Ada', password }

  test('is set up with the code from the log, once', async () => {
    const door = await passwordDoor()
    const code = door.access.offerSetUp() ?? ''
    expect((await door.ask({ path: '/auth/status' })).body).toEqual({
      auth: 'password',
      set_up: false,
      signed_in: false,
      user: null,
    })
    const answer = await door.ask({ path: '/auth/set-up', body: { code: code.toLowerCase(), ...first } })
    expect(answer).toMatchObject({ status: 200, body: { success: true, username: 'Ada' } })
    expect((await door.ask({ path: '/auth/status', cookie: answer.cookie })).body).toEqual({
      auth: 'password',
      set_up: true,
      signed_in: true,
      user: { id: expect.any(String), username: 'Ada', role: 'admin' },
    })
    const again = await door.ask({ path: '/auth/set-up', body: { code, ...first, username: 'Mallory' } })
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } })
    expect(door.access.offerSetUp()).toBeNull()
  })

  test('is one, also when two race for it', async () => {
    const door = await passwordDoor()
    const code = door.access.offerSetUp() ?? ''
    const race = ['Ada', 'Mallory'].map((username) =>
      door.ask({ path: '/auth/set-up', body: { code, username, password } }),
    )
    expect((await Promise.all(race)).map(({ status }) => status).toSorted()).toEqual([200, 409])
    expect(door.access.users()).toHaveLength(1)
  })

  test('may miss what a password or a name must be, and then do better with the same code', async () => {
    const door = await passwordDoor()
    const code = door.access.offerSetUp() ?? ''
    for (let slip = 0; slip < 6; slip++) {
      const short = await door.ask({ path: '/auth/set-up', body: { code, ...first, password: 'short' } })
      expect(short).toMatchObject({
        status: 422,
        body: { error: { details: { fields: [{ field: 'password' }] } } },
      })
    }
    expect((await door.ask({ path: '/auth/set-up', body: { code, ...first } })).status).toBe(200)
  })

  test('needs the code of this very start, and guessing it is made to wait', async () => {
    const door = await passwordDoor()
    const old = door.access.offerSetUp()
    const code = door.access.offerSetUp() ?? ''
    const guess = (typed: string | null) =>
      door.ask({ path: '/auth/set-up', body: { code: typed, ...first } })
    expect(await guess(old)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    for (const typed of ['', '0000-0000', 'undefined', 'null']) expect((await guess(typed)).status).toBe(403)
    const refused = await guess(code)
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'too_many' } } })
    expect(refused.headers['retry-after']).toBe('1')
    await door.clock.advance(1000)
    expect((await guess(code)).status).toBe(200)
  })

  test('cannot be made without a code having been given out', async () => {
    const door = await passwordDoor()
    for (const code of ['', 'null'])
      expect((await door.ask({ path: '/auth/set-up', body: { code, ...first } })).status).toBe(403)
  })
})

describe('a household that lost its passwords', () => {
  const wish = (code: string, username = 'admin') => ({
    path: '/auth/set-up',
    body: { code, username, password: 'a new horse' },
  })

  test('gives an admin a new one with a code of its log, once; what the old one opened is over', async () => {
    const door = await passwordDoor()
    const old = await door.cookieOf('admin')
    const code = door.access.offerSetUp(true) ?? ''
    expect((await door.ask(wish('AAAA-AAAA'))).status).toBe(403)
    expect((await door.ask(wish(code, 'ADMIN'))).status).toBe(200)
    expect(await isIn(door, old)).toBe(false)
    expect((await door.ask(login('admin'))).status).toBe(401)
    expect((await door.ask(login('admin', 'a new horse'))).status).toBe(200)
    expect((await door.ask(wish(code))).status).toBe(409)
    expect(door.access.users()).toHaveLength(1)
  })

  test('gets a new admin where nobody has that name, and a member of that name becomes one', async () => {
    const door = await passwordDoor()
    await door.cookieOf('admin')
    await door.cookieOf('member')
    expect((await door.ask(wish(door.access.offerSetUp(true) ?? '', 'member'))).status).toBe(200)
    expect((await door.ask(wish(door.access.offerSetUp(true) ?? '', 'Grace'))).status).toBe(200)
    expect(door.access.users().map(({ username, role }) => [username, role])).toEqual([
      ['admin', 'admin'],
      ['member', 'admin'],
      ['Grace', 'admin'],
    ])
  })

  test('is not everybody who knows an older code', async () => {
    const door = await passwordDoor()
    const code = door.access.offerSetUp() ?? ''
    expect((await door.ask(wish(code, 'Ada'))).status).toBe(200)
    const [ada] = door.access.users()
    await door.access.byIngress({ id: '0a1b', name: 'Zoë' })
    expect((await door.ask(wish(code, 'Mallory'))).status).toBe(409)
    expect(ada).toMatchObject({ username: 'Ada' })
  })
})

describe('signing in', () => {
  test('gives a cookie that no script reads and no other site sends', async () => {
    const door = await passwordDoor()
    await door.cookieOf('admin')
    const answer = await door.ask(login('ADMIN '))
    expect(answer).toMatchObject({ status: 200, body: { success: true, username: 'admin' } })
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^yoto_stream_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
      ),
    ])
    expect((await door.ask({ path: '/players', cookie: answer.cookie })).status).toBe(200)
  })

  test.each([
    ['a trusted proxy', ['127.0.0.1'], true],
    ['anybody else', [], false],
  ])('by https, as %s says, marks the cookie for https alone', async (_who, trustedProxies, secure) => {
    const door = await passwordDoor({ trustedProxies })
    await door.cookieOf('admin')
    const answer = await door.ask({ ...login('admin'), headers: { 'x-forwarded-proto': 'https' } })
    expect(answer.headers['set-cookie']?.[0]?.endsWith('; Secure')).toBe(secure)
  })

  test('with a wrong name or a wrong password are one and the same', async () => {
    const door = await passwordDoor()
    await door.cookieOf('admin')
    const answers = [await door.ask(login('admin', 'wrong')), await door.ask(login('nobody'))]
    for (const { status, body, cookie } of answers) {
      expect(status).toBe(401)
      expect(body).toEqual(answers[0]?.body)
      expect(cookie).toBeUndefined()
    }
    const warned = door.access.log.lines.filter(({ level }) => level === 'warn')
    expect(warned.map(({ detail }) => detail?.username)).toEqual(['admin', 'an unknown name'])
  })

  test('in the same browser ends the session that it had, and no other', async () => {
    const door = await passwordDoor()
    const elsewhere = await door.cookieOf('admin')
    const before = await door.cookieOf('admin')
    const { cookie = '' } = await door.ask({ ...login('admin'), cookie: before })
    expect(await Promise.all([elsewhere, before, cookie].map((one) => isIn(door, one)))).toEqual([
      true,
      false,
      true,
    ])
  })

  test.each([
    ['a form of another site', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['plain text', { 'content-type': 'text/plain' }, 415],
    ['a page of another origin', { origin: 'http://evil.example' }, 403],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a name rebound to this address', { host: 'evil.example' }, 403],
    ['a name that begins like an address', { host: '127.0.0.1.evil.example' }, 403],
    ['an address of the household', { host: '192.168.1.7:8097' }, 200],
    ['an address in IPv6', { host: '[fd00::7]:8097' }, 200],
  ])('from %s', async (_what, headers, status) => {
    const door = await passwordDoor()
    await door.cookieOf('admin')
    expect((await door.ask({ ...login('admin'), headers })).status).toBe(status)
  })

  test.each([
    {},
    { username: 'admin' },
    { username: 'admin', password: 7 },
    { username: {}, password },
    { username: 'admin', password, role: 'admin' },
  ])('with %j is no sign-in', async (body) => {
    const door = await passwordDoor()
    await door.cookieOf('admin')
    expect((await door.ask({ path: '/user/login', body })).status).toBe(422)
  })

  test('renews a hash from when it cost less, and the sessions of that password go on', async () => {
    const store = memoryStore()
    const before = await passwordDoor({ store })
    const cookie = await before.cookieOf('admin')
    const after = await passwordDoor({ store, passwordCost: { ln: 6, r: 1, p: 1 } })
    expect((await after.ask(login('admin'))).status).toBe(200)
    const [[, user] = []] = await store('users').entries()
    expect(user).toMatchObject({ password: expect.stringMatching(/^\$scrypt\$ln=6,/) })
    expect(await isIn(after, cookie)).toBe(true)
    expect((await after.ask(login('admin'))).status).toBe(200)
  })
})

describe('guessing a password', () => {
  test('is made to wait, says for how long, and a right one does not help meanwhile', async () => {
    const door = await passwordDoor()
    await door.cookieOf('admin')
    const statuses: number[] = []
    for (let guess = 0; guess < 7; guess++) statuses.push((await door.ask(login('admin', 'wrong'))).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
    const refused = await door.ask(login('admin'))
    expect(refused).toMatchObject({
      status: 429,
      body: { error: { code: 'too_many', details: { retry_after_s: 1 } } },
    })
    expect(refused.headers['retry-after']).toBe('1')
    await door.clock.advance(1000)
    expect((await door.ask(login('admin'))).status).toBe(200)
    expect((await door.ask(login('admin', 'wrong'))).status).toBe(401)
  })

  test('at many names from one address is one guesser, and whoever signed in there before comes in all the same', async () => {
    const door = await passwordDoor()
    await door.cookieOf('admin')
    for (let name = 0; name < 5; name++) await door.ask(login(`nobody ${name}`))
    expect((await door.ask(login('somebody'))).status).toBe(429)
    expect((await door.ask(login('admin'))).status).toBe(200)
  })

  test('from an address that is made up in a header is still from one', async () => {
    const door = await passwordDoor()
    const statuses: number[] = []
    for (let guess = 0; guess < 7; guess++) {
      const headers = { 'x-forwarded-for': `203.0.113.${guess}` }
      statuses.push((await door.ask({ ...login(`nobody ${guess}`), headers })).status)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
  })

  test('from many addresses at one name waits, but not for those who signed in where they are', async () => {
    const door = await passwordDoor({ trustedProxies: ['127.0.0.1'] })
    const from = (address: string, guess?: string) =>
      door.ask({ ...login('admin', guess), headers: { 'x-forwarded-for': address } })
    await door.cookieOf('admin')
    expect((await from('192.168.1.5')).status).toBe(200)
    for (let host = 1; host <= 5; host++) expect((await from(`203.0.113.${host}`, 'wrong')).status).toBe(401)
    expect((await from('203.0.113.6')).status).toBe(429)
    expect((await from('192.168.1.5')).status).toBe(200)
  })

  test('a child signs in between guesses, and the guesses at a grown-up go on counting', async () => {
    const door = await passwordDoor()
    await door.cookieOf('admin')
    await door.cookieOf('child')
    const statuses: number[] = []
    for (let guess = 0; guess < 8; guess++) {
      statuses.push((await door.ask(login('admin', 'wrong'))).status)
      await door.ask(login('child'))
    }
    expect(statuses.slice(5)).toEqual([429, 429, 429])
  })

  test('never waits more than five minutes', async () => {
    const door = await passwordDoor()
    await door.cookieOf('admin')
    for (let guess = 0; guess < 20; guess++) {
      const { headers } = await door.ask(login('admin', 'wrong'))
      expect(Number(headers['retry-after'] ?? 0)).toBeLessThanOrEqual(300)
      await door.clock.advance(300_000)
    }
    expect((await door.ask(login('admin'))).status).toBe(200)
  })

  test('through somebody who is signed in waits as well', async () => {
    const door = await passwordDoor()
    const cookie = await door.cookieOf('member')
    const guess = () =>
      door.ask({
        method: 'PUT',
        path: '/user/password',
        cookie,
        body: { current_password: 'a guess', new_password: 'mine now' },
      })
    for (let count = 0; count < 5; count++) expect((await guess()).status).toBe(403)
    expect((await guess()).status).toBe(429)
  })

  test('is no wrong guess where too many sign in at once to look at it', async () => {
    const door = await passwordDoor({ passwordCost: { ln: 12, r: 8, p: 1 } })
    await door.cookieOf('admin')
    const crowd = Array.from({ length: 60 }, (_, guess) =>
      door.ask({
        ...login(`nobody ${guess}`, 'wrong'),
        headers: { 'x-forwarded-for': `203.0.113.${guess}` },
      }),
    )
    const mine = Array.from({ length: 3 }, () => door.ask(login('admin')))
    await Promise.all([...crowd, ...mine])
    expect((await door.ask(login('admin'))).status).toBe(200)
  })

  test('waits nowhere where somebody was set up', async () => {
    const door = await passwordDoor()
    const first = { code: door.access.offerSetUp() ?? '', username: 'admin', password }
    expect((await door.ask({ path: '/auth/set-up', body: first })).status).toBe(200)
    for (let name = 0; name < 6; name++) await door.ask(login(`nobody ${name}`))
    expect((await door.ask(login('nobody 7'))).status).toBe(429)
    expect((await door.ask(login('admin'))).status).toBe(200)
  })

  test('waits nowhere where somebody signed in before the last restart', async () => {
    const store = memoryStore()
    await (await passwordDoor({ store })).cookieOf('admin')
    const door = await passwordDoor({ store })
    for (let name = 0; name < 6; name++) await door.ask(login(`nobody ${name}`))
    expect((await door.ask(login('nobody 7'))).status).toBe(429)
    expect((await door.ask(login('admin'))).status).toBe(200)
  })
})

describe('a change of password', () => {
  test('does not undo what an admin has set meanwhile', async () => {
    const door = await passwordDoor({ passwordCost: { ln: 13, r: 8, p: 1 } })
    const admin = await door.cookieOf('admin')
    const member = await door.cookieOf('member')
    const id = door.access.users().find(({ username }) => username === 'member')?.id
    const own = door.ask({
      method: 'PUT',
      path: '/user/password',
      cookie: member,
      body: { current_password: password, new_password: 'of the thief' },
    })
    await new Promise((resolve) => setTimeout(resolve, 5))
    const body = { password: 'of the admin' }
    expect((await door.ask({ method: 'PUT', path: `/users/${id}`, cookie: admin, body })).status).toBe(200)
    await own
    expect((await door.ask(login('member', 'of the thief'))).status).toBe(401)
    expect((await door.ask(login('member', 'of the admin'))).status).toBe(200)
  })
})
