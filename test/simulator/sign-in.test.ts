import { afterEach, beforeEach, expect, test } from 'vitest'
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

test('a refresh token is good for one use and brings the next', async () => {
  const first = await house.signIn()
  const refresh = (refresh_token: string) => answerOf({ grant_type: 'refresh_token', refresh_token })
  const second = await refresh(first.refresh_token)
  expect(second.status).toBe(200)
  expect(second.body.refresh_token).not.toBe(first.refresh_token)
  expect(await refresh(first.refresh_token)).toEqual({ status: 403, body: { error: 'invalid_grant' } })
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
