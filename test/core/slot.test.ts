import { describe, expect, test } from 'vitest'
import {
  type ChapterNumber,
  edgesFrom,
  isPlace,
  isSlot,
  judge,
  numbers,
  type Slot,
  slots,
} from '../../src/core/slot.ts'

const now = 1_000_000
const judged = (slot: Slot, requested: Slot, passedMs = 20_000) =>
  judge({ previous: { place: slot, atMs: now - passedMs }, requested, nowMs: now, mayHaveEnded: true })

// Rows: where the listener was; columns: what it asks for. i inserted, a again, l left, r right, e end.
const table = `
         start now-a now-b left-a left-b right-a right-b
start    i     e     a     l      a      r       a
now-a    i     a     e     l      a      r       a
now-b    i     e     a     l      a      r       a
left-a   i     e     a     a      l      r       a
left-b   i     e     a     l      a      r       a
right-a  i     e     a     l      a      a       r
right-b  i     e     a     l      a      r       a
`
const [head = [], ...rows] = table
  .trim()
  .split('\n')
  .map((row) => row.trim().split(/ +/))
const pairs = rows.flatMap(([from = '', ...meanings]) =>
  meanings.map((meaning, index): [string, string, string] => [from, head[index] ?? '', meaning]),
)
const meant: Record<string, unknown> = {
  i: { kind: 'inserted' },
  a: { kind: 'again' },
  l: { kind: 'press', button: 'left' },
  r: { kind: 'press', button: 'right' },
  e: { kind: 'end' },
}

test('the table has every pair of slots', () => {
  expect(head).toEqual([...slots])
  expect(pairs).toHaveLength(slots.length ** 2)
})

test.each(pairs)('who was at %s and asks for %s means %s', (from, requested, meaning) => {
  if (!isSlot(from) || !isSlot(requested)) throw new Error('no slot')
  expect(judged(from, requested)).toEqual(meant[meaning])
})

describe('the first slot', () => {
  test('asked for again within five seconds is a retry', () => {
    expect(judged('start', 'start', 4_999)).toEqual({ kind: 'again' })
    expect(judged('start', 'start', 5_000)).toEqual({ kind: 'inserted' })
  })

  test('is a card put in, however soon after another slot', () => {
    expect(judged('right-a', 'start', 10)).toEqual({ kind: 'inserted' })
  })
})

test.each(slots)('a listener nobody knows that asks for %s pressed nothing', (requested) => {
  const kind = requested === 'start' ? 'inserted' : 'again'
  expect(judge({ previous: null, requested, nowMs: now, mayHaveEnded: true })).toEqual({ kind })
})

test.each(slots)('the edges from %s lead to three places, and none back to it', (slot) => {
  const { left, right, end } = edgesFrom(slot)
  expect(new Set([left, right, end, slot]).size).toBe(4)
})

test.each(['', 'stream', 'left', 'START', 'now-c', 'constructor'])('%j is no slot', (name) => {
  expect(isSlot(name)).toBe(false)
})

describe('the chapters of a linear card', () => {
  const asked = (previous: ChapterNumber, requested: ChapterNumber, mayHaveEnded: boolean) =>
    judge({ previous: { place: previous, atMs: now - 20_000 }, requested, nowMs: now, mayHaveEnded })

  test('are 01 to 99', () => {
    expect([numbers.length, numbers[0], numbers[9], numbers[98]]).toEqual([99, '01', '10', '99'])
    expect(['01', '99', 'start'].every(isPlace)).toBe(true)
    expect(['00', '1', '100', '001', ' 1', '1.', '-1', 'stream', ''].some(isPlace)).toBe(false)
  })

  test.each<[ChapterNumber, ChapterNumber, boolean, object]>([
    ['03', '04', true, { kind: 'end' }],
    ['03', '04', false, { kind: 'press', button: 'right' }],
    ['09', '10', false, { kind: 'press', button: 'right' }],
    ['04', '03', true, { kind: 'press', button: 'left' }],
    ['04', '03', false, { kind: 'press', button: 'left' }],
    ['04', '04', true, { kind: 'again' }],
    ['04', '06', true, { kind: 'inserted' }],
    ['04', '01', false, { kind: 'inserted' }],
    ['99', '01', true, { kind: 'inserted' }],
  ])('who was at %s and asks for %s (may have ended: %s) means %o', (from, to, mayHaveEnded, meaning) => {
    expect(asked(from, to, mayHaveEnded)).toEqual(meaning)
  })

  test('asked for by somebody nobody knows, or who was at a slot, are a card put in', () => {
    const from = (previous: Slot | null) =>
      judge({
        previous: previous && { place: previous, atMs: now },
        requested: '07',
        nowMs: now,
        mayHaveEnded: false,
      })
    expect([from(null), from('right-a')]).toEqual([{ kind: 'inserted' }, { kind: 'inserted' }])
  })
})
