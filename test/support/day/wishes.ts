import type { JsonObject } from '../../../src/core/json.ts'
import { cardIds } from './cards.ts'
import { oneOf, type Random, whole } from './random.ts'

/** A command as programs of the house give it: below `/players/{id}/`, or on `<base>/<player_id>/set/`. */
export interface Wish {
  /** null where only the broker takes it. */
  readonly rest: { readonly path: string; readonly body: JsonObject } | null
  readonly mqtt: { readonly field: string; readonly payload: string }
}

/** Settings by the names of REST. */
export type Settings = Readonly<Record<string, string | number>>

export function wishOf(random: Random): Wish {
  const playback = oneOf(random, ['play', 'pause', 'stop', 'next', 'previous'] as const)
  const step = whole(random, 0, 16)
  const position_s = whole(random, 0, 40)
  const seconds = oneOf(random, [0, 60, 300, 1_800])
  const card = { card_id: oneOf(random, cardIds), chapter_key: '02' }
  const set = (field: string, value: unknown) => ({
    field,
    payload: typeof value === 'string' ? value : JSON.stringify(value),
  })
  const plain: Wish = { rest: { path: playback, body: {} }, mqtt: set('playback', playback) }
  return oneOf<Wish>(random, [
    plain,
    plain,
    plain,
    plain,
    plain,
    { rest: { path: 'volume', body: { step } }, mqtt: set('volume_step', step) },
    { rest: null, mqtt: set('restart', 'press') },
    { rest: null, mqtt: set('refresh', 'press') },
    { rest: { path: 'seek', body: { position_s } }, mqtt: set('seek_s', position_s) },
    { rest: { path: 'sleep-timer', body: { seconds } }, mqtt: set('sleep_timer_s', seconds) },
    { rest: { path: 'play-card', body: card }, mqtt: set('card', card) },
  ])
}

export function settingsOf(random: Random): Settings {
  const colour = `#${whole(random, 0, 0xffffff).toString(16).padStart(6, '0')}`
  return oneOf<Settings>(random, [
    { volume_max_step_day: whole(random, 6, 16) },
    { volume_max_step_night: whole(random, 3, 12) },
    { ambient_day: colour, ambient_night: 'off' },
    { ambient_night: colour, volume_max_step_day: 16 },
  ])
}

/** A setting as the cloud keeps it, by its name there (yoto-protocol §2.3). */
export function keptSettings(settings: Settings): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      yotoNames[name] ?? name,
      value === 'off' ? '#0' : String(value),
    ]),
  )
}

const yotoNames: Readonly<Record<string, string>> = {
  volume_max_step_day: 'maxVolumeLimit',
  volume_max_step_night: 'nightMaxVolumeLimit',
  ambient_day: 'ambientColour',
  ambient_night: 'nightAmbientColour',
}
