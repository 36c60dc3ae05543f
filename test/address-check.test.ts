import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AddressCheckView } from '../src/core/address-check.ts'
import { freePort } from './support/free-port.ts'
import { type RunningApp, runApp, until } from './support/running-app.ts'
import { VirtualClock } from './support/virtual-clock.ts'

let data: string
let clock: VirtualClock
let house: RunningApp | undefined

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'yoto-reach-'))
  clock = new VirtualClock()
})

afterEach(async () => {
  await house?.stop()
  house = undefined
  await rm(data, { recursive: true, force: true })
})

/** The whole product, in a time that goes on only where the test lets it. */
async function start(env: Record<string, string> = {}): Promise<RunningApp> {
  const starting = setInterval(() => void clock.advance(50), 5)
  house = await runApp({ data, env, clock }).finally(() => clearInterval(starting))
  return house
}

async function called<Body>(method: string, path: string, body?: unknown) {
  const answer = await house?.call(method, path, body)
  return { status: answer?.status, body: answer?.body as Body }
}

/** Time goes on until it holds. */
async function pass(what: string, holds: () => boolean): Promise<void> {
  const moving = setInterval(() => void clock.advance(100), 5)
  await until(what, holds).finally(() => clearInterval(moving))
}

const ended = async (id: string): Promise<AddressCheckView> => {
  let check: AddressCheckView | undefined
  let isAsking = false
  const look = async () => {
    isAsking = true
    check = (await called<AddressCheckView>('GET', `/address-check/${id}`)).body
    isAsking = false
  }
  // Time stands still until our own fetch is over: it takes none of it.
  await until('our own fetch is over', () => {
    if (!isAsking && check?.own_fetch.state !== 'failed' && check?.own_fetch.state !== 'ok') void look()
    return check !== undefined && check.own_fetch.state !== 'under_way'
  })
  return check as AddressCheckView
}

const find = async (id: string) => (await called<AddressCheckView>('GET', `/address-check/${id}`)).body
const playerOf = ({ app }: RunningApp) => app.simulator?.players[0]?.id ?? ''

describe('a test card', () => {
  test('is fetched by the player that is told to play it, and deleted', { timeout: 60_000 }, async () => {
    const running = await start()
    await pass('players are there', () => running.app.hub.players().length > 0)
    const { status, body } = await called<AddressCheckView>('POST', '/address-check', {
      player: playerOf(running),
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({ state: 'waiting', player: playerOf(running), card: 'in_account' })
    const { id, card_id } = body
    expect(await running.app.simulator?.card(card_id)).toMatchObject({ title: 'Yoto Smart Stream: test' })
    expect((await ended(id)).own_fetch).toEqual({ state: 'ok', fault: null })
    const isFetched = () => running.log.lines.some(({ message }) => message === 'the test card is fetched')
    await pass('the player fetches it', isFetched)
    expect(await find(id)).toMatchObject({
      state: 'fetched',
      fetched: { by: 'player', from: 'this machine' },
      likely_cause: null,
    })
    await pass('it is deleted', () =>
      running.log.lines.some(({ message }) => message === 'test card deleted'),
    )
    expect(await running.app.simulator?.card(card_id)).toBeUndefined()
    expect((await called('GET', '/address-check')).body).toMatchObject({
      publishable: true,
      account: 'simulated',
      check: { id, state: 'fetched', card: 'deleted' },
      left: [],
    })
    const keyShown = running.log.lines.some((line) => JSON.stringify(line).includes('/media/'))
    expect(keyShown).toBe(false)
  })

  test('that nobody plays has no request as its cause', { tags: 'slow', timeout: 60_000 }, async () => {
    await start()
    const { body } = await called<AddressCheckView>('POST', '/address-check', {})
    await ended(body.id)
    await clock.advance(31_000)
    expect(await find(body.id)).toMatchObject({
      state: 'not_fetched',
      likely_cause: { cause: 'no_request' },
      card: 'in_account',
    })
  })

  test('names the cause where nothing listens at the public address', {
    tags: 'slow',
    timeout: 60_000,
  }, async () => {
    const running = await start({ YOTO_STREAM_PUBLIC_URL: `http://127.0.0.1:${await freePort()}` })
    await pass('players are there', () => running.app.hub.players().length > 0)
    const { body } = await called<AddressCheckView>('POST', '/address-check', { player: playerOf(running) })
    expect(await ended(body.id)).toMatchObject({ state: 'waiting', own_fetch: { state: 'failed' } })
    await pass('30 s have gone by', () => clock.now().getTime() - Date.parse(body.started_at) > 30_000)
    expect(await find(body.id)).toMatchObject({
      state: 'not_fetched',
      fetched: null,
      likely_cause: { cause: 'refused', words: expect.stringContaining('nothing listens there') },
    })
  })

  test('names the cause where the address leads to the panel', { timeout: 60_000 }, async () => {
    const port = await freePort()
    await start({ YOTO_STREAM_PANEL_PORT: String(port), YOTO_STREAM_PUBLIC_URL: `http://127.0.0.1:${port}` })
    const { body } = await called<AddressCheckView>('POST', '/address-check', {})
    expect((await ended(body.id)).own_fetch.fault?.cause).toBe('other_content')
  })

  test('of a run that ended is deleted by the next', { timeout: 60_000 }, async () => {
    const first = await start()
    await pass('players are there', () => first.app.hub.players().length > 0)
    const { body } = await called<AddressCheckView>('POST', '/address-check', {})
    expect(await first.app.simulator?.card(body.card_id)).toBeDefined()
    await first.stop()
    const second = await start()
    await pass('it is deleted', () => second.log.lines.some(({ message }) => message === 'test card deleted'))
    expect(await second.app.simulator?.card(body.card_id)).toBeUndefined()
    expect((await called('GET', '/address-check')).body).toMatchObject({ check: null, left: [] })
    expect(await called('GET', `/address-check/${body.id}`)).toMatchObject({ status: 404 })
  })

  test('is not made for a player that is not there', { timeout: 60_000 }, async () => {
    await start()
    expect(await called('POST', '/address-check', { player: 'nobody' })).toMatchObject({ status: 404 })
    expect((await called('GET', '/address-check')).body).toMatchObject({ check: null, left: [] })
  })
})

describe("in Yoto's own cloud", () => {
  // Nobody is there, so whatever were sent would end as `unavailable`.
  const real = {
    YOTO_STREAM_SIMULATE: 'never',
    YOTO_STREAM_YOTO_CLIENT_ID: 'an-app',
    YOTO_STREAM_YOTO_API_URL: 'https://api.invalid',
    YOTO_STREAM_YOTO_AUTH_URL: 'https://login.invalid',
    YOTO_STREAM_YOTO_MQTT_URL: 'wss://mqtt.invalid',
  }
  const card = { stream: 'bedroom', title: 'Bedroom' }

  test.each([
    ['http://localhost:8098', /look for the audio in itself/],
    ['http://nas.local:8098', /\.local/],
    ['http://172.17.0.2:8098', /Docker/],
    ['http://192.168.1.20:8098', /plain http/],
  ])('no card is made with %s, and a problem says why', { timeout: 60_000 }, async (address, words) => {
    const { log } = await start({ ...real, YOTO_STREAM_PUBLIC_URL: address })
    const told = { error: { code: 'unprocessable', message: expect.stringMatching(words) } }
    expect(await called('POST', '/cards', card)).toEqual({ status: 422, body: told })
    const live = { story: 'lighthouse', run: 'live' }
    expect(await called('POST', '/cards', live)).toEqual({ status: 422, body: told })
    expect(await called('POST', '/address-check', {})).toEqual({ status: 422, body: told })
    expect((await called('GET', '/cards')).body).toMatchObject({ count: 0 })
    expect((await called('GET', '/address-check')).body).toMatchObject({
      ...{ address, from: 'public_url', publishable: false, account: 'yoto', left: [] },
      fault: { words: expect.stringMatching(words) },
    })
    const { problem_names, problems } = (
      await called<{ problem_names: string[]; problems: string[] }>('GET', '/health')
    ).body
    expect(problems[problem_names.indexOf('public_url')]).toMatch(words)
    expect(log.lines.some(({ level, message }) => level === 'warn' && words.test(message))).toBe(true)
  })

  test('a guessed address is refused likewise', { timeout: 60_000 }, async () => {
    await start(real)
    const { status, body } = await called<{ error: { message: string } }>('POST', '/cards', card)
    expect([status, body.error.message]).toEqual([422, expect.stringContaining('no public_url is set')])
  })

  test('plain http that was agreed to is tried', { timeout: 60_000 }, async () => {
    await start({
      ...real,
      YOTO_STREAM_PUBLIC_URL: 'http://192.168.1.20:8098',
      YOTO_STREAM_PUBLIC_URL_CONSENT: 'plain_http',
    })
    expect(await called('POST', '/cards', card)).toMatchObject({ status: 503 })
    expect((await called('GET', '/address-check')).body).toMatchObject({
      publishable: true,
      notes: [expect.stringContaining('players elsewhere')],
    })
    const { problem_names } = (await called<{ problem_names: string[] }>('GET', '/health')).body
    expect(problem_names).not.toContain('public_url')
  })

  test('a stand-in on this machine takes any address', { timeout: 60_000 }, async () => {
    await start({ ...real, YOTO_STREAM_YOTO_API_URL: `http://127.0.0.1:${await freePort()}` })
    expect(await called('POST', '/cards', card)).toMatchObject({ status: 503 })
    expect((await called('GET', '/address-check')).body).toMatchObject({
      publishable: true,
      account: 'simulated',
    })
  })
})
