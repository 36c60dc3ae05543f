import { describe, expect, test } from 'vitest'
import type { Collection } from '../../src/core/collection.ts'
import type { StoredQueue } from '../../src/core/queue.ts'
import { Hub } from '../../src/hub.ts'
import { performWith } from '../../src/perform.ts'
import type { Schedule } from '../../src/rules/rule-set.ts'
import { Scheduler } from '../../src/rules/scheduler.ts'
import type { StoredSlotPosition } from '../../src/rules/slot-positions.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { worldOf } from '../support/rules.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const slot = { days: null, ifPressed: null } as const
const bedroom: Schedule = {
  stream: 'bedroom',
  default: 'day',
  slots: [{ ...slot, id: 'night', window: ['19:00', '06:30'], play: 'night' }],
}
const contents: Readonly<Record<string, readonly string[]>> = {
  day: ['a.mp3', 'b.mp3', 'c.mp3'],
  night: ['m.mp3', 'n.mp3'],
}

/** A disk that takes so many writes and then no more, as where the machine is switched off. */
function disk() {
  let left = Number.POSITIVE_INFINITY
  let writes = 0
  const collection = <Value>(): Collection<Value> => {
    const kept = memoryCollection<Value>()
    const write = () => {
      writes++
      if (left-- <= 0) throw new Error('switched off')
    }
    return {
      ...kept,
      async set(key, value) {
        write()
        await kept.set(key, value)
      },
      async delete(key) {
        write()
        return kept.delete(key)
      },
    }
  }
  const takes = (count: number) => {
    left = count
    writes = 0
  }
  const stores = {
    queues: collection<StoredQueue>(),
    applied: collection<string>(),
    positions: collection<StoredSlotPosition>(),
  }
  return { stores, takes, writes: () => writes }
}

type Disk = ReturnType<typeof disk>

async function run({ stores }: Disk, clock: VirtualClock) {
  const log = recordingLog()
  let ids = 0
  const run = Math.random()
  const hub = new Hub({
    queues: stores.queues,
    card: () => ({ layout: null, stream: null }),
    newId: () => `${run} ${++ids}`,
    clock,
    log,
  })
  await hub.start()
  const perform = performWith({
    mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
    files: async (content) => contents[content] ?? [],
    lookup: async () => ({ state: 'missing' }),
    deleteQueue: async () => undefined,
    command: async () => undefined,
    publish: async () => undefined,
    deeds: { say: () => undefined },
    now: () => clock.now(),
    log,
  })
  const world = worldOf({ now: () => clock.now(), queue: (stream) => hub.queue(stream) })
  const { applied, positions } = stores
  const scheduler = new Scheduler({ world, perform, applied, positions, clock, log })
  hub.subscribe('the schedules', (change) => {
    if (change.kind === 'queue') scheduler.queueChanged(change.queue.name)
  })
  await scheduler.start([bedroom])
  const current = () => {
    const queue = hub.queue('bedroom')
    return queue?.items.find(({ id }) => id === queue.current)?.file
  }
  return { hub, scheduler, current, log }
}

const skip = { op: 'step', by: 1 } as const

describe('where the machine is switched off in the middle of a change', () => {
  test.each([0, 1, 2, 3])(
    'behind %i writes, the next start has what is due, and no place is lost',
    async (count) => {
      const store = disk()
      const clock = new VirtualClock('2026-11-21T18:59:00Z')
      const first = await run(store, clock)
      await first.hub.mutateQueue('bedroom', skip, 'the test')
      store.takes(count)
      await clock.advance(60_000)
      await first.scheduler.evaluate()
      expect(store.writes()).toBeGreaterThanOrEqual(Math.min(count + 1, 3))
      await first.scheduler.stop()
      store.takes(Number.POSITIVE_INFINITY)

      const second = await run(store, clock)
      expect(second.current()).toBe('m.mp3')
      await clock.advance(12 * 3_600_000)
      await second.scheduler.evaluate()
      expect(second.current()).toBe('b.mp3')
      await second.scheduler.stop()
    },
  )

  test('who asks meanwhile is not kept waiting, and gets it once it can be written', async () => {
    const store = disk()
    const clock = new VirtualClock('2026-11-21T18:59:00Z')
    const { scheduler, current, log } = await run(store, clock)
    store.takes(0)
    await clock.advance(60_000)
    await scheduler.upToDate('bedroom')
    expect(current()).toBe('a.mp3')
    const said = log.lines.length
    expect(scheduler.upToDate('bedroom')).toBeNull()
    expect(log.lines).toHaveLength(said)
    store.takes(Number.POSITIVE_INFINITY)
    await clock.advance(5_000)
    await scheduler.upToDate('bedroom')
    expect(current()).toBe('m.mp3')
    await scheduler.stop()
  })
})

test('a request waits for a store that says nothing no longer than a second', async () => {
  const store = disk()
  const clock = new VirtualClock('2026-11-21T18:59:00Z')
  const { scheduler } = await run(store, clock)
  const silent = new Promise<void>(() => undefined)
  store.stores.positions.set = () => silent
  await clock.advance(60_000)
  const asked = scheduler.upToDate('bedroom')
  if (asked === null) throw new Error('nothing is due')
  let isServed = false
  void asked.then(() => {
    isServed = true
  })
  await clock.advance(999)
  expect(isServed).toBe(false)
  await clock.advance(1)
  await asked
})

test('a request of a stream that stands costs less than some microseconds', async () => {
  const { scheduler } = await run(disk(), new VirtualClock('2026-11-21T18:00:00Z'))
  const count = 100_000
  const from = performance.now()
  for (let asked = 0; asked < count; asked++)
    if (scheduler.upToDate('bedroom') !== null) throw new Error('due')
  const microseconds = ((performance.now() - from) * 1000) / count
  // A busy machine is slower by an order of magnitude; a look at the calendar would be by three.
  expect(microseconds).toBeLessThan(20)
  await scheduler.stop()
})
