import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { keysOf, type PublishedCard } from '../src/cards/record.ts'
import { systemClock } from '../src/core/clock.ts'
import { messageOf } from '../src/core/error.ts'
import { type SimulatedCloud, startCloud } from '../src/simulator/cloud.ts'
import { openStorage } from '../src/storage/storage.ts'
import type { StoredTokens } from '../src/yoto/token.ts'
import { recordingLog } from './support/recording-log.ts'
import { type RecordingProxy, recordingProxy } from './support/recording-proxy.ts'
import { runApp, until } from './support/running-app.ts'

// A start of the whole product may take ten seconds where others want the processor as well.
const severalStartsMs = 120_000

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const credentials = { username: 'household', password: 'correct horse battery' }

let folder: string
const children: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-secrets-'))
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** The built product, saying everything it ever says, with nothing held back by the umask. */
function launch(env: Record<string, string> = {}) {
  const child = spawn('sh', ['-c', 'umask 0; exec "$0" "$1" --data data', process.execPath, main], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      TZ: 'UTC',
      YOTO_STREAM_PANEL_PORT: '0',
      YOTO_STREAM_MEDIA_PORT: '0',
      YOTO_STREAM_MEDIA_HOST: '127.0.0.1',
      YOTO_STREAM_MQTT_PORT: '0',
      YOTO_STREAM_MQTT_USERNAME: credentials.username,
      YOTO_STREAM_MQTT_PASSWORD: credentials.password,
      YOTO_STREAM_LOG_LEVEL: 'debug',
      ...env,
    },
  })
  children.push(child)
  let said = ''
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (said += chunk))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { child, ended, said: () => said, says: (words: string) => until(words, () => said.includes(words)) }
}

describe('secrets of a household', () => {
  let cloud: SimulatedCloud
  let signIn: RecordingProxy

  beforeEach(async () => {
    cloud = await startCloud({
      clock: systemClock,
      log: recordingLog(),
      approveAfterPolls: 0,
      tokenLifeSeconds: 5,
    })
    signIn = await recordingProxy(cloud.authUrl)
  })

  afterEach(async () => {
    await signIn.stop()
    await cloud.stop()
  })

  const launchAtAccount = () =>
    launch({
      YOTO_STREAM_SIMULATE: 'never',
      YOTO_STREAM_YOTO_CLIENT_ID: cloud.clientId,
      YOTO_STREAM_YOTO_API_URL: cloud.apiUrl,
      YOTO_STREAM_YOTO_AUTH_URL: signIn.url,
      YOTO_STREAM_YOTO_MQTT_URL: cloud.mqttUrl,
    })

  test(
    'are said nowhere but where they are meant to be, and lie in files of their owner alone',
    async () => {
      const first = launchAtAccount()
      await first.says('is running')
      await first.says('] signed in to Yoto')
      const heard = await useAll(first.said(), cloud)
      first.child.kill('SIGTERM')
      expect(await first.ended).toBe(0)
      const kept = await storedSecrets()
      // The second start renews the tokens, and the cloud goes away while it runs.
      const second = launchAtAccount()
      await second.says('] connected to Yoto')
      await until('the tokens are renewed', () => signIn.secrets.size >= 6)
      await cloud.stop()
      await second.says('] not connected to Yoto')
      second.child.kill('SIGTERM')
      expect(await second.ended).toBe(0)

      const tokens = [...signIn.secrets, ...kept.tokens]
      expect(tokens.length).toBeGreaterThanOrEqual(8)
      const { keys } = await storedSecrets()
      expect(keys.length).toBeGreaterThanOrEqual(3)
      // Six characters of a key may be said.
      const secrets = [...tokens, credentials.password, ...keys.map((key) => key.slice(0, 7))]
      const output = first.said() + second.said()
      expect(output).toContain(' debug ')
      expect(found(secrets, output)).toEqual([])
      expect(found(secrets, heard.mqtt)).toEqual([])
      expect(found(secrets, heard.rest)).toEqual([])
      expect(found(keys, heard.addresses)).not.toEqual([])
      await expectPrivate(join(folder, 'data'), [...tokens, ...keys])
    },
    severalStartsMs,
  )

  /** What the store of the household holds, from every collection that holds any. */
  async function storedSecrets(): Promise<{ tokens: string[]; keys: string[] }> {
    const in_ = async <Value>(place: string, name: string) => {
      const storage = await openStorage({ url: 'sqlite', folder: place, log: recordingLog(), readOnly: true })
      const values = (await storage.collection<Value>(name).entries()).map(([, value]) => value)
      await storage.close()
      return values
    }
    const data = join(folder, 'data')
    const accounts = await in_<StoredTokens>(join(data, 'secrets'), 'yoto-account')
    const cards = await in_<PublishedCard>(data, 'published-cards')
    return {
      tokens: accounts.flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken ?? '']),
      keys: cards.flatMap(keysOf),
    }
  }
})

const addressIn = (said: string, what: string) =>
  new RegExp(`${what} +(\\w+://[\\d.]+:\\d+)`).exec(said)?.[1] ?? ''

/** Does everything that has to do with a secret, well and badly, and hands back all that was answered. */
async function useAll(said: string, cloud: SimulatedCloud) {
  const [panel, media, broker] = ['Panel, REST', 'Audio', 'MQTT'].map((what) => addressIn(said, what))
  const client = await mqtt.connectAsync(broker ?? '', credentials)
  let overMqtt = ''
  client.on('message', (topic, payload) => (overMqtt += `${topic} ${payload}\n`))
  await client.subscribeAsync('#', { qos: 1 })
  let rest = ''
  let addresses = ''
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${panel}/api${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.text()
    // Who asks for an address is given it.
    const shown = text.replaceAll(/"url":"([^"]*)"/g, (_, address) => {
      addresses += `${address}\n`
      return '""'
    })
    rest += `${method} ${path} ${answer.status} ${JSON.stringify([...answer.headers])} ${shown}\n`
    return text
  }
  await call('POST', '/streams/bedroom/queue', { files: ['music/counting-song.mp3'] })
  const cards = [
    await call('POST', '/cards', { stream: 'bedroom', title: 'Bedroom' }),
    await call('POST', '/cards', { stream: 'bedroom', kind: 'stream' }),
  ].map((text) => JSON.parse(text) as { card_id: string })
  const cardId = cards[0]?.card_id ?? ''
  await call('POST', `/cards/${cardId}/rotate-key`, {})
  await call('POST', '/streams/bedroom/rotate-key', { now: true })
  await call('POST', '/cards/none/rotate-key', { now: 'x' })
  await call('POST', '/cards/none/rotate-key', {})
  await cloud.players[0]?.insert(cardId)
  await until('the player asks for audio', () => overMqtt.includes('stream_requested'))
  await client.publishAsync(`yoto/${cloud.players[0]?.id}/set`, '{"volume_percent": "loud"}', { qos: 1 })
  await client.publishAsync(`yoto/${cloud.players[0]?.id}/set/playback`, 'next', { qos: 1 })
  const description = JSON.parse(await call('GET', '/openapi.json')) as { paths: Record<string, object> }
  for (const [path, methods] of Object.entries(description.paths)) {
    // Live events have no end.
    if (!('get' in methods) || path.endsWith('.mp3') || path === '/api/live') continue
    // A document of a card, or a back-up of all, is given to admins with the keys that stand in it.
    if (path.endsWith('/document') || path.endsWith('/backup')) continue
    const filled = path
      .replace(/^\/api/, '')
      .replace('{name}', 'bedroom')
      .replace('{card_id}', cardId)
    await call('GET', filled.replace(/\{\w+\}/, cloud.players[0]?.id ?? ''))
    await call('POST', filled.replaceAll(/\{\w+\}/g, 'none'), { wrong: true })
  }
  await call('GET', '/live/snapshot')
  for (const key of addresses.match(/(?<=\/media\/)[\w-]+/g) ?? []) {
    rest += await (await fetch(`${media}/media/${key}/none.mp3`)).text()
    rest += await (await fetch(`${media}/media/${key}/stream.mp3`, { method: 'POST' })).text()
  }
  for (let guess = 0; guess < 40; guess++)
    rest += await (await fetch(`${media}/media/guess/stream.mp3`)).text()
  await expect(mqtt.connectAsync(broker ?? '', { ...credentials, password: 'wrong' })).rejects.toThrow()
  await client.endAsync()
  return { mqtt: overMqtt, rest, addresses }
}

/** The secrets that stand in the text, by their beginnings, or a failure would say them itself. */
function found(secrets: readonly string[], text: string): string[] {
  return secrets.filter((secret) => text.includes(secret)).map((secret) => `${secret.slice(0, 6)}…`)
}

async function expectPrivate(data: string, secrets: readonly string[]): Promise<void> {
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
  expect(await modeOf(data)).toBe('700')
  const entries = await readdir(data, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  let holders = 0
  for (const file of files) {
    const holds = found(secrets, (await readFile(file)).toString('latin1')).length > 0
    if (holds) holders++
    const isOwn = !file.startsWith(join(data, 'config')) && !file.startsWith(join(data, 'media'))
    if (holds || isOwn) expect([file, await modeOf(file)]).toEqual([file, '600'])
  }
  expect(holders).toBeGreaterThan(0)
}

test('what is logged holds no secret before anything is masked, with simulated players too', async () => {
  const tokens = new Set<string>()
  const usualFetch = globalThis.fetch
  vi.stubGlobal('fetch', async (...request: Parameters<typeof fetch>) => {
    const answer = await usualFetch(...request)
    if (String(request[0]).includes('/oauth/')) noteTokens(await answer.clone().text(), tokens)
    return answer
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  const running = await runApp({ env: { YOTO_STREAM_LOG_LEVEL: 'debug' } })
  onTestFinished(running.remove)
  const { app, call, log } = running
  const [card] = app.cards.list()
  await app.simulator?.players[0]?.insert(card?.card_id ?? '')
  await until('audio is asked for', () => log.lines.some(({ message }) => /requested/.test(message)))
  await call('POST', `/cards/${card?.card_id}/rotate-key`, {})
  const keys = app.cards.list().flatMap(keysOf)
  await running.stop()
  expect([tokens.size, keys.length]).toEqual([4, expect.any(Number)])
  const said = JSON.stringify(log.lines, (_, value) => (value instanceof Error ? messageOf(value) : value))
  expect(said).toContain(keys[0]?.slice(0, 6))
  expect(found([...tokens, ...keys.map((key) => key.slice(0, 7))], said)).toEqual([])
})

function noteTokens(text: string, tokens: Set<string>): void {
  for (const [, token] of text.matchAll(/"(?:\w+_token|device_code)":"([^"]+)"/g))
    if (token) tokens.add(token)
}

/** Has a process do that as soon as it says that it is running, however long that takes. */
function onceItRuns(statement: string): { readonly NODE_OPTIONS: string } {
  const code = `
    const write = process.stdout.write.bind(process.stdout)
    process.stdout.write = (text, ...rest) => {
      if (String(text).includes('is running')) setTimeout(() => { ${statement} })
      return write(text, ...rest)
    }`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` }
}

describe('a process that ends badly', () => {
  test('keeps secrets out of the stack that it leaves', { tags: 'slow' }, async () => {
    const { ended, said } = launch(onceItRuns('throw new Error(process.env.YOTO_STREAM_MQTT_PASSWORD)'))
    expect(await ended).toBe(1)
    expect(said()).toContain('Error: ***\n')
    expect(said()).not.toContain(credentials.password)
  })

  test('keeps the passwords of addresses out of what it says about options', async () => {
    const address = 'redis://house:hunter22hunter22@nas'
    for (const option of ['MQTT_URL', 'STORAGE', 'YOTO_API_URL']) {
      const { ended, said } = launch({ [`YOTO_STREAM_${option}`]: address })
      expect([option, await ended]).toEqual([option, 1])
      expect(said()).not.toContain('hunter22')
    }
  })

  test('says warnings of Node in lines of its own log', { tags: 'slow' }, async () => {
    const warning = `process.emitWarning('of ' + process.env.YOTO_STREAM_MQTT_PASSWORD)`
    const { says, said } = launch(onceItRuns(warning))
    await says('of ***')
    expect(said()).toMatch(/ warn {2}of \*\*\* warning=Warning/)
    expect(said()).not.toContain(credentials.password)
  })
})

test('nothing is said of passwords, sessions and API tokens by the built product, and they lie nowhere in the clear', {
  timeout: severalStartsMs,
  tags: 'slow',
}, async () => {
  const product = launch({ YOTO_STREAM_PANEL_AUTH: 'password' })
  await product.says('set up the first one with the code')
  const panel = addressIn(product.said(), 'Panel, REST')
  const code = /code ([\w-]+)/.exec(product.said())?.[1] ?? ''
  const secrets = ['a first password', 'a second password']
  const [password, next] = secrets
  let answers = ''
  const call = async (path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${panel}/api${path}`, {
      method: body === undefined ? 'GET' : path === '/user/password' ? 'PUT' : 'POST',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    // A token is shown to whoever makes it, once.
    if (path !== '/tokens') answers += `${answer.status} ${text}\n`
    return { text, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' }
  }
  const { cookie } = await call('/auth/set-up', { code, username: 'parent', password })
  const made = await call('/tokens', { name: 'display', scopes: ['house'] }, { cookie })
  const { token } = JSON.parse(made.text) as { token: string }
  secrets.push(token, cookie.slice(cookie.indexOf('=') + 1))
  await call('/players', undefined, { authorization: `Bearer ${token}` })
  await call('/users', undefined, { authorization: `Bearer ${token}` })
  await call(`/streams/${token}/queue`, undefined, { cookie })
  await call('/user/login', { username: password, password: 'wrong' })
  await call('/user/password', { current_password: password, new_password: next }, { cookie })
  await call('/user/logout', {}, { cookie })
  product.child.kill('SIGTERM')
  expect(await product.ended).toBe(0)
  expect(secrets.every((secret) => secret.length >= 12)).toBe(true)
  expect(found(secrets, product.said())).toEqual([])
  expect(found(secrets, answers)).toEqual([])
  for (const file of await readdir(join(folder, 'data'))) {
    const bytes = await readFile(join(folder, 'data', file)).catch(() => Buffer.alloc(0))
    expect(`${file}: ${found(secrets, bytes.toString('latin1'))}`).toBe(`${file}: `)
  }
})
