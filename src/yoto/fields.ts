import type { JsonObject } from '../core/json.ts'
import {
  cardInsertions,
  noCardFacts,
  type PlayerPatch,
  percentFromStep,
  playbackStates,
  powerSources,
} from '../core/player.ts'
import {
  type Coerce,
  light,
  numbered,
  numberWithin,
  oneOf,
  text,
  truth,
  unreadable,
  wholeWithin,
} from './coerce.ts'

/** One field of the cloud: its name there, and what it says about a player in our words. */
export interface Field {
  readonly wire: string
  readonly read: (value: unknown) => PlayerPatch | typeof unreadable
}

/** Whether a player begins its card again after the last track, as its settings and its events say; undefined where they do not. */
export function repeatsAllIn({ repeatAll }: JsonObject): boolean | undefined {
  const read = truth(repeatAll)
  return read === unreadable ? undefined : read
}

/** A field that says one thing. */
export function field<Key extends keyof PlayerPatch>(
  wire: string,
  ours: Key,
  coerce: Coerce<PlayerPatch[Key]>,
): Field {
  return patched(wire, coerce, (value): PlayerPatch => ({ [ours]: value }))
}

/** A field that says more than one thing. */
function patched<Value>(wire: string, coerce: Coerce<Value>, patch: (value: Value) => PlayerPatch): Field {
  return {
    wire,
    read: (value) => {
      const read = coerce(value)
      if (read === unreadable) return unreadable
      return read === undefined ? {} : patch(read)
    },
  }
}

const step = wholeWithin(0, 16)
const seconds = numberWithin(0, Number.MAX_SAFE_INTEGER)

/** `data/events`: volumes are steps of 16. A later row overrides what an earlier one said. */
export const eventFields: readonly Field[] = [
  field('playbackStatus', 'playback', oneOf(playbackStates)),
  field('source', 'source', text),
  field('streaming', 'streaming', truth),
  field('chapterKey', 'chapter_key', text),
  field('chapterTitle', 'chapter_title', text),
  field('trackKey', 'track_key', text),
  field('trackTitle', 'track_title', text),
  field('position', 'position_s', seconds),
  field('trackLength', 'duration_s', secondsUnlessZero),
  patched('volume', step, volumeOf),
  field('volumeMax', 'volume_max_step', step),
  field('sleepTimerSeconds', 'sleep_timer_s', seconds),
  // An inactive timer may still name the seconds it once had.
  field('sleepTimerActive', 'sleep_timer_s', zeroWhenFalse),
  // Last: with the card gone, what the message still says of chapter and track is of the past.
  patched('cardId', card, (id) => (id === null ? cardGone : { card_id: id })),
]

/**
 * `data/status`, `status/full` and legacy `status`: volumes are percent. `volume` is not read: sources call it
 * the cap, but in every capture it follows the present volume. `activeCard` and `playingStatus` say late and
 * less exactly what the events say.
 */
export const statusFields: readonly Field[] = [
  field('fwVersion', 'firmware', text),
  field('batteryLevel', 'battery_percent', numberWithin(0, 100)),
  field('charging', 'charging', truth),
  field('powerSrc', 'power_source', numbered(powerSources)),
  field('temp', 'temperature_c', deviceTemperature),
  field('wifiStrength', 'wifi_dbm', numberWithin(-130, 0)),
  field('freeDisk', 'free_disk_kib', numberWithin(0, Number.MAX_SAFE_INTEGER)),
  field('als', 'light_sensor_raw', numberWithin(0, Number.MAX_SAFE_INTEGER)),
  field('cardInserted', 'card_inserted', numbered(cardInsertions)),
  field('headphones', 'headphones', truth),
  field('bluetoothHp', 'bluetooth', truth),
  patched('userVolume', stepOfStatusPercent, volumeOf),
  field('day', 'day_mode', dayMode),
  field('nightlightMode', 'nightlight', light),
  field('shutDown', 'online', falseWhenShuttingDown),
]

export const presenceFields: readonly Field[] = [
  patched('state', oneOf(['online', 'offline']), (state) => ({ online: state === 'online' })),
]

const cardGone: PlayerPatch = { ...noCardFacts, card_id: null, streaming: false, source: null }

/** One scale of percent, whichever message the step came from: events and status would differ by one otherwise. */
function volumeOf(volumeStep: number): PlayerPatch {
  return { volume_step: volumeStep, volume_percent: percentFromStep(volumeStep) }
}

// Status tells the step as floor(100 * step / 16).
const statusPercents = Array.from({ length: 17 }, (_, index) => Math.floor((100 * index) / 16))

function stepOfStatusPercent(value: unknown) {
  const percent = numberWithin(0, 100)(value)
  if (typeof percent !== 'number') return percent
  const distances = statusPercents.map((candidate) => Math.abs(candidate - percent))
  return distances.indexOf(Math.min(...distances))
}

function card(value: unknown) {
  const id = text(value)
  return id === 'none' ? null : id
}

/** A length of 0 is how a stream says that it has none. */
function secondsUnlessZero(value: unknown) {
  const length = seconds(value)
  return length === 0 ? null : length
}

function zeroWhenFalse(value: unknown) {
  const active = truth(value)
  if (active === unreadable) return unreadable
  return active ? undefined : 0
}

/** `battery:device` or three parts, in °C; 0 and `notSupported` mean unknown (yoto-protocol §3.7). */
function deviceTemperature(value: unknown) {
  if (typeof value !== 'string') return unreadable
  const device = value.split(':')[1]
  if (value === 'notSupported' || value === '0' || device === '0' || device === 'notSupported')
    return undefined
  return numberWithin(-60, 120)(device)
}

function dayMode(value: unknown) {
  const day = wholeWithin(-1, 1)(value)
  if (day === unreadable) return unreadable
  return day === -1 ? undefined : day === 0 ? 'night' : 'day'
}

/** `nA` while running. The other words are not all known; every one of them means off. */
function falseWhenShuttingDown(value: unknown) {
  if (typeof value !== 'string') return unreadable
  return value === 'nA' || value === '' ? undefined : false
}
