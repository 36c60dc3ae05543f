import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { openStorage } from '../../src/storage/storage.ts'
import { compiledTo } from '../support/compiled.ts'
import { recordingLog } from '../support/recording-log.ts'
import { type Child, runChild } from './child.ts'

let ground: string
let compiled: string
let folder: string
let count = 0
const children: Child[] = []

beforeAll(async () => {
  ground = await mkdtemp(join(tmpdir(), 'store-processes-'))
  compiled = await compiledTo(join(ground, 'compiled'), ['storage/storage.ts'])
})

beforeEach(() => {
  folder = join(ground, `data-${count++}`)
})

afterEach(async () => {
  for (const child of children.splice(0)) await child.kill()
})

afterAll(() => rm(ground, { recursive: true, force: true }))

function run(body: string): Child {
  const child = runChild({ compiled, folder, body })
  children.push(child)
  return child
}

const open = (readOnly = false) => openStorage({ url: 'sqlite', folder, log: recordingLog(), readOnly })

const openInChild = `const storage = await openStorage({ url: 'sqlite', folder, log })`

const sets = [
  ['at once', ''],
  ['soon', ', { rows: () => [], isSoon: true }'],
] as const

test.each(sets)('a write that the disk confirms %s survives kill -9 right after it', async (_, also) => {
  const child = run(`${openInChild}
    for (let n = 0; ; n++) {
      await storage.collection('queues').set(String(n), { n }${also})
      say('ack ' + n)
    }`)
  await child.line('ack 20')
  await child.kill()
  const acknowledged = child.lines.length
  const storage = await open()
  const kept = new Map(await storage.collection('queues').entries())
  await storage.close()
  expect(acknowledged).toBeGreaterThan(20)
  for (let n = 0; n < acknowledged; n++) expect(kept.get(String(n))).toEqual({ n })
  expect(kept.size).toBeLessThanOrEqual(acknowledged + 1)
})

test.each([3, 17, 40])('setMany is all or nothing under kill -9 (%i ms into a write)', async (ms) => {
  const child = run(`${openInChild}
    for (let generation = 0; ; generation++) {
      const entries = Array.from({ length: 5000 }, (_, index) => ({
        collection: index % 2 ? 'queues' : 'journal', key: String(index), value: { generation, pad: 'x'.repeat(100) },
      }))
      await storage.setMany(entries)
      say('ack ' + generation)
    }`)
  await child.line('ack 2')
  await new Promise((resolve) => setTimeout(resolve, ms))
  await child.kill()
  const acknowledged = child.lines.length - 1
  const storage = await open()
  const values = [
    ...(await storage.collection<{ generation: number }>('queues').entries()),
    ...(await storage.collection<{ generation: number }>('journal').entries()),
  ]
  await storage.close()
  const generations = new Set(values.map(([, value]) => value.generation))
  expect(values).toHaveLength(5000)
  expect(generations.size).toBe(1)
  expect([acknowledged, acknowledged + 1]).toContain([...generations][0])
})

test('a second writer is told so while the first lives, and not a moment longer', async () => {
  const first = run(`${openInChild}
    await storage.collection('a').set('k', 1)
    // A second try inside the first process must not loosen what the first one holds.
    const again = await openStorage({ url: 'sqlite', folder, log }).catch((error) => error.code)
    globalThis.gc()
    say('ready ' + again)
    setInterval(() => undefined, 1000)`)
  expect(await first.line('ready')).toBe('ready conflict')
  const error = await open().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(AppError)
  expect(error).toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/^the data folder is in use by another running Yoto Smart Stream/),
  })
  await first.kill()
  const storage = await open()
  expect(await storage.collection('a').get('k')).toBe(1)
  await storage.close()
})

test('of two that start at once exactly one gets the folder', async () => {
  const body = `
    try { ${openInChild}; await storage.collection('a').set('k', 1); say('got it') }
    catch (error) { say(error.code) }
    setInterval(() => undefined, 1000)`
  const both = [run(body), run(body)]
  const words = await Promise.all(both.map((child) => child.line('')))
  expect(words.sort()).toEqual(['conflict', 'got it'])
})

test('a reader works beside a living writer, sees its writes, and cannot write', async () => {
  const writer = run(`${openInChild}
    await storage.collection('a').set('k', 1)
    say('one')
    process.stdin.once('data', async () => {
      await storage.collection('a').set('k', 2)
      say('two')
      await storage.close()
      process.exit()
    })`)
  await writer.line('one')
  const reader = await open(true)
  expect(await reader.collection('a').get('k')).toBe(1)
  await expect(reader.collection('a').set('k', 9)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(reader.collection('a').delete('k')).rejects.toMatchObject({ code: 'forbidden' })
  writer.process.stdin?.write('go\n')
  await writer.line('two')
  expect(await reader.collection('a').get('k')).toBe(2)
  await writer.ended
  await reader.close()
  const storage = await open()
  expect(await storage.collection('a').get('k')).toBe(2)
  await storage.close()
})

test('a folder where this user may not write gives one clear error', async () => {
  // Root may write everywhere but in the kernel's own file systems.
  if (process.getuid?.() === 0) folder = '/proc'
  else {
    await mkdir(folder)
    await chmod(folder, 0o500)
  }
  expect(existsSync(folder)).toBe(true)
  await expect(open()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^the data folder cannot be used: (this user may not|it cannot be)/),
  })
})
