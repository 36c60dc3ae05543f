import type { JsonObject } from '../core/json.ts'
import type { Light } from '../core/player.ts'

/** A player's lights: the one that shines now, and those of day and night. */
export const lightFields = ['nightlight', 'ambient_day', 'ambient_night'] as const
export type LightField = (typeof lightFields)[number]

type Channels = readonly [red: number, green: number, blue: number]

const white: Channels = [255, 255, 255]
// What may stand beside the rest of such a message and changes nothing here.
const passedOver: ReadonlySet<string> = new Set(['color_mode', 'transition', 'flash', 'effect'])

/**
 * A light as the JSON lights of Home Assistant read it (its `mqtt/light/schema_json.py`): the pure colour, and apart
 * from it how bright it is, 1 to 255. `state` is null where nothing is known.
 */
export function lightJson(light: Light | null): string {
  if (light === null) return JSON.stringify({ state: null })
  const channels = channelsOf(light)
  if (channels === null) return JSON.stringify({ state: 'OFF' })
  const brightness = Math.max(...channels)
  const [r, g, b] = scaled(channels, 255 / brightness)
  return JSON.stringify({ state: 'ON', color_mode: 'rgb', color: { r, g, b }, brightness })
}

/**
 * The light that such a message asks for: `{"state": "ON"|"OFF", "color"?: {r, g, b}, "brightness"?}`, 0 to 255 each.
 * Without a colour it is the last one that was on, else white. Undefined for what is no such message.
 */
export function lightOf(message: JsonObject, last: Light | null): Light | undefined {
  const { state, color, brightness, ...more } = message
  if (Object.keys(more).some((key) => !passedOver.has(key))) return undefined
  const word = state ?? (color === undefined && brightness === undefined ? undefined : 'ON')
  if (isWord(word, 'OFF')) return 'off'
  const asked = color === undefined ? undefined : colourOf(color)
  const isReadable = asked !== null && (brightness === undefined || isChannel(brightness))
  if (!isWord(word, 'ON') || !isReadable) return undefined
  const before = (last === null ? null : channelsOf(last)) ?? white
  if (brightness === undefined) return lightFrom(asked ?? before)
  // A colour is dimmed from what it is; the last one from the brightest that it could be.
  return lightFrom(scaled(asked ?? before, brightness / (asked === undefined ? Math.max(...before) : 255)))
}

function isWord(value: unknown, word: string): boolean {
  return typeof value === 'string' && value.toUpperCase() === word
}

function colourOf(value: unknown): Channels | null {
  if (typeof value !== 'object' || value === null) return null
  const { r, g, b } = value as JsonObject
  return isChannel(r) && isChannel(g) && isChannel(b) ? [r, g, b] : null
}

function isChannel(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 255
}

/** Null for a light that does not shine. */
function channelsOf(light: Light): Channels | null {
  if (light === '#000000') return null
  const [, red, green, blue] = /^#(..)(..)(..)$/.exec(light) ?? []
  if (red === undefined || green === undefined || blue === undefined) return null
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)]
}

function scaled([red, green, blue]: Channels, factor: number): Channels {
  return [Math.round(red * factor), Math.round(green * factor), Math.round(blue * factor)]
}

function lightFrom(channels: Channels): Light {
  const digits = channels.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')
  return digits === '000000' ? 'off' : `#${digits}`
}
