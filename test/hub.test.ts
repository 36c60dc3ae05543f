import { describe, expect, test } from 'vitest'
import type { Collection } from '../src/core/collection.ts'
import { emptyQueue, type Queue, type StoredQueue } from '../src/core/queue.ts'
import { mutate } from '../src/core/queue-mutation.ts'
import { type Change, Hub } from '../src/hub.ts'
import { parseMessage } from '../src/yoto/parse.ts'
import { memoryCollection } from './support/memory-collection.ts'
import { recordingLog } from './support/recording-log.ts'
import { VirtualClock } from './support/virtual-clock.ts'

const layout = ['01', '02', '03'].map((key) => ({ chapter_key: key, track_key: key }))
const playing = {
  online: true,
  card_id: '4Dem0',
  playback: 'playing',
  position_s: 5,
  duration_s: 60,
} as const
const at = (key: string) => ({ chapter_key: key, track_key: key })

function hubWith(queues: Collection<StoredQueue> = memoryCollection()) {
  const clock = new VirtualClock()
  const log = recordingLog()
  const changes: Change[] = []
  let ids = 0
  const hub = new Hub({
    queues,
    card: () => ({ layout, stream: 'bedroom' }),
    newId: () => `i${++ids}`,
    clock,
    log,
  })
  hub.subscribe('the test', (change) => changes.push(change))
  const buttons = () =>
    changes.flatMap((change) =>
      change.kind === 'event' && change.event.type === 'button' ? [change.event.button] : [],
    )
  return { hub, clock, log, changes, buttons }
}

describe('the hub', () => {
  test('ignores what players say that are not the account’s', () => {
    const { hub, changes, clock } = hubWith()
    hub.patchPlayer('stranger', { online: true }, clock.now())
    expect(hub.players()).toEqual([])
    expect(changes).toEqual([])
  })

  test('removes players that are no longer listed and keeps what is known of the others', () => {
    const { hub, changes, clock } = hubWith()
    hub.setPlayers([
      { id: 'y1', name: 'Nursery' },
      { id: 'y2', name: 'Den' },
    ])
    hub.patchPlayer('y1', { battery_percent: 50 }, clock.now())
    hub.setPlayers([{ id: 'y1', name: 'Kids room' }])
    expect(hub.players()).toMatchObject([{ id: 'y1', name: 'Kids room', battery_percent: 50 }])
    expect(changes).toContainEqual({ kind: 'player-removed', id: 'y2' })
  })

  test('reads one press off a jump, although the player says it twice', () => {
    const { hub, buttons, clock } = hubWith()
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { ...playing, ...at('01') }, clock.now())
    hub.patchPlayer('y1', { ...at('02'), position_s: 0 }, clock.now())
    hub.patchPlayer('y1', { ...at('02'), position_s: 0 }, clock.now())
    expect(buttons()).toEqual(['right'])
  })

  test('takes no command of ours for a press, but the next jump again', () => {
    const { hub, buttons, clock } = hubWith()
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { ...playing, ...at('01') }, clock.now())
    hub.expect('y1', { card_id: '4Dem0', ...at('02') })
    hub.patchPlayer('y1', { ...at('02'), position_s: 0 }, clock.now())
    expect(buttons()).toEqual([])
    hub.patchPlayer('y1', { ...at('03'), position_s: 0 }, clock.now())
    expect(buttons()).toEqual(['right'])
  })

  test('knows of each player whether it repeats its card, and shows it to nobody', () => {
    const { hub, changes, clock } = hubWith()
    const ends = () =>
      changes.flatMap((change) =>
        change.kind === 'event' && change.event.type === 'track_ended' ? [change.event.natural] : [],
      )
    const goRound = () => {
      hub.patchPlayer('y1', { ...playing, ...at('03'), position_s: 58 }, clock.now())
      changes.length = 0
      hub.patchPlayer('y1', { ...at('01'), position_s: 0 }, clock.now())
      return ends()
    }
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    const keys = Object.keys(hub.player('y1') ?? {})
    expect(goRound()).toEqual([true])
    hub.setRepeats('y1', false)
    expect(goRound()).toEqual([false])
    hub.setRepeats('y1', true)
    expect(goRound()).toEqual([true])
    expect(Object.keys(hub.player('y1') ?? {})).toEqual(keys)
    hub.setRepeats('y1', false)
    hub.setPlayers([])
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    expect(goRound()).toEqual([true])
  })

  test('takes two commands in a row for two, and one that was taken back for none', () => {
    const { hub, buttons, clock } = hubWith()
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { ...playing, ...at('01') }, clock.now())
    hub.expect('y1', { card_id: '4Dem0', ...at('02') })
    hub.expect('y1', { card_id: '4Dem0', ...at('03') })
    hub.patchPlayer('y1', { ...at('02'), position_s: 0 }, clock.now())
    hub.patchPlayer('y1', { ...at('03'), position_s: 0 }, clock.now())
    expect(buttons()).toEqual([])
    const takeBack = hub.expect('y1', { card_id: '4Dem0', ...at('02') })
    takeBack()
    hub.patchPlayer('y1', { ...at('02'), position_s: 0 }, clock.now())
    expect(buttons()).toEqual(['left'])
  })

  test('goes on expecting a restart while the player speaks of other things', async () => {
    const { hub, buttons, clock } = hubWith()
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { ...playing, ...at('01'), position_s: 25 }, clock.now())
    await clock.advance(4_700)
    hub.expect('y1', { card_id: '4Dem0', ...at('01') })
    // Its acknowledgement, and its battery.
    hub.patchPlayer('y1', { online: true }, clock.now())
    hub.patchPlayer('y1', { battery_percent: 50 }, clock.now())
    await clock.advance(160)
    hub.patchPlayer('y1', { position_s: 0 }, clock.now())
    expect(buttons()).toEqual([])
  })

  test('hears the restart that follows a seek of ours', async () => {
    const { hub, buttons, clock } = hubWith()
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { ...playing, ...at('02'), position_s: 5 }, clock.now())
    hub.expect('y1', { card_id: '4Dem0', ...at('02') })
    hub.patchPlayer('y1', { position_s: 40 }, clock.now())
    await clock.advance(4000)
    hub.patchPlayer('y1', { position_s: 0 }, clock.now())
    expect(buttons()).toEqual(['left'])
  })

  test('expects no second jump where a card was sent for that goes on at another track', async () => {
    const { hub, buttons, clock } = hubWith()
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { ...playing, ...at('02'), position_s: 0 }, clock.now())
    hub.expect('y1', { card_id: '4Dem0' })
    hub.patchPlayer('y1', { ...at('01'), position_s: 0 }, clock.now())
    await clock.advance(2000)
    hub.patchPlayer('y1', { ...at('02'), position_s: 0 }, clock.now())
    expect(buttons()).toEqual(['right'])
  })

  test('reads no press off what a player says after a broken connection', () => {
    const { hub, buttons, clock } = hubWith()
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { ...playing, ...at('01') }, clock.now())
    hub.loseTrack()
    hub.patchPlayer('y1', { ...at('02'), position_s: 0 }, clock.now())
    expect(buttons()).toEqual([])
    hub.patchPlayer('y1', { ...at('03'), position_s: 0 }, clock.now())
    expect(buttons()).toEqual(['right'])
  })

  test('forgets what was said of one card when another is in', () => {
    const { hub, clock } = hubWith()
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { ...playing, ...at('01') }, clock.now())
    hub.amendPlayer('y1', { card_title: 'Bedroom' })
    hub.patchPlayer('y1', { card_id: '7JtVV', position_s: 0 }, clock.now())
    expect(hub.player('y1')).toMatchObject({
      card_id: '7JtVV',
      card_title: null,
      track_key: null,
      position_s: 0,
    })
  })

  test('knows where a player stands that paused without saying so', async () => {
    const { hub, clock } = hubWith()
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { ...playing, ...at('01') }, clock.now())
    await clock.advance(20_000)
    hub.patchPlayer('y1', { playback: 'paused' }, clock.now())
    expect(hub.player('y1')?.position_s).toBe(25)
  })

  test('takes the same fact from three topics for one change and one event', async () => {
    const { hub, changes, clock } = hubWith()
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { ...playing, ...at('01'), volume_step: 8, volume_percent: 50 }, clock.now())
    changes.length = 0
    const saying = (topic: string, payload: object) => {
      const message = parseMessage(`device/y1/${topic}`, Buffer.from(JSON.stringify(payload)))
      if ('error' in message) throw new Error(message.error)
      hub.patchPlayer('y1', message.patch, clock.now())
    }
    saying('events', { volume: 9, volumeMax: 13 })
    await clock.advance(160)
    saying('data/events', { volume: 9, volumeMax: 13 })
    await clock.advance(140)
    saying('data/status', { status: { userVolume: 56, volume: 60 } })
    const events = changes.flatMap((change) => (change.kind === 'event' ? [change.event.type] : []))
    expect(events).toEqual(['volume_changed'])
    expect(hub.player('y1')).toMatchObject({ volume_step: 9, volume_percent: 57, volume_max_step: 13 })
  })

  test('knows that a track begins which a player goes to without naming a position', async () => {
    const { hub, buttons, clock } = hubWith()
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { ...playing, ...at('01'), position_s: 58 }, clock.now())
    await clock.advance(2_000)
    hub.patchPlayer('y1', at('02'), clock.now())
    expect(hub.player('y1')?.position_s).toBe(0)
    await clock.advance(5_000)
    hub.patchPlayer('y1', { position_s: 5 }, clock.now())
    expect(buttons()).toEqual([])
  })

  test('knows that a player that is gone plays nothing', () => {
    const { hub, changes, clock } = hubWith()
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { ...playing, ...at('01') }, clock.now())
    changes.length = 0
    hub.patchPlayer('y1', { online: false }, clock.now())
    expect(hub.player('y1')).toMatchObject({ online: false, playback: 'stopped', position_s: 5 })
    const events = changes.flatMap((change) => (change.kind === 'event' ? [change.event.type] : []))
    expect(events).toEqual(['offline', 'playback_stopped'])
  })

  test('has a queue in the store before it says that it changed', async () => {
    const queues = memoryCollection<Queue>()
    const { hub } = hubWith(queues)
    const stored: unknown[] = []
    hub.subscribe('store', () => queues.get('q').then((queue) => stored.push(queue?.version)))
    await hub.mutateQueue('q', { op: 'append', files: ['a'] }, 'test')
    await hub.mutateQueue('q', { op: 'append', files: ['b'] }, 'test')
    expect(stored).toEqual([1, 2])
    const next = hubWith(queues)
    await next.hub.start()
    expect(next.hub.queue('q')?.items.map((item) => item.file)).toEqual(['a', 'b'])
  })

  test('reads a queue that was stored before there was anything to hear instead', async () => {
    const {
      if_pressed: _,
      closed_until: __,
      ...old
    } = mutate(
      emptyQueue('q'),
      { op: 'append', files: ['a'] },
      { newId: () => 'i1', random: () => 0, reason: 'test' },
    )
    const queues = memoryCollection<StoredQueue>()
    await queues.set('q', old)
    const { hub } = hubWith(queues)
    await hub.start()
    expect(hub.queue('q')).toEqual({ ...old, if_pressed: null, closed_until: null })
    await hub.mutateQueue('q', { op: 'settings', settings: { loop: true } }, 'test')
    expect(await queues.get('q')).toMatchObject({ loop: true, if_pressed: null })
  })

  test('leaves a queue as it was when the store fails', async () => {
    const failing = { ...memoryCollection<Queue>(), set: () => Promise.reject(new Error('disk full')) }
    const { hub, changes } = hubWith(failing)
    await expect(hub.mutateQueue('q', { op: 'append', files: ['a'] }, 'test')).rejects.toThrow('disk full')
    expect(hub.queue('q')).toBeUndefined()
    expect(changes).toEqual([])
  })

  test('does mutations of one stream one after the other, and goes on after one that fails', async () => {
    const { hub } = hubWith()
    const results = await Promise.allSettled([
      hub.mutateQueue('q', { op: 'append', files: ['a'] }, 'test'),
      hub.mutateQueue('q', { op: 'remove', id: 'nobody' }, 'test'),
      hub.mutateQueue('q', { op: 'append', files: ['b'] }, 'test'),
    ])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(hub.queue('q')).toMatchObject({ version: 2 })
  })

  test('changes no stream that is not there, and makes one only to put something in', async () => {
    const { hub } = hubWith()
    const loop = hub.mutateQueue('typo', { op: 'settings', settings: { loop: true } }, 'test')
    await expect(loop).rejects.toThrow('there is no stream "typo"')
    expect(hub.queues()).toEqual([])
  })

  test('makes two hundred streams and no more, also of those that come at once, and one again for each that goes', async () => {
    const { hub } = hubWith()
    const make = (name: string) => hub.mutateQueue(name, { op: 'append', files: ['a'] }, 'test')
    const made = await Promise.allSettled(Array.from({ length: 205 }, (_, n) => make(`s${n}`)))
    expect(made.filter(({ status }) => status === 'rejected')).toHaveLength(5)
    expect(hub.queues()).toHaveLength(200)
    await expect(make('one-more')).rejects.toMatchObject({
      code: 'conflict',
      message:
        'stream "one-more" was not made: there are 200 streams, as many as there may be; delete one first',
    })
    expect((await make('s0')).items).toHaveLength(2)
    await hub.deleteQueue('s0')
    expect(await make('one-more')).toMatchObject({ version: 1 })
  })

  test('neither stores nor tells what was to be done only while something was so that is not', async () => {
    const queues = memoryCollection<StoredQueue>()
    const { hub, changes } = hubWith(queues)
    const queue = await hub.mutateQueue('q', { op: 'append', files: ['a', 'b'] }, 'test')
    const told = changes.length
    const outdated = [
      { op: 'settings', settings: { closed: true }, whileClosedUntil: '2026-11-21T07:00:00.000+00:00' },
      { op: 'step', by: 1, from: 'gone' },
      { op: 'go-to', id: null, from: 'gone' },
    ] as const
    for (const mutation of outdated) expect(await hub.mutateQueue('q', mutation, 'test')).toBe(queue)
    expect(changes).toHaveLength(told)
    expect(await queues.get('q')).toMatchObject({ version: 1 })
  })

  test('works a mutation out when its turn comes', async () => {
    const { hub } = hubWith()
    const slow = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return { op: 'replace', files: ['slow'], playlist: 'slow' } as const
    }
    await Promise.all([
      hub.mutateQueue('q', slow, 'test'),
      hub.mutateQueue('q', { op: 'replace', files: ['quick'], playlist: 'quick' }, 'test'),
    ])
    expect(hub.queue('q')?.playlist).toBe('quick')
  })

  test('names the subscriber that throws and tells the others all the same', async () => {
    const { hub, log } = hubWith()
    const told: string[] = []
    hub.subscribe('the broken one', () => {
      throw new Error('oops')
    })
    hub.subscribe('the last', (change) => told.push(change.kind))
    await hub.mutateQueue('q', { op: 'append', files: ['a'] }, 'test')
    expect(told).toEqual(['queue'])
    expect(log.lines[0]?.message).toContain('the broken one')
  })
})
