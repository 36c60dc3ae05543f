import { afterEach, describe, expect, test } from 'vitest'
import type { Collection } from '../../src/core/collection.ts'
import type { Perform } from '../../src/core/effect.ts'
import type { StoredQueue } from '../../src/core/queue.ts'
import { Hub } from '../../src/hub.ts'
import { performWith } from '../../src/perform.ts'
import { keepOpeningTimes } from '../../src/wiring/opening-times.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const started: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of started.splice(0)) await each.stop()
})

const minute = 60_000
const at = (time: string) => `2026-11-21T${time}:00.000+00:00`

async function house(
  clock = new VirtualClock('2026-11-21T19:00:00Z'),
  queues: Collection<StoredQueue> = memoryCollection<StoredQueue>(),
) {
  const log = recordingLog()
  let last = 0
  const hub = new Hub({
    queues,
    card: () => ({ layout: null, stream: null }),
    newId: () => `i${++last}`,
    clock,
    log,
  })
  await hub.start()
  const performed = performWith({
    mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
    files: async () => [],
    lookup: async () => ({ state: 'missing' }),
    deleteQueue: (name) => hub.deleteQueue(name),
    command: async () => undefined,
    publish: async () => undefined,
    deeds: { say: (level, _kind, { message, detail }) => log[level](message, detail) },
    log,
  })
  let failures = 0
  const perform: Perform = async (effect, because) => {
    if (failures-- > 0) throw new Error('disk full')
    await performed(effect, because)
  }
  const keeper = keepOpeningTimes({ hub, perform, clock, log })
  started.push(keeper)
  const close = (stream: string, closed_until: string | null) =>
    hub.mutateQueue(stream, { op: 'settings', settings: { closed: true, closed_until } }, 'test')
  return {
    clock,
    queues,
    hub,
    log,
    close,
    keeper,
    failTimes: (times: number) => {
      failures = times
    },
    isClosed: (stream: string) => hub.queue(stream)?.closed,
    make: (stream: string) => hub.mutateQueue(stream, { op: 'append', files: ['a.mp3'] }, 'test'),
  }
}

describe('a stream that is closed until a time', () => {
  test('opens then, not before, and each at its own', async () => {
    const { clock, make, close, isClosed, hub } = await house()
    for (const stream of ['a', 'b', 'c']) await make(stream)
    await close('b', at('20:30'))
    await close('a', at('20:00'))
    await close('c', null)
    await clock.advance(60 * minute - 1)
    expect(['a', 'b', 'c'].map(isClosed)).toEqual([true, true, true])
    await clock.advance(1)
    expect(['a', 'b', 'c'].map(isClosed)).toEqual([false, true, true])
    await clock.advance(30 * minute)
    expect(['a', 'b', 'c'].map(isClosed)).toEqual([false, false, true])
    expect(hub.queue('a')).toMatchObject({ closed_until: null, version: 3 })
  })

  test('opens at the start where the time came while nothing ran, and later where it did not', async () => {
    const first = await house()
    for (const stream of ['a', 'b']) await first.make(stream)
    await first.close('a', at('20:00'))
    await first.close('b', at('22:00'))
    await first.keeper.stop()
    const next = await house(new VirtualClock('2026-11-21T21:00:00Z'), first.queues)
    await next.clock.advance(0)
    expect(['a', 'b'].map(next.isClosed)).toEqual([false, true])
    await next.clock.advance(60 * minute)
    expect(next.isClosed('b')).toBe(false)
  })

  test('stays closed where it was closed anew meanwhile, until then', async () => {
    const { clock, make, close, isClosed } = await house()
    await make('a')
    await close('a', at('20:00'))
    await close('a', at('21:00'))
    await clock.advance(90 * minute)
    expect(isClosed('a')).toBe(true)
    await clock.advance(30 * minute)
    expect(isClosed('a')).toBe(false)
  })

  test('is as its schedule says once another slot has begun', async () => {
    const { clock, make, close, isClosed, hub } = await house()
    await make('a')
    await close('a', at('20:00'))
    const night = { op: 'replace', files: [], playlist: null, closed: true } as const
    await hub.mutateQueue('a', night, 'schedule a, slot night')
    await clock.advance(120 * minute)
    expect(isClosed('a')).toBe(true)
  })

  test('is opened a minute later where the store would not take it', async () => {
    const { clock, make, close, isClosed, failTimes, log } = await house()
    await make('a')
    await close('a', at('20:00'))
    failTimes(1)
    await clock.advance(60 * minute)
    expect(isClosed('a')).toBe(true)
    expect(log.lines.at(-1)?.message).toContain('could not be opened in time')
    await clock.advance(minute)
    expect(isClosed('a')).toBe(false)
  })
})
