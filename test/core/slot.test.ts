import { describe, expect, test } from 'vitest'
import { edgesFrom, isSlot, judge, type Slot, slots } from '../../src/core/slot.ts'

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
