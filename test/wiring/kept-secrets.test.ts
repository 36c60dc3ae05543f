import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { AppError } from '../../src/core/error.ts'
import { openStorage, type Storage } from '../../src/storage/storage.ts'
import { openSecrets } from '../../src/wiring/kept-secrets.ts'
import type { StoredTokens } from '../../src/yoto/token.ts'
import { recordingLog } from '../support/recording-log.ts'

let data: string
let storage: Storage
const opened: { stop(): Promise<void> }[] = []
const log = recordingLog()
const said = () => log.lines.splice(0).map(({ level, message }) => `${level} ${message}`)

const held = 'refresh-token-that-opens-the-account'
const tokens: StoredTokens = {
  clientId: 'client',
  accessToken: 'access-token-of-a-day',
  refreshToken: held,
  expiresAtMs: 1,
} as StoredTokens

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'yoto-kept-'))
  storage = await openStorage({ url: 'sqlite', folder: data, log })
  said()
})

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop()
  await storage.close()
  await rm(data, { recursive: true, force: true })
})

async function open(over: Partial<Storage> = {}) {
  const options = { storage: 'sqlite', folders: { data, config: data, media: data } }
  const own = { ...over, collection: over.collection ?? storage.collection.bind(storage) }
  const secrets = await openSecrets({
    options,
    storage: { compact: () => storage.compact(), ...own } as Storage,
    problems: { set: () => undefined },
    clock: systemClock,
    log,
  })
  opened.push(secrets)
  return secrets
}

/** The files that hold it, as a thief of the folder finds it. */
async function filesWith(text: string): Promise<string[]> {
  const entries = await readdir(data, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const holding = await Promise.all(
    files.map(async (file) => ((await readFile(file)).includes(text) ? [file.slice(data.length + 1)] : [])),
  )
  return holding.flat()
}

const modeOf = async (path: string) => ((await stat(join(data, path))).mode & 0o777).toString(8)

test('tokens lie in a folder of their own for its owner alone, and are there at the next start', async () => {
  const secrets = await open()
  await secrets.tokens.set('account', tokens)
  expect((await filesWith(held)).every((file) => file.startsWith('secrets/store.sqlite'))).toBe(true)
  expect([await modeOf('secrets'), await modeOf('secrets/store.sqlite')]).toEqual(['700', '600'])
  await opened.pop()?.stop()
  expect(await (await open()).tokens.get('account')).toEqual(tokens)
  expect(said()).toEqual([])
})

test('those of an earlier version are brought over once, and no byte of them is left in the household’s store', async () => {
  await storage.collection('yoto-account').set('account', { ...tokens, refreshToken: `${held}-first` })
  await storage.collection('queues').set('big', 'x'.repeat(50_000))
  await storage.collection('yoto-account').set('account', tokens)
  const secrets = await open()
  expect(await secrets.tokens.get('account')).toEqual(tokens)
  expect((await filesWith(held)).every((file) => file.startsWith('secrets/'))).toBe(true)
  expect(await storage.collection('yoto-account').entries()).toEqual([])
  expect(await storage.collection('queues').get('big')).toHaveLength(50_000)
  expect(said()).toEqual([
    'info the sign-in to Yoto is kept in the folder secrets from now on, which backups leave out',
  ])
  await secrets.tokens.set('account', { ...tokens, refreshToken: 'another' })
  await opened.pop()?.stop()
  expect(await (await open()).tokens.get('account')).toMatchObject({ refreshToken: 'another' })
  expect(said()).toEqual([])
})

test('those that cannot be taken out of the household’s store stay in use there', async () => {
  const old = storage.collection<StoredTokens>('yoto-account')
  await old.set('account', tokens)
  const fault = new AppError('unavailable', 'the disk is full')
  const collection = () => ({ ...old, delete: () => Promise.reject(fault) })
  const secrets = await open({ collection: collection as unknown as Storage['collection'] })
  await secrets.tokens.set('account', { ...tokens, refreshToken: 'newer' })
  expect(await old.get('account')).toMatchObject({ refreshToken: 'newer' })
  expect(said()).toEqual([expect.stringContaining('cannot be kept apart from what backups have')])
  await opened.pop()?.stop()
  expect(await (await open()).tokens.get('account')).toMatchObject({ refreshToken: 'newer' })
})

test('a sign-out from where they had to stay is one for good: no copy of them comes back', async () => {
  const old = storage.collection<StoredTokens>('yoto-account')
  await old.set('account', tokens)
  let isFull = true
  const full = () => Promise.reject(new AppError('unavailable', 'the disk is full'))
  const collection = () => ({ ...old, delete: (key: string) => (isFull ? full() : old.delete(key)) })
  const secrets = await open({ collection: collection as unknown as Storage['collection'] })
  isFull = false
  await secrets.tokens.delete('account')
  await opened.pop()?.stop()
  expect(await (await open()).tokens.get('account')).toBeUndefined()
})

test('what could not be swept out of the household’s store is swept out at the next start', async () => {
  await storage.collection('yoto-account').set('account', tokens)
  await open({ compact: () => Promise.reject(new AppError('unavailable', 'the disk is full')) })
  expect(await filesWith(held)).toContainEqual(expect.stringMatching(/^store\.sqlite/))
  await opened.pop()?.stop()
  said()
  expect(await (await open()).tokens.get('account')).toEqual(tokens)
  expect((await filesWith(held)).every((file) => file.startsWith('secrets/'))).toBe(true)
  expect(said()).toEqual([expect.stringContaining('is kept in the folder secrets from now on')])
  await opened.pop()?.stop()
  await open()
  expect(said()).toEqual([])
})

test('of a store of another day the tokens that Yoto gave out later count', async () => {
  const later = { ...tokens, refreshToken: 'later', issuedAtMs: 2_000 }
  await (await open()).tokens.set('account', later)
  await opened.pop()?.stop()
  await storage.collection('yoto-account').set('account', { ...tokens, issuedAtMs: 1_000 })
  expect(await (await open()).tokens.get('account')).toEqual(later)
  expect(await storage.collection('yoto-account').entries()).toEqual([])
})

test('without the folder, as after a restore, nobody is signed in and nothing is said to be wrong', async () => {
  await (await open()).tokens.set('account', tokens)
  await opened.pop()?.stop()
  await rm(join(data, 'secrets'), { recursive: true })
  expect(await (await open()).tokens.get('account')).toBeUndefined()
  expect(said()).toEqual([])
})

describe('a folder that is not as it was left', () => {
  test.each([
    ['store.sqlite', 'noise', Buffer.alloc(20_000, 0xa7)],
    ['store.sqlite', 'half of it', null],
    ['store.lock', 'noise', Buffer.alloc(20_000, 0xa7)],
  ])('with %s that is %s is set aside, which is said once', async (file, _what, bytes) => {
    await (await open()).tokens.set('account', tokens)
    await opened.pop()?.stop()
    const path = join(data, 'secrets', file)
    await writeFile(path, bytes ?? (await readFile(path)).subarray(0, 5000))
    const secrets = await open()
    expect(await secrets.tokens.get('account')).toBeUndefined()
    expect(said()).toEqual([
      expect.stringMatching(/^warn the store in the folder secrets .* sign in to Yoto again$/),
    ])
    await secrets.tokens.set('account', tokens)
    const aside = (await readdir(join(data, 'secrets'))).filter((name) => name.startsWith('damaged-'))
    expect(aside).toHaveLength(1)
    expect(await readdir(join(data, 'secrets', aside[0] ?? ''))).toContain(file)
  })

  test('with rights for everybody has them no more', async () => {
    await (await open()).tokens.set('account', tokens)
    await opened.pop()?.stop()
    await chmod(join(data, 'secrets'), 0o777)
    await chmod(join(data, 'secrets', 'store.sqlite'), 0o644)
    expect(await (await open()).tokens.get('account')).toEqual(tokens)
    expect([await modeOf('secrets'), await modeOf('secrets/store.sqlite')]).toEqual(['700', '600'])
  })

  test('which is a file ends the start with a sentence that names it', async () => {
    await writeFile(join(data, 'secrets'), 'mine')
    await expect(open()).rejects.toThrow(
      'the folder secrets in the data folder cannot be used: its path names a file, not a folder; move it away',
    )
    expect(await readFile(join(data, 'secrets'), 'utf8')).toBe('mine')
  })

  test('which another product uses is left to it', async () => {
    await mkdir(join(data, 'secrets'))
    const other = await openStorage({ url: 'sqlite', folder: join(data, 'secrets'), log })
    opened.push({ stop: () => other.close() })
    await expect(open()).rejects.toMatchObject({ code: 'conflict' })
    await other.collection('a').set('b', 1)
  })
})
