import { describe, expect, test } from 'vitest'
import { FiniteStreams, type Served } from '../../src/audio/finite-streams.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const old = { etag: '"old"', length: 1000 }
const fresh = { etag: '"fresh"', length: 500 }

const from = (start: number | null, ifRange: string | null = null) => ({
  listener: ['key player', 'key address'],
  startIn: () => start,
  ifRange,
})

function listening() {
  const clock = new VirtualClock()
  const streams = new FiniteStreams<typeof old>({ clock })
  streams.remember('key address', old)
  return { clock, streams }
}

describe('what a listener gets of a finite stream', () => {
  test('from the beginning: the newest', () => {
    const { streams } = listening()
    expect(streams.choose(fresh, from(0))).toEqual({ body: fresh, ranged: true })
    expect(streams.choose(fresh, from(null))).toEqual({ body: fresh, ranged: true })
  })

  test('further on: what was served to them last, even when the queue is empty by now', () => {
    const { streams } = listening()
    expect(streams.choose(fresh, from(700))).toEqual({ body: old, ranged: true })
    expect(streams.choose(null, from(700))).toEqual({ body: old, ranged: true })
    expect(streams.choose(null, from(0))).toBeNull()
  })

  test('further on: known without looking the stream up, which all other requests need', () => {
    const { streams } = listening()
    expect(streams.goesOn(from(700))).toEqual({ body: old, ranged: true })
    for (const other of [from(0), from(null), from(700, '"old"'), { ...from(700), listener: ['key other'] }])
      expect(streams.goesOn(other)).toBeNull()
  })

  test('further on under several names: what was served last under any of them', () => {
    const { streams } = listening()
    streams.remember('key player', fresh)
    expect(streams.goesOn(from(400))?.body).toBe(fresh)
    streams.remember('key address', old)
    expect(streams.goesOn(from(400))?.body).toBe(old)
  })

  test('further on under a name that was learnt meanwhile: what was served under the old one', () => {
    const { streams } = listening()
    const named = { ...from(700), listener: ['key new name', 'key address'] }
    expect(streams.choose(fresh, named)).toEqual({ body: old, ranged: true })
  })

  test('further on for somebody else: the newest', () => {
    const { streams } = listening()
    expect(streams.choose(fresh, { ...from(700), listener: ['key other'] })).toEqual({
      body: fresh,
      ranged: true,
    })
  })

  test('with If-Range: the part when the strong tag is the newest, else the whole newest', () => {
    const { streams } = listening()
    expect(streams.choose(fresh, from(100, '"fresh"'))).toEqual({ body: fresh, ranged: true })
    for (const other of ['"old"', 'W/"fresh"', 'Sat, 21 Nov 2026 10:00:00 GMT', 'fresh', ''])
      expect(streams.choose(fresh, from(100, other)), other).toEqual({ body: fresh, ranged: false })
  })

  test('is remembered for a day after the last request', async () => {
    const { streams, clock } = listening()
    await clock.advance(23 * 3_600_000)
    streams.remember('key address', old)
    await clock.advance(23 * 3_600_000)
    expect(streams.choose(fresh, from(700))?.body).toBe(old)
    await clock.advance(3_600_001)
    expect(streams.choose(fresh, from(700))?.body).toBe(fresh)
  })

  test('is remembered for the last thousand listeners', () => {
    const { streams } = listening()
    for (let index = 0; index < 999; index++) streams.remember(`key ${index}`, old)
    expect(streams.choose(fresh, from(700))?.body).toBe(old)
    streams.remember('key one more', old)
    expect(streams.choose(fresh, from(700))?.body).toBe(fresh)
  })
})

describe('where a queue is cut at a moment that comes nearer', () => {
  const cutOf = 'queue 19:00'
  const long: Served = { etag: '"three songs"', length: 3000, cutOf }
  const short: Served = { etag: '"two songs"', length: 2000, cutOf }

  function heardLong() {
    const clock = new VirtualClock()
    const streams = new FiniteStreams<Served>({ clock })
    streams.remember('key player', long)
    return { clock, streams }
  }

  test('who begins once more within ten seconds gets the same, and the newest then', async () => {
    const { clock, streams } = heardLong()
    await clock.advance(9_999)
    for (const start of [0, null]) expect(streams.choose(short, from(start))?.body).toBe(long)
    expect(streams.choose(short, { ...from(0), listener: ['somebody else'] })?.body).toBe(short)
    await clock.advance(1)
    expect(streams.choose(short, from(0))?.body).toBe(short)
  })

  test('going on in it makes that no longer', async () => {
    const { clock, streams } = heardLong()
    await clock.advance(8_000)
    streams.remember('key player', long)
    await clock.advance(2_000)
    expect(streams.choose(short, from(0))?.body).toBe(short)
  })

  test('another queue, another moment or more to hear is another version at once', () => {
    const { streams } = heardLong()
    for (const other of [
      { ...short, cutOf: 'other 19:00' },
      { ...short, cutOf: 'queue 18:00' },
      { etag: '"uncut"', length: 2000 },
      { ...short, length: 4000 },
    ])
      expect(streams.choose(other, from(0))?.body).toBe(other)
    expect(streams.choose(null, from(0))).toBeNull()
  })

  test('who goes on with its tag does so for as long as only time has passed', async () => {
    const { clock, streams } = heardLong()
    await clock.advance(3_600_000)
    expect(streams.choose(short, from(100, long.etag))).toEqual({ body: long, ranged: true })
    expect(streams.choose(short, from(100, short.etag))).toEqual({ body: short, ranged: true })
    expect(streams.choose(short, from(0, long.etag))).toEqual({ body: short, ranged: false })
    const other = { ...short, cutOf: 'other 19:00' }
    expect(streams.choose(other, from(100, long.etag))).toEqual({ body: other, ranged: false })
  })
})
