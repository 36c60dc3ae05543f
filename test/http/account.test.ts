import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import Router from '@koa/router'
import Koa from 'koa'
import decodeQR from 'qr/decode.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { type AccountDesk, accountRoutes } from '../../src/http/api/account.ts'
import { bodyChecks, readJson } from '../../src/http/api/body.ts'
import { answerErrors } from '../../src/http/errors.ts'
import { createRedactor } from '../../src/log/redactor.ts'
import { createLog } from '../../src/log.ts'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import { deskWithoutAccount, type HouseholdAccount, openAccount } from '../../src/wiring/account.ts'
import { Problems } from '../../src/wiring/problems.ts'
import type { StoredTokens } from '../../src/yoto/token.ts'
import { fastClock } from '../support/fast-clock.ts'
import { freePort } from '../support/free-port.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { until } from '../support/running-app.ts'

const clock = fastClock(20)
let cloud: SimulatedCloud
let household: HouseholdAccount
let problems: Problems
let tokens: ReturnType<typeof memoryCollection<StoredTokens>>
let redirectUri: string
/** What the product writes for people, as they see it. */
let written: string[]
let rest: Rest

beforeEach(async () => {
  redirectUri = `http://127.0.0.1:${await freePort()}/callback`
  cloud = await startCloud({
    clock,
    log: recordingLog(),
    approveAfterPolls: 0,
    signIn: { deviceCode: 'ignored', redirectUris: [redirectUri] },
  })
  tokens = memoryCollection()
  written = []
  household = open()
  rest = await serve(household.desk)
})

afterEach(async () => {
  await rest.stop()
  await household.account.stop()
  await household.stop()
  await cloud.stop()
})

function open(options: { simulated?: boolean; authUrl?: string } = {}): HouseholdAccount {
  const redactor = createRedactor()
  problems = new Problems(redactor.redact)
  return openAccount({
    cloud: { authUrl: options.authUrl ?? cloud.authUrl, clientId: cloud.clientId },
    simulated: options.simulated ?? false,
    redirectUri,
    tokens,
    problems,
    hide: redactor.add,
    random: () => 0,
    clock,
    log: createLog({
      level: 'debug',
      write: (line) => written.push(line),
      clock,
      redact: redactor.redact,
    }),
  })
}

interface Rest {
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Answered }>
  stop(): void
}

interface Answered {
  readonly state: string
  readonly reason: string | null
  readonly simulated: boolean
  readonly signed_in_at: string | null
  readonly device: Record<'url' | 'complete_url' | 'code' | 'expires_at' | 'qr_svg', string> | null
  readonly browser: Record<'url' | 'redirect_uri', string> | null
  readonly problem: string | null
  readonly error: { readonly code: string; readonly message: string }
}

/** The calls alone, as the panel door serves them to whoever may make them. */
async function serve(account: AccountDesk): Promise<Rest> {
  const app = new Koa()
  const router = new Router({ prefix: '/api' })
  const checkOf = bodyChecks()
  for (const { method, path, body: schema, handle } of accountRoutes({ account })) {
    const check = schema === undefined ? () => ({}) : checkOf(schema)
    router[method](path, async (ctx) => {
      const body = check(await readJson(ctx.req, { maxBytes: 64 * 1024, clock: systemClock }))
      const cookie = { set: () => undefined, clear: () => undefined }
      ctx.body = await handle({
        body,
        query: {},
        param: () => '',
        header: () => null,
        setHeader: () => undefined,
        caller: null,
        network: '',
        cookie,
      })
    })
  }
  app.use(answerErrors(recordingLog(), (value) => value))
  app.use(router.routes())
  const server: Server = createServer(app.callback())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    async call(method, path, body) {
      const answer = await fetch(`http://127.0.0.1:${port}/api${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: (await answer.json()) as Answered }
    },
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const view = async () => (await rest.call('GET', '/account')).body
const offered = async () => {
  await until('both ways are offered', () => {
    const offers = household.account.offers()
    return offers?.device != null && offers.browser !== null
  })
  return view()
}
/** Where a browser that has opened the page ends up. */
const endOf = async (url: string) => (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? ''
const said = () => written.join('\n')

test('every call needs an admin', () => {
  expect(accountRoutes({ account: deskWithoutAccount }).map(({ needs }) => needs)).toEqual(
    Array.from({ length: 4 }, () => 'admin'),
  )
})

test('both ways are offered at once, in REST, in the log and as one problem', async () => {
  await household.account.start()
  const { state, simulated, signed_in_at, device, browser, problem } = await offered()
  expect({ state, simulated, signed_in_at }).toEqual({
    state: 'pending',
    simulated: false,
    signed_in_at: null,
  })
  expect(device).toMatchObject({
    url: `${cloud.authUrl}/activate`,
    complete_url: `${cloud.authUrl}/activate?user_code=${device?.code}`,
    expires_at: expect.stringMatching(/\+00:00$/),
  })
  expect(browser?.redirect_uri).toBe(redirectUri)
  expect(problem).toBe(
    `sign in to Yoto: open ${cloud.authUrl}/activate and enter the code ${device?.code}, or open Yoto account in the panel`,
  )
  expect(problems.list()).toEqual([problem])
  expect(problems.names()).toEqual(['account'])
  expect(said()).toContain(`open ${device?.url} and enter the code ${device?.code}`)
  expect(said()).toContain(browser?.url)
  expect(said()).toContain('copy the whole address of that page into the panel')
  expect(written).toHaveLength(2)
})

test('the code to scan is the address with the code in it, in REST and in the log', async () => {
  await household.account.start()
  const { device } = await offered()
  expect(readSvg(device?.qr_svg ?? '')).toBe(device?.complete_url)
  const lines = said().split('\n')
  expect(readBlocks(lines.filter((line) => /^ {2}[█▀▄ ]+$/.test(line)))).toBe(device?.complete_url)
})

test('a browser on this machine completes the sign-in by itself', async () => {
  await household.account.start()
  const { browser } = await offered()
  const page = await fetch(browser?.url ?? '')
  expect([page.status, page.url.startsWith(redirectUri)]).toEqual([200, true])
  expect(await page.text()).toContain('This household is signed in to Yoto')
  expect(await view()).toMatchObject({
    state: 'signed_in',
    signed_in_at: expect.any(String),
    device: null,
    browser: null,
    problem: null,
  })
  expect(problems.list()).toEqual([])
  expect(said()).toContain('signed in to Yoto')
  await household.stop()
  await expect(fetch(redirectUri)).rejects.toThrow()
})

test('the address of a browser elsewhere completes it too', async () => {
  await household.account.start()
  const { browser } = await offered()
  const address = await endOf(browser?.url ?? '')
  const { status, body } = await rest.call('POST', '/account/complete', { address: ` ${address}\n` })
  expect([status, body.state]).toEqual([200, 'signed_in'])
  expect(await tokens.get('account')).toMatchObject({ refreshToken: expect.any(String) })
})

test('what is wrong with an address is said in words, and nothing of it is repeated', async () => {
  await household.account.start()
  const { browser } = await offered()
  const address = await endOf(browser?.url ?? '')
  const code = new URL(address).searchParams.get('code') ?? ''
  const state = new URL(address).searchParams.get('state') ?? ''
  const answers = [
    await rest.call('POST', '/account/complete', { address: 'https://login.yotoplay.com/' }),
    await rest.call('POST', '/account/complete', { address: address.replace(state, 'x'.repeat(43)) }),
    await rest.call('POST', '/account/complete', { address: '' }),
    await rest.call('POST', '/account/complete', {}),
    await rest.call('POST', '/account/complete', { address, more: 1 }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([422, 409, 422, 422, 422])
  const page = await fetch(address.replace(state, 'x'.repeat(43)))
  expect(page.status).toBe(409)
  const all = JSON.stringify(answers) + (await page.text()) + said().replace(browser?.url ?? '', '')
  for (const secret of [code, state]) expect(all).not.toContain(secret)
  expect((await rest.call('POST', '/account/complete', { address })).status).toBe(200)
})

test('a person who does not allow it is told so, on the page without a word of Yoto', async () => {
  await household.account.start()
  const { browser } = await offered()
  cloud.signIn.traps.browser = 'denied'
  const page = await fetch(browser?.url ?? '')
  const text = await page.text()
  expect(page.status).toBe(400)
  expect(text).toContain('Yoto did not sign you in')
  expect(text).not.toContain('authorize')
  expect(said()).toContain('access_denied: User did not authorize the request')
  const next = await view()
  expect(next.state).toBe('pending')
  expect(next.browser?.url).not.toBe(browser?.url)
  const { status, body } = await rest.call('POST', '/account/complete', {
    address: await endOf(next.browser?.url ?? ''),
  })
  expect([status, body.error.code]).toEqual([502, 'refused'])
  expect(body.error.message).toContain('allow it')
})

test('signing out forgets the tokens, and a new sign-in begins when it is asked for', async () => {
  cloud.signIn.traps.deviceCode = 'approved'
  await household.account.start()
  await until('it is signed in', () => household.account.state() === 'signed_in')
  const out = await rest.call('POST', '/account/sign-out', {})
  expect(out.body).toMatchObject({ state: 'signed_out', device: null, browser: null })
  expect(out.body.problem).toContain('signed out of Yoto')
  expect(problems.list()).toEqual([out.body.problem])
  expect(await tokens.entries()).toEqual([])
  cloud.signIn.traps.deviceCode = 'ignored'
  expect((await rest.call('POST', '/account/sign-in', {})).body.state).toBe('pending')
  expect((await offered()).device).not.toBeNull()
  expect((await rest.call('POST', '/account/complete', { address: 'x' })).status).toBe(422)
})

test('a renewal that Yoto goes on refusing is a problem that says why and what to do', async () => {
  const refusing = createServer((_, response) => response.writeHead(401).end('{"error":"invalid_client"}'))
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve))
  const authUrl = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`
  const { clientId } = cloud
  const held = { clientId, accessToken: 'held', refreshToken: 'next', issuedAtMs: 0, expiresAtMs: 1 }
  await tokens.set('account', held)
  household = open({ authUrl })
  await household.account.start()
  await until('it is told', () => problems.list().length > 0)
  refusing.close()
  expect(household.desk.view()).toMatchObject({ state: 'signed_in', reason: 'invalid_client' })
  expect(problems.list()[0]).toContain(
    "(invalid_client): check the option yoto.client_id and the app's settings at Yoto, or sign out and in again",
  )
})

test('a revoked sign-in is one problem that says what to do', async () => {
  cloud.signIn.traps.deviceCode = 'approved'
  await household.account.start()
  await until('it is signed in', () => household.account.state() === 'signed_in')
  cloud.signIn.revokeAll()
  cloud.signIn.traps.deviceCode = 'unauthorized_client'
  const told: string[][] = []
  problems.onChange(() => told.push(problems.list()))
  const token = await household.account.accessToken()
  for (let again = 0; again < 5; again++) await household.account.accessToken(token).catch(() => undefined)
  const { state, reason, problem, device, browser } = await view()
  expect({ state, reason, device }).toEqual({
    state: 'sign_in_again',
    reason: 'invalid_grant',
    device: null,
  })
  expect(problem).toContain('sign in again: open Yoto account in the panel')
  expect(told).toEqual([[problem]])
  const address = await endOf(browser?.url ?? '')
  expect((await rest.call('POST', '/account/complete', { address })).body.state).toBe('signed_in')
  expect(problems.list()).toEqual([])
})

test('where the port is taken one line says so, and copying the address works', async () => {
  const other = createTcpServer()
  await new Promise<void>((resolve) => other.listen(Number(new URL(redirectUri).port), '127.0.0.1', resolve))
  await household.account.start()
  const { browser } = await offered()
  await until('it is said', () => said().includes('in use by another program'))
  expect(written.filter((line) => line.includes('in use by another program'))).toHaveLength(1)
  const address = await endOf(browser?.url ?? '')
  expect((await rest.call('POST', '/account/complete', { address })).body.state).toBe('signed_in')
  other.close()
})

test('the verifier, the tokens and what came back are never written', async () => {
  await household.account.start()
  const { browser } = await offered()
  const address = await endOf(browser?.url ?? '')
  await fetch(address)
  const stored = await tokens.get('account')
  const secrets = [stored?.accessToken, stored?.refreshToken, new URL(address).searchParams.get('code')]
  for (const secret of secrets) {
    expect(secret?.length).toBeGreaterThan(20)
    expect(said()).not.toContain(secret)
  }
  expect(said()).not.toContain('verifier=')
})

describe('without an account', () => {
  test('it is said what to set', async () => {
    rest.stop()
    rest = await serve(deskWithoutAccount)
    const { body } = await rest.call('GET', '/account')
    expect(body).toMatchObject({
      state: 'not_set_up',
      reason: null,
      simulated: false,
      device: null,
      browser: null,
    })
    expect(body.problem).toContain('yoto.client_id')
    for (const path of ['sign-in', 'complete'])
      expect(
        (await rest.call('POST', `/account/${path}`, path === 'complete' ? { address: 'x' } : {})).status,
      ).toBe(409)
  })

  test('simulated players sign themselves in, and nobody is asked', async () => {
    cloud.signIn.traps.deviceCode = 'approved'
    household = open({ simulated: true })
    const told: string[][] = []
    problems.onChange(() => told.push(problems.list()))
    await household.account.start()
    await until('it is signed in', () => household.account.state() === 'signed_in')
    expect(household.desk.view()).toMatchObject({ state: 'signed_in', simulated: true, problem: null })
    expect(told).toEqual([])
    expect(said()).not.toContain('enter the code')
  })
})

/** What a camera reads of modules; true is dark. */
function read(modules: readonly (readonly boolean[])[]): string {
  const scale = 4
  const size = modules.length * scale
  const width = (modules[0]?.length ?? 0) * scale
  const data = new Uint8Array(size * width * 4)
  for (let y = 0; y < size; y++)
    for (let x = 0; x < width; x++) {
      const isDark = modules[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true
      data.fill(isDark ? 0 : 255, (y * width + x) * 4, (y * width + x) * 4 + 3)
      data[(y * width + x) * 4 + 3] = 255
    }
  return decodeQR({ width, height: size, data })
}

function readSvg(svg: string): string {
  const [, side = '0'] = /viewBox="0 0 (\d+) /.exec(svg) ?? []
  const modules = Array.from({ length: Number(side) }, () =>
    Array.from({ length: Number(side) }, () => false),
  )
  let [x, y] = [0, 0]
  for (const [, command, one = '0', two = '0'] of svg.matchAll(/([Mm])(-?\d+)[ ,]?(-?\d+)h1v1/g)) {
    ;[x, y] = command === 'M' ? [Number(one), Number(two)] : [x + Number(one), y + Number(two)]
    const row = modules[y]
    if (row !== undefined) row[x] = true
  }
  return read(modules)
}

/** Light on dark, as terminals show it: a full block is light, two modules above each other in each sign. */
function readBlocks(lines: readonly string[]): string {
  const modules = lines.flatMap((line) => {
    const signs = [...line.slice(2)]
    return [
      signs.map((sign) => sign === ' ' || sign === '▄'),
      signs.map((sign) => sign === ' ' || sign === '▀'),
    ]
  })
  return read(modules)
}
