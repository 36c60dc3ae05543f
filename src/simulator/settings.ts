import type { Clock } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'

// The `config` block of a player, in Yoto's names and mostly as text (yoto-protocol §2.3).
const defaultSettings: JsonObject = {
  locale: 'en',
  bluetoothEnabled: '1',
  repeatAll: false,
  showDiagnostics: true,
  btHeadphonesEnabled: true,
  pauseVolumeDown: false,
  pausePowerButton: true,
  displayDimTimeout: '60',
  shutdownTimeout: '3600',
  headphonesVolumeLimited: false,
  dayTime: '06:30',
  maxVolumeLimit: '16',
  ambientColour: '#40bfd9',
  dayDisplayBrightness: 'auto',
  dayYotoDaily: '3nC80/daily/<yyyymmdd>',
  dayYotoRadio: '3nC80/radio-day/01',
  daySoundsOff: '0',
  nightTime: '18:20',
  nightMaxVolumeLimit: '8',
  nightAmbientColour: '#f57399',
  nightDisplayBrightness: '100',
  nightYotoDaily: '0',
  nightYotoRadio: '0',
  nightSoundsOff: '1',
  hourFormat: '12',
  timezone: '',
  displayDimBrightness: '0',
  systemVolume: '87',
  volumeLevel: 'safe',
  clockFace: 'digital-sun',
  logLevel: 'none',
  alarms: [],
}

/** The settings of one player, and what follows from them and the time of its day. */
export class PlayerSettings {
  readonly #clock: Clock
  readonly #utcOffsetSeconds: number
  #values: JsonObject = defaultSettings

  constructor(clock: Clock, utcOffsetSeconds: number) {
    this.#clock = clock
    this.#utcOffsetSeconds = utcOffsetSeconds
  }

  get values(): JsonObject {
    return this.#values
  }

  /** What is missing in a written block falls back to its default, as the firmware does. */
  replace(written: JsonObject): void {
    this.#values = { ...defaultSettings, ...written }
  }

  get repeatAll(): boolean {
    return this.#values.repeatAll === true
  }

  get day(): boolean {
    const local = new Date(this.#clock.now().getTime() + this.#utcOffsetSeconds * 1000)
    const now = local.getUTCHours() * 60 + local.getUTCMinutes()
    const day = minutesOf(this.#values.dayTime, 6 * 60 + 30)
    const night = minutesOf(this.#values.nightTime, 18 * 60 + 20)
    return day <= night ? now >= day && now < night : now >= day || now < night
  }

  /** The highest volume step now, 0 to 16. */
  get volumeMax(): number {
    const cap = Number(this.day ? this.#values.maxVolumeLimit : this.#values.nightMaxVolumeLimit)
    return Number.isInteger(cap) ? Math.min(16, Math.max(0, cap)) : 16
  }
}

function minutesOf(time: unknown, fallback: number): number {
  const match = /^(\d{1,2}):(\d{2})$/.exec(String(time))
  return match === null ? fallback : Number(match[1]) * 60 + Number(match[2])
}
