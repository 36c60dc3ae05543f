import { describe, expect, test } from 'vitest'
import { type PlayCount, Plays, type Sent } from '../../../src/audio/library/plays.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

// Of 24 ms.
const minute = 2_500

async function openPlays(records = memoryCollection<PlayCount>()) {
  const clock = new VirtualClock()
  const log = recordingLog()
  const written: number[] = []
  let isFull = false
  const plays = new Plays({
    records,
    write: async (entries) => {
      if (isFull) throw new Error('the disk is full')
      written.push(entries.length)
      for (const [key, count] of entries) await records.set(key, count)
    },
    clock,
    log,
  })
  await plays.open()
  const hear = (
    from: number,
    to: number,
    { stream = 'bed', ...more }: Partial<Sent & { stream: string | null }> = {},
  ) => plays.heard(stream, { listener: 'nursery', hash: 'a', frames: 1000, from, to, ...more })
  const count = (hash = 'a') => plays.ofContent(hash)?.plays ?? 0
  return { plays, hear, count, clock, log, written, records, fill: (full: boolean) => (isFull = full) }
}

describe('a play counts', () => {
  test('once half of it has gone out since it began', async () => {
    const { plays, hear, count, clock } = await openPlays()
    hear(0, 499)
    expect(plays.ofContent('a')).toBeNull()
    hear(499, 500)
    expect(plays.ofContent('a')).toEqual({
      plays: 1,
      last_played_at: clock.now().toISOString().replace('Z', '+00:00'),
    })
    hear(500, 1000)
    expect(count()).toBe(1)
    expect(plays.ofStream('bed')?.plays).toBe(1)
    expect(plays.ofStream('bath')).toBeNull()
  })

  test('after four minutes of something long', async () => {
    const { hear, count } = await openPlays()
    const book = { frames: 600 * minute }
    hear(0, 4 * minute - 1, book)
    expect(count()).toBe(0)
    hear(4 * minute - 1, 4 * minute, book)
    expect(count()).toBe(1)
  })

  test('of what was heard, not of what was passed over or heard twice', async () => {
    const { hear, count } = await openPlays()
    hear(0, 200)
    hear(900, 1000)
    for (let times = 0; times < 10; times++) hear(100, 200)
    expect(count()).toBe(0)
    hear(150, 400)
    expect(count()).toBe(1)
  })

  test('for one listener: two halves of two children are none', async () => {
    const { hear, count } = await openPlays()
    hear(0, 300)
    hear(300, 600, { listener: 'den' })
    expect(count()).toBe(0)
  })

  test('anew when it starts over, and not before', async () => {
    const { hear, count } = await openPlays()
    hear(0, 1000)
    hear(10, 1000)
    expect(count()).toBe(1)
    hear(0, 400)
    hear(400, 1000)
    expect(count()).toBe(2)
    hear(0, 400)
    hear(0, 400)
    expect(count()).toBe(2)
  })

  test('and scraps from all over make none in reasonable memory', async () => {
    const { hear, count } = await openPlays()
    hear(0, 1, { frames: 1_000_000 })
    for (let at = 0; at < 5_000; at++) hear(at * 20 + 10, at * 20 + 11, { frames: 1_000_000 })
    expect(count()).toBe(0)
  })
})

describe('what was played', () => {
  test('is written some seconds later, all together', async () => {
    const { hear, clock, written } = await openPlays()
    for (const hash of ['a', 'b', 'c']) hear(0, 600, { hash, stream: null })
    expect(written).toEqual([])
    await clock.advance(5_000)
    expect(written).toEqual([3])
  })

  test('is known to the next run, also when it was stopped at once', async () => {
    const { plays, hear, records } = await openPlays()
    hear(0, 600)
    await plays.stop()
    const next = await openPlays(records)
    expect(next.count()).toBe(1)
    next.hear(0, 600)
    expect(next.count()).toBe(2)
  })

  test('goes with the next play where it could not be written', async () => {
    const { plays, hear, clock, records, log, fill } = await openPlays()
    fill(true)
    hear(0, 600)
    await clock.advance(5_000)
    expect(log.lines).toMatchObject([{ level: 'warn', detail: { reason: 'the disk is full' } }])
    fill(false)
    hear(0, 600, { hash: 'b' })
    await clock.advance(5_000)
    expect(await records.get('content a')).toMatchObject({ plays: 1 })
    await plays.stop()
  })
})
