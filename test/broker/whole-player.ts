import type { PlayerEvent } from '../../src/core/event.ts'
import type { PlayerState } from '../../src/core/player.ts'

/** A player of whom everything is known. */
export const wholePlayer: PlayerState = {
  id: '0y1x2w3v',
  name: "Léo's Player",
  model: 'Yoto Player (3rd generation)',
  online: true,
  firmware: 'v2.17.5',
  battery_percent: 83,
  charging: false,
  power_source: 'battery',
  temperature_c: 21.5,
  wifi_dbm: -58,
  volume_percent: 44,
  volume_step: 7,
  volume_max_step: 12,
  playback: 'playing',
  card_id: '0aB1c',
  card_title: 'Tales of the Tide',
  chapter_key: '02',
  chapter_title: 'Low water',
  track_key: '01',
  track_title: 'The crab who counted',
  position_s: 83,
  duration_s: 312,
  streaming: false,
  source: 'card',
  card_inserted: 'physical',
  sleep_timer_s: 1170,
  nightlight: '#643600',
  day_mode: 'night',
  headphones: false,
  bluetooth: false,
  volume_max_step_day: 16,
  volume_max_step_night: 12,
  ambient_day: '#40bfd9',
  ambient_night: 'off',
  cover_url: 'https://covers.example.org/tales-of-the-tide.jpg',
  light_sensor_raw: 12,
  free_disk_kib: 20_480_000,
  last_seen_at: '2026-11-21T19:30:00.000+00:00',
}

const at = '2026-11-21T19:30:00.000+00:00'
const player = wholePlayer.id
const on = { card_id: '0aB1c', chapter_key: '02', track_key: '01' }

/** One event of every type, in the order of the contract. */
export const wholeEvents: readonly PlayerEvent[] = [
  { type: 'card_inserted', player, at, card_id: '0aB1c', source: 'card' },
  { type: 'card_removed', player, at, card_id: '0aB1c' },
  { type: 'playback_started', player, at, ...on, position_s: 0, commanded: true },
  { type: 'playback_paused', player, at, ...on, position_s: 83 },
  { type: 'playback_resumed', player, at, ...on, position_s: 83 },
  { type: 'playback_stopped', player, at, ...on, position_s: 90 },
  { type: 'track_started', player, at, ...on },
  { type: 'track_ended', player, at, ...on, natural: true },
  { type: 'button', player, at, ...on, button: 'right', confidence: 0.95, via: 'mqtt', stream: 'bedtime' },
  { type: 'volume_changed', player, at, volume_step: 7, volume_percent: 44 },
  { type: 'online', player, at },
  { type: 'offline', player, at },
  { type: 'day_started', player, at },
  { type: 'night_started', player, at },
  { type: 'sleep_timer_started', player, at, sleep_timer_s: 1200 },
  { type: 'sleep_timer_ended', player, at },
  { type: 'battery_low', player, at, battery_percent: 14 },
  { type: 'headphones_on', player, at },
  { type: 'headphones_off', player, at },
  { type: 'story_choice', player, at, story: 'the-lantern', choice: 'left' },
  { type: 'stream_requested', player, at, stream: 'bedtime', card_id: '0aB1c' },
]
