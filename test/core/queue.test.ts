import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import {
  checkStreamName,
  currentIndex,
  emptyQueue,
  isOver,
  type Queue,
  type QueueMutation,
  type QueueSettings,
} from '../../src/core/queue.ts'
import { mutate } from '../../src/core/queue-mutation.ts'
import { asciiWordOf } from '../../src/core/slug.ts'

function counter() {
  let last = 0
  return { newId: () => `i${++last}`, random: () => 0, reason: 'test' }
}

function queueOf(...files: string[]): Queue {
  return mutate(emptyQueue('bedroom'), { op: 'append', files }, counter())
}

const filesOf = (queue: Queue) => queue.items.map((item) => item.file)

describe('a queue', () => {
  test('keeps the same file in two places apart', () => {
    const queue = queueOf('a', 'a')
    expect(queue.items.map((item) => item.id)).toEqual(['i1', 'i2'])
    expect(filesOf(mutate(queue, { op: 'remove', id: 'i2' }, counter()))).toEqual(['a'])
  })

  test('takes what is to come next behind the current item', () => {
    const context = { newId: () => 'new', random: () => 0, reason: 'test' }
    expect(filesOf(mutate(queueOf('a', 'b'), { op: 'insert-next', files: ['x'] }, context))).toEqual([
      'a',
      'x',
      'b',
    ])
    expect(filesOf(mutate(emptyQueue('q'), { op: 'insert-next', files: ['x'] }, context))).toEqual(['x'])
  })

  test.each([
    ['i1', null, ['b', 'c', 'a']],
    ['i3', 'i1', ['c', 'a', 'b']],
    ['i2', 'i2', ['a', 'b', 'c']],
  ])('moves %s before %s', (id, before, files) => {
    expect(filesOf(mutate(queueOf('a', 'b', 'c'), { op: 'move', id, before }, counter()))).toEqual(files)
  })

  test('hands the turn on when the current item is removed', () => {
    const queue = { ...queueOf('a', 'b', 'c'), current: 'i2' }
    expect(mutate(queue, { op: 'remove', id: 'i2' }, counter()).current).toBe('i3')
    expect(mutate(queue, { op: 'remove', id: 'i1' }, counter()).current).toBe('i2')
    const last = { ...queue, current: 'i3' }
    expect(mutate(last, { op: 'remove', id: 'i3' }, counter()).current).toBe('i1')
    expect(mutate(last, { op: 'clear' }, counter()).current).toBeNull()
  })

  describe('goes from item to item', () => {
    const step = (queue: Queue, by: 1 | -1, from?: string | null) =>
      mutate(queue, { op: 'step', by, ...(from === undefined ? {} : { from }) }, counter())
    const at = (current: string | null, loop = false): Queue => ({ ...queueOf('a', 'b', 'c'), current, loop })

    test.each<[string | null, 1 | -1, boolean, string | null]>([
      ['i1', 1, false, 'i2'],
      ['i3', 1, false, null],
      ['i3', 1, true, 'i1'],
      ['i2', -1, false, 'i1'],
      ['i1', -1, false, 'i1'],
      ['i1', -1, true, 'i3'],
      [null, 1, false, 'i1'],
      [null, -1, false, 'i3'],
    ])('from %s by %i (loop %s) to %s', (from, by, loop, to) => {
      expect(step(at(from, loop), by).current).toBe(to)
    })

    test('an empty queue has nowhere to go', () => {
      expect(step(emptyQueue('q'), 1)).toMatchObject({ current: null, version: 1 })
      expect(isOver(emptyQueue('q'))).toBe(false)
    })

    test('but not over what has come in between, and it stays why it is as it is', () => {
      const queue = { ...at('i2'), playlist: 'p', reason: 'schedule bedroom' }
      expect(step(queue, 1, 'i1').current).toBe('i2')
      expect(step(queue, 1, 'i2')).toMatchObject({ current: 'i3', playlist: 'p', reason: 'schedule bedroom' })
    })

    test('or to a certain one, while the one before is what it was', () => {
      const goTo = (id: string | null, from?: string | null) =>
        mutate(at('i2'), { op: 'go-to', id, ...(from === undefined ? {} : { from }) }, counter()).current
      expect([goTo('i3'), goTo('i1', 'i2'), goTo('i3', 'i1'), goTo(null)]).toEqual(['i3', 'i1', 'i2', null])
      expect(() => goTo('i9')).toThrow('stream "bedroom" has no item "i9" (any more)')
    })

    test('a queue that is over goes on with what is added, and with nothing else', () => {
      const over = step(at('i3'), 1)
      expect(isOver(over)).toBe(true)
      const context = { newId: () => 'new', random: () => 0, reason: 'test' }
      expect(mutate(over, { op: 'append', files: ['x'] }, context).current).toBe('new')
      const next = mutate(over, { op: 'insert-next', files: ['x'] }, context)
      expect([filesOf(next), next.current]).toEqual([['a', 'b', 'c', 'x'], 'new'])
      expect(mutate(over, { op: 'remove', id: 'i1' }, context).current).toBeNull()
      expect(mutate(over, { op: 'replace', files: ['x'], playlist: null }, context).current).toBe('new')
    })
  })

  test('refuses an item that is not there any more', () => {
    expect(() => mutate(queueOf('a'), { op: 'remove', id: 'gone' }, counter())).toThrow(AppError)
    expect(() => mutate(queueOf('a'), { op: 'move', id: 'i1', before: 'gone' }, counter())).toThrow(AppError)
  })

  test('forgets its playlist when it is changed by hand, and keeps it when only settings change', () => {
    const set = mutate(emptyQueue('q'), { op: 'replace', files: ['a'], playlist: 'p' }, counter())
    expect(set.playlist).toBe('p')
    expect(mutate(set, { op: 'append', files: ['b'] }, counter()).playlist).toBeNull()
    const closed = mutate(
      set,
      { op: 'settings', settings: { closed: true } },
      { ...counter(), reason: 'other' },
    )
    expect(closed).toMatchObject({ playlist: 'p', reason: 'test', closed: true })
  })

  describe('that is closed until a time', () => {
    const until = '2026-11-22T06:00:00.000+00:00'
    const close = (settings: QueueSettings = {}) =>
      mutate(
        queueOf('a'),
        { op: 'settings', settings: { closed: true, closed_until: until, ...settings } },
        counter(),
      )
    const then = (mutation: QueueMutation) => mutate(close(), mutation, counter())

    test('keeps that time with what is changed beside it, and loses it when somebody opens or closes it', () => {
      expect(close()).toMatchObject({ closed: true, closed_until: until })
      expect(then({ op: 'append', files: ['b'] }).closed_until).toBe(until)
      expect(then({ op: 'settings', settings: { loop: true } }).closed_until).toBe(until)
      const replace = { op: 'replace', files: ['b'], playlist: 'b' } as const
      expect(then(replace)).toMatchObject({ closed: true, closed_until: until })
      expect(then({ ...replace, closed: false })).toMatchObject({ closed: false, closed_until: null })
      expect(then({ ...replace, closed: true })).toMatchObject({ closed: true, closed_until: null })
      for (const closed of [true, false])
        expect(then({ op: 'settings', settings: { closed } })).toMatchObject({ closed, closed_until: null })
      expect(close({ closed: false })).toMatchObject({ closed: false, closed_until: null })
    })

    test('is opened only by whoever means just this time', () => {
      const open = { op: 'settings', settings: { closed: false } } as const
      expect(then({ ...open, whileClosedUntil: until }).closed).toBe(false)
      expect(then({ ...open, whileClosedUntil: '2026-11-22T05:00:00.000+00:00' })).toMatchObject({
        closed: true,
        closed_until: until,
      })
    })
  })

  describe('says what is heard instead while it is closed or empty', () => {
    const settings = (queue: Queue, changed: QueueSettings) =>
      mutate(queue, { op: 'settings', settings: changed }, counter())
    const replace = { op: 'replace', files: ['a'], playlist: null } as const

    test('which is at first the usual clip', () => {
      expect(emptyQueue('q').if_pressed).toBeNull()
    })

    test('with its closing, and forgets it with the content that opens it', () => {
      const closing = { ...replace, closed: true, if_pressed: 'shh.mp3' } as const
      const closed = mutate(queueOf('b'), closing, counter())
      expect(closed).toMatchObject({ closed: true, if_pressed: 'shh.mp3' })
      expect(mutate(closed, replace, counter())).toMatchObject({ closed: true, if_pressed: 'shh.mp3' })
      expect(mutate(closed, { ...replace, closed: false }, counter()).if_pressed).toBeNull()
      expect(mutate(closed, { ...replace, if_pressed: null }, counter()).if_pressed).toBeNull()
    })

    test('as a setting, until it is taken back', () => {
      const set = settings(queueOf('a'), { closed: true, if_pressed: 'shh.mp3' })
      expect(settings(set, { loop: true }).if_pressed).toBe('shh.mp3')
      expect(mutate(set, { op: 'append', files: ['b'] }, counter()).if_pressed).toBe('shh.mp3')
      expect(mutate(set, { op: 'clear' }, counter()).if_pressed).toBe('shh.mp3')
      expect(settings(set, { if_pressed: null })).toMatchObject({ closed: true, if_pressed: null })
    })
  })

  test('holds together under any series of mutations', () => {
    const id = fc.integer({ min: 1, max: 12 }).map((n) => `i${n}`)
    const files = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
    const mutation: fc.Arbitrary<QueueMutation> = fc.oneof(
      fc.record({ op: fc.constant('append' as const), files }),
      fc.record({ op: fc.constant('insert-next' as const), files }),
      fc.record({ op: fc.constant('replace' as const), files, playlist: fc.constant(null) }),
      fc.record({ op: fc.constant('remove' as const), id }),
      fc.record({ op: fc.constant('move' as const), id, before: fc.option(id) }),
      fc.record({ op: fc.constant('clear' as const) }),
      fc.record({ op: fc.constant('step' as const), by: fc.constantFrom(1 as const, -1 as const) }),
      fc.record({
        op: fc.constant('settings' as const),
        settings: fc.record({ loop: fc.boolean() }),
      }),
    )
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 30 }), (mutations) => {
        const context = counter()
        let queue = emptyQueue('q')
        for (const one of mutations) {
          const before = queue
          try {
            queue = mutate(queue, one, context)
          } catch (error) {
            expect(error).toBeInstanceOf(AppError)
            continue
          }
          expect(queue.version).toBe(before.version + 1)
          expect(new Set(queue.items.map((item) => item.id)).size).toBe(queue.items.length)
          if (queue.items.length === 0) expect(queue.current).toBeNull()
          if (queue.current === null) expect(currentIndex(queue)).toBe(0)
          else expect(queue.items[currentIndex(queue)]?.id).toBe(queue.current)
          // Only a step leads to the end of a queue.
          if (isOver(queue)) expect(one.op === 'step' || isOver(before)).toBe(true)
          if (one.op === 'move') expect([...filesOf(queue)].sort()).toEqual([...filesOf(before)].sort())
        }
      }),
    )
  })
})

test.each(['', 'queues', '.hidden', 'a/b', '\u0308a', 'ä!', 'a b', 'x'.repeat(65), '../etc'])(
  'the name %j cannot be a stream',
  (name) => {
    expect(() => checkStreamName(name)).toThrow(AppError)
  },
)

test.each([
  ['bedroom', 'bedroom'],
  ['Küche', 'Kuche'],
  ['größe', 'grosse'],
  ['smørrebrød', 'smorrebrod'],
  ['Łódź.2', 'Lodz.2'],
  ['кухня', 'hex-d0bad183d185d0bdd18f'],
  ['हिन्दी', 'hex-e0a4b9e0a4bfe0a4a8e0a58de0a4a6e0a580'],
])('the stream %s is %s in topics, with its accents in either form', (name, word) => {
  for (const form of ['NFC', 'NFD'] as const) {
    expect(checkStreamName(name.normalize(form))).toBe(name.normalize('NFC'))
    expect(asciiWordOf(name.normalize(form))).toBe(word)
  }
})

test.each(['a', 'bedroom', 'A.b-c_9', 'x'.repeat(64), '08'])('the name %j can be a stream', (name) => {
  expect(checkStreamName(name)).toBe(name)
})
