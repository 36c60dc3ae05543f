import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { Account, type AccountState } from '../../src/yoto/account.ts'
import type { SignInPrompt } from '../../src/yoto/device-code.ts'
import type { StoredTokens } from '../../src/yoto/token.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { advanceUntil, settle } from './support/advance.ts'
import { jwt, MemoryCollection } from './support/tokens.ts'
import { type Answer, inTurn, type Received, WebServer } from './support/web-server.ts'

const redirectUri = 'http://127.0.0.1:8787/callback'

let server: WebServer
let clock: VirtualClock
let store: MemoryCollection<StoredTokens>
/** Every code that was offered. */
let prompts: SignInPrompt[]
let hidden: Set<string>
let states: AccountState[]
let log: ReturnType<typeof recordingLog>
let account: Account
let authUrl: string

beforeEach(async () => {
  server = new WebServer()
  clock = new VirtualClock()
  store = new MemoryCollection()
  prompts = []
  hidden = new Set()
  states = []
  log = recordingLog()
  authUrl = await server.start()
  account = new Account({
    authUrl,
    clientId: 'client',
    tokens: store,
    clock,
    log,
    redirectUri,
    hide: (secret) => hidden.add(secret),
    random: () => 1,
  })
  account.onChange((state) => {
    if (state !== states.at(-1)) states.push(state)
    const prompt = account.offers()?.device
    if (prompt && prompt.code !== prompts.at(-1)?.code) prompts.push(prompt)
  })
})

afterEach(() => {
  void account.stop()
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
  await advanceUntil(clock, () => account.state() === 'signed_in')
  // 5 s twice, then 10 s twice after slow_down.
  expect(clock.now().getTime() - began).toBeGreaterThanOrEqual(30_000)
  expect(clock.now().getTime() - began).toBeLessThan(40_000)
  expect(states).toEqual(['pending', 'signed_in'])
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
  await advanceUntil(clock, () => account.state() === 'signed_in')
  expect(prompts.map(({ code }) => code)).toEqual(['ABCD-1', 'ABCD-2'])
})

test('a denied sign-in stops until it is asked for again', async () => {
  polls(refusal('access_denied'), pair(1))
  await account.start()
  await advanceUntil(clock, () => states.includes('signed_out'))
  const asked = server.received.length
  await clock.advance(600_000)
  await settle()
  expect(server.received.length).toBe(asked)
  await expect(account.accessToken()).rejects.toMatchObject({ code: 'unavailable' })
  account.signInAgain()
  await advanceUntil(clock, () => account.state() === 'signed_in')
})

test('a failing network delays a sign-in and does not end it', async () => {
  const code = inTurn({ hangUp: true }, { status: 503, body: '<html>' }, offer(1))
  const poll = inTurn({ hangUp: true }, { status: 502, body: 'bad gateway' }, pair(1))
  server.answer = ({ path }) => (path === '/oauth/device/code' ? code() : poll())
  await account.start()
  await advanceUntil(clock, () => account.state() === 'signed_in')
  expect(states).toEqual(['pending', 'signed_in'])
  expect(server.received).toHaveLength(6)
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(2)
})

test('the stored sign-in is taken up without asking anybody', async () => {
  store.values.set('account', signedIn())
  await account.start()
  expect(account.state()).toBe('signed_in')
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
  server.answer = () => {
    store.beforeSet = () => writing
    return pair(1)
  }
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
  let failures = 0
  store.beforeSet = async () => {
    if (failures-- > 0) throw new Error('disk full')
  }
  server.answer = () => {
    failures = 2
    return pair(1)
  }
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
  expect(states).toEqual(['signed_in'])
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
    expect(account.state()).toBe('sign_in_again')
    expect(account.reason()).toBe(reason)
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    server.answer = () => pair(2)
    await advanceUntil(clock, () => account.state() === 'signed_in')
    expect(account.reason()).toBeNull()
  },
)

test('a renewal that fails is tried again every minute at most, and every ten seconds once the token has ended', async () => {
  const began = clock.now().getTime()
  const triedAt_s: number[] = []
  store.values.set('account', signedIn(1000))
  await account.start()
  server.answer = () => {
    triedAt_s.push((clock.now().getTime() - began) / 1000)
    return { status: 503 }
  }
  await advanceUntil(clock, () => clock.now().getTime() - began >= 790_000, 10_000)
  await advanceUntil(clock, () => clock.now().getTime() - began >= 1_100_000, 1_000)
  const distances = triedAt_s.slice(1).map((at_s, index) => at_s - (triedAt_s[index] ?? 0))
  expect(Math.max(...distances)).toBeGreaterThan(50)
  expect(Math.max(...distances)).toBeLessThanOrEqual(61)
  const afterEnd = distances.filter((_, index) => (triedAt_s[index] ?? 0) > 1_000)
  expect(afterEnd.length).toBeGreaterThanOrEqual(8)
  for (const distance of afterEnd) expect(distance).toBeLessThanOrEqual(11)
})

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

const saidNoCode = () => log.lines.filter(({ message }) => message.includes('gives this client no code'))
const refreshes = () => tokenRequests().filter(({ form }) => form.grant_type === 'refresh_token')

test('a revoked token is asked for once, and its access token serves until it ends', async () => {
  const first = signedIn(1000)
  store.values.set('account', first)
  await account.start()
  server.answer = ({ path, form }) => {
    if (path === '/oauth/device/code') return refusal('unauthorized_client')
    return form.grant_type === 'refresh_token' ? refusal('invalid_grant') : refusal('authorization_pending')
  }
  await clock.advance(801_000)
  await advanceUntil(clock, () => saidNoCode().length === 1, 0)
  expect(account.state()).toBe('sign_in_again')
  expect(await account.accessToken()).toBe(first.accessToken)
  await clock.advance(300_000)
  for (let call = 0; call < 50; call++)
    await expect(account.accessToken()).rejects.toMatchObject({ code: 'unavailable' })
  await clock.advance(24 * 3_600_000)
  await settle()
  expect(refreshes()).toHaveLength(1)
  expect(server.received).toHaveLength(2)
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
})

test('what Yoto has ended is not asked for again by the next start', async () => {
  store.values.set('account', { ...signedIn(1000), refreshToken: null, endedReason: 'invalid_grant' })
  server.answer = () => refusal('unauthorized_client')
  await account.start()
  await advanceUntil(clock, () => saidNoCode().length === 1, 0)
  expect(states).toEqual(['sign_in_again'])
  expect(refreshes()).toHaveLength(0)
})

test('a store that cannot write costs no refresh token', async () => {
  store.values.set('account', signedIn(1000))
  await account.start()
  store.beforeSet = async () => Promise.reject(new Error('disk full'))
  server.answer = () => pair(1)
  const refused = await account.accessToken()
  await expect(account.accessToken(refused)).rejects.toMatchObject({ code: 'unavailable' })
  await clock.advance(120_000)
  expect(server.received).toHaveLength(0)
  store.beforeSet = async () => undefined
  await advanceUntil(clock, () => store.values.get('account')?.refreshToken === 'refresh-1')
  expect(server.received).toHaveLength(1)
})

test('whoever was killed while renewing tries the old token at once at the next start', async () => {
  const nowMs = clock.now().getTime()
  store.values.set('account', { ...signedIn(100_000), signedInAtMs: nowMs - 5, renewingSinceMs: nowMs - 1 })
  server.answer = () => pair(1)
  await account.start()
  await advanceUntil(clock, () => store.values.get('account')?.refreshToken === 'refresh-1', 0)
  expect(store.values.get('account')).not.toHaveProperty('renewingSinceMs')
  expect(account.signedInAt()).toEqual(new Date(nowMs - 5))
  expect(states).toEqual(['signed_in'])
})

test('a stop waits for a renewal that is under way, and its pair is kept', async () => {
  store.values.set('account', signedIn(1000))
  await account.start()
  let release = (_: Answer) => {}
  server.answer = () => new Promise((resolve) => (release = resolve))
  await clock.advance(801_000)
  await advanceUntil(clock, () => server.received.length === 1, 0)
  const stopped = account.stop()
  await settle()
  release(pair(1))
  await stopped
  expect(store.values.get('account')?.refreshToken).toBe('refresh-1')
})

test('a stop does not wait for ever for Yoto', async () => {
  store.values.set('account', signedIn(1000))
  await account.start()
  server.answer = () => new Promise(() => {})
  await clock.advance(801_000)
  await advanceUntil(clock, () => server.received.length === 1, 0)
  let isStopped = false
  void account.stop().then(() => {
    isStopped = true
  })
  await clock.advance(4_900)
  expect(isStopped).toBe(false)
  await clock.advance(200)
  await settle()
  expect(isStopped).toBe(true)
})

test('after a stop no refresh token is spent, and the held token is given out while it serves', async () => {
  const first = signedIn(1000)
  store.values.set('account', first)
  await account.start()
  server.answer = () => pair(1)
  await account.stop()
  await clock.advance(900_000)
  expect(await account.accessToken()).toBe(first.accessToken)
  await expect(account.accessToken(first.accessToken)).rejects.toMatchObject({ code: 'unavailable' })
  await clock.advance(200_000)
  await expect(account.accessToken()).rejects.toMatchObject({ code: 'unavailable' })
  await settle()
  expect(server.received).toEqual([])
  expect(store.values.get('account')).toEqual(first)
})

test('a stop while the note of a renewal is written keeps the refresh token', async () => {
  store.values.set('account', signedIn(1000))
  await account.start()
  let release = () => {}
  store.beforeSet = () => new Promise((resolve) => (release = resolve))
  server.answer = () => pair(1)
  await clock.advance(801_000)
  const stopped = account.stop()
  release()
  await stopped
  await settle()
  expect(server.received).toEqual([])
  expect(store.values.get('account')?.refreshToken).toBe('refresh-0')
})

test('a slow write at a stop is waited for, and is not said to be lost', async () => {
  store.values.set('account', signedIn(1000))
  await account.start()
  const writes: (() => void)[] = []
  server.answer = () => {
    store.beforeSet = () => new Promise((resolve) => writes.push(resolve))
    return pair(1)
  }
  await clock.advance(801_000)
  await advanceUntil(clock, () => writes.length > 0, 0)
  const stopped = account.stop()
  await clock.advance(6_000)
  await settle()
  for (const write of writes) write()
  await stopped
  expect(writes).toHaveLength(1)
  expect(store.values.get('account')?.refreshToken).toBe('refresh-1')
  expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
})

test('an API that refuses every token leads to one renewal a minute', async () => {
  store.values.set('account', signedIn(100_000))
  await account.start()
  let pairs = 0
  server.answer = () => pair(++pairs, 100_000)
  for (let second = 0; second < 130; second++) {
    const token = await account.accessToken()
    await account.accessToken(token).catch((thrown: unknown) => {
      expect(thrown).toMatchObject({ code: 'unavailable', message: expect.stringContaining('a minute ago') })
    })
    await clock.advance(1_000)
  }
  expect(refreshes()).toHaveLength(3)
})

test('while the sign-in server hangs, a token that serves is given out after two seconds', async () => {
  const first = signedIn(1000)
  store.values.set('account', first)
  await account.start()
  let release = (_: Answer) => {}
  server.answer = () => new Promise((resolve) => (release = resolve))
  await clock.advance(801_000)
  await advanceUntil(clock, () => server.received.length === 1, 0)
  let refusedIsAnswered = false
  const instead = account.accessToken(first.accessToken).finally(() => {
    refusedIsAnswered = true
  })
  await clock.advance(900)
  let token: string | undefined
  void account.accessToken().then((given) => {
    token = given
  })
  await clock.advance(90)
  expect(token).toBeUndefined()
  await clock.advance(100)
  await settle()
  expect(token).toBe(first.accessToken)
  expect(await account.accessToken()).toBe(first.accessToken)
  expect(refusedIsAnswered).toBe(false)
  expect(server.received).toHaveLength(1)
  release(pair(1))
  expect(await instead).toBe(store.values.get('account')?.accessToken)
  expect(await account.accessToken()).not.toBe(first.accessToken)
})

test('a refusal that does not pass is told, and asked about once an hour until it is over', async () => {
  store.values.set('account', signedIn(100_000))
  await account.start()
  let told = 0
  account.onChange(() => told++)
  server.answer = () => refusal('invalid_client')
  await clock.advance(80_001_000)
  await advanceUntil(clock, () => refreshes().length === 2)
  expect([account.reason(), told]).toEqual([null, 0])
  await advanceUntil(clock, () => account.reason() !== null)
  expect([account.state(), account.reason(), told]).toEqual(['signed_in', 'invalid_client', 1])
  await clock.advance(3_590_000)
  await settle()
  expect(refreshes()).toHaveLength(3)
  await clock.advance(20_000)
  await advanceUntil(clock, () => refreshes().length === 4, 0)
  await settle()
  expect([told, log.lines.filter(({ level }) => level === 'error').length]).toEqual([1, 1])
  server.answer = () => pair(1)
  await clock.advance(3_600_000)
  await advanceUntil(clock, () => store.values.get('account')?.refreshToken === 'refresh-1', 0)
  await settle()
  expect([account.state(), account.reason(), told]).toEqual(['signed_in', null, 2])
})

test('a denied new sign-in leaves the state as it is while tokens are held', async () => {
  const first = { ...signedIn(100_000), refreshToken: null, endedReason: 'invalid_grant' }
  store.values.set('account', first)
  polls(refusal('access_denied'))
  await account.start()
  expect(account.reason()).toBe('invalid_grant')
  await advanceUntil(clock, () => account.offers() === null)
  expect(states).toEqual(['sign_in_again'])
  expect(account.reason()).toBe('invalid_grant, and a new sign-in was refused: access_denied')
  expect(await account.accessToken()).toBe(first.accessToken)
  polls(pair(1))
  account.signInAgain()
  expect(account.reason()).toBe('invalid_grant')
  await advanceUntil(clock, () => account.state() === 'signed_in')
  expect(states).toEqual(['sign_in_again', 'signed_in'])
})

test('a code that is refused while it is asked about is not said to be none', async () => {
  polls(refusal('invalid_grant'))
  await account.start()
  await advanceUntil(clock, () => prompts.length === 1, 0)
  await advanceUntil(clock, () => account.offers()?.device === null)
  expect(log.lines.map(({ message }) => message)).toEqual([
    'Yoto no longer takes the sign-in code; the way through a browser remains',
  ])
})

describe('through a browser', () => {
  const url = () => new URL(account.offers()?.browser?.url ?? 'none:')
  const state = () => url().searchParams.get('state') ?? ''
  const back = (query: Record<string, string>) =>
    `${redirectUri}?${new URLSearchParams({ state: state(), ...query })}`

  beforeEach(async () => {
    polls(refusal('authorization_pending'))
    await account.start()
    await advanceUntil(clock, () => prompts.length === 1, 0)
  })

  test('the address is the one that Yoto expects, and its secrets are 256 random bits each', () => {
    const query = url().searchParams
    expect(url().href.startsWith(`${authUrl}/authorize?`)).toBe(true)
    expect([...query.keys()].sort()).toEqual([
      'audience',
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
    ])
    expect(Object.fromEntries(query)).toMatchObject({
      audience: 'https://api.yotoplay.com',
      client_id: 'client',
      code_challenge_method: 'S256',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: expect.stringContaining('offline_access'),
    })
    expect(Buffer.from(state(), 'base64url')).toHaveLength(32)
    expect(Buffer.from(query.get('code_challenge') ?? '', 'base64url')).toHaveLength(32)
  })

  test('a code is exchanged with its verifier, and the code to enter is no longer asked about', async () => {
    const challenge = url().searchParams.get('code_challenge')
    server.answer = () => pair(1)
    await account.complete(back({ code: 'browser-code-1' }))
    expect(states).toEqual(['pending', 'signed_in'])
    expect(account.offers()).toBeNull()
    expect(store.values.get('account')?.refreshToken).toBe('refresh-1')
    expect(account.signedInAt()).toEqual(clock.now())
    const form = server.received.at(-1)?.form ?? {}
    expect(Object.keys(form).sort()).toEqual([
      'client_id',
      'code',
      'code_verifier',
      'grant_type',
      'redirect_uri',
    ])
    expect(form).toMatchObject({
      grant_type: 'authorization_code',
      code: 'browser-code-1',
      redirect_uri: redirectUri,
    })
    const verifier = form.code_verifier ?? ''
    expect(Buffer.from(verifier, 'base64url')).toHaveLength(32)
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(challenge)
    expect(hidden).toContain(verifier)
    expect(hidden).toContain('browser-code-1')
    const asked = server.received.length
    await clock.advance(600_000)
    await settle()
    expect(server.received).toHaveLength(asked)
    await expect(account.complete(back({ code: 'browser-code-1' }))).rejects.toMatchObject({
      code: 'conflict',
    })
  })

  test('an address of another sign-in changes nothing', async () => {
    const before = account.offers()
    const asked = server.received.length
    for (const other of ['x', `${state()}x`, state().slice(1)])
      await expect(account.complete(back({ code: 'c', state: other }))).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('another sign-in'),
      })
    expect(account.offers()).toEqual(before)
    expect(server.received).toHaveLength(asked)
  })

  test('a refusal at Yoto is said in its words, and a new page is offered', async () => {
    const used = state()
    await expect(
      account.complete(back({ error: 'access_denied', error_description: 'User did not\nauthorize' })),
    ).rejects.toMatchObject({
      code: 'refused',
      message:
        'Yoto did not let this product in (access_denied: User did not authorize). Open the sign-in page again, and allow it',
    })
    expect(state()).not.toBe(used)
    expect(account.state()).toBe('pending')
    server.answer = () => pair(1)
    await account.complete(back({ code: 'browser-code-2' }))
    expect(account.state()).toBe('signed_in')
  })

  test('a code that is too old begins again, and one that could not be sent may be sent again', async () => {
    const used = state()
    server.answer = () => ({ status: 503 })
    const address = back({ code: 'browser-code-1' })
    await expect(account.complete(address)).rejects.toMatchObject({ code: 'unavailable' })
    expect(state()).toBe(used)
    server.answer = () => refusal('invalid_grant')
    await expect(account.complete(address)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('only for a few minutes'),
    })
    expect(state()).not.toBe(used)
    await expect(account.complete(address)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('two at once are one', async () => {
    server.answer = () => pair(1)
    const address = back({ code: 'browser-code-1' })
    const first = account.complete(address)
    await expect(account.complete(address)).rejects.toMatchObject({ code: 'conflict' })
    await first
    expect(tokenRequests().filter(({ form }) => form.grant_type === 'authorization_code')).toHaveLength(1)
  })

  test('tokens that cannot be kept yet are kept later', async () => {
    server.answer = () => pair(1)
    let failures = 2
    store.beforeSet = async () => {
      if (failures-- > 0) throw new AppError('unavailable', 'the disk is full')
    }
    await expect(account.complete(back({ code: 'browser-code-1' }))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('could not be stored (the disk is full); it is tried again by itself'),
      details: { tried_again: true },
    })
    await settle()
    expect(log.lines.map(({ message }) => message)).toEqual(['storing the Yoto tokens failed; trying again'])
    expect(account.state()).toBe('pending')
    await advanceUntil(clock, () => account.state() === 'signed_in')
    expect(store.values.get('account')?.refreshToken).toBe('refresh-1')
  })

  test('signing out ends what is under way, also a code that is being exchanged', async () => {
    let release = (_: Answer) => {}
    server.answer = () => new Promise((resolve) => (release = resolve))
    const completing = account.complete(back({ code: 'browser-code-1' }))
    await advanceUntil(clock, () => tokenRequests().length > 0, 0)
    await account.signOut()
    release(pair(1))
    await expect(completing).rejects.toMatchObject({ code: 'conflict' })
    expect(account.state()).toBe('signed_out')
    expect(account.offers()).toBeNull()
    expect(store.values.size).toBe(0)
  })
})

test('a client that gets no codes goes on through a browser alone, and says so once', async () => {
  server.answer = ({ path }) => (path === '/oauth/device/code' ? refusal('unauthorized_client') : pair(1))
  await account.start()
  await advanceUntil(clock, () => saidNoCode().length === 1, 0)
  await clock.advance(3_600_000)
  await settle()
  expect(account.state()).toBe('pending')
  expect(account.offers()).toMatchObject({ device: null, browser: { redirectUri } })
  expect(server.received).toHaveLength(1)
  expect(log.lines.map(({ message }) => message)).toEqual([
    'Yoto gives this client no code to sign in with; the way through a browser remains',
  ])
  const state = new URL(account.offers()?.browser?.url ?? '').searchParams.get('state')
  await account.complete(`?code=browser-code&state=${state}`)
  expect(account.state()).toBe('signed_in')
})

test('codes that nobody uses are not asked for until the end of time', async () => {
  polls(refusal('authorization_pending'))
  await account.start()
  await advanceUntil(clock, () => prompts.length === 12, 20_000)
  await advanceUntil(clock, () => account.offers()?.device === null, 20_000)
  const asked = server.received.length
  await clock.advance(24 * 3_600_000)
  expect(server.received).toHaveLength(asked)
  expect(account.offers()?.browser).not.toBeNull()
  account.signInAgain()
  await advanceUntil(clock, () => prompts.length === 13, 0)
})

describe('signing out', () => {
  test('forgets the tokens for good, and begins nothing by itself', async () => {
    store.values.set('account', signedIn())
    await account.start()
    await account.signOut()
    expect(store.values.size).toBe(0)
    expect(states).toEqual(['signed_in', 'signed_out'])
    await expect(account.accessToken()).rejects.toMatchObject({ code: 'unavailable' })
    await clock.advance(24 * 3_600_000)
    await settle()
    expect(server.received).toEqual([])
    expect(account.offers()).toBeNull()
    polls(pair(1))
    account.signInAgain()
    await advanceUntil(clock, () => account.state() === 'signed_in')
  })

  test('drops the answer to a renewal that was under way', async () => {
    store.values.set('account', signedIn(1000))
    await account.start()
    let release = (_: Answer) => {}
    server.answer = () => new Promise((resolve) => (release = resolve))
    await clock.advance(801_000)
    await advanceUntil(clock, () => server.received.length === 1, 0)
    await account.signOut()
    release(pair(1))
    await settle()
    expect(store.values.size).toBe(0)
    expect(account.state()).toBe('signed_out')
  })
})

test('a denial ends both ways, with its reason', async () => {
  const denied: Answer = {
    status: 403,
    body: { error: 'access_denied', error_description: 'denied by a parent' },
  }
  polls(denied)
  await account.start()
  await advanceUntil(clock, () => states.includes('signed_out'))
  expect(account.offers()).toBeNull()
  expect(account.reason()).toBe('denied by a parent')
})

const recordings = new URL('../../../shared/fixtures/yoto/', import.meta.url)

describe.skipIf(!existsSync(recordings))(
  'recorded requests (skipped where the recordings are absent)',
  () => {
    const recorded = (name: string) => JSON.parse(readFileSync(new URL(name, recordings), 'utf8'))
    const keysOf = (form: object | undefined) => Object.keys(form ?? {}).sort()

    test('every grant is asked for with the fields that Yoto was seen to take', async () => {
      const grants = recorded('oauth-token-responses.json')
      polls(refusal('authorization_pending'), pair(1))
      await account.start()
      await advanceUntil(clock, () => account.state() === 'signed_in')
      expect(keysOf(server.received[0]?.form)).toEqual(
        keysOf(recorded('oauth-device-code.json').request.form),
      )
      expect(keysOf(server.received[1]?.form)).toEqual(keysOf(grants.deviceCodeGrant.form))
      server.answer = () => pair(2)
      await account.accessToken(await account.accessToken())
      expect(keysOf(server.received.at(-1)?.form)).toEqual(keysOf(grants.refreshGrant.form))
      await account.signOut()
      server.answer = ({ path }) => (path === '/oauth/device/code' ? refusal('unauthorized_client') : pair(3))
      account.signInAgain()
      const state = new URL(account.offers()?.browser?.url ?? '').searchParams.get('state')
      await account.complete(`?code=browser-code&state=${state}`)
      expect(keysOf(server.received.at(-1)?.form)).toEqual(keysOf(grants.pkceGrant.form))
    })

    test('every recorded refusal while a code is asked about does what it is recorded to do', async () => {
      const errors = recorded('oauth-errors.json') as { status: number; body: { error: string } }[]
      expect(errors.map(({ body }) => body.error)).toEqual([
        'authorization_pending',
        'slow_down',
        'expired_token',
        'access_denied',
        'invalid_grant',
      ])
      const goesOn: Record<string, boolean> = {}
      for (const { status, body } of errors) {
        polls({ status, body }, pair(1))
        account.signInAgain()
        await advanceUntil(
          clock,
          () =>
            ['signed_in', 'signed_out'].includes(account.state()) ||
            (tokenRequests().length > 0 && account.offers()?.device === null),
        )
        goesOn[body.error] = account.state() === 'signed_in'
        await account.signOut()
        server.received.length = 0
      }
      expect(goesOn).toEqual({
        authorization_pending: true,
        slow_down: true,
        expired_token: true,
        access_denied: false,
        invalid_grant: false,
      })
    })
  },
)
