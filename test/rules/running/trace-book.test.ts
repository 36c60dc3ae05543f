import { expect, test } from 'vitest'
import { AppError } from '../../../src/core/error.ts'
import type { TraceStore } from '../../../src/rules/running/kept-traces.ts'
import type { RunTrace } from '../../../src/rules/running/trace.ts'
import { mostOfNothing, mostTraces, TraceBook } from '../../../src/rules/running/trace-book.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { oneTurn, VirtualClock } from '../../support/virtual-clock.ts'

function trace(id: number, outcome: RunTrace['outcome'], rule = 'r'): RunTrace {
  return {
    ...{
      id,
      rule,
      at: '2026-11-21T10:00:00+00:00',
      because: 'a test',
      outcome,
      why: null,
      saw: [],
      steps: [],
    },
    trigger: { kind: 'button', data: {} },
    ended_at: outcome === 'running' ? null : '2026-11-21T10:00:00+00:00',
  }
}

function open(store: TraceStore = memoryCollection()) {
  const clock = new VirtualClock()
  const log = recordingLog()
  return { clock, log, store, book: new TraceBook({ store, clock, log }) }
}

/** A store that fails until it is mended. */
function brokenStore() {
  const store: TraceStore = memoryCollection()
  const state = { isBroken: true }
  const failing: TraceStore = {
    ...store,
    set: async (...args) => {
      if (state.isBroken) throw new AppError('unavailable', 'the disk is full')
      await store.set(...args)
    },
  }
  return { state, store, failing }
}

/** The numbers of the runs that are on disk. */
const storedIn = async (store: TraceStore) =>
  (await store.entries()).flatMap(([, row]) => (row === null ? [] : [row.id])).sort((a, b) => a - b)

const idsOf = (book: TraceBook, rule = 'r') => book.of(rule).map(({ id }) => id)

test('the newest twenty are kept, and of those that came to nothing five', () => {
  const { book } = open()
  for (let id = 1; id <= 30; id++) book.add(trace(id, 'done'))
  expect(idsOf(book)).toEqual(Array.from({ length: mostTraces }, (_, index) => 30 - index))
  for (let id = 31; id <= 60; id++) book.add(trace(id, id % 2 === 0 ? 'did_not_run' : 'ignored'))
  expect(idsOf(book).slice(0, mostOfNothing)).toEqual([60, 59, 58, 57, 56])
  expect(idsOf(book).slice(mostOfNothing)).toEqual(Array.from({ length: 15 }, (_, index) => 30 - index))
})

test('a run that is under way is not pushed out by shorter ones, however many', () => {
  const { book } = open()
  const long = trace(1, 'running')
  book.add(long)
  for (let id = 2; id <= 40; id++) book.add(trace(id, 'done'))
  expect(book.find('r', 1)).toBe(long)
  expect(book.of('r')).toHaveLength(mostTraces)
  expect(idsOf(book).at(-1)).toBe(1)
})

test('one that is added again has changed, and stands where it stood', () => {
  const { book } = open()
  const first = trace(1, 'running')
  book.add(first)
  book.add(trace(2, 'done'))
  first.outcome = 'done'
  book.add(first)
  expect(idsOf(book)).toEqual([2, 1])
})

test('those of rules that are no more are forgotten, on disk too, and none comes back', async () => {
  const { book, clock, store } = open()
  book.add(trace(1, 'done', 'stays'))
  book.add(trace(2, 'done', 'goes'))
  await clock.advance(3000)
  expect(await storedIn(store)).toEqual([1, 2])
  book.keepOnly(new Set(['stays']))
  // Its last run ends behind it.
  book.add(trace(3, 'ended', 'goes'))
  await clock.advance(3000)
  expect(book.of('goes')).toEqual([])
  expect(await storedIn(store)).toEqual([1])
})

test('what could not be saved is saved by the next try, without anything new, and is said once', async () => {
  const { state, store, failing } = brokenStore()
  const { book, clock, log } = open(failing)
  book.add(trace(1, 'done'))
  await clock.advance(3000)
  book.add(trace(2, 'done'))
  await clock.advance(120_000)
  expect(await store.entries()).toEqual([])
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  state.isBroken = false
  await clock.advance(60_000)
  expect(await storedIn(store)).toEqual([1, 2])
})

test('closing saves what failed before', async () => {
  const { state, store, failing } = brokenStore()
  const { book, clock } = open(failing)
  book.add(trace(1, 'done'))
  await clock.advance(3000)
  state.isBroken = false
  await book.close()
  expect(await storedIn(store)).toEqual([1])
})

test('one run that cannot be saved does not keep the others from it', async () => {
  const store: TraceStore = memoryCollection()
  const picky: TraceStore = {
    ...store,
    set: async (key, trace) => {
      if (trace?.rule === 'bad') throw new Error('no')
      await store.set(key, trace)
    },
  }
  const { book } = open(picky)
  book.add(trace(1, 'done', 'bad'))
  book.add(trace(2, 'done', 'good'))
  await book.close()
  expect(await storedIn(store)).toEqual([2])
})

/** A store, and the runs that were written to it: null where a row was emptied. */
function watchedStore() {
  const store: TraceStore = memoryCollection()
  const written: (number | null)[] = []
  const watched: TraceStore = {
    ...store,
    set: async (key, row, also) => {
      written.push(row?.id ?? null)
      await store.set(key, row, also)
    },
  }
  return { store: watched, written }
}

test('a thousand changes of a run within two seconds are one write', async () => {
  const { store, written } = watchedStore()
  const { book, clock } = open(store)
  const long = trace(1, 'running')
  for (let change = 0; change < 1000; change++) book.add(long)
  await clock.advance(5000)
  expect(written).toEqual([1])
})

test('a run writes its own trace and none of those before it', async () => {
  const { store, written } = watchedStore()
  const { book, clock } = open(store)
  for (let id = 1; id <= mostTraces + 5; id++) {
    book.add(trace(id, 'done'))
    await clock.advance(3000)
  }
  expect(written).toEqual(Array.from({ length: mostTraces + 5 }, (_, index) => index + 1))
})

test('there are no more rows than traces, whatever comes and goes', async () => {
  const { book, clock, store } = open()
  for (let id = 1; id <= 100; id++) {
    book.add(trace(id, id % 3 === 0 ? 'done' : 'did_not_run', id % 2 === 0 ? 'even' : 'odd'))
    if (id % 23 === 0) await clock.advance(3000)
  }
  await clock.advance(3000)
  const kept = [...idsOf(book, 'even'), ...idsOf(book, 'odd')].sort((a, b) => a - b)
  expect(await storedIn(store)).toEqual(kept)
  book.keepOnly(new Set(['odd']))
  await clock.advance(3000)
  expect(await storedIn(store)).toEqual(idsOf(book, 'odd').reverse())

  const rows = (await store.entries()).length
  book.keepOnly(new Set(['odd', 'new']))
  for (const id of [101, 102, 103]) book.add(trace(id, 'done', 'new'))
  await book.close()
  expect((await store.entries()).length).toBe(rows)

  const { book: next } = open(store)
  await next.open()
  expect(idsOf(next, 'odd')).toEqual(idsOf(book, 'odd'))
  next.add(trace(104, 'done', 'new'))
  await next.close()
  expect((await store.entries()).length).toBe(rows)
  expect(await storedIn(store)).toEqual([...idsOf(next, 'odd').reverse(), 101, 102, 103, 104])
})

test('what was dropped while the store was broken goes once it works again', async () => {
  const { state, store, failing } = brokenStore()
  state.isBroken = false
  const { book, clock } = open(failing)
  book.add(trace(1, 'done', 'goes'))
  await clock.advance(3000)
  state.isBroken = true
  book.keepOnly(new Set())
  await clock.advance(3000)
  expect(await storedIn(store)).toEqual([1])
  state.isBroken = false
  await clock.advance(60_000)
  expect(await storedIn(store)).toEqual([])
})

test('what is dropped while it is being written does not stay, though that write fails', async () => {
  const store: TraceStore = memoryCollection()
  const asked: { fail: () => void; write: () => Promise<void> }[] = []
  const slow: TraceStore = {
    ...store,
    set: (key, row) =>
      new Promise((resolve, reject) => {
        asked.push({
          fail: () => reject(new Error('no')),
          write: () => store.set(key, row).then(resolve),
        })
      }),
  }
  const { book, clock } = open(slow)
  book.add(trace(1, 'done', 'goes'))
  book.add(trace(2, 'done', 'goes'))
  await clock.advance(3000)
  book.keepOnly(new Set(['stays']))
  book.add(trace(3, 'done', 'stays'))
  asked.shift()?.fail()
  await asked.shift()?.write()
  await clock.advance(60_000)
  for (const { write } of asked.splice(0)) await write()
  await clock.advance(60_000)
  for (const { write } of asked.splice(0)) await write()
  await oneTurn()
  expect(await storedIn(store)).toEqual([3])
})

test('a trace that stands in two rows is one, and the other row is used again', async () => {
  const store: TraceStore = memoryCollection()
  for (const key of ['1', '2']) await store.set(key, trace(5, 'done'))
  const { book } = open(store)
  await book.open()
  expect(idsOf(book)).toEqual([5])
  book.add(trace(6, 'done'))
  await book.close()
  expect(await storedIn(store)).toEqual([5, 6])
  expect(await store.entries()).toHaveLength(2)
})

test('after a kill, runs that nobody takes up again are said to have ended, with their steps', async () => {
  const { book, store } = open()
  book.add({
    ...trace(1, 'running'),
    steps: [{ step: '1', kind: 'wait', at: '', outcome: 'waiting', effects: [] }],
  })
  book.add(trace(2, 'running'))
  await book.close()
  const { book: next } = open(store)
  await next.open()
  next.endLost(({ id }) => id === 2)
  expect(next.find('r', 1)).toMatchObject({
    outcome: 'ended',
    why: expect.stringContaining('the product ended'),
    ended_at: expect.any(String),
    steps: [{ outcome: 'ended' }],
  })
  expect(next.find('r', 2)).toMatchObject({ outcome: 'running', ended_at: null })
})

test('a listener that fails harms neither the book nor the others', async () => {
  const { book, log } = open()
  const heard: number[] = []
  book.onChange(() => {
    throw new Error('a listener')
  })
  const forget = book.onChange(({ id }) => heard.push(id))
  book.add(trace(1, 'done'))
  forget()
  book.add(trace(2, 'done'))
  await oneTurn()
  expect(heard).toEqual([1])
  expect(idsOf(book)).toEqual([2, 1])
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(2)
})
