import { expect, test } from 'vitest'
import { emptyQueue } from '../../src/core/queue.ts'
import { mutate } from '../../src/core/queue-mutation.ts'
import { type ResumePoint, resumedIn, resumePointOf } from '../../src/core/resume-point.ts'

const point = (files: string, place: number, shuffled = false): ResumePoint => ({
  files: [...files],
  place,
  shuffled,
})

test.each([
  ['the same item', 'abc', point('abc', 1), 1],
  ['the same item at another place', 'xabc', point('abc', 1), 2],
  ['the nearest behind one that is gone', 'ade', point('abcde', 1), 1],
  ['nothing where all behind it are gone', 'ax', point('abc', 1), null],
  ['the second of two that are the same', 'aba', point('aba', 2), 2],
  ['nothing where the playlist is empty now', '', point('abc', 1), null],
])('a playlist goes on with %s', (_, files, left, start) => {
  expect(resumedIn([...files], left)?.start ?? null).toBe(start)
})

test('a shuffled one goes on in its order, and what is new comes behind the item', () => {
  let ids = 0
  const context = { newId: () => `i${++ids}`, random: () => 0.5, reason: 'the test' }
  const fresh = mutate(emptyQueue('bedroom'), { op: 'settings', settings: { shuffle: true } }, context)
  const resumed = resumedIn([...'abcdx'], point('dbca', 1, true))
  if (resumed === null) throw new Error('it starts over')
  const queue = mutate(fresh, { op: 'replace', files: [...'abcdx'], playlist: 'songs', resumed }, context)
  const left = resumePointOf(queue)
  const order = left?.files.join('') ?? ''
  expect(order.replace('x', '')).toBe('dbca')
  expect(order.indexOf('x')).toBeGreaterThan(1)
  expect(left?.files[left.place]).toBe('b')
})

test('a queue that is over or empty starts over', () => {
  expect(resumePointOf(emptyQueue('bedroom'))).toBeNull()
  expect(resumePointOf({ ...emptyQueue('bedroom'), items: [{ id: 'a', file: 'a.mp3' }] })).toBeNull()
})
