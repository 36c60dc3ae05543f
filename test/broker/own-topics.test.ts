import { describe, expect, test } from 'vitest'
import { OwnTopics } from '../../src/broker/own-topics.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import type { PlayerState } from '../../src/core/player.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { player } from './support.ts'

const topics = topicsFor('yoto', 'homeassistant')

function subject() {
  const clock = new VirtualClock()
  const said: [string, unknown][] = []
  const own = new OwnTopics({
    clock,
    topics: topics.player,
    retain: (topic, payload) => said.push([topic.slice('yoto/abc/'.length), payload]),
  })
  const changed = (patch: Partial<PlayerState>) => own.changed(player('abc', patch))
  /** What was said under the topic, without repetitions, as a broker would keep it. */
  const heard = (topic: string) =>
    said
      .filter(([name]) => name === topic)
      .map(([, payload]) => payload)
      .filter((payload, index, all) => payload !== all[index - 1])
  return { own, clock, changed, heard, said }
}

describe('the position', () => {
  const at = (position_s: number | null, more: Partial<PlayerState> = {}) => ({
    playback: 'playing' as const,
    card_id: 'card',
    chapter_key: '01',
    track_key: '01',
    position_s,
    ...more,
  })
  const positions = (heard: (topic: string) => unknown[]) =>
    heard('position').map((payload) => JSON.parse(String(payload)).position_s)

  test('alone is said every 30 s at most, the last for certain', async () => {
    const { clock, changed, heard } = subject()
    for (let second = 0; second <= 70; second += 1) {
      changed(at(second))
      await clock.advance(1000)
    }
    await clock.advance(30_000)
    expect(positions(heard)).toEqual([0, 29, 59, 70])
  })

  test('is said at once with another track, and when playback begins or ends', () => {
    const { changed, heard } = subject()
    changed(at(10))
    changed(at(11, { playback: 'paused' }))
    changed(at(12, { playback: 'playing' }))
    changed(at(0, { track_key: '02' }))
    changed(at(1, { chapter_key: '02', track_key: '02' }))
    changed(at(null, { playback: 'stopped', card_id: null }))
    expect(positions(heard)).toEqual([10, 11, 12, 0, 1, null])
  })
})

describe('the end of the sleep timer', () => {
  const ends = (heard: (topic: string) => unknown[]) =>
    heard('sleep_timer').map((payload) => JSON.parse(String(payload)).ends_at)

  test('stays where it is while the timer runs down, whatever else the player says', async () => {
    const { clock, changed, heard } = subject()
    const start = clock.now().getTime()
    changed({ sleep_timer_s: 0 })
    changed({ sleep_timer_s: 600 })
    for (const [afterS, sleep_timer_s] of [
      [1, 600],
      [29, 572],
      [60, 512],
      [120, 388],
    ] as const) {
      await clock.advance(afterS * 1000)
      changed({ sleep_timer_s, volume_step: afterS % 16 })
    }
    const said = ends(heard)
    expect(said).toHaveLength(2)
    expect(said[0]).toBeNull()
    expect(new Date(said[1]).getTime() - start).toBe(600_000)
    expect(said[1]).toMatch(/\+00:00$/)
  })

  test('moves when the timer is set anew, and goes when it is off or not known', async () => {
    const { clock, changed, heard } = subject()
    const start = clock.now().getTime()
    changed({ sleep_timer_s: 600 })
    await clock.advance(60_000)
    changed({ sleep_timer_s: 1200 })
    changed({ sleep_timer_s: 0 })
    changed({ sleep_timer_s: 60 })
    changed({ sleep_timer_s: null })
    const seconds = ends(heard).map((end) => end && (new Date(end).getTime() - start) / 1000)
    expect(seconds).toEqual([600, 1260, null, 120, null])
  })

  test('is the same after the broker has forgotten it', async () => {
    const { own, clock, changed, heard } = subject()
    changed({ sleep_timer_s: 600 })
    await clock.advance(100_000)
    own.unsaid()
    changed({ sleep_timer_s: 600 })
    expect(ends(heard)).toHaveLength(1)
  })
})

describe('the cover', () => {
  test('is the address alone, and what is no address is never said', () => {
    const { changed, heard } = subject()
    changed({ cover_url: null })
    changed({ cover_url: 'https://covers.example.org/a.jpg' })
    changed({ cover_url: null })
    changed({ cover_url: '' })
    changed({ cover_url: 'httpx' })
    changed({ cover_url: 'ftp://covers.example.org/a.jpg' })
    changed({ cover_url: 'http://192.0.2.7/b.png' })
    expect(heard('cover')).toEqual(['https://covers.example.org/a.jpg', 'http://192.0.2.7/b.png'])
  })
})

describe('the last colour of a light', () => {
  test('outlives the light going out, and is that of its own player and light', () => {
    const { own, changed } = subject()
    expect(own.lastColour('abc', 'nightlight')).toBeNull()
    changed({ nightlight: '#643600', ambient_day: 'off' })
    changed({ nightlight: 'off' })
    changed({ nightlight: '#000000' })
    changed({ nightlight: null })
    expect(own.lastColour('abc', 'nightlight')).toBe('#643600')
    expect(own.lastColour('abc', 'ambient_day')).toBeNull()
    expect(own.lastColour('def', 'nightlight')).toBeNull()
    own.forget('abc')
    expect(own.lastColour('abc', 'nightlight')).toBeNull()
  })
})

test('all that was said of a player is among what is cleared when it is gone', () => {
  const { changed, said } = subject()
  changed({ cover_url: 'https://covers.example.org/a.jpg' })
  const { retained } = topics.player('abc')
  expect(said).toHaveLength(6)
  expect(said.map(([topic]) => `yoto/abc/${topic}`).filter((topic) => !retained.includes(topic))).toEqual([])
})
