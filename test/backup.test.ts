import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../src/core/clock.ts'
import { loadOptions } from '../src/options.ts'
import { startCloud } from '../src/simulator/cloud.ts'
import { openStorage } from '../src/storage/storage.ts'
import { backupCommand } from '../src/wiring/backup-command.ts'
import type { StoredTokens } from '../src/yoto/token.ts'
import { fastClock } from './support/fast-clock.ts'
import { testWith } from './support/programs.ts'
import { recordingLog } from './support/recording-log.ts'
import { type RunningApp, runApp } from './support/running-app.ts'

let home: string
const running: RunningApp[] = []

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-backup-'))
})

afterEach(async () => {
  for (const house of running.splice(0).reverse()) await house.stop()
  await rm(home, { recursive: true, force: true })
})

async function product(data = join(home, 'data'), env: Record<string, string> = {}): Promise<RunningApp> {
  const house = await runApp({ data, env })
  running.push(house)
  return house
}

/** What the command says, as it is called in a terminal. */
async function backup(...words: string[]) {
  const argv = ['backup', ...words, '--data', join(home, 'data')]
  const loaded = await loadOptions({ argv, env: { TZ: 'UTC' }, cwd: home, commands: [backupCommand] })
  const { answer } = await backupCommand.run({ ...loaded, shipped: '', cwd: home, clock: systemClock })
  return answer
}

const copy = (to: string) => promisify(execFile)('cp', ['-a', join(home, 'data'), join(home, to)])

async function add({ call }: RunningApp, name: string, file = 'stories/sea.mp3'): Promise<void> {
  const answer = await call('POST', `/streams/${name}/queue`, { files: [file] })
  expect(answer.status).toBeLessThan(300)
}

async function streams({ call }: RunningApp): Promise<string[]> {
  const { body } = await call('GET', '/streams/queues')
  return (body as { queues: string[] }).queues
}

const warnings = ({ log }: RunningApp) =>
  log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)

describe('a copy of the data folder between begin and end', () => {
  test('is a household that starts, and the product goes on meanwhile and loses nothing', async () => {
    const house = await product()
    await add(house, 'before')
    expect(await backup('begin')).toMatch(/^The data folder may be copied now\. Call backup end behind it/)
    let isCopied = false
    const copying = copy('copy').finally(() => {
      isCopied = true
    })
    let written = 0
    while (!isCopied || written < 20) await add(house, `while-${written++}`)
    await copying
    expect(await backup('end')).toMatch(/^The backup that began at \S+ has ended: its copy is whole\.\n$/)
    await house.stop()
    const restored = await streams(await product(join(home, 'copy')))
    expect(restored).toContain('before')
    const again = await streams(await product())
    for (let n = 0; n < written; n++) expect(again).toContain(`while-${n}`)
    // What the copy has of that is all up to some moment.
    const kept = restored.filter((name) => name.startsWith('while-')).length
    for (let n = 0; n < kept; n++) expect(restored).toContain(`while-${n}`)
  }, 60_000)
})

describe('whoever makes a copy learns that it may not be whole', () => {
  test('where nothing was begun, and where it was ended already', { tags: 'slow' }, async () => {
    await product()
    const refused = /^command backup end: no backup is under way, .*begin another with backup begin$/
    await expect(backup('end')).rejects.toThrow(refused)
    await backup('begin')
    await backup('end')
    await expect(backup('end')).rejects.toThrow(refused)
  })

  test('where the program was started anew meanwhile, which says it in its log', {
    tags: 'slow',
  }, async () => {
    const house = await product()
    await backup('begin')
    await add(house, 'meanwhile')
    await house.stop()
    expect(warnings(house)).toContainEqual(expect.stringMatching(/^the program stops while a backup is made/))
    const again = await product()
    expect(await streams(again)).toContain('meanwhile')
    await expect(backup('end')).rejects.toThrow('no backup is under way')
  })

  test('where no program runs', async () => {
    for (const word of ['begin', 'end'])
      await expect(backup(word)).rejects.toThrow(
        /^command backup \w+: no program is running with this data folder/,
      )
    expect(existsSync(join(home, 'data'))).toBe(false)
  })
})

test('a backup without the folder of secrets opens nobody’s account, and who restores it is asked to sign in', async () => {
  const cloud = await startCloud({ clock: fastClock(10), log: recordingLog(), approveAfterPolls: 0 })
  onTestFinished(() => cloud.stop())
  const env = {
    YOTO_STREAM_SIMULATE: 'never',
    YOTO_STREAM_YOTO_CLIENT_ID: cloud.clientId,
    YOTO_STREAM_YOTO_API_URL: cloud.apiUrl,
    YOTO_STREAM_YOTO_AUTH_URL: cloud.authUrl,
    YOTO_STREAM_YOTO_MQTT_URL: cloud.mqttUrl,
  }
  const account = async ({ call }: RunningApp) => {
    const { body } = await call('GET', '/health')
    const { cloud, problem_names: names } = body as { cloud: { account: string }; problem_names: string[] }
    return { state: cloud.account, asks: names.includes('account') }
  }
  const signedIn = { state: 'signed_in', asks: false }
  const house = await product(join(home, 'data'), env)
  await expect.poll(() => account(house), { timeout: 30_000 }).toEqual(signedIn)
  await backup('begin')
  await copy('copy')
  await backup('end')
  await house.stop()
  const tokens = await tokensIn(join(home, 'copy', 'secrets'))
  await rm(join(home, 'copy', 'secrets'), { recursive: true })
  expect(await filesWith(tokens, join(home, 'copy'))).toEqual([])
  expect(await filesWith(tokens, join(home, 'data'))).not.toEqual([])
  const again = await product(join(home, 'data'), env)
  await expect.poll(() => account(again), { timeout: 30_000 }).toEqual(signedIn)
  await again.stop()
  // Nobody approves there by themselves.
  await cloud.stop()
  const restored = await product(join(home, 'copy'), env)
  await expect.poll(() => account(restored), { timeout: 30_000 }).toEqual({ state: 'pending', asks: true })
}, 120_000)

testWith(
  ['ffmpeg'],
  'what was made of the library may be left out: it is made anew',
  { tags: 'slow', timeout: 120_000 },
  async () => {
    await mkdir(join(home, 'data', 'media'), { recursive: true })
    const [tone, seconds] = ['anullsrc=sample_rate=8000:channel_layout=mono', '2']
    const file = join(home, 'data', 'media', 'silence.wav')
    await promisify(execFile)('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', tone, '-t', seconds, file])
    const stateIn = async ({ call }: RunningApp) => {
      const { body } = await call('GET', '/library')
      const { files } = body as { files: { file: string; state: string }[] }
      return files.find((one) => one.file === 'silence.wav')?.state
    }
    const house = await product()
    await add(house, 'quiet', 'silence.wav')
    await expect.poll(() => stateIn(house), { timeout: 30_000 }).toBe('ready')
    await backup('begin')
    await copy('copy')
    await backup('end')
    await house.stop()
    await rm(join(home, 'copy', 'audio'), { recursive: true })
    const restored = await product(join(home, 'copy'))
    await expect.poll(() => stateIn(restored), { timeout: 30_000 }).toBe('ready')
    const answer = await restored.call('GET', '/streams/quiet/queue')
    const { url } = answer.body as { url: string }
    const heard = await fetch(url.replace(restored.app.publicUrl, restored.app.mediaUrl))
    expect(heard.status).toBe(200)
    expect((await heard.arrayBuffer()).byteLength).toBeGreaterThan(20_000)
  },
)

async function tokensIn(folder: string): Promise<string[]> {
  const storage = await openStorage({ url: 'sqlite', folder, log: recordingLog(), readOnly: true })
  const [tokens] = await storage.collection<StoredTokens>('yoto-account').entries()
  await storage.close()
  const { accessToken, refreshToken } = tokens?.[1] ?? expect.unreachable('nobody is signed in')
  return [accessToken, refreshToken ?? expect.unreachable('there is no refresh token')]
}

async function filesWith(texts: readonly string[], folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const holding = await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(file)
      return texts.some((text) => bytes.includes(text)) ? [file] : []
    }),
  )
  return holding.flat()
}

test('a backup that is begun again goes on, and one end ends it', async () => {
  const house = await product()
  const first = await backup('begin', '--json')
  await add(house, 'between')
  const second = await backup('begin', '--json')
  expect(JSON.parse(second).began_at).toBe(JSON.parse(first).began_at)
  expect(JSON.parse(await backup('end', '--json'))).toMatchObject({ state: 'ended', ends_by: null })
  await expect(backup('end')).rejects.toThrow('no backup is under way')
})

test('words that are none of its own are refused with those that are', async () => {
  await expect(backup('start')).rejects.toThrow('command backup: found "start", expected one of begin, end')
  await expect(backup('begin', 'now')).rejects.toThrow('expected nothing behind it')
})
