import { type Clock, isoOf } from '../core/clock.ts'
import type { Light, PlayerState } from '../core/player.ts'
import { type LightField, lightFields, lightJson } from './light-json.ts'
import { type Pace, StatePacer } from './state-pacer.ts'
import type { OwnTopic, PlayerTopics } from './topic.ts'

export interface OwnTopicsOptions {
  readonly clock: Clock
  readonly topics: (player: string) => PlayerTopics
  /** Keeps it on the broker, unless it stands there already. */
  readonly retain: (topic: string, payload: string, player: string) => void
}

/** When a sleep timer ends, as far as the player has told; it was worked out from `seconds`. */
interface SleepEnd {
  readonly seconds: number | null
  readonly endsAtMs: number | null
}

interface Memory {
  readonly colours: Map<LightField, Light>
  sleep: SleepEnd
}

// Players tell the seconds left now and then, and not to the second: that does not move the end.
const sameEndMs = 10_000

/** Seldom alone, and at once when it belongs to another track or playback begins or ends. */
const positionPace: Pace = {
  everyMs: 30_000,
  payload: ({ position_s }) => JSON.stringify({ position_s }),
  steady: ({ playback, card_id, chapter_key, track_key, position_s }) =>
    JSON.stringify([playback, card_id, chapter_key, track_key, position_s === null]),
}

/**
 * What Home Assistant cannot read off a player's state as it is: lights in their own form, the address of the cover,
 * a position that speaks seldom, and the time at which the sleep timer ends.
 */
export class OwnTopics {
  readonly #options: OwnTopicsOptions
  readonly #positions: StatePacer
  readonly #memory = new Map<string, Memory>()

  constructor(options: OwnTopicsOptions) {
    this.#options = options
    this.#positions = new StatePacer({
      clock: options.clock,
      pace: positionPace,
      publish: (id, payload) => this.#retain(id, 'position', payload),
    })
  }

  /** Call it with every state, whether the broker is there or not: what was before is known only from here. */
  changed(state: PlayerState): void {
    const memory = this.#memoryOf(state.id)
    memory.sleep = sleepEnd(memory.sleep, state.sleep_timer_s, this.#options.clock.now().getTime())
    const { endsAtMs } = memory.sleep
    const ends_at = endsAtMs === null ? null : isoOf(new Date(endsAtMs))
    for (const field of lightFields) {
      const light = state[field]
      if (isOn(light)) memory.colours.set(field, light)
      this.#retain(state.id, field, lightJson(light))
    }
    this.#retain(state.id, 'sleep_timer', JSON.stringify({ ends_at }))
    if (isWebAddress(state.cover_url)) this.#retain(state.id, 'cover', state.cover_url)
    this.#positions.changed(state)
  }

  /** The colour that the light has, or had when it was last on; null where it was never seen on. */
  lastColour(player: string, field: LightField): Light | null {
    return this.#memory.get(player)?.colours.get(field) ?? null
  }

  forget(player: string): void {
    this.#positions.forget(player)
    this.#memory.delete(player)
  }

  /** Call it when what stands on the broker is not known any more; what players said before stays known. */
  unsaid(): void {
    this.#positions.forgetAll()
  }

  #memoryOf(player: string): Memory {
    const known = this.#memory.get(player)
    if (known !== undefined) return known
    const memory: Memory = { colours: new Map(), sleep: { seconds: null, endsAtMs: null } }
    this.#memory.set(player, memory)
    return memory
  }

  #retain(player: string, topic: OwnTopic, payload: string): void {
    this.#options.retain(this.#options.topics(player).own(topic), payload, player)
  }
}

function isOn(light: Light | null): light is Light {
  return light !== null && light !== 'off' && light !== '#000000'
}

function isWebAddress(address: string | null): address is string {
  return address !== null && /^https?:\/\/[^\s/]+/.test(address)
}

/** Only a new number moves the end: the same one with another message is what the player said before. */
function sleepEnd(before: SleepEnd, seconds: number | null, nowMs: number): SleepEnd {
  if (seconds === before.seconds) return before
  if (seconds === null || seconds === 0) return { seconds, endsAtMs: null }
  const endsAtMs = Math.round(nowMs / 1000 + seconds) * 1000
  const isSame = before.endsAtMs !== null && Math.abs(endsAtMs - before.endsAtMs) <= sameEndMs
  return { seconds, endsAtMs: isSame ? before.endsAtMs : endsAtMs }
}
