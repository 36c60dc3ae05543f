import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { Entry } from '../../src/history/entry.ts'
import type { History } from '../../src/history/history.ts'
import { createRedactor } from '../../src/log/redactor.ts'
import { openStorage, type Storage } from '../../src/storage/storage.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { connection, memoryStore, pressed, requested, startHistory, storeIn, volume } from './support.ts'

let clock: VirtualClock
let memory: ReturnType<typeof memoryStore>

beforeEach(() => {
  clock = new VirtualClock()
  memory = memoryStore()
})

const start = (limits = {}) => startHistory({ store: memory.store, clock, limits })
const stepsOf = (entries: readonly Entry[]) =>
  entries.map(({ what }) => (what.type === 'volume_changed' ? what.volume_step : what.type))
const all = (history: History) => history.find({ limit: 100_000 }).entries

async function fill(history: History, steps: number, player: string | null = 'y1') {
  for (let step = 0; step < steps; step++) history.add(volume(step, player))
}

describe('what happened', () => {
  test('is found with the newest first, page by page', async () => {
    const history = await start({ perChunk: 4 })
    await fill(history, 11)
    const pages: (readonly Entry[])[] = []
    for (let before: string | null | undefined; before !== null; ) {
      const page = history.find({ limit: 4, ...(before === undefined ? {} : { before }) })
      pages.push(page.entries)
      before = page.next
    }
    expect(pages.map(stepsOf)).toEqual([
      [10, 9, 8, 7],
      [6, 5, 4, 3],
      [2, 1, 0],
    ])
  })

  test('is found by player, stream, kind, type, card and time', async () => {
    const history = await start()
    history.add(volume(1, 'y1'))
    await clock.advance(60_000)
    history.add(pressed('left', 'y2'))
    history.add(volume(2, null))
    await clock.advance(60_000)
    history.add(volume(3, 'y2'))
    const found = (query: object) => stepsOf(history.find({ limit: 10, ...query }).entries)
    expect(found({})).toEqual([3, 2, 'button', 1])
    expect(found({ player: 'y2' })).toEqual([3, 'button'])
    expect(found({ player: 'nobody' })).toEqual([])
    expect(found({ stream: 'bedroom' })).toEqual(['button'])
    expect(found({ kind: 'command' })).toEqual([])
    expect(found({ type: 'volume_changed', player: 'y2' })).toEqual([3])
    expect(found({ cardId: '00123' })).toEqual(['button'])
    expect(found({ cardId: '123' })).toEqual([])
    const sinceMs = Date.parse('2026-11-21T10:01:00Z')
    expect(found({ sinceMs, untilMs: sinceMs })).toEqual([2, 'button'])
    expect(found({ sinceMs: sinceMs + 1 })).toEqual([3])
    expect(found({ untilMs: sinceMs - 1 })).toEqual([1])
  })

  test('has ids that sort in its order, also when the clock is set back and over a restart', async () => {
    const history = await start()
    await fill(history, 300)
    await history.stop()
    clock = new VirtualClock('2020-01-01T00:00:00Z')
    const again = await start()
    again.add(volume(16))
    const ids = all(again).map(({ id }) => id)
    expect(stepsOf(all(again)).slice(0, 2)).toEqual([16, 299])
    expect(ids).toEqual([...new Set(ids)].sort().reverse())
    expect(ids.every((id) => /^[0-9a-z]{12}$/.test(id))).toBe(true)
    expect(all(again)[0]?.at).toBe('2020-01-01T00:00:00.000+00:00')
  })

  test('can have more said of it later, once it is stored too', async () => {
    const history = await start({ perChunk: 2 })
    const id = history.add(pressed('left'))
    await fill(history, 5)
    await clock.advance(2_000)
    history.amend(id, { counted: false })
    history.amend('000000000000', { counted: false })
    await clock.advance(2_000)
    const again = await start()
    expect(again.get(id)?.what).toMatchObject({ type: 'button', counted: false })
    expect(again.count).toBe(6)
  })

  test('is cut where it is endless, and says no secret', async () => {
    const { add: hide, redactAll } = createRedactor()
    hide('tell-nobody-of-this')
    const history = await startHistory({ store: memory.store, clock, redactAll })
    const what = {
      type: 'disconnected',
      account: 'signed_in',
      reason: `tell-nobody-of-this ${'x'.repeat(10_000)}`,
    } as const
    const id = history.add({ kind: 'connection', player: null, stream: null, cause: null, what })
    history.amend(id, { reason: `again tell-nobody-of-this ${'y'.repeat(10_000)}` })
    await history.stop()
    const [text = ''] = memory.chunks.values()
    expect(text).not.toContain('tell-nobody')
    expect(text).toContain('again *** yyy')
    expect(text.length).toBeLessThan(1000)
  })
})

describe('the history is bounded', () => {
  test('for each player, so that a lively one does not push out what a quiet one did', async () => {
    const history = await start({ perPlayer: 20, altogether: 1000, perChunk: 5 })
    history.add(volume(7, 'quiet'))
    await fill(history, 500, 'lively')
    expect(history.count).toBeLessThanOrEqual(21)
    expect(stepsOf(history.find({ player: 'quiet', limit: 9 }).entries)).toEqual([7])
    expect(stepsOf(history.find({ player: 'lively', limit: 99 }).entries).slice(0, 3)).toEqual([
      499, 498, 497,
    ])
    expect(history.find({ player: 'lively', limit: 99 }).entries.length).toBeGreaterThan(15)
  })

  test('altogether: the oldest go first, whosever they are', async () => {
    const history = await start({ perPlayer: 1000, altogether: 50, perChunk: 5 })
    for (let player = 0; player < 30; player++) await fill(history, 10, `y${player}`)
    expect(history.count).toBeLessThanOrEqual(50)
    expect(history.count).toBeGreaterThan(44)
    expect(new Set(all(history).map(({ player }) => player))).toEqual(
      new Set(['y29', 'y28', 'y27', 'y26', 'y25']),
    )
  })

  test('for listeners that nobody can name, so that a flood of theirs pushes out only its own', async () => {
    const limits = { perPlayer: 40, unnamed: 20, altogether: 60, perChunk: 4 }
    const history = await start(limits)
    const own = [
      history.add(connection('connected')),
      history.add(volume(1, 'y1')),
      history.add(volume(2, null)),
      history.add(requested('y1')),
    ]
    for (let count = 0; count < 300; count++) {
      const request = history.add(requested(null))
      const press = history.add({ ...volume(count, null), cause: request })
      history.add({ ...volume(count, null), cause: press })
      await clock.advance(10)
    }
    const isThere = (history: History) => own.map((id) => history.get(id) !== undefined)
    expect(isThere(history)).toEqual([true, true, true, true])
    expect(history.count).toBeGreaterThan(20)
    expect(history.count).toBeLessThanOrEqual(24)
    expect(history.find({ kind: 'request', limit: 99 }).entries[0]?.player).toBeNull()
    await history.stop()

    const again = await start(limits)
    expect(all(again).map(({ id }) => id)).toEqual(all(history).map(({ id }) => id))
    for (let count = 0; count < 300; count++) again.add(requested(null))
    expect(isThere(again)).toEqual([true, true, true, true])
    expect(again.count).toBeLessThanOrEqual(28)
  })

  test('and what the household does takes no room from them, nor they from it', async () => {
    const history = await start({ perPlayer: 1000, unnamed: 20, altogether: 50, perChunk: 5 })
    for (let count = 0; count < 20; count++) history.add(requested(null))
    for (let player = 0; player < 5; player++) await fill(history, 10, `y${player}`)
    expect(history.count).toBe(70)
    for (let count = 0; count < 20; count++) history.add(requested(null))
    expect(all(history).filter(({ kind }) => kind === 'event')).toHaveLength(50)
  })

  test('by age, also while nothing happens to that player and over a restart', async () => {
    const history = await start({ days: 2, perChunk: 5 })
    await fill(history, 12, 'gone')
    await clock.advance(3 * 86_400_000)
    history.add(volume(1, 'here'))
    expect(stepsOf(all(history))).toEqual([1])
    await history.stop()
    expect(memory.chunks.size).toBe(1)
    await clock.advance(3 * 86_400_000)
    const again = await start({ days: 2 })
    expect(again.count).toBe(0)
    await again.stop()
    expect(memory.chunks.size).toBe(0)
  })

  test('in the store as in memory, whatever is dropped', async () => {
    const history = await start({ perPlayer: 40, altogether: 100, perChunk: 8 })
    for (let turn = 0; turn < 40; turn++) {
      await fill(history, 13, `y${turn % 5}`)
      await clock.advance(1_500)
    }
    await history.stop()
    const stored = [...memory.chunks.values()].flatMap((text) => JSON.parse(text) as Entry[])
    const ids = (entries: readonly Entry[]) => entries.map(({ id }) => id).sort()
    expect(ids(stored)).toEqual(ids(all(history)))
    expect(ids(all(await start({ perPlayer: 40, altogether: 100 })))).toEqual(ids(stored))
  })
})

describe('what happened is stored', () => {
  test('within a second, and once a second at most', async () => {
    const history = await start()
    for (let ms = 0; ms < 20_000; ms += 10) {
      history.add(volume(ms))
      await clock.advance(10)
    }
    expect(memory.writes).toBeGreaterThan(15)
    expect(memory.writes).toBeLessThanOrEqual(21)
    const before = memory.writes
    history.add(volume(99))
    await clock.advance(1_000)
    expect([...memory.chunks.values()].join('')).toContain('"volume_step":99')
    await clock.advance(60_000)
    expect(memory.writes).toBe(before + 1)
  })

  test('as soon as the disk takes it again, and its failure is said once', async () => {
    const history = await start()
    memory.fails = true
    history.add(volume(1))
    await clock.advance(10_000)
    history.add(volume(2))
    await clock.advance(10_000)
    expect(history.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    expect(stepsOf(all(history))).toEqual([2, 1])
    memory.fails = false
    await clock.advance(2_000)
    expect(stepsOf(all(await start()))).toEqual([2, 1])
  })

  test('when it stops, and then no more', async () => {
    const history = await start()
    history.add(volume(1))
    await history.stop()
    history.add(volume(2))
    await clock.advance(5_000)
    expect(memory.writes).toBe(1)
    expect(stepsOf(all(await start()))).toEqual([1])
  })

  test('by versions before and after this one: what is no entry is left out and thrown away', async () => {
    memory.chunks.set('a', '{"not": "a list"}')
    memory.chunks.set(
      'b',
      '[null, 7, {"id": "000000000001"}, {"id": 1, "at": "x", "kind": "event", "what": {}}]',
    )
    const history = await start()
    history.add(volume(1))
    expect(stepsOf(all(history))).toEqual([1])
    await history.stop()
    expect(memory.chunks.has('a')).toBe(false)
    expect(memory.chunks.has('b')).toBe(false)
  })
})

describe('in the real store', () => {
  let folder: string
  const open = (): Promise<Storage> => openStorage({ url: 'sqlite', folder, log: recordingLog() })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'history-'))
    const made = folder
    onTestFinished(() => rm(made, { recursive: true, force: true }))
  })

  test('20,000 entries are there again after a restart', async () => {
    const storage = await open()
    const history = await startHistory({ store: storeIn(storage), clock: systemClock })
    for (let count = 0; count < 20_000; count++) history.add(pressed('left', `y${count % 4}`))
    expect(history.count).toBe(20_000)
    await history.stop()
    await storage.close()

    const second = await open()
    const again = await startHistory({ store: storeIn(second), clock: systemClock })
    expect(again.count).toBe(20_000)
    expect(again.find({ type: 'nothing', sinceMs: 0, limit: 100 }).entries).toEqual([])
    expect(again.find({ limit: 100 }).entries).toHaveLength(100)
    await again.stop()
    await second.close()
  })
})
