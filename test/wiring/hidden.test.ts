import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keysOf, type PublishedCard } from '../../src/cards/record.ts'
import { systemClock } from '../../src/core/clock.ts'
import { createRedactor } from '../../src/log/redactor.ts'
import { startCloud } from '../../src/simulator/cloud.ts'
import { openStorage, type Storage } from '../../src/storage/storage.ts'
import { openCards } from '../../src/wiring/cards.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { Account } from '../../src/yoto/account.ts'
import type { StoredTokens } from '../../src/yoto/token.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { recordingProxy } from '../support/recording-proxy.ts'
import { until } from '../support/running-app.ts'

const log = recordingLog()

describe('keys of the media door', () => {
  let folder: string
  let storage: Storage

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yoto-hidden-'))
    storage = await openStorage({ url: 'sqlite', folder, log })
  })

  afterEach(async () => {
    await storage.close()
    await rm(folder, { recursive: true })
  })

  const open = (hide: (secret: string, shown: string) => void = () => undefined) =>
    openCards({
      storage,
      link: null,
      simulated: false,
      urlOf: (key, file) => `http://x/media/${key}/${file}.mp3`,
      storyPlan: () => null,
      problems: new Problems(),
      hide,
      clock: systemClock,
      log,
    })

  test('have at least 128 bits that nobody can foretell', async () => {
    const { published } = await open()
    const keys: Buffer[] = []
    for (let stream = 0; stream < 120; stream++) {
      const [, key = ''] = /\/media\/([\w-]+)\//.exec(await published.streamUrl(`stream-${stream}`)) ?? []
      keys.push(Buffer.from(key, 'base64url'))
    }
    const bits = Math.min(...keys.map((key) => key.length)) * 8
    const bitOf = (key: Buffer, bit: number) => ((key[bit >> 3] ?? 0) >> (bit & 7)) & 1
    const free = Array.from({ length: bits }, (_, bit) => new Set(keys.map((key) => bitOf(key, bit))))
    expect(free.filter((values) => values.size === 2).length).toBeGreaterThanOrEqual(128)
    expect(free.filter((values) => values.size === 2).length).toBe(192)
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(keys.length)
  })

  test('are said by their beginning alone, also old ones and those of earlier runs', async () => {
    const redactor = createRedactor()
    const { published } = await open(redactor.add)
    await published.streamUrl('bedroom')
    await published.rotateStream('bedroom', { now: false })
    const later = createRedactor()
    await open(later.add)
    const records = await storage.collection<PublishedCard>('published-cards').entries()
    const keys = records.flatMap(([, card]) => keysOf(card))
    expect(keys.length).toBe(2)
    for (const key of keys)
      for (const { redact } of [redactor, later])
        expect(redact(`the stream of ${key} is open`)).toBe(`the stream of ${key.slice(0, 6)}… is open`)
  })
})

test('tokens are hidden before anything is done with them, and those of earlier runs at the start', async () => {
  const cloud = await startCloud({ clock: systemClock, log, approveAfterPolls: 0 })
  const signIn = await recordingProxy(cloud.authUrl)
  const tokens = memoryCollection<StoredTokens>()
  const hidden: string[] = []
  const accountWith = (hide: (secret: string) => void) =>
    new Account({
      authUrl: signIn.url,
      clientId: cloud.clientId,
      tokens,
      clock: systemClock,
      log,
      redirectUri: null,
      hide,
    })
  const account = accountWith((secret) => hidden.push(secret))
  await account.start()
  await until('the account is signed in', () => account.state() === 'signed_in')
  account.stop()
  expect(new Set(hidden)).toEqual(signIn.secrets)
  const later: string[] = []
  const again = accountWith((secret) => later.push(secret))
  await again.start()
  again.stop()
  const stored = await tokens.get('account')
  expect(later).toEqual([stored?.accessToken, stored?.refreshToken])
  await signIn.stop()
  await cloud.stop()
})

test('problems are shown without the secrets in them', () => {
  const redactor = createRedactor()
  redactor.add('correct horse')
  const problems = new Problems(redactor.redact)
  let changes = 0
  problems.onChange(() => changes++)
  for (let again = 0; again < 2; again++)
    problems.set('x', 'no way to mqtt://house:hunter22@nas with correct horse')
  expect(problems.list()).toEqual(['no way to mqtt://house:***@nas with ***'])
  expect(changes).toBe(1)
})
