/**
 * A player as everybody outside sees it. The keys are the published names, so that MQTT, REST, rules and
 * the code speak one language. `null` means "not known"; in a patch a missing key means "not said".
 */
export const playbackStates = ['playing', 'paused', 'stopped', 'loading'] as const
export const cardInsertions = ['none', 'physical', 'remote', 'stream'] as const
export const powerSources = ['battery', 'dock', 'usb_c', 'qi'] as const
export const dayModes = ['day', 'night'] as const

/** `"#rrggbb"` in lower case, or `"off"`. */
export type Light = string

export interface PlayerState {
  readonly id: string
  readonly name: string
  readonly model: string | null
  readonly online: boolean
  readonly firmware: string | null
  readonly battery_percent: number | null
  readonly charging: boolean | null
  readonly power_source: (typeof powerSources)[number] | null
  readonly temperature_c: number | null
  readonly wifi_dbm: number | null
  readonly volume_percent: number | null
  /** 0 to 16, the player's own steps. */
  readonly volume_step: number | null
  /** 0 to 16: the highest step the player allows now. */
  readonly volume_max_step: number | null
  readonly playback: (typeof playbackStates)[number] | null
  readonly card_id: string | null
  readonly card_title: string | null
  readonly chapter_key: string | null
  readonly chapter_title: string | null
  readonly track_key: string | null
  readonly track_title: string | null
  readonly position_s: number | null
  readonly duration_s: number | null
  readonly streaming: boolean | null
  /** Where the card came from, in Yoto's words: `card`, `remote`, `MQTT`. */
  readonly source: string | null
  readonly card_inserted: (typeof cardInsertions)[number] | null
  /** Seconds left; 0 when no sleep timer runs. */
  readonly sleep_timer_s: number | null
  readonly nightlight: Light | null
  readonly day_mode: (typeof dayModes)[number] | null
  readonly headphones: boolean | null
  readonly bluetooth: boolean | null
  readonly volume_max_step_day: number | null
  readonly volume_max_step_night: number | null
  readonly ambient_day: Light | null
  readonly ambient_night: Light | null
  readonly cover_url: string | null
  readonly light_sensor_raw: number | null
  readonly free_disk_kib: number | null
  /** ISO 8601 with offset. */
  readonly last_seen_at: string | null
}

export type PlayerPatch = Partial<Omit<PlayerState, 'id'>>

/** A player of whom only the id and the name are known. */
export function unknownPlayer(id: string, name: string): PlayerState {
  return {
    id,
    name,
    model: null,
    online: false,
    firmware: null,
    battery_percent: null,
    charging: null,
    power_source: null,
    temperature_c: null,
    wifi_dbm: null,
    volume_percent: null,
    volume_step: null,
    volume_max_step: null,
    playback: null,
    card_id: null,
    card_title: null,
    chapter_key: null,
    chapter_title: null,
    track_key: null,
    track_title: null,
    position_s: null,
    duration_s: null,
    streaming: null,
    source: null,
    card_inserted: null,
    sleep_timer_s: null,
    nightlight: null,
    day_mode: null,
    headphones: null,
    bluetooth: null,
    volume_max_step_day: null,
    volume_max_step_night: null,
    ambient_day: null,
    ambient_night: null,
    cover_url: null,
    light_sensor_raw: null,
    free_disk_kib: null,
    last_seen_at: null,
  }
}

/** What is known of the card in a player: nothing, when it is out or another one is in. */
export const noCardFacts = {
  card_title: null,
  cover_url: null,
  chapter_key: null,
  chapter_title: null,
  track_key: null,
  track_title: null,
  position_s: null,
  duration_s: null,
} as const satisfies PlayerPatch

/** The state after the patch: the same object when nothing in it is new. */
export function applyPatch(state: PlayerState, patch: PlayerPatch): PlayerState {
  return changedKeys(state, patch).length === 0 ? state : { ...state, ...patch }
}

/** The keys of the patch whose value differs from the state's. */
export function changedKeys(state: PlayerState, patch: PlayerPatch): (keyof PlayerPatch)[] {
  return (Object.keys(patch) as (keyof PlayerPatch)[]).filter((key) => patch[key] !== state[key])
}

/** Volume steps 0 to 16 as the percentages Yoto's own app sends. Source: yoto_api constants, cross-checked with captures of a Mini. */
const percentOfStep = [0, 7, 13, 19, 25, 32, 38, 44, 50, 57, 63, 69, 75, 82, 88, 94, 100] as const

export function percentFromStep(step: number): number {
  return percentOfStep[Math.min(16, Math.max(0, Math.round(step)))] ?? 0
}

/** The step above which the player gets no louder now: the lower of the day's and the night's where it has not said; null where that cannot be told. */
export function volumeCapOf({
  volume_max_step,
  volume_max_step_day,
  volume_max_step_night,
}: Pick<PlayerState, 'volume_max_step' | 'volume_max_step_day' | 'volume_max_step_night'>): number | null {
  if (volume_max_step !== null) return volume_max_step
  if (volume_max_step_day === null || volume_max_step_night === null) return null
  // It may be night.
  return Math.min(volume_max_step_day, volume_max_step_night)
}

/** The highest step whose percentage does not exceed `percent`. */
export function stepFromPercent(percent: number): number {
  return Math.max(
    0,
    percentOfStep.findLastIndex((value) => value <= percent),
  )
}
