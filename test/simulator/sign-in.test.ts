import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Body, House, type Tokens } from './support/house.ts'

let house: House
const grantType = 'urn:ietf:params:oauth:grant-type:device_code'

beforeEach(async () => {
  house = await House.open({ approveAfterPolls: 1, tokenLifeSeconds: 600 })
})
afterEach(() => house.close())

const client = () => ({ client_id: house.cloud.clientId, audience: 'https://api.yotoplay.com' })

async function answerOf(form: Record<string, string>) {
  const response = await house.post('/oauth/token', { ...client(), ...form })
  return { status: response.status, body: (await response.json()) as Tokens }
}

test('a device code is pending at the first poll, complains of haste, and then gives tokens once', async () => {
  const scope = 'openid offline_access family:devices:view nonsense'
  const asked = await house.askDeviceCode(scope)
  expect(asked).toMatchObject({ interval: 1, expires_in: 300 })
  expect(asked.verification_uri_complete).toBe(`${asked.verification_uri}?user_code=${asked.user_code}`)
  const poll = () => answerOf({ grant_type: grantType, device_code: asked.device_code })

  expect(await poll()).toEqual({ status: 403, body: { error: 'authorization_pending' } })
  expect(await poll()).toEqual({ status: 403, body: { error: 'slow_down' } })
  await house.clock.advance(1000)
  const granted = await poll()
  expect(granted.status).toBe(200)
  expect(granted.body).toMatchObject({ token_type: 'Bearer', expires_in: 600 })
  expect(granted.body.scope).toBe('openid offline_access family:devices:view')
  const claims = JSON.parse(
    Buffer.from(granted.body.access_token.split('.')[1] ?? '', 'base64url').toString(),
  )
  expect(claims.exp).toBe(house.clock.now().getTime() / 1000 + 600)
  await house.clock.advance(1000)
  expect(await poll()).toEqual({ status: 403, body: { error: 'invalid_grant' } })
})

test('a device code expires', async () => {
  const asked = await house.askDeviceCode('openid')
  await house.clock.advance(300_000)
  const answer = await answerOf({ grant_type: grantType, device_code: asked.device_code })
  expect(answer).toEqual({ status: 403, body: { error: 'expired_token' } })
})

test('a refresh token brings the next', async () => {
  const first = await house.signIn()
  const refresh = (refresh_token: string) => answerOf({ grant_type: 'refresh_token', refresh_token })
  const second = await refresh(first.refresh_token)
  expect(second.status).toBe(200)
  expect(second.body.refresh_token).not.toBe(first.refresh_token)
  expect((await refresh(second.body.refresh_token)).status).toBe(200)
})

test('without offline_access there is no refresh token', async () => {
  expect(await house.signIn('family:devices:view')).not.toHaveProperty('refresh_token')
})

test('a strange client, a strange audience and JSON in place of a form are refused', async () => {
  const path = '/oauth/device/code'
  expect((await house.post(path, { ...client(), client_id: 'who', scope: 'openid' })).status).toBe(401)
  expect((await house.post(path, { ...client(), audience: 'https://example.org', scope: '' })).status).toBe(
    403,
  )
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(client())
  expect((await fetch(house.cloud.authUrl + path, { method: 'POST', headers, body })).status).toBe(400)
})

test('REST wants a good token, and one with the right scope', async () => {
  const ask = async (token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(`${house.cloud.apiUrl}/device-v2/devices/mine`, { headers })
    return { status: response.status, error: ((await response.json()) as Partial<Body>).error?.code }
  }
  expect(await ask()).toEqual({ status: 401, error: 'unauthorized' })
  const good = (await house.signIn('family:devices:view')).access_token
  expect((await ask(good)).status).toBe(200)
  expect((await ask(`${good.slice(0, -4)}AAAA`)).status).toBe(401)
  expect(await ask((await house.signIn('user:content:view')).access_token)).toEqual({
    status: 403,
    error: 'forbidden',
  })
  await house.clock.advance(600_000)
  expect((await ask(good)).status).toBe(401)
})

describe('the sign-in through a browser', () => {
  const redirect_uri = 'http://127.0.0.1:8787/callback'
  const verifier = 'a-verifier-of-more-than-forty-three-characters'
  const code_challenge = createHash('sha256').update(verifier).digest('base64url')

  async function authorize(change: Record<string, string> = {}) {
    const asked = new URLSearchParams({
      ...client(),
      scope: 'openid offline_access nonsense',
      response_type: 'code',
      redirect_uri,
      code_challenge,
      code_challenge_method: 'S256',
      state: 'the state',
      ...change,
    })
    const answer = await fetch(`${house.cloud.authUrl}/authorize?${asked}`, { redirect: 'manual' })
    const location = answer.headers.get('location')
    const back = location === null ? null : Object.fromEntries(new URL(location).searchParams)
    return { status: answer.status, back, location }
  }

  const exchange = (code: string, change: Record<string, string> = {}) => {
    const form = { client_id: house.cloud.clientId, grant_type: 'authorization_code', code, redirect_uri }
    return tokenFor({ ...form, code_verifier: verifier, ...change })
  }

  async function tokenFor(form: Record<string, string>) {
    const response = await house.post('/oauth/token', form)
    return { status: response.status, body: (await response.json()) as Tokens }
  }

  test('brings the browser back with a code that is good for one exchange', async () => {
    const { status, back, location } = await authorize()
    expect(status).toBe(302)
    expect(location).toMatch(/^http:\/\/127\.0\.0\.1:8787\/callback\?/)
    expect(back).toEqual({ code: expect.any(String), state: 'the state' })
    const granted = await exchange(back?.code ?? '')
    expect(granted.status).toBe(200)
    expect(granted.body).toMatchObject({ scope: 'openid offline_access', refresh_token: expect.any(String) })
    expect(await exchange(back?.code ?? '')).toMatchObject({ status: 403, body: { error: 'invalid_grant' } })
  })

  test.each([
    ['another verifier', { code_verifier: `${verifier}x` }],
    ['no verifier', { code_verifier: '' }],
    ['another address', { redirect_uri: 'http://127.0.0.1:8787/other' }],
  ])('gives nothing for %s, and the code is used up', async (_, change) => {
    const code = (await authorize()).back?.code ?? ''
    expect(await exchange(code, change)).toMatchObject({ status: 403, body: { error: 'invalid_grant' } })
    expect((await exchange(code)).status).toBe(403)
  })

  test('a code ends after ten minutes', async () => {
    const code = (await authorize()).back?.code ?? ''
    await house.clock.advance(600_000)
    expect((await exchange(code)).body).toMatchObject({ error: 'invalid_grant' })
  })

  test('strange clients, audiences and addresses are sent nowhere', async () => {
    expect(await authorize({ client_id: 'who' })).toMatchObject({ status: 401, back: null })
    expect(await authorize({ audience: 'https://example.org' })).toMatchObject({ status: 403, back: null })
    expect(await authorize({ redirect_uri: 'http://127.0.0.1:8787/other' })).toMatchObject({
      status: 403,
      back: null,
    })
  })

  test('without PKCE, and where the person says no, the browser comes back with the reason', async () => {
    for (const change of [{ code_challenge_method: 'plain' }, { code_challenge: 'short' }])
      expect((await authorize(change)).back).toMatchObject({ error: 'invalid_request', state: 'the state' })
    house.cloud.signIn.traps.browser = 'denied'
    expect((await authorize()).back).toEqual({
      error: 'access_denied',
      error_description: 'User did not authorize the request',
      state: 'the state',
    })
  })
})

describe('refresh tokens', () => {
  const refresh = (refresh_token: string) => answerOf({ grant_type: 'refresh_token', refresh_token })

  test('one that is used again ends all that came from its sign-in, and no other', async () => {
    const first = await house.signIn()
    const other = await house.signIn()
    const second = await refresh(first.refresh_token)
    expect((await refresh(first.refresh_token)).body).toMatchObject({ error: 'invalid_grant' })
    expect((await refresh(second.body.refresh_token)).status).toBe(403)
    expect((await refresh(other.refresh_token)).status).toBe(200)
  })

  test('with leeway the last one works for some more seconds', async () => {
    house.cloud.signIn.traps.reuseSeconds = 10
    const first = await house.signIn()
    await refresh(first.refresh_token)
    await house.clock.advance(9_000)
    const again = await refresh(first.refresh_token)
    expect(again.status).toBe(200)
    expect((await refresh(again.body.refresh_token)).status).toBe(200)
    await house.clock.advance(1_000)
    expect((await refresh(first.refresh_token)).status).toBe(403)
  })

  test('access that was withdrawn is gone', async () => {
    const { refresh_token } = await house.signIn()
    house.cloud.signIn.revokeAll()
    expect((await refresh(refresh_token)).status).toBe(403)
  })
})

describe('device codes', () => {
  const poll = (device_code: string) => answerOf({ grant_type: grantType, device_code })

  test('there are none for a client that is not allowed to', async () => {
    house.cloud.signIn.traps.deviceCode = 'unauthorized_client'
    const answer = await house.post('/oauth/device/code', { ...client(), scope: 'openid' })
    expect([answer.status, await answer.json()]).toEqual([
      403,
      { error: 'unauthorized_client', error_description: expect.any(String) },
    ])
  })

  test('are denied, or not used at all', async () => {
    const asked = await house.askDeviceCode('openid')
    house.cloud.signIn.traps.deviceCode = 'ignored'
    for (let polled = 0; polled < 10; polled++) {
      expect((await poll(asked.device_code)).body).toEqual({ error: 'authorization_pending' })
      await house.clock.advance(1000)
    }
    house.cloud.signIn.traps.deviceCode = 'denied'
    expect((await poll(asked.device_code)).body).toMatchObject({ error: 'access_denied' })
    expect((await poll(asked.device_code)).body).toEqual({ error: 'invalid_grant' })
  })
})

const recordings = new URL('../../../shared/fixtures/yoto/', import.meta.url)

describe.skipIf(!existsSync(recordings))('recorded shapes (skipped where the recordings are absent)', () => {
  const recorded = (name: string) => JSON.parse(readFileSync(new URL(name, recordings), 'utf8'))
  const kinds = (value: object) =>
    Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, typeof inner]))

  test('the answer to a request for a device code', async () => {
    const asked = await house.askDeviceCode('openid')
    expect(kinds(asked)).toEqual(kinds(recorded('oauth-device-code.json').response))
  })

  test('tokens and the claims in them', async () => {
    const { success, accessTokenClaims } = recorded('oauth-token-responses.json')
    const granted = await house.signIn()
    expect(kinds(granted)).toEqual(kinds(success))
    const claims = JSON.parse(Buffer.from(granted.access_token.split('.')[1] ?? '', 'base64url').toString())
    const { jti: _, ...said } = claims
    expect(kinds(said)).toEqual(kinds(accessTokenClaims))
  })

  test('the errors while a code is asked about', async () => {
    const asked = await house.askDeviceCode('openid')
    const seen = [
      await answerOf({ grant_type: grantType, device_code: asked.device_code }),
      await answerOf({ grant_type: grantType, device_code: asked.device_code }),
    ]
    await house.clock.advance(300_000)
    seen.push(await answerOf({ grant_type: grantType, device_code: asked.device_code }))
    seen.push(await answerOf({ grant_type: grantType, device_code: 'unknown' }))
    const known = recorded('oauth-errors.json') as { status: number; body: object }[]
    for (const answer of seen)
      expect(known.map(({ status, body }) => ({ status, body }))).toContainEqual(answer)
  })
})
