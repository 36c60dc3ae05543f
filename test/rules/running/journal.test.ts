import { expect, test } from 'vitest'
import type { Entry } from '../../../src/core/collection.ts'
import { memoryCollection } from '../../../src/core/memory-collection.ts'
import { Journal, type JournalRecord, type RunRecord } from '../../../src/rules/running/journal.ts'
import { oneTurn, VirtualClock } from '../../support/virtual-clock.ts'

/** A journal and what has been written, a list a write; `broken` while the store takes nothing. */
function journalOf() {
  const clock = new VirtualClock('2026-11-24T19:00:00Z')
  const store = { written: [] as string[][], failures: 0, broken: false }
  const journal = new Journal({
    runs: memoryCollection<JournalRecord>(),
    name: 'runs',
    setMany: async (entries: readonly Entry[]) => {
      if (store.broken) throw new Error('the disk is full')
      store.written.push(entries.map(({ key, value }) => (value === null ? `${key} over` : key)))
    },
    clock,
    failed: () => {
      store.failures += 1
    },
  })
  const run = (number: number): RunRecord => ({
    ...{ number, rule: `r${number}`, meaning: '', trigger: 0, data: {}, because: 'a test', event: null },
    ...{ depth: 0, at: '2026-11-24T19:00:00Z', marks: {} },
  })
  const begin = (...numbers: number[]) => {
    const rows = numbers.map((number) => journal.row(journal.newKey(), run(number)))
    journal.due(rows)
    return rows
  }
  return { journal, clock, store, begin, run }
}

test('what has begun is written with the next write, else by itself soon after', async () => {
  const { journal, clock, store, begin } = journalOf()
  const [first, second] = begin(1, 2)
  if (first === undefined || second === undefined) throw new Error('two begin')
  const batch = journal.batch([first])
  expect(batch.rows.map(({ key }) => key).sort()).toEqual(['1', '2'])
  expect(journal.has('1')).toBe(false)
  batch.kept()
  expect([journal.has('1'), journal.has('2')]).toEqual([true, true])
  begin(3)
  await clock.advance(19)
  expect(store.written).toEqual([])
  await clock.advance(1)
  expect(store.written).toEqual([['3']])
})

test('what is over before it was written is not written at all, and its key is free', async () => {
  const { journal, clock, store, begin } = journalOf()
  begin(1)
  journal.over('1')
  await clock.advance(5_000)
  expect(store.written).toEqual([])
  expect(journal.newKey()).toBe('1')
})

test('an end waits nearly a second for another write, and its key is used again when the store has it', async () => {
  const { journal, clock, store, begin } = journalOf()
  begin(1)
  await journal.write()
  journal.over('1')
  expect(journal.newKey()).toBe('2')
  await clock.advance(899)
  expect(store.written).toEqual([['1']])
  await clock.advance(1)
  expect(store.written).toEqual([['1'], ['1 over']])
  expect(journal.newKey()).toBe('1')
})

test('what is due is due again when the store could not take it; what a run wrote itself is not', async () => {
  const { journal, store, begin, clock } = journalOf()
  const [own] = begin(1, 2)
  if (own === undefined) throw new Error('two begin')
  store.broken = true
  await expect(journal.write([own])).rejects.toThrow('the disk is full')
  expect([journal.has('1'), journal.has('2')]).toEqual([false, false])
  store.broken = false
  await clock.advance(29_999)
  expect(store.written).toEqual([])
  await clock.advance(1)
  expect(store.written).toEqual([['2']])
})

test('a row that was written again meanwhile does not come back as it was', async () => {
  const { journal, store, begin, run } = journalOf()
  begin(1)
  const lost = journal.batch()
  const later = journal.row('1', { ...run(1), marks: { '1': 'done' } })
  await journal.write([later])
  lost.lost()
  await journal.write()
  expect(store.written).toEqual([['1']])
})

test('the end of a run whose row may be in the store is written, also where that write failed', async () => {
  const { journal, store, begin } = journalOf()
  begin(1)
  const batch = journal.batch()
  journal.over('1')
  batch.lost()
  await journal.write()
  expect(store.written).toEqual([['1 over']])
})

test('a write that nobody asked for tells that it failed, and is tried again', async () => {
  const { store, begin, clock } = journalOf()
  store.broken = true
  begin(1)
  await clock.advance(20)
  await oneTurn()
  expect(store.failures).toBe(1)
  await clock.advance(30_000)
  await oneTurn()
  expect(store.failures).toBe(2)
})

test('the last write is waited for, and none of its own comes behind it', async () => {
  const { journal, store, begin, clock } = journalOf()
  begin(1)
  await journal.close()
  journal.over('1')
  await clock.advance(60_000)
  expect(store.written).toEqual([['1']])
})
