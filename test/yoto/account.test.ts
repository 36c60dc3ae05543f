import { afterEach, beforeEach, expect, test } from 'vitest'
import { Account, type AccountState } from '../../src/yoto/account.ts'
import type { SignInPrompt } from '../../src/yoto/device-code.ts'
import type { StoredTokens } from '../../src/yoto/token.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { advanceUntil, settle } from './support/advance.ts'
import { jwt, MemoryCollection } from './support/tokens.ts'
import { type Answer, inTurn, type Received, WebServer } from './support/web-server.ts'

let server: WebServer
let clock: VirtualClock
let store: MemoryCollection<StoredTokens>
let prompts: SignInPrompt[]
let states: AccountState[]
let log: ReturnType<typeof recordingLog>
let account: Account

beforeEach(async () => {
  server = new WebServer()
  clock = new VirtualClock()
  store = new MemoryCollection()
  prompts = []
  states = []
  log = recordingLog()
  account = new Account({
    authUrl: await server.start(),
    clientId: 'client',
    tokens: store,
    clock,
    log,
    signIn: (prompt) => prompts.push(prompt),
    hide: () => undefined,
    random: () => 1,
  })
  account.onStateChange((state) => states.push(state))
})

afterEach(() => {
  account.stop()
  server.stop()
  expect(JSON.stringify(log.lines)).not.toMatch(/secret|refresh-\d|device-secret/)
})

const offer = (number: number): Answer => ({
  body: {
    device_code: `device-secret-${number}`,
    user_code: `ABCD-${number}`,
    verification_uri: 'https://login.example.org/activate',
    verification_uri_complete: `https://login.example.org/activate?user_code=ABCD-${number}`,
    expires_in: 300,
    interval: 5,
  },
})
const refusal = (error: string): Answer => ({ status: 403, body: { error } })
const pair = (number: number, lifeSeconds = 1000): Answer => ({
  body: { access_token: jwt(clock.now(), lifeSeconds, `a${number}`), refresh_token: `refresh-${number}` },
})

/** Answers polls in turn; every request for a code gets the next one. */
function polls(...answers: Answer[]): void {
  let codes = 0
  const poll = inTurn(...answers)
  server.answer = ({ path }) => (path === '/oauth/device/code' ? offer(++codes) : poll())
}

function signedIn(lifeSeconds = 1000): StoredTokens {
  const issuedAtMs = clock.now().getTime()
  return {
    clientId: 'client',
    accessToken: jwt(clock.now(), lifeSeconds, 'a0'),
    refreshToken: 'refresh-0',
    issuedAtMs,
    expiresAtMs: issuedAtMs + lifeSeconds * 1000,
  }
}

const tokenRequests = (): Received[] => server.received.filter(({ path }) => path === '/oauth/token')

test('a code is shown, asked about at the right pace, and its tokens are kept', async () => {
  polls(refusal('authorization_pending'), refusal('slow_down'), refusal('authorization_pending'), pair(1))
  await account.start()
  await advanceUntil(clock, () => prompts.length === 1, 0)
  expect(prompts[0]).toEqual({
    url: 'https://login.example.org/activate',
    completeUrl: 'https://login.example.org/activate?user_code=ABCD-1',
    code: 'ABCD-1',
    expiresAt: new Date(clock.now().getTime() + 300_000),
  })
  const began = clock.now().getTime()
  await advanceUntil(clock, () => account.state() === 'signed-in')
  // 5 s twice, then 10 s twice after slow_down.
  expect(clock.now().getTime() - began).toBeGreaterThanOrEqual(30_000)
  expect(clock.now().getTime() - began).toBeLessThan(40_000)
  expect(states).toEqual(['pending', 'signed-in'])
  expect(await account.accessToken()).toBe(store.values.get('account')?.accessToken)
  expect(server.received[0]?.form).toMatchObject({
    client_id: 'client',
    audience: 'https://api.yotoplay.com',
    scope: expect.stringContaining('offline_access'),
  })
  expect(tokenRequests()[0]?.form).toMatchObject({
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: 'device-secret-1',
    client_id: 'client',
  })
})

test('a code that nobody used is replaced by a new one', async () => {
  polls(refusal('expired_token'), pair(1))
  await account.start()
  await advanceUntil(clock, () => account.state() === 'signed-in')
  expect(prompts.map(({ code }) => code)).toEqual(['ABCD-1', 'ABCD-2'])
})

test('a denied sign-in stops until it is asked for again', async () => {
  polls(refusal('access_denied'), pair(1))
  await account.start()
  await advanceUntil(clock, () => states.includes('signed-out'))
  const asked = server.received.length
  await clock.advance(600_000)
  await settle()
  expect(server.received.length).toBe(asked)
  await expect(account.accessToken()).rejects.toMatchObject({ code: 'unavailable' })
  account.signInAgain()
  await advanceUntil(clock, () => account.state() === 'signed-in')
})

test('a failing network delays a sign-in and does not end it', async () => {
  const code = inTurn({ hangUp: true }, { status: 503, body: '<html>' }, offer(1))
  const poll = inTurn({ hangUp: true }, { status: 502, body: 'bad gateway' }, pair(1))
  server.answer = ({ path }) => (path === '/oauth/device/code' ? code() : poll())
  await account.start()
  await advanceUntil(clock, () => account.state() === 'signed-in')
  expect(states).toEqual(['pending', 'signed-in'])
  expect(server.received).toHaveLength(6)
})

test('the stored sign-in is taken up without asking anybody', async () => {
  store.values.set('account', signedIn())
  await account.start()
  expect(account.state()).toBe('signed-in')
  expect(await account.accessToken()).toBe(store.values.get('account')?.accessToken)
  expect(server.received).toEqual([])
})

test('tokens of another client id are not used', async () => {
  store.values.set('account', { ...signedIn(), clientId: 'other' })
  polls(refusal('authorization_pending'))
  await account.start()
  await advanceUntil(clock, () => prompts.length === 1, 0)
  expect(account.state()).toBe('pending')
})

test('a token is renewed when a fifth of its life is left, and the store has the pair before anybody', async () => {
  const first = signedIn(1000)
  store.values.set('account', first)
  await account.start()
  let release = () => {}
  const writing = new Promise<void>((resolve) => {
    release = resolve
  })
  store.beforeSet = () => writing
  server.answer = () => pair(1)
  await clock.advance(799_000)
  expect(server.received).toEqual([])
  await clock.advance(2_000)
  await advanceUntil(clock, () => server.received.length === 1, 0)
  let token: string | undefined
  void account.accessToken().then((value) => {
    token = value
  })
  await settle()
  expect(token).toBeUndefined()
  release()
  await advanceUntil(clock, () => token !== undefined, 0)
  expect(token).toBe(store.values.get('account')?.accessToken)
  expect(token).not.toBe(first.accessToken)
  expect(store.values.get('account')?.refreshToken).toBe('refresh-1')
  expect(tokenRequests()[0]?.form).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'refresh-0' })
})

test('many who ask at once share one renewal', async () => {
  store.values.set('account', signedIn(1000))
  await account.start()
  server.answer = () => pair(1)
  const refused = await account.accessToken()
  const tokens = await Promise.all([1, 2, 3].map(() => account.accessToken(refused)))
  expect(new Set(tokens).size).toBe(1)
  expect(tokens[0]).not.toBe(refused)
  expect(server.received).toHaveLength(1)
  expect(await account.accessToken(refused)).toBe(tokens[0])
  expect(server.received).toHaveLength(1)
})

test('a pair that could not be stored is stored later, not asked for a second time', async () => {
  store.values.set('account', signedIn(1000))
  await account.start()
  let failures = 2
  store.beforeSet = async () => {
    if (failures-- > 0) throw new Error('disk full')
  }
  server.answer = () => pair(1)
  const refused = await account.accessToken()
  await expect(account.accessToken(refused)).rejects.toMatchObject({ code: 'unavailable' })
  await advanceUntil(clock, () => store.values.get('account')?.refreshToken === 'refresh-1')
  expect(server.received).toHaveLength(1)
})

test('an outage never signs the household out, and the old token serves while it lives', async () => {
  const first = signedIn(1000)
  store.values.set('account', first)
  await account.start()
  server.answer = inTurn(
    { hangUp: true },
    { status: 503 },
    { status: 403, body: '<html>portal</html>' },
    pair(1),
  )
  await clock.advance(801_000)
  await advanceUntil(clock, () => server.received.length === 1, 0)
  await settle()
  expect(await account.accessToken()).toBe(first.accessToken)
  await advanceUntil(clock, () => store.values.get('account')?.refreshToken === 'refresh-1')
  expect(states).toEqual(['signed-in'])
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
})

test.each(['invalid_grant', 'invalid_token', 'expired_token', 'token_expired', 'refresh_token_expired'])(
  'a refresh token that is refused with %s leads to one line and a new sign-in',
  async (reason) => {
    store.values.set('account', signedIn(1000))
    await account.start()
    server.answer = ({ path, form }) => {
      if (path === '/oauth/device/code') return offer(1)
      return form.grant_type === 'refresh_token' ? refusal(reason) : refusal('authorization_pending')
    }
    const refused = await account.accessToken()
    await expect(account.accessToken(refused)).rejects.toMatchObject({ code: 'unavailable' })
    await advanceUntil(clock, () => prompts.length === 1, 0)
    expect(account.state()).toBe('sign-in-again')
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    server.answer = () => pair(2)
    await advanceUntil(clock, () => account.state() === 'signed-in')
  },
)

test('a machine whose clock is ahead does not renew on every call', async () => {
  store.values.set('account', signedIn(1))
  await clock.advance(5_000)
  await account.start()
  const hourAgo = new Date(clock.now().getTime() - 3_600_000)
  server.answer = () => ({ body: { access_token: jwt(hourAgo, 1800, 'late'), refresh_token: 'refresh-1' } })
  await advanceUntil(clock, () => store.values.get('account')?.refreshToken === 'refresh-1', 0)
  for (let call = 0; call < 5; call++) await account.accessToken()
  expect(server.received).toHaveLength(1)
})
