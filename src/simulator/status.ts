import type { JsonObject } from '../core/json.ts'
import type { Condition } from './condition.ts'

/** What a player knows of itself when it is asked for its status. */
export interface StatusFacts {
  readonly family: 'mini' | 'v3'
  readonly onSinceMs: number
  readonly nowMs: number
  readonly utcOffsetSeconds: number
  /** The card that plays or is paused, `none` otherwise. */
  readonly activeCard: string
  readonly cardInserted: 0 | 1 | 2
  readonly playback: 'playing' | 'paused' | 'stopped'
  /** 0 to 16. */
  readonly volumeStep: number
  readonly nightlightMode: string
  readonly hasBluetoothSound: boolean
  readonly day: boolean
  readonly settings: JsonObject
  readonly condition: Condition
}

export const firmware = 'v2.23.4'

/** `data/status` as it comes after a start. */
export function basicStatus(facts: StatusFacts): JsonObject {
  return {
    statusVersion: 1,
    fwVersion: firmware,
    productType: facts.family,
    batteryLevel: facts.condition.batteryPercent,
    als: lightSensor(facts),
    freeDisk: freeDiskKib,
    ...timeouts(facts),
    charging: flag(facts.condition.charging),
    ...playing(facts),
    headphones: flag(facts.condition.headphones),
    ...brightness(facts),
    bluetoothHp: flag(facts.hasBluetoothSound),
    ...volume(facts),
    timeFormat: facts.settings.hourFormat,
    day: facts.day ? 1 : 0,
  }
}

/** `data/status` as it is answered: with two fields more. */
export function askedStatus(facts: StatusFacts): JsonObject {
  return { ...basicStatus(facts), nightlightMode: facts.nightlightMode, temp: temperature(facts) }
}

/** `status/full` and the legacy `status` of a start or an end; `shutDown` is `nA` while running. */
export function fullStatus(facts: StatusFacts, shutDown = 'nA'): JsonObject {
  return {
    statusVersion: 3,
    fwVersion: firmware,
    shutDown,
    totalDisk: totalDiskKib,
    productType: facts.family,
    wifiStrength: facts.condition.wifiDbm,
    ssid: 'simulated',
    ...startedBy,
    sd_info: '0xad, 0x4c53(LS), USD00, 16, 0, 04-2023, 1, 0, 1461, 50000000',
    ...batteryOf(facts),
    ...memory(facts),
    accelTemp: 24,
    batteryProfile: facts.family === 'mini' ? 'HPT-FD80X-2000-64' : 'LJDX30X-4500',
    freeDisk: freeDiskKib,
    ...timeouts(facts),
    utcOffset: facts.utcOffsetSeconds,
    nfcErrs: '0.00%-0.00%',
    charging: flag(facts.condition.charging),
    powerSrc: facts.condition.powerSource,
    ...playing(facts),
    headphones: flag(facts.condition.headphones),
    ...brightness(facts),
    bluetoothHp: flag(facts.hasBluetoothSound),
    nightlightMode: facts.nightlightMode,
    ...idleDownload,
    day: facts.day ? 1 : 0,
    temp: temperature(facts),
    als: lightSensor(facts),
    ...volume(facts),
    timeFormat: facts.settings.hourFormat,
    ...faults,
    nfcLock: 0,
    batteryFullPct: 80,
  }
}

/** The legacy `status` that comes every 300 s; the two families send different ends of it. */
export function batteryStatus(facts: StatusFacts): JsonObject {
  const common = { ...batteryOf(facts), ...memory(facts) }
  return facts.family === 'mini'
    ? { ...common, accelTemp: 24 }
    : { ...common, qiOtp: 0, nightlightMode: facts.nightlightMode }
}

/** What the cloud remembers of the last status, as it stands in the answer to a config request. */
export function shadowStatus(facts: StatusFacts, deviceId: string): JsonObject {
  const full = fullStatus(facts)
  const forgotten = Object.fromEntries(forgottenInShadow.map((key) => [key, null]))
  const own = Object.fromEntries(Object.entries(full).filter(([key]) => !unknownToShadow.has(key)))
  const updatedAt = new Date(facts.nowMs).toISOString()
  return { ...own, ...forgotten, deviceId, updatedAt }
}

const totalDiskKib = 31_385_600
const freeDiskKib = 30_219_824
const startedBy = { rtcResetReasonPRO: 5, rtcResetReasonAPP: 14, rtcWakeupCause: 901, espResetReason: 8 }
const idleDownload = { bgDownload: 0, bytesPS: 0 }
const faults = {
  failReason: 0,
  failData: 0,
  wifiRestarts: 1,
  qiOtp: 0,
  buzzErrors: 0,
  errorsLogged: 0,
  twdt: 0,
  chgStatLevel: 0,
  missedLogs: 0,
}

// Null, and absent, in the captured config answer.
const forgottenInShadow = [
  'aliveTime',
  'battery',
  'batteryRemaining',
  'chgStatLevel',
  'dayBright',
  'dbatTimeout',
  'dnowBrightness',
  'failData',
  'failReason',
  'free',
  'free32',
  'freeDMA',
  'lastSeenAt',
  'missedLogs',
  'nightBright',
  'qiOtp',
  'sd_info',
  'shutDown',
  'shutdownTimeout',
  'ssid',
  'statusVersion',
  'timeFormat',
  'wifiRestarts',
]
const unknownToShadow = new Set([
  'accelTemp',
  'batteryData',
  'batteryFullPct',
  'batteryLevelRaw',
  'batteryProfile',
  'batteryTemp',
  'espResetReason',
  'nfcLock',
  'productType',
  'rtcResetReasonAPP',
  'rtcResetReasonPRO',
  'rtcWakeupCause',
])

function playing(facts: StatusFacts): JsonObject {
  // 2 and 5 are seen once each, yoto-protocol §3.6.
  const playingStatus = { stopped: 0, playing: 2, paused: 5 }[facts.playback]
  return { activeCard: facts.activeCard, cardInserted: facts.cardInserted, playingStatus }
}

function volume(facts: StatusFacts): JsonObject {
  return { volume: gainPercent(facts.volumeStep), userVolume: Math.floor((100 * facts.volumeStep) / 16) }
}

// Captured pairs of step and `volume`; between them the gain is taken to rise evenly.
const gains = [
  [0, 0],
  [5, 34],
  [7, 50],
  [8, 55],
  [12, 76],
  [16, 100],
] as const

function gainPercent(step: number): number {
  const above = gains.findIndex(([known]) => known >= step)
  const [highStep, high] = gains[above] ?? [16, 100]
  const [lowStep, low] = gains[above - 1] ?? [0, 0]
  if (highStep === lowStep) return high
  return Math.round(low + ((high - low) * (step - lowStep)) / (highStep - lowStep))
}

function brightness(facts: StatusFacts): JsonObject {
  const dayBright = brightnessPercent(facts.settings.dayDisplayBrightness)
  const nightBright = brightnessPercent(facts.settings.nightDisplayBrightness)
  return { dnowBrightness: facts.day ? dayBright : nightBright, dayBright, nightBright }
}

function brightnessPercent(setting: unknown): number {
  return setting === 'auto' ? 255 : Number(setting) || 0
}

function timeouts(facts: StatusFacts): JsonObject {
  return { shutdownTimeout: Number(facts.settings.shutdownTimeout) || 0, dbatTimeout: 60 }
}

function batteryOf(facts: StatusFacts): JsonObject {
  const power = powerOf(facts)
  return {
    battery: 4116,
    powerCaps: power.powerCaps,
    batteryLevel: facts.condition.batteryPercent,
    batteryTemp: power.batteryTemp,
    batteryData: power.batteryData,
    batteryLevelRaw: 98,
  }
}

function powerOf(facts: StatusFacts) {
  return facts.family === 'mini'
    ? { powerCaps: '', batteryTemp: 0, batteryData: '0:0:0' }
    : { powerCaps: '0x02', batteryTemp: 24, batteryData: '0:2:100' }
}

function memory(facts: StatusFacts): JsonObject {
  const upTime = Math.floor((facts.nowMs - facts.onSinceMs) / 1000)
  return {
    free: 3_926_172,
    freeDMA: 70_750,
    free32: 93_594,
    upTime,
    utcTime: Math.floor(facts.nowMs / 1000),
    aliveTime: 12_455_380 + upTime,
  }
}

function temperature(facts: StatusFacts): string {
  return facts.family === 'mini' ? '0:0:0' : `0:${facts.condition.temperatureCelsius}`
}

function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0
}

function lightSensor(facts: StatusFacts): number {
  return facts.family === 'mini' ? 0 : 334
}
