import { expect, test } from 'vitest'
import type { Effect } from '../../src/core/effect.ts'
import { emptyQueue } from '../../src/core/queue.ts'
import { Hub } from '../../src/hub.ts'
import { performWith } from '../../src/perform.ts'
import type { Schedule } from '../../src/rules/rule-set.ts'
import { Scheduler } from '../../src/rules/scheduler.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { worldOf } from '../support/rules.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const bedroom: Schedule = {
  stream: 'bedroom',
  default: 'daytime',
  slots: [
    { id: 'night', window: ['19:00', '06:30'], days: null, play: 'lullabies', ifPressed: null },
    { id: 'nap', window: ['13:00', '14:00'], days: null, play: null, ifPressed: null },
  ],
}

function household(clock = new VirtualClock('2026-11-21T18:00:00Z'), applied = memoryCollection<string>()) {
  const done: string[] = []
  let broken = false
  let exists = false
  const world = worldOf({
    now: () => clock.now(),
    queue: (stream) => (exists ? emptyQueue(stream) : undefined),
  })
  const perform = async (effect: Effect, because: string) => {
    if (broken) throw new Error('disk full')
    exists = true
    if (effect.kind === 'fill-queue')
      done.push(
        `${because}: ${effect.content}${effect.closed ? ' closed' : ''}${effect.orEmpty ? '' : ' unless empty'}`,
      )
    if (effect.kind === 'mutate-queue' && effect.mutation.op === 'replace')
      done.push(`${because}: ${effect.mutation.closed ? 'closed' : 'open'}`)
  }
  const log = recordingLog()
  const scheduler = new Scheduler({ world, perform, applied, clock, log })
  return {
    clock,
    applied,
    done,
    log,
    scheduler,
    breakStore(now: boolean) {
      broken = now
    },
    setExists(now: boolean) {
      exists = now
    },
  }
}

test('a stream holds what is due at the start, and the next thing at its very moment', async () => {
  const { clock, done, scheduler } = household()
  await scheduler.start([bedroom])
  expect(done).toEqual(['schedule bedroom, default: daytime'])
  await clock.advance(3_600_000 - 1)
  expect(done).toHaveLength(1)
  await clock.advance(1)
  await scheduler.evaluate()
  expect(done[1]).toBe('schedule bedroom, slot night: lullabies')
  await scheduler.stop()
})

test('a restart within a slot leaves alone what a rule changed since', async () => {
  const { clock, applied, scheduler } = household()
  await scheduler.start([bedroom])
  await scheduler.stop()
  const again = household(clock, applied)
  again.setExists(true)
  await again.scheduler.start([bedroom])
  expect(again.done).toEqual([])
  await again.scheduler.stop()
})

test('a slot that passed while the product was off is made up for', async () => {
  const { clock, applied, scheduler } = household()
  await scheduler.start([bedroom])
  await scheduler.stop()
  await clock.advance(86_400_000)
  const again = household(clock, applied)
  await again.scheduler.start([bedroom])
  expect(again.done).toEqual(['schedule bedroom, default: daytime'])
  await again.scheduler.stop()
})

test('a stream that was deleted is made again within a minute', async () => {
  const { clock, done, scheduler, setExists } = household()
  await scheduler.start([bedroom])
  setExists(false)
  await clock.advance(60_000)
  await scheduler.evaluate()
  expect(done).toEqual(['schedule bedroom, default: daytime', 'schedule bedroom, default: daytime'])
  await scheduler.stop()
})

test('`play: none` closes the stream', async () => {
  const { done, scheduler } = household(new VirtualClock('2026-11-21T13:30:00Z'))
  await scheduler.start([bedroom])
  expect(done).toEqual(['schedule bedroom, slot nap: closed'])
  await scheduler.stop()
})

test('and says what is heard instead, for as long as it lasts', async () => {
  const clock = new VirtualClock('2026-11-21T13:30:00Z')
  const log = recordingLog()
  const hub = new Hub({
    queues: memoryCollection(),
    card: () => ({ layout: null, stream: null }),
    newId: () => 'i1',
    clock,
    log,
  })
  const perform = performWith({
    mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
    files: async () => ['a.mp3'],
    lookup: async () => ({ state: 'missing' }),
    deleteQueue: async () => undefined,
    command: async () => undefined,
    publish: async () => undefined,
    deeds: { say: (level, _kind, { message, detail }) => log[level](message, detail) },
    log,
  })
  const world = worldOf({ now: () => clock.now(), queue: hub.queue.bind(hub) })
  const applied = memoryCollection<string>()
  const scheduler = new Scheduler({ world, perform, applied, clock, log })
  const nap = { id: 'nap', window: ['13:00', '14:00'], days: null, play: null } as const
  await scheduler.start([{ ...bedroom, slots: [{ ...nap, ifPressed: 'shh.mp3' }] }])
  expect(hub.queue('bedroom')).toMatchObject({ closed: true, items: [], if_pressed: 'shh.mp3' })
  await clock.advance(1_800_000)
  await scheduler.evaluate()
  expect(hub.queue('bedroom')).toMatchObject({ closed: false, playlist: 'daytime', if_pressed: null })
  await scheduler.stop()
})

test('what could not be put into effect is said and tried again', async () => {
  const { clock, done, log, scheduler, breakStore } = household()
  breakStore(true)
  await scheduler.start([bedroom])
  expect(log.lines[0]).toMatchObject({ level: 'error', detail: { slot: 'default', error: 'disk full' } })
  breakStore(false)
  await clock.advance(60_000)
  await scheduler.evaluate()
  expect(done).toEqual(['schedule bedroom, default: daytime'])
  await scheduler.stop()
})

test('says when its schedules put something else into a stream, and by the new ones as soon as it has them', async () => {
  const { clock, scheduler } = household()
  const end = (stream: string) =>
    scheduler.endsAt({ name: stream, playlist: 'daytime' }, clock.now())?.toISOString()
  expect(end('bedroom')).toBeUndefined()
  await scheduler.start([bedroom])
  expect(end('bedroom')).toBe('2026-11-21T19:00:00.000Z')
  expect(end('attic')).toBeUndefined()
  const slots = [{ id: 'soon', window: ['18:10', '18:20'], days: null, play: null, ifPressed: null }] as const
  await scheduler.start([{ ...bedroom, slots }])
  expect(end('bedroom')).toBe('2026-11-21T18:10:00.000Z')
  await scheduler.start([])
  expect(end('bedroom')).toBeUndefined()
  await scheduler.stop()
})

test('a stream whose playlist takes long to come holds up no other, and holds in the end what is due then', async () => {
  const clock = new VirtualClock('2026-11-21T18:59:30Z')
  const done: string[] = []
  let come: () => void = () => undefined
  const coming = new Promise<void>((resolve) => {
    come = resolve
  })
  const perform = async (effect: Effect, because: string) => {
    if (because === 'schedule slow, default') await coming
    if (effect.kind === 'fill-queue') done.push(`${because}: ${effect.content}`)
  }
  const world = worldOf({ now: () => clock.now(), queue: (stream) => emptyQueue(stream) })
  const log = recordingLog()
  const scheduler = new Scheduler({ world, perform, applied: memoryCollection(), clock, log })
  const started = scheduler.start([{ ...bedroom, stream: 'slow' }, bedroom])
  await clock.advance(1_000)
  await started
  expect(done).toEqual(['schedule bedroom, default: daytime'])
  await clock.advance(60_000)
  expect(done).toEqual(['schedule bedroom, default: daytime', 'schedule bedroom, slot night: lullabies'])
  come()
  await clock.advance(1_000)
  expect(done.slice(2)).toEqual(['schedule slow, default: daytime', 'schedule slow, slot night: lullabies'])
  expect(log.lines).toEqual([])
  await scheduler.stop()
})

test('what takes long and was begun by an earlier schedule is followed by what is due by the new one', async () => {
  const clock = new VirtualClock('2026-11-21T18:00:00Z')
  const done: string[] = []
  let come: () => void = () => undefined
  const coming = new Promise<void>((resolve) => {
    come = resolve
  })
  const perform = async (effect: Effect) => {
    if (effect.kind !== 'fill-queue') return
    if (effect.content === 'daytime') await coming
    done.push(effect.content)
  }
  const world = worldOf({ now: () => clock.now(), queue: (stream) => emptyQueue(stream) })
  const log = recordingLog()
  const scheduler = new Scheduler({ world, perform, applied: memoryCollection(), clock, log })
  const started = scheduler.start([bedroom])
  await clock.advance(1_000)
  await started
  const again = scheduler.start([{ ...bedroom, default: 'songs' }], new Set(['daytime', 'songs']))
  await clock.advance(1_000)
  expect(done).toEqual([])
  come()
  await again
  expect(done).toEqual(['daytime', 'songs'])
  await scheduler.stop()
})
