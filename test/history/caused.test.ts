import { expect, test } from 'vitest'
import type { PlayerCommand } from '../../src/core/effect.ts'
import type { PlayerEvent } from '../../src/core/event.ts'
import { follows } from '../../src/history/caused.ts'

const at = '2026-11-21T10:00:00.000+00:00'
const on = { card_id: '00123', chapter_key: '01', track_key: '01' }
const events: Readonly<Record<string, PlayerEvent>> = {
  paused: { type: 'playback_paused', player: 'y1', at, position_s: 3, ...on },
  resumed: { type: 'playback_resumed', player: 'y1', at, position_s: 3, ...on },
  track: { type: 'track_started', player: 'y1', at, ...on },
  'volume 6': { type: 'volume_changed', player: 'y1', at, volume_step: 6, volume_percent: 38 },
  'timer on': { type: 'sleep_timer_started', player: 'y1', at, sleep_timer_s: 60 },
  'timer off': { type: 'sleep_timer_ended', player: 'y1', at },
  offline: { type: 'offline', player: 'y1', at },
}

const rows: [command: PlayerCommand, said: 'commanded' | 'on its own', event: string, follows: boolean][] = [
  [{ type: 'pause' }, 'on its own', 'paused', true],
  [{ type: 'pause' }, 'on its own', 'resumed', false],
  [{ type: 'play' }, 'on its own', 'resumed', true],
  [{ type: 'next' }, 'commanded', 'track', true],
  [{ type: 'next' }, 'on its own', 'track', false],
  [{ type: 'card', card_id: '00123' }, 'on its own', 'track', false],
  [{ type: 'card', card_id: '00123' }, 'commanded', 'paused', false],
  [{ type: 'volume-step', step: 6 }, 'on its own', 'volume 6', true],
  [{ type: 'volume-step', step: 9 }, 'on its own', 'volume 6', true],
  [{ type: 'volume-step', step: 5 }, 'on its own', 'volume 6', false],
  [{ type: 'volume-percent', percent: 38 }, 'on its own', 'volume 6', true],
  [{ type: 'volume-percent', percent: 37 }, 'on its own', 'volume 6', false],
  [{ type: 'sleep-timer', seconds: 60 }, 'on its own', 'timer on', true],
  [{ type: 'sleep-timer', seconds: 60 }, 'on its own', 'timer off', false],
  [{ type: 'sleep-timer', seconds: 0 }, 'on its own', 'timer off', true],
  [{ type: 'reboot' }, 'on its own', 'offline', true],
  [{ type: 'nightlight', light: 'off' }, 'commanded', 'track', false],
]

test.each(rows)('behind %o, said %s: %s follows from it: %s', (command, said, name, expected) => {
  const event = events[name]
  if (event === undefined) throw new Error(`no event ${name}`)
  expect(follows(event, { command }, said === 'commanded')).toBe(expected)
})
