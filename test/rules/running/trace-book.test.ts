import { expect, test } from 'vitest'
import type { Collection } from '../../../src/core/collection.ts'
import { AppError } from '../../../src/core/error.ts'
import type { RunTrace } from '../../../src/rules/running/trace.ts'
import { mostOfNothing, mostTraces, TraceBook } from '../../../src/rules/running/trace-book.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { oneTurn, VirtualClock } from '../../support/virtual-clock.ts'

type Traces = Collection<readonly RunTrace[]>

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

function open(store: Traces = memoryCollection()) {
  const clock = new VirtualClock()
  const log = recordingLog()
  return { clock, log, store, book: new TraceBook({ store, clock, log }) }
}

/** A store that fails until it is mended. */
function brokenStore() {
  const store: Traces = memoryCollection()
  const state = { isBroken: true }
  const failing: Traces = {
    ...store,
    set: async (...args) => {
      if (state.isBroken) throw new AppError('unavailable', 'the disk is full')
      await store.set(...args)
    },
  }
  return { state, store, failing }
}

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
  expect((await store.entries()).map(([rule]) => rule).sort()).toEqual(['goes', 'stays'])
  book.keepOnly(new Set(['stays']))
  // Its last run ends behind it.
  book.add(trace(3, 'ended', 'goes'))
  await clock.advance(3000)
  expect(book.of('goes')).toEqual([])
  expect((await store.entries()).map(([rule]) => rule)).toEqual(['stays'])
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
  expect((await store.get('r'))?.map(({ id }) => id)).toEqual([2, 1])
})

test('closing saves what failed before', async () => {
  const { state, store, failing } = brokenStore()
  const { book, clock } = open(failing)
  book.add(trace(1, 'done'))
  await clock.advance(3000)
  state.isBroken = false
  await book.close()
  expect((await store.get('r'))?.map(({ id }) => id)).toEqual([1])
})

test('one rule that cannot be saved does not keep the others from it', async () => {
  const store: Traces = memoryCollection()
  const picky: Traces = {
    ...store,
    set: async (rule, traces) => {
      if (rule === 'bad') throw new Error('no')
      await store.set(rule, traces)
    },
  }
  const { book } = open(picky)
  book.add(trace(1, 'done', 'bad'))
  book.add(trace(2, 'done', 'good'))
  await book.close()
  expect((await store.entries()).map(([rule]) => rule)).toEqual(['good'])
})

test('a thousand changes within two seconds are one write', async () => {
  const store: Traces = memoryCollection()
  let writes = 0
  const { book, clock } = open({
    ...store,
    set: async (...args) => {
      writes++
      await store.set(...args)
    },
  })
  for (let id = 1; id <= 1000; id++) book.add(trace(id, 'done'))
  await clock.advance(5000)
  expect(writes).toBe(1)
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
