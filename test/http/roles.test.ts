import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Need, reaches, type Scope } from '../../src/core/role.ts'
import { open } from '../support/ask.ts'
import { openPasswordDoor, type PasswordDoor } from '../support/password-door.ts'

/** What each call needs, written down once more: a route that is not decided on here fails the test. */
const needed: Record<Need, readonly string[]> = {
  anyone: [
    'GET /health',
    'GET /auth/status',
    'POST /auth/set-up',
    'POST /user/login',
    'POST /user/logout',
    'POST /hook/{key}',
  ],
  kid: ['GET /kid', 'POST /kid/play', 'POST /kid/pause', 'POST /kid/next', 'POST /kid/previous'],
  house: [
    'PUT /user/password',
    'GET /openapi.json',
    'GET /live',
    'GET /live/snapshot',
    'GET /library',
    'GET /library/uploads',
    'POST /library/uploads',
    'GET /library/uploads/{id}',
    'POST /library/uploads/{id}',
    'DELETE /library/uploads/{id}',
    'POST /library/search',
    'POST /library/delete',
    'GET /library/disk',
    'GET /library/{id}',
    'PUT /library/{id}/loved',
    'GET /library/{id}/cover',
    'GET /library/{id}/audio',
    'GET /audio/list',
    'GET /audio/{filename}',
    'GET /events',
    'GET /plan',
    'GET /schedules',
    'POST /rules/explain',
    'GET /rules/schema',
    'POST /rules/format',
    'GET /stories',
    'POST /stories/graph',
    'POST /stories/play-through',
    'POST /stories/playing-time',
    'GET /rules/{id}/traces',
    'GET /rules/{id}/traces/{run}',
    'GET /rules/{id}/why',
    'GET /rules/{id}/conditions',
    'GET /account/cards',
    'GET /account/cards/{card_id}/copy',
    'POST /account/cards/{card_id}/copy',
    'POST /account/cards/search',
    'GET /account/cards/{card_id}',
    'PUT /account/cards/{card_id}',
    'GET /icons',
    'POST /icons',
    'POST /icons/search',
    'POST /icons/drawn',
    'POST /icons/from-picture',
    'POST /icons/from-cover',
    'GET /icons/{icon_id}/image',
    'POST /covers',
    'POST /covers/from-library',
    'GET /cards',
    'POST /cards',
    'POST /cards/create-streaming',
    'GET /cards/{card_id}',
    'PUT /cards/{card_id}',
    'DELETE /cards/{card_id}',
    'GET /cards/{card_id}/account',
    'POST /cards/{card_id}/publish',
    'GET /address-check',
    'POST /address-check',
    'GET /address-check/{id}',
    'GET /streams/queues',
    'PUT /streams/{name}',
    'DELETE /streams/{name}',
    'GET /streams/{name}/stream.mp3',
    'GET /streams/{name}/answers',
    'PUT /streams/{name}/answers',
    'GET /streams/{name}/queue',
    'POST /streams/{name}/queue',
    'DELETE /streams/{name}/queue',
    'PUT /streams/{name}/queue/reorder',
    'DELETE /streams/{name}/queue/{index}',
    'POST /streams/{name}/queue/mutations',
    'GET /queues/export',
    'POST /queues/import',
    'GET /presets',
    'POST /presets',
    'POST /presets/apply',
    'DELETE /presets/{name}',
    'GET /inputs',
    'PUT /inputs/{id}',
    'POST /inputs/{id}/press',
    'GET /players',
    'GET /players/{id}',
    'PUT /players/{id}/settings',
    ...[
      'play',
      'resume',
      'pause',
      'stop',
      'next',
      'previous',
      'seek',
      'volume',
      'play-card',
      'sleep-timer',
      'ambient',
      'bluetooth',
      'picture',
    ].map((act) => `POST /players/{id}/${act}`),
    ...['insert', 'remove', 'press', 'turn', 'pause', 'resume', 'power'].map(
      (act) => `POST /simulator/players/{id}/${act}`,
    ),
    'GET /rules',
    'POST /rules/enable',
    'GET /tokens',
    'POST /tokens',
    'DELETE /tokens/{id}',
  ],
  admin: [
    'GET /account',
    'GET /settings',
    'POST /account/sign-in',
    'POST /account/complete',
    'POST /account/sign-out',
    'GET /account/cards/backup',
    'GET /account/cards/{card_id}/document',
    'POST /account/cards/restore',
    'DELETE /account/cards/{card_id}',
    'GET /account/deleted-cards',
    'POST /account/deleted-cards/{card_id}/restore',
    'GET /diagnostics',
    'GET /first-steps',
    'POST /backup/begin',
    'POST /backup/end',
    'GET /webhooks',
    'POST /webhooks/{name}/rotate-key',
    ...['read', 'write', 'delete', 'check', 'reload', 'dry-run', 'offers'].map((act) => `POST /rules/${act}`),
    'POST /library/clean',
    'POST /cards/{card_id}/rotate-key',
    'POST /streams/{name}/rotate-key',
    'GET /users',
    'POST /users',
    'GET /admin/users',
    'POST /admin/users',
    'PUT /users/{id}',
    'DELETE /users/{id}',
  ],
}

const needOf = (call: string) =>
  (['anyone', 'kid', 'house', 'admin'] as const).find((need) => needed[need].includes(call))

describe('every call of the interface', () => {
  let door: PasswordDoor
  let calls: string[]
  let callers: { who: string; scope: Scope | null; cookie?: string; token?: string }[]

  beforeAll(async () => {
    door = await openPasswordDoor()
    const [admin, member, child] = [
      await door.cookieOf('admin'),
      await door.cookieOf('member'),
      await door.cookieOf('child'),
    ]
    const described = await door.ask({ path: '/openapi.json', cookie: admin })
    calls = Object.entries(described.body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.slice('/api'.length)}`),
    )
    callers = [
      { who: 'nobody', scope: null },
      { who: 'a child', scope: 'kid', cookie: child },
      { who: 'a member', scope: 'house', cookie: member },
      { who: 'an admin', scope: 'admin', cookie: admin },
      { who: "an admin's token for a child's page", scope: 'kid', token: await door.tokenOf(admin, ['kid']) },
      { who: "a member's token", scope: 'house', token: await door.tokenOf(member, ['kid', 'house']) },
      { who: "an admin's token", scope: 'admin', token: await door.tokenOf(admin, ['admin']) },
      { who: 'a cookie that nobody was given', scope: null, cookie: `yoto_stream_session=${'a'.repeat(43)}` },
      { who: 'a token that nobody was given', scope: null, token: `yss_0123456789abcdef_${'a'.repeat(43)}` },
    ]
  })

  afterAll(() => door.stop())

  test('is decided on', () => {
    expect(calls.filter((call) => needOf(call) === undefined)).toEqual([])
    expect(calls.toSorted()).toEqual(Object.values(needed).flat().toSorted())
  })

  test('says in its description what it needs', async () => {
    const admin = await door.cookieOf('admin')
    const described = (await door.ask({ path: '/openapi.json', cookie: admin })).body
    for (const call of calls) {
      const [method = '', path] = call.split(' ')
      const paths = described.paths as Record<string, Record<string, { security: object[] }>>
      const need = needOf(call)
      expect(paths[`/api${path}`]?.[method.toLowerCase()]?.security, call).toEqual(
        need === 'anyone' ? [] : [{ session: [need] }, { token: [need] }],
      )
    }
  })

  test('answers those who reach it and nobody else', async () => {
    const wrong: string[] = []
    for (const call of calls) {
      // Signing out would end the session that the next calls need.
      if (call === 'POST /user/logout') continue
      for (const { who, scope, cookie, token } of callers) {
        const [method = '', path = ''] = call.split(' ')
        const answer = await open(door, {
          method,
          path: path.replaceAll(/\{\w+\}/g, 'x'),
          cookie,
          token,
          ...(method === 'GET' ? {} : { body: {} }),
        })
        const status = answer.statusCode ?? 0
        answer.destroy()
        const need = needOf(call) ?? 'admin'
        const expected =
          need === 'anyone' || (scope !== null && reaches(scope, need)) ? 'in' : scope === null ? 401 : 403
        const found = status === 401 || status === 403 ? status : 'in'
        if (found !== expected) wrong.push(`${call} for ${who}: ${status}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('is refused before anything else of the request is looked at', async () => {
    const child = await door.cookieOf('child')
    for (const headers of [{ 'content-type': 'text/plain' }, { 'content-type': 'application/json' }])
      expect(
        (await door.ask({ method: 'POST', path: '/streams/x/queue', cookie: child, headers, body: 7 }))
          .status,
      ).toBe(403)
  })

  test.each([
    ['nobody', undefined, 401, 'unauthorized'],
    ['a child', 'child', 403, 'forbidden'],
  ] as const)('tells %s why', async (_who, role, status, code) => {
    const cookie = role === undefined ? undefined : await door.cookieOf(role)
    const answer = await door.ask({ path: '/players', cookie })
    expect(answer).toMatchObject({ status, body: { error: { code } } })
    expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined)
  })

  test('but the page itself, which shows nothing without them', async () => {
    expect((await fetch(door.url)).status).toBe(200)
    expect((await fetch(`${door.url}/assets/page-1a2b.js`)).status).toBe(200)
  })
})

test('health tells strangers and children that the product lives, and no more', async () => {
  const door = await openPasswordDoor()
  const life = { status: 'healthy', version: '0.0.0' }
  expect((await door.ask({ path: '/health' })).body).toEqual(life)
  expect((await door.ask({ path: '/health', cookie: await door.cookieOf('child') })).body).toEqual(life)
  expect((await door.ask({ path: '/health', cookie: await door.cookieOf('member') })).body).toEqual({
    ...life,
    players: 1,
  })
  await door.stop()
})
