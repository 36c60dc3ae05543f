import { describe, expect, test } from 'vitest'
import { memoryStore } from '../support/access.ts'
import { open } from '../support/ask.ts'
import { isIn, login, type PasswordDoor, password, passwordDoor } from '../support/password-door.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const dayMs = 86_400_000

describe('a session', () => {
  test('lasts thirty days, and is extended at most daily by use', async () => {
    const door = await passwordDoor()
    const cookie = await door.cookieOf('admin')
    expect((await door.ask({ path: '/players', cookie })).cookie).toBeUndefined()
    await door.clock.advance(29 * dayMs)
    expect((await door.ask({ path: '/players', cookie })).cookie).toBe(cookie)
    expect((await door.ask({ path: '/players', cookie })).cookie).toBeUndefined()
    await door.clock.advance(29 * dayMs)
    expect(await isIn(door, cookie)).toBe(true)
    await door.clock.advance(30 * dayMs)
    expect((await door.ask({ path: '/players', cookie })).status).toBe(401)
  })

  test('goes on after a restart, in its time', async () => {
    const store = memoryStore()
    const clock = new VirtualClock()
    const cookie = await (await passwordDoor({ store, clock })).cookieOf('admin')
    expect(await isIn(await passwordDoor({ store, clock }), cookie)).toBe(true)
    await clock.advance(31 * dayMs)
    const late = await passwordDoor({ store, clock })
    expect(await isIn(late, cookie)).toBe(false)
    expect(await store('sessions').entries()).toEqual([])
  })

  test('is not in the store as it is in the browser', async () => {
    const store = memoryStore()
    const door = await passwordDoor({ store })
    const cookie = await door.cookieOf('admin')
    const token = await door.tokenOf(cookie, ['house'])
    const kept = JSON.stringify([
      await store('users').entries(),
      await store('sessions').entries(),
      await store('tokens').entries(),
    ])
    for (const secret of [password, cookie.split('=')[1], token, token.slice(-30)])
      expect(kept).not.toContain(secret)
    expect(JSON.stringify([door.access.log.lines, door.log.lines])).not.toContain(cookie.split('=')[1])
  })

  test('ends with signing out, in this browser alone', async () => {
    const door = await passwordDoor()
    const [one, other] = [await door.cookieOf('admin'), await door.cookieOf('admin')]
    const answer = await door.ask({ method: 'POST', path: '/user/logout', cookie: one })
    expect(answer).toMatchObject({ status: 200, body: { success: true } })
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^yoto_stream_session=; Path=\/; Max-Age=0;/)
    expect([await isIn(door, one), await isIn(door, other)]).toEqual([false, true])
    expect((await door.ask({ method: 'POST', path: '/user/logout', cookie: one })).status).toBe(200)
  })

  test('goes on when its own user changes the password; all others of the user end', async () => {
    const store = memoryStore()
    const door = await passwordDoor({ store })
    const [one, other, friend] = [
      await door.cookieOf('admin'),
      await door.cookieOf('admin'),
      await door.cookieOf('member'),
    ]
    const change = (current_password: string, new_password: string) =>
      door.ask({
        method: 'PUT',
        path: '/user/password',
        cookie: one,
        body: { current_password, new_password },
      })
    expect(await change('wrong', 'a new password')).toMatchObject({ status: 403 })
    expect(await change(password, 'short')).toMatchObject({
      status: 422,
      body: { error: { details: { fields: [{ field: 'new_password' }] } } },
    })
    expect((await change(password, 'a new password')).status).toBe(200)
    const all = [one, other, friend]
    expect(await Promise.all(all.map((cookie) => isIn(door, cookie)))).toEqual([true, false, true])
    expect((await door.ask(login('admin'))).status).toBe(401)
    expect((await door.ask(login('admin', 'a new password'))).status).toBe(200)
    const restarted = await passwordDoor({ store })
    expect(await Promise.all(all.map((cookie) => isIn(restarted, cookie)))).toEqual([true, false, true])
  })

  test('of the old password is over even where the process ended before it was cleared away', async () => {
    const store = memoryStore()
    const door = await passwordDoor({ store })
    const other = await door.cookieOf('admin')
    const sessions = await store('sessions').entries()
    const cookie = await door.cookieOf('admin')
    const body = { current_password: password, new_password: 'a new password' }
    await door.ask({ method: 'PUT', path: '/user/password', cookie, body })
    for (const [digest, session] of sessions) await store('sessions').set(digest, session)
    expect(await isIn(await passwordDoor({ store }), other)).toBe(false)
  })

  test('ends when an admin sets another password or deletes the user', async () => {
    const door = await passwordDoor()
    const admin = await door.cookieOf('admin')
    const id = async (role: 'member' | 'child') => {
      const cookie = await door.cookieOf(role)
      return { cookie, id: door.access.users().find(({ username }) => username === role)?.id ?? '' }
    }
    const [member, child] = [await id('member'), await id('child')]
    const put = { method: 'PUT', path: `/users/${member.id}`, cookie: admin, body: { password: 'forgot it' } }
    expect((await door.ask(put)).status).toBe(200)
    expect((await door.ask({ method: 'DELETE', path: `/users/${child.id}`, cookie: admin })).status).toBe(200)
    expect([await isIn(door, member.cookie), await isIn(door, child.cookie)]).toEqual([false, false])
    expect((await door.ask(login('member', 'forgot it'))).status).toBe(200)
    expect((await door.ask(login('child'))).status).toBe(401)
  })

  test('acts with a new role at once', async () => {
    const door = await passwordDoor()
    const [admin, member] = [await door.cookieOf('admin'), await door.cookieOf('member')]
    const id = door.access.users().find(({ username }) => username === 'member')?.id
    const become = (role: string) =>
      door.ask({ method: 'PUT', path: `/users/${id}`, cookie: admin, body: { role } })
    const seen = async () => [
      (await door.ask({ path: '/users', cookie: member })).status,
      (await door.ask({ path: '/players', cookie: member })).status,
      (await door.ask({ path: '/kid', cookie: member })).status,
    ]
    expect(await seen()).toEqual([403, 200, 200])
    await become('child')
    expect(await seen()).toEqual([403, 403, 200])
    await become('admin')
    expect(await seen()).toEqual([200, 200, 200])
  })

  test('that a user opens again and again pushes the oldest out', async () => {
    const store = memoryStore()
    const door = await passwordDoor({ store })
    const first = await door.cookieOf('admin')
    for (let count = 0; count < 50; count++) {
      await door.clock.advance(1)
      await door.cookieOf('admin')
    }
    expect(await isIn(door, first)).toBe(false)
    expect(await store('sessions').entries()).toHaveLength(50)
  })
})

describe('live events', () => {
  const household = async () => {
    const door = await passwordDoor()
    return { door, admin: await door.cookieOf('admin'), member: await door.cookieOf('member') }
  }
  const idOf = ({ access }: PasswordDoor, name: string) =>
    access.users().find(({ username }) => username === name)?.id
  const tokenId = async ({ ask }: PasswordDoor, cookie: string) => {
    const { body } = await ask({ path: '/tokens', cookie })
    return (body.tokens as { id: string }[])[0]?.id
  }

  /** Of one who will be shown out, and of one who stays. */
  async function looking(door: PasswordDoor, leaving: { cookie?: string; token?: string }, cookie: string) {
    const events = await open(door, { path: '/live', ...leaving })
    const others = await open(door, { path: '/live', cookie })
    const ended = new Promise((resolve) => events.once('close', resolve).once('error', resolve))
    for (const answer of [events, others]) answer.on('error', () => undefined).resume()
    expect([events.statusCode, others.statusCode, door.live.listeners]).toEqual([200, 200, 2])
    return { ended, others }
  }

  test.each<[what: string, end: (door: PasswordDoor, member: string, admin: string) => Promise<object>]>([
    [
      'is deleted',
      (door, _, admin) =>
        door.ask({ method: 'DELETE', path: `/users/${idOf(door, 'member')}`, cookie: admin }),
    ],
    [
      'signs out in another tab',
      (door, member) => door.ask({ method: 'POST', path: '/user/logout', cookie: member }),
    ],
    [
      'becomes a child',
      (door, _, admin) =>
        door.ask({
          method: 'PUT',
          path: `/users/${idOf(door, 'member')}`,
          cookie: admin,
          body: { role: 'child' },
        }),
    ],
  ])('end for somebody who %s, without a moment of the clock, and for nobody else', async (_what, end) => {
    const { door, admin, member } = await household()
    const { ended, others } = await looking(door, { cookie: member }, admin)
    expect(await end(door, member, admin)).toMatchObject({ status: 200 })
    await ended
    expect([others.destroyed, door.live.listeners]).toEqual([false, 1])
    others.destroy()
  })

  test.each<[what: string, end: (door: PasswordDoor, member: string, admin: string) => Promise<object>]>([
    [
      'is revoked',
      async (door, member) =>
        door.ask({ method: 'DELETE', path: `/tokens/${await tokenId(door, member)}`, cookie: member }),
    ],
    [
      'is of a user who is deleted',
      (door, _, admin) =>
        door.ask({ method: 'DELETE', path: `/users/${idOf(door, 'member')}`, cookie: admin }),
    ],
  ])('end for a token that %s, without a moment of the clock', async (_what, end) => {
    const { door, admin, member } = await household()
    const token = await door.tokenOf(member, ['house'])
    const { ended, others } = await looking(door, { token }, admin)
    expect(await end(door, member, admin)).toMatchObject({ status: 200 })
    await ended
    expect([others.destroyed, door.live.listeners]).toEqual([false, 1])
    others.destroy()
  })

  test('end when the session runs out, though it was used in no other way', async () => {
    const door = await passwordDoor()
    await door.cookieOf('admin')
    const events = await open(door, { path: '/live', cookie: await door.cookieOf('member') })
    const ended = new Promise((resolve) => events.once('close', resolve).once('error', resolve))
    events.resume()
    // Not minute by minute: a month of beats would take its time.
    const now = door.clock.now.bind(door.clock)
    const inAMonth = now().getTime() + 31 * dayMs
    door.clock.now = () => new Date(Math.max(inAMonth, now().getTime()))
    await door.clock.advance(60_000)
    await ended
  })
})
