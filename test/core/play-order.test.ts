import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { playOrder, strewn } from '../../src/core/play-order.ts'
import { emptyQueue, isOver, type Queue, type QueueMutation, restoredQueue } from '../../src/core/queue.ts'
import { itemAfter, mutate } from '../../src/core/queue-mutation.ts'

/** Changes queues with random numbers that are the same for the same seed. */
function changer(seed = 1) {
  let ids = 0
  let state = seed
  const random = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  return (queue: Queue, mutation: QueueMutation) =>
    mutate(queue, mutation, { newId: () => `i${++ids}`, random, reason: 'test' })
}

const letters = [...'abcdefghij']
const step = { op: 'step', by: 1 } as const

function shuffledQueue(files: readonly string[], { loop = false, seed = 1 } = {}) {
  const change = changer(seed)
  const filled = change(emptyQueue('q'), { op: 'append', files })
  return { change, queue: change(filled, { op: 'settings', settings: { shuffle: true, loop } }) }
}

const idsIn = (queue: Queue) => queue.items.map((item) => item.id)
const orderIn = (queue: Queue) => playOrder(queue).map((item) => item.id)

/** The items as they are heard one after the other, `count` of them or until the queue is over. */
function heard(queue: Queue, change: ReturnType<typeof changer>, count: number): (string | null)[] {
  const all = [queue.current]
  for (let now = queue; all.length < count && now.current !== null; ) {
    const announced = itemAfter(now, step)
    now = change(now, step)
    expect(now.current).toBe(announced)
    all.push(now.current)
  }
  return all
}

describe('a shuffled queue', () => {
  test('lists its items as before, goes on with the current one, and plays each once', () => {
    const { queue, change } = shuffledQueue(letters)
    expect(queue.items.map((item) => item.file)).toEqual(letters)
    expect(queue.current).toBe('i1')
    const all = heard(queue, change, 20)
    expect(all.at(-1)).toBeNull()
    expect(all).not.toEqual([...idsIn(queue), null])
    expect(all.slice(0, -1).toSorted()).toEqual(idsIn(queue).toSorted())
  })

  test('that loops has another order each round, and never the same item twice in a row', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 1e6 }), (count, seed) => {
        const { queue, change } = shuffledQueue(letters.concat('k', 'l').slice(0, count), {
          loop: true,
          seed,
        })
        const all = heard(queue, change, 4 * count)
        for (let round = 0; round < 4; round++)
          expect(all.slice(round * count, (round + 1) * count).toSorted()).toEqual(idsIn(queue).toSorted())
        for (const [place, id] of all.entries()) if (place > 0) expect(id).not.toBe(all[place - 1])
      }),
    )
    const { queue, change } = shuffledQueue(letters, { loop: true })
    const all = heard(queue, change, 30)
    expect(all.slice(0, 10)).not.toEqual(all.slice(10, 20))
    expect(all.slice(10, 20)).not.toEqual(all.slice(20))
  })

  test('of one item that loops plays it again', () => {
    const { queue, change } = shuffledQueue(['a'], { loop: true })
    expect(heard(queue, change, 3)).toEqual(['i1', 'i1', 'i1'])
  })

  test('that is over starts over in another order, and goes back to what was last', () => {
    const { queue, change } = shuffledQueue(letters)
    const last = orderIn(queue).at(-1)
    const over = change({ ...queue, current: last ?? null }, step)
    expect(isOver(over)).toBe(true)
    expect(itemAfter(over, { op: 'step', by: -1 })).toBe(last)
    const again = change(over, step)
    expect(again.current).toBe(orderIn(again)[0])
    expect(orderIn(again)).not.toEqual(orderIn(over))
  })

  test('goes back in the order it has played in, and not before its beginning', () => {
    const { queue, change } = shuffledQueue(letters, { loop: true })
    const [first, second] = orderIn(queue)
    const there = change(queue, step)
    expect(there.current).toBe(second)
    const back = change(there, { op: 'step', by: -1 })
    expect(back.current).toBe(first)
    expect(change(back, { op: 'step', by: -1 }).current).toBe(first)
    expect(change(queue, { op: 'settings', settings: { shuffle: false } })).toMatchObject({
      order: null,
      current: 'i1',
    })
  })

  test('takes more at places behind the current item, and what comes next right behind it', () => {
    const { queue, change } = shuffledQueue(letters, { seed: 7 })
    const at = change(change(queue, step), step)
    const more = change(at, { op: 'append', files: ['x', 'y', 'z'] })
    expect(more.items.map((item) => item.file)).toEqual([...letters, 'x', 'y', 'z'])
    expect(orderIn(more).slice(0, 3)).toEqual(orderIn(at).slice(0, 3))
    expect(orderIn(more).filter((id) => idsIn(at).includes(id))).toEqual(orderIn(at))
    expect(orderIn(more).slice(-3).toSorted()).not.toEqual(['i11', 'i12', 'i13'])
    const next = change(more, { op: 'insert-next', files: ['1', '2'] })
    expect(orderIn(next).slice(2, 5)).toEqual([at.current, 'i14', 'i15'])
    const gone = change(next, { op: 'remove', id: at.current ?? '' })
    expect(gone.current).toBe('i14')
  })

  test('prefers no place for what is added', () => {
    let state = 1
    const random = () => {
      state = (state * 48_271) % 2_147_483_647
      return state / 2_147_483_647
    }
    const counts = new Map<string, number>()
    for (let draw = 0; draw < 12_000; draw++) {
      const order = { ids: ['a', 'b', 'c'], seed: 1 }
      const ids = strewn(order, { current: 'a', fresh: ['x', 'y'], random }).ids.join('')
      counts.set(ids, (counts.get(ids) ?? 0) + 1)
    }
    expect(counts.size).toBe(12)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(200)
  })

  test('plays an item out of turn, and those between still come', () => {
    const { queue, change } = shuffledQueue(letters)
    const order = orderIn(queue)
    const far = order[7] ?? ''
    const there = change(queue, { op: 'go-to', id: far, isOutOfTurn: true })
    expect(there.current).toBe(far)
    expect(orderIn(there)).toEqual([order[0], far, ...order.slice(1, 7), ...order.slice(8)])
  })

  test('begins its next round when that is asked for, once however many ask', () => {
    const { queue, change } = shuffledQueue(letters)
    const of = queue.order?.seed ?? 0
    const next = change({ ...queue, playlist: 'p', reason: 'before' }, { op: 'reshuffle', of })
    expect(next).toMatchObject({ playlist: 'p', reason: 'before', current: orderIn(next)[0] })
    expect(orderIn(next)).not.toEqual(orderIn(queue))
    expect(orderIn(next)[0]).not.toBe(orderIn(queue).at(-1))
    expect(change(next, { op: 'reshuffle', of })).toBe(next)
    const plain = change(queue, { op: 'settings', settings: { shuffle: false } })
    expect(change(plain, { op: 'reshuffle' })).toBe(plain)
  })

  test('has every item once in its order, whatever is done with it', () => {
    const pick = fc.nat(99)
    const mutation = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), count: fc.nat(4) }),
      fc.record({ kind: fc.constant('insert-next' as const), count: fc.nat(3) }),
      fc.record({
        kind: fc.constantFrom('remove' as const, 'move' as const, 'go-to' as const, 'pull' as const),
        count: pick,
      }),
      fc.record({
        kind: fc.constantFrom(
          'clear',
          'shuffle',
          'reshuffle',
          'step',
          'back',
          'replace',
          'keep',
          'restore',
          'on',
          'off',
          'loop' as const,
        ),
        count: fc.constant(2),
      }),
    )
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 30 }), fc.integer({ min: 1, max: 1e6 }), (wishes, seed) => {
        let { queue, change } = shuffledQueue(letters.slice(0, 4), { seed })
        for (const { kind, count } of wishes) {
          const files = letters.slice(0, count)
          const id = idsIn(queue)[count % Math.max(1, queue.items.length)]
          const before = queue
          queue = after(change, queue, { kind, files, id })
          if (!queue.shuffle) {
            expect(queue.order).toBeNull()
            continue
          }
          expect(orderIn(queue).toSorted()).toEqual(idsIn(queue).toSorted())
          expect(queue.order?.ids).toHaveLength(queue.items.length)
          expect(queue.current === null || idsIn(queue).includes(queue.current)).toBe(true)
          if (kind === 'append' && !isOver(before)) {
            const played = orderIn(before).slice(0, orderIn(before).indexOf(before.current ?? '') + 1)
            expect(orderIn(queue).slice(0, played.length)).toEqual(played)
          }
        }
      }),
    )
  })

  test('keeps its order in the store; one from before there were orders gets one that stays', () => {
    const { queue } = shuffledQueue(letters)
    expect(orderIn(restoredQueue(JSON.parse(JSON.stringify(queue))))).toEqual(orderIn(queue))
    const { order: _, kept: __, made: ___, resume: ____, ...old } = queue
    const restored = restoredQueue(old)
    expect(orderIn(restored).toSorted()).toEqual(idsIn(queue).toSorted())
    expect(orderIn(restored)[0]).toBe(queue.current)
    expect(restoredQueue(old)).toEqual(restored)
    expect(restored).toMatchObject({ resume: 'resume', kept: [], made: '' })
  })
})

function after(
  change: ReturnType<typeof changer>,
  queue: Queue,
  { kind, files, id }: { kind: string; files: string[]; id: string | undefined },
): Queue {
  const settings = (settings: Partial<Queue>) => change(queue, { op: 'settings', settings })
  switch (kind) {
    case 'append':
    case 'insert-next':
      return change(queue, { op: kind, files })
    case 'replace':
      return change(queue, { op: 'replace', files, playlist: null })
    case 'keep':
      return change(queue, { op: 'replace', files, playlist: null, keep: 'me' })
    case 'restore':
      return queue.kept.length === 0 ? queue : change(queue, { op: 'restore', owner: 'me' })
    case 'back':
      return change(queue, { op: 'step', by: -1 })
    case 'on':
    case 'off':
      return settings({ shuffle: kind === 'on' })
    case 'loop':
      return settings({ loop: !queue.loop })
    case 'step':
      return change(queue, step)
    case 'clear':
    case 'shuffle':
    case 'reshuffle':
      return change(queue, { op: kind })
    default:
      break
  }
  if (id === undefined) return queue
  if (kind === 'remove') return change(queue, { op: 'remove', id })
  if (kind === 'move') return change(queue, { op: 'move', id, before: null })
  return change(queue, { op: 'go-to', id, ...(kind === 'pull' ? { isOutOfTurn: true } : {}) })
}
