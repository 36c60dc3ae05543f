import { describe, expect, test } from 'vitest'
import { emptyQueue, mostItems, type Queue, type QueueMutation } from '../../src/core/queue.ts'
import { mutate } from '../../src/core/queue-mutation.ts'

let ids = 0

function change(queue: Queue, mutation: QueueMutation, reason = 'test'): Queue {
  return mutate(queue, mutation, { newId: () => `n${++ids}`, random: () => 0.5, reason })
}

const filesOf = (queue: Queue) => queue.items.map((item) => item.file)
const party = { op: 'replace', files: ['party'], playlist: 'party', keep: 'rule party' } as const
const restore = { op: 'restore', owner: 'rule party' } as const

function evening(): Queue {
  const filled = change(
    emptyQueue('q'),
    { op: 'replace', files: ['a', 'b', 'c'], playlist: 'evening' },
    'schedule q',
  )
  return change(change(filled, { op: 'settings', settings: { loop: true, shuffle: true } }), {
    op: 'step',
    by: 1,
  })
}

describe('what a queue was before', () => {
  test('comes back with its ids, its place, its order and its reason, and is forgotten then', () => {
    const before = evening()
    const meanwhile = change(change(before, party), { op: 'settings', settings: { shuffle: false } })
    expect(filesOf(meanwhile)).toEqual(['party'])
    const { version, ...back } = change(meanwhile, restore)
    const { version: earlier, ...was } = before
    expect(back).toEqual(was)
    expect(version).toBe(earlier + 3)
    expect(() => change({ ...was, version }, restore)).toThrow(
      'stream "q" has nothing to restore: rule "party" kept no earlier queue, or it was brought back already, or something else was put there for good',
    )
  })

  test('is kept by each owner apart', () => {
    const both = change(change(evening(), party), { ...party, files: ['x'], keep: 'rest' })
    expect(filesOf(change(both, { op: 'restore', owner: 'rest' }))).toEqual(['party'])
    expect(filesOf(change(both, restore))).toEqual(['a', 'b', 'c'])
    expect(() => change(both, { op: 'restore', owner: 'mqtt' })).toThrow('MQTT kept no earlier queue')
  })

  test('is not lost when its owner puts something there once more', () => {
    const twice = change(change(evening(), party), { ...party, files: ['more'] })
    expect(filesOf(change(twice, restore))).toEqual(['a', 'b', 'c'])
  })

  test('is forgotten where somebody has put something else there for good', () => {
    const since = change(change(evening(), party), { op: 'replace', files: ['night'], playlist: 'night' })
    expect(() => change(since, restore)).toThrow('nothing to restore')
    expect(filesOf(change(change(since, party), restore))).toEqual(['night'])
  })

  test('is forgotten where eight others have kept theirs since', () => {
    let queue = change(evening(), party)
    for (let other = 0; other < 8; other++) queue = change(queue, { ...party, keep: `rule ${other}` })
    expect(queue.kept).toHaveLength(8)
    expect(() => change(queue, restore)).toThrow('nothing to restore')
  })
})

describe('a queue', () => {
  test('that is replaced takes settings in the same step', () => {
    const settings = { loop: true, shuffle: true, resume: 'restart', title: 'Party' } as const
    const queue = change(emptyQueue('q'), { op: 'replace', files: ['a', 'b'], playlist: null, settings })
    expect(queue).toMatchObject({ ...settings, version: 1 })
    expect(queue.order?.ids).toHaveLength(2)
    expect(queue.current).toBe(queue.order?.ids[0])
  })

  test('goes on at once to what is to play now', () => {
    const queue = change(change(emptyQueue('q'), { op: 'append', files: ['a', 'b'] }), {
      op: 'insert-next',
      files: ['now', 'then'],
      now: true,
    })
    expect(filesOf(queue)).toEqual(['a', 'now', 'then', 'b'])
    expect(queue.items.find((item) => item.id === queue.current)?.file).toBe('now')
  })

  test('lists its items in another order when it is mixed, the current one first', () => {
    const files = [...'abcdefgh']
    const queue = change(change(emptyQueue('q'), { op: 'append', files }), { op: 'step', by: 1 })
    const mixed = change(queue, { op: 'shuffle' })
    expect(mixed.current).toBe(queue.current)
    expect(filesOf(mixed)[0]).toBe('b')
    expect(filesOf(mixed)).not.toEqual(['b', 'a', 'c', 'd', 'e', 'f', 'g', 'h'])
    expect(filesOf(mixed).toSorted()).toEqual(files)
    expect(mixed.order).toBeNull()
  })

  test('takes ten thousand items and no more', () => {
    const files = Array.from({ length: mostItems }, (_, index) => `${index}.mp3`)
    const full = change(emptyQueue('q'), { op: 'append', files })
    for (const mutation of [
      { op: 'append', files: ['x'] },
      { op: 'insert-next', files: ['x'] },
      { op: 'replace', files: [...files, 'x'], playlist: null },
    ] as const)
      expect(() => change(full, mutation)).toThrow(
        'stream "q" would have 10001 items, and a queue takes 10000: remove some first, or add fewer',
      )
    expect(change(full, { op: 'remove', id: full.items[5]?.id ?? '' }).items).toHaveLength(mostItems - 1)
  })
})
