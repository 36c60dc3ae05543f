/** @module-tag slow */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { openStorage } from '../../src/storage/storage.ts'
import { type Child, runChild } from '../storage/child.ts'
import { compiledTo } from '../support/compiled.ts'
import { recordingLog } from '../support/recording-log.ts'
import { startHistory, storeIn } from './support.ts'

let ground: string
const children: Child[] = []

beforeAll(async () => {
  ground = await mkdtemp(join(tmpdir(), 'history-crash-'))
  await compiledTo(join(ground, 'compiled'), ['storage/storage.ts', 'history/history.ts'])
})

afterAll(async () => {
  for (const child of children) await child.kill()
  await rm(ground, { recursive: true, force: true })
})

const adding = (compiled: string) => `
  const { History } = await import(${JSON.stringify(join(compiled, 'history/history.js'))})
  const { systemClock } = await import(${JSON.stringify(join(compiled, 'core/clock.js'))})
  const storage = await openStorage({ url: 'sqlite', folder, log })
  const collection = storage.collection('history')
  const history = new History({
    store: {
      entries: () => collection.entries(),
      delete: (key) => collection.delete(key),
      setMany: (chunks) => storage.setMany(chunks.map(([key, value]) => ({ collection: 'history', key, value }))),
    },
    redactAll: (value) => value,
    clock: systemClock,
    log,
  })
  await history.start()
  const what = { type: 'battery_low', battery_percent: 5 }
  setInterval(() => {
    const id = history.add({ kind: 'event', player: 'y1', stream: null, cause: null, what })
    say('added ' + id + ' ' + Date.now())
  }, 7)`

test.each([900, 1_730, 2_410])(
  'kill -9 after %i ms loses the last second at most, and never more',
  async (ms) => {
    const compiled = join(ground, 'compiled')
    const folder = join(ground, `data-${ms}`)
    const child = runChild({ compiled, folder, body: adding(compiled) })
    children.push(child)
    await child.line('added')
    await new Promise((resolve) => setTimeout(resolve, ms))
    const killedMs = Date.now()
    await child.kill()

    const storage = await openStorage({ url: 'sqlite', folder, log: recordingLog() })
    const history = await startHistory({ store: storeIn(storage), clock: systemClock })
    const kept = new Set(history.find({ limit: 100_000 }).entries.map(({ id }) => id))
    await history.stop()
    await storage.close()
    const added = child.lines
      .map((line) => line.split(' '))
      .map(([, id = '', at]) => ({ id, atMs: Number(at) }))
    expect(added.length).toBeGreaterThan(20)
    const lost = added.filter(({ id }) => !kept.has(id))
    // What the write itself takes, on a busy machine.
    const writeMs = 150
    expect(lost.filter(({ atMs }) => atMs < killedMs - 1_000 - writeMs)).toEqual([])
    // What is lost is the end, not something in between.
    expect(added.slice(-lost.length || added.length).map(({ id }) => id)).toEqual(
      lost.length === 0 ? added.map(({ id }) => id) : lost.map(({ id }) => id),
    )
  },
)
