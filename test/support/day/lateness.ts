import { predictedPosition } from '../../../src/core/moment.ts'
import type { PlayerState } from '../../../src/core/player.ts'
import type { Hub } from '../../../src/hub.ts'
import type { Condition } from '../../../src/simulator/condition.ts'
import type { PlayerSnapshot, SimulatedPlayer } from '../../../src/simulator/simulated-player.ts'

/** What is so at a player. */
export interface Truth {
  readonly online: boolean
  readonly snapshot: PlayerSnapshot
  readonly condition: Condition
  readonly day: boolean
}

interface Field {
  readonly name: string
  /** How the cloud tells of it. */
  readonly told: 'pushed' | 'asked'
  readonly isTrue: (truth: Truth, hub: PlayerState, now: Date) => boolean
  /** Said of a player that is off, too. */
  readonly always?: true
}

type Compared = (truth: Truth) => unknown

const same = (name: string, told: Field['told'], ours: keyof PlayerState, theirs: Compared): Field => ({
  name,
  told,
  isTrue: (truth, hub) => hub[ours] === theirs(truth),
})

const fields: readonly Field[] = [
  { ...same('online', 'pushed', 'online', ({ online }) => online), always: true },
  {
    ...same('playback', 'pushed', 'playback', ({ online, snapshot }) =>
      online ? snapshot.playback : 'stopped',
    ),
    always: true,
  },
  same('card', 'pushed', 'card_id', ({ snapshot }) => snapshot.card),
  same('chapter', 'pushed', 'chapter_key', ({ snapshot }) => snapshot.chapterKey),
  same('track', 'pushed', 'track_key', ({ snapshot }) => snapshot.trackKey),
  same('volume', 'pushed', 'volume_step', ({ snapshot }) => snapshot.volume),
  same('cap of the volume', 'pushed', 'volume_max_step', ({ snapshot }) => snapshot.volumeMax),
  {
    name: 'sleep timer',
    told: 'pushed',
    isTrue: ({ snapshot }, hub) => (hub.sleep_timer_s ?? 0) > 0 === snapshot.sleepTimerSeconds > 0,
  },
  same('battery', 'asked', 'battery_percent', ({ condition }) => condition.batteryPercent),
  same('charging', 'asked', 'charging', ({ condition }) => condition.charging),
  same('headphones', 'asked', 'headphones', ({ condition }) => condition.headphones),
  same('power source', 'asked', 'power_source', ({ condition }) => powerSources[condition.powerSource]),
  same('Wi-Fi', 'asked', 'wifi_dbm', ({ condition }) => condition.wifiDbm),
  same('day or night', 'asked', 'day_mode', ({ day }) => (day ? 'day' : 'night')),
  same('card in the slot', 'asked', 'card_inserted', ({ snapshot }) => insertion(snapshot)),
]
const warmth = same('temperature', 'asked', 'temperature_c', ({ condition }) => condition.temperatureCelsius)
const powerSources = ['battery', 'dock', 'usb_c', 'qi'] as const
const positionToleranceSeconds = 2
export const limitsMs = { pushed: 2_000, afterReconnect: 5_000, asked: 150_000 } as const

function insertion({ source, cardInSlot }: PlayerSnapshot) {
  if (source === 'remote') return 'remote'
  return cardInSlot === null ? 'none' : 'physical'
}

const position: Field = {
  name: 'position',
  told: 'pushed',
  isTrue({ snapshot }, hub, now) {
    if (hub.track_key !== snapshot.trackKey || snapshot.trackKey === null) return true
    const at = predicted.get(hub)?.(now) ?? hub.position_s
    return at !== null && Math.abs(at - snapshot.positionSeconds) <= positionToleranceSeconds
  },
}
// Set before each comparison: a position counts from the moment it was said.
const predicted = new WeakMap<PlayerState, (now: Date) => number | null>()

export interface Late {
  readonly player: string
  readonly field: string
  readonly ms: number
  readonly at: Date
}

/** For how long the hub's word and the truth differ, field by field. */
export class Lateness {
  readonly #hub: Hub
  readonly #since = new Map<string, number>()
  readonly #values = new Map<string, number[]>()
  readonly late: Late[] = []
  #connectedMs = 0
  #connected = false

  constructor(hub: Hub) {
    this.#hub = hub
  }

  /** The network carries again what players say, or no longer. What differs by then is late from then on. */
  set connected(connected: { readonly is: boolean; readonly at: Date }) {
    this.#connected = connected.is
    this.#connectedMs = connected.at.getTime()
    for (const key of this.#since.keys()) this.#since.set(key, this.#connectedMs)
  }

  /** From now on nothing of it can be known before it is told. */
  forget(player: SimulatedPlayer): void {
    for (const key of [...this.#since.keys()]) if (key.startsWith(`${player.id} `)) this.#since.delete(key)
  }

  compare(player: SimulatedPlayer, truth: Truth, now: Date): void {
    const moment = this.#hub.moment(player.id)
    if (moment === undefined || !this.#connected) return
    predicted.set(moment.state, (at) => predictedPosition(moment, at))
    const more = player.id.includes('V3') ? [position, warmth] : [position]
    for (const field of [...fields, ...more]) {
      const key = `${player.id} ${field.name}`
      const differs = (truth.online || field.always) && !field.isTrue(truth, moment.state, now)
      if (differs && !this.#since.has(key)) this.#since.set(key, now.getTime())
      const difference = { player: player.name, field, now }
      this.#warn(key, difference)
      if (!differs) this.#settle(key, difference)
    }
  }

  /** Milliseconds by field, of every change that was seen. */
  figures(): ReadonlyMap<string, readonly number[]> {
    return this.#values
  }

  #settle(key: string, { field, now }: Difference): void {
    const since = this.#since.get(key)
    if (since === undefined) return
    this.#since.delete(key)
    const name = `${field.told}: ${field.name}`
    const values = this.#values.get(name) ?? []
    this.#values.set(name, values)
    values.push(now.getTime() - since)
  }

  #warn(key: string, { player, field, now }: Difference): void {
    const since = this.#since.get(key)
    if (since === undefined) return
    const reconnected = since === this.#connectedMs && field.told === 'pushed'
    const ms = now.getTime() - since
    if (ms <= (reconnected ? limitsMs.afterReconnect : limitsMs[field.told])) return
    if (
      this.late.some((one) => one.player === player && one.field === field.name && one.at.getTime() === since)
    )
      return
    this.late.push({ player, field: field.name, ms, at: new Date(since) })
  }
}

interface Difference {
  readonly player: string
  readonly field: Field
  readonly now: Date
}
