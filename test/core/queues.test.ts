import { describe, expect, test } from 'vitest'
import type { StoredQueue } from '../../src/core/queue.ts'
import { type QueueChange, Queues } from '../../src/core/queues.ts'
import { heldCollection } from '../support/held-collection.ts'
import { oneTurn } from '../support/virtual-clock.ts'

/** Queues on a store that takes a write when it is told to. */
function slowHouse() {
  const store = heldCollection<StoredQueue>()
  const told: QueueChange[] = []
  let ids = 0
  const queues = new Queues({
    store,
    newId: () => `i${++ids}`,
    random: () => 0,
    tell: (change) => told.push(change),
  })
  const append = (...files: string[]) => queues.mutate('q', { op: 'append', files }, 'a test')
  const files = (queue: { items: readonly { file: string }[] } | undefined) =>
    queue?.items.map(({ file }) => file)
  return {
    ...{ queues, store, append, told },
    now: () => files(queues.get('q')),
    coming: () => files(queues.coming('q')),
    written: () => store.held.map(({ value }) => files(value)),
  }
}

describe('a queue that changes while it is on its way into the store', () => {
  test('is worked out from what is coming, and what is there is what the store has', async () => {
    const { append, store, told, now, coming, written } = slowHouse()
    const both = [append('a'), append('b')]
    await oneTurn()
    expect(written()).toEqual([['a'], ['a', 'b']])
    expect([now(), coming()]).toEqual([undefined, ['a', 'b']])
    store.held[0]?.take()
    await oneTurn()
    expect([now(), coming()]).toEqual([['a'], ['a', 'b']])
    expect(told).toMatchObject([{ queue: { version: 1 } }])
    store.held[1]?.take()
    await Promise.all(both)
    expect(now()).toEqual(['a', 'b'])
    expect(told).toMatchObject([{ queue: { version: 1 } }, { queue: { version: 2 } }])
  })

  test('is worked out anew from what is left where the change before could not be stored', async () => {
    const { append, store, told, now, coming } = slowHouse()
    const all = Promise.allSettled([append('a'), append('b'), append('c')])
    await oneTurn()
    store.held[0]?.fail(new Error('it cannot be written'))
    expect(coming()).toBeUndefined()
    for (const { take } of store.held.slice(1, 3)) take()
    await oneTurn()
    expect(coming()).toEqual(['b', 'c'])
    for (const { take } of store.held.slice(3)) take()
    const outcomes = await all
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(outcomes[0]).toMatchObject({ reason: { message: 'it cannot be written' } })
    expect(now()).toEqual(['b', 'c'])
    expect(told).toMatchObject([{ queue: { version: 1 } }, { queue: { version: 2 } }])
  })

  test('is worked out anew where that was lost while it was being worked out', async () => {
    const { queues, append, store, now } = slowHouse()
    const first = append('a')
    let goOn: () => void = () => undefined
    const seen: unknown[] = []
    const second = queues.mutate(
      'q',
      async (queue) => {
        seen.push(queue?.items.length)
        if (seen.length === 1)
          await new Promise<void>((resolve) => {
            goOn = resolve
          })
        return { op: 'append', files: ['b'] }
      },
      'a test',
    )
    const outcomes = Promise.allSettled([first, second])
    await oneTurn()
    store.held[0]?.fail(new Error('it cannot be written'))
    await oneTurn()
    goOn()
    await oneTurn()
    for (const { take } of store.held.slice(1)) take()
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect([now(), seen]).toEqual([['b'], [1, undefined]])
  })

  test('fails with what it needs: a stream that was never made has no settings', async () => {
    const { queues, append, store } = slowHouse()
    const made = append('a')
    const loops = queues.mutate('q', { op: 'settings', settings: { loop: true } }, 'a test')
    const outcomes = Promise.allSettled([made, loops])
    await oneTurn()
    expect(store.held).toHaveLength(2)
    store.held[0]?.fail(new Error('it cannot be written'))
    store.held[1]?.take()
    expect(await outcomes).toMatchObject([
      { reason: { message: 'it cannot be written' } },
      { reason: { message: 'there is no stream "q"' } },
    ])
  })

  test('says that nothing changes once what that was found from is stored', async () => {
    const { queues, append, store } = slowHouse()
    const made = append('a')
    let isSaid = false
    const again = queues.mutate('q', { op: 'step', by: 1, from: 'gone' }, 'a test').then(({ version }) => {
      isSaid = true
      return version
    })
    await oneTurn()
    expect([store.held.length, isSaid]).toEqual([1, false])
    store.held[0]?.take()
    await made
    expect(await again).toBe(1)
  })

  test.each([
    ['fails once that is stored', 'take', 'rejected'],
    ['is done where that could not be stored', 'fail', 'fulfilled'],
  ] as const)('what another change has made impossible %s', async (_, how, outcome) => {
    const { queues, append, store } = slowHouse()
    const made = append('a', 'b')
    await oneTurn()
    store.held[0]?.take()
    const id = (await made).items[0]?.id ?? ''
    const removed: string[] = []
    const both = ['first', 'second'].map((name) =>
      queues.mutate('q', { op: 'remove', id }, 'a test').finally(() => removed.push(name)),
    )
    const outcomes = Promise.allSettled(both)
    await oneTurn()
    expect([store.held.length, removed]).toEqual([2, []])
    store.held[1]?.[how](new Error('it cannot be written'))
    await oneTurn()
    store.held[2]?.take()
    expect((await outcomes)[1]?.status).toBe(outcome)
    expect(queues.get('q')?.items).toHaveLength(1)
  })

  test('counts among the streams that there may be', async () => {
    const { queues, store } = slowHouse()
    const made = Array.from({ length: 201 }, (_, number) =>
      queues.mutate(`s${number}`, { op: 'append', files: ['a'] }, 'a test'),
    )
    const outcomes = Promise.allSettled(made)
    await oneTurn()
    expect(store.held).toHaveLength(200)
    for (const { take } of store.held) take()
    expect((await outcomes).filter(({ status }) => status === 'rejected')).toHaveLength(1)
  })

  test('is deleted when it is there', async () => {
    const { queues, append, store, now, told } = slowHouse()
    const made = append('a')
    const deleted = queues.delete('q')
    await oneTurn()
    store.held[0]?.take()
    await Promise.all([made, deleted])
    expect(now()).toBeUndefined()
    expect(told.map(({ kind }) => kind)).toEqual(['queue', 'queue-removed'])
  })

  test('is changed with others when it is there', async () => {
    const { queues, append, store, now } = slowHouse()
    const made = append('a')
    const changed = queues.mutateAll(new Map([['q', { op: 'append', files: ['b'] }]]), {
      ...{ reason: 'a test', leaving: [] },
      write: async () => undefined,
    })
    await oneTurn()
    store.held[0]?.take()
    await Promise.all([made, changed])
    expect(now()).toEqual(['a', 'b'])
  })

  test('leaves room for those that are being made with others', async () => {
    const { queues, append, store } = slowHouse()
    const names = Array.from({ length: 200 }, (_, number) => `s${number}`)
    let made: () => void = () => undefined
    const all = queues.mutateAll(
      new Map(names.map((name) => [name, { op: 'append', files: ['a'] }] as const)),
      {
        ...{ reason: 'a test', leaving: [] },
        write: () =>
          new Promise((resolve) => {
            made = resolve
          }),
      },
    )
    await oneTurn()
    await expect(append('one more')).rejects.toThrow('there are 200 streams')
    expect(store.held).toEqual([])
    made()
    await all
  })

  test('is there when all has stopped', async () => {
    const { queues, append, store, now } = slowHouse()
    const made = [append('a'), append('b')]
    let hasStopped = false
    const stopped = queues.stop().then(() => {
      hasStopped = true
    })
    await oneTurn()
    store.held[0]?.take()
    await oneTurn()
    expect(hasStopped).toBe(false)
    store.held[1]?.take()
    await stopped
    expect(now()).toEqual(['a', 'b'])
    await Promise.all(made)
  })
})
