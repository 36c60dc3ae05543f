import { bluetoothActions, bluetoothRoles, type PlayerCommand, type PlayerSettings } from '../core/effect.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'
import type { Light } from '../core/player.ts'
import { type LightField, lightOf } from './light-json.ts'
import {
  longestPayload,
  number,
  oneOf,
  type Parsed,
  press,
  type Read,
  tooLong,
  unknownField,
  wrongValue,
} from './reading.ts'

/** The colour that a light has, or had when it was last on: what "on" alone means. Null where nobody knows. */
export type LastColour = (field: LightField) => Light | null

type FieldReader<Value> = (value: unknown, lastColour?: LastColour) => Read<Value>

const volumeLimit = number({ min: 0, max: 16, whole: true })
const sleepSeconds = number({ min: 0, max: 24 * 3600, whole: true })
const sleepEnds = ['track', 'chapter'] as const

const fields = {
  volume_percent: asCommand(number({ min: 0, max: 100 }), (percent) => ({ type: 'volume-percent', percent })),
  volume_step: asCommand(number({ min: 0, max: 16, whole: true }), (step) => ({ type: 'volume-step', step })),
  playback: asCommand(oneOf(['play', 'pause', 'stop', 'next', 'previous']), (type) => ({ type })),
  restart: asCommand(press, () => ({ type: 'restart' })),
  seek_s: asCommand(number({ min: 0, max: 24 * 3600 }), (position_s) => ({ type: 'seek', position_s })),
  card: asCommand(card, (address) => ({ type: 'card', ...address })),
  sleep_timer_s: asCommand(sleepTimer, (end) => ({ type: 'sleep-timer', ...end })),
  nightlight: asCommand(light('nightlight'), (colour) => ({ type: 'nightlight', light: colour })),
  ambient_day: asSetting(light('ambient_day'), 'ambient_day'),
  ambient_night: asSetting(light('ambient_night'), 'ambient_night'),
  volume_max_step_day: asSetting(volumeLimit, 'volume_max_step_day'),
  volume_max_step_night: asSetting(volumeLimit, 'volume_max_step_night'),
  bluetooth: asCommand(bluetooth, (wish) => ({ type: 'bluetooth', ...wish })),
  picture: asCommand(picture, (wish) => ({ type: 'picture', ...wish })),
  reboot: asCommand(press, () => ({ type: 'reboot' })),
  refresh: asCommand(press, () => ({ type: 'refresh' })),
} satisfies Record<string, FieldReader<PlayerCommand>>

/** Fields of `<base>/<player_id>/set`. */
export const commandFields: readonly string[] = Object.keys(fields)

const fieldReaders: ReadonlyMap<string, FieldReader<PlayerCommand>> = new Map(Object.entries(fields))

/** `<base>/<player_id>/set/<field>` with a plain value; a card and a light may be objects. */
export function parseField(field: string, payload: string, lastColour?: LastColour): Parsed<PlayerCommand> {
  if (payload.length > longestPayload) return tooLong(field, payload)
  const object = payload.trimStart().startsWith('{') ? parseJsonObject(payload) : undefined
  return readField({ field, value: object ?? payload }, lastColour)
}

/** `<base>/<player_id>/set` with an object of fields: all of them in their order, or none. */
export function parseFields(payload: string, lastColour?: LastColour): Parsed<PlayerCommand> {
  if (payload.length > longestPayload) return tooLong(null, payload)
  const object = parseJsonObject(payload)
  if (object === undefined || Object.keys(object).length === 0)
    return {
      ok: false,
      code: 'invalid_payload',
      field: null,
      value: payload,
      message: 'expected a JSON object of fields, as {"volume_step": 4}; a plain value goes to …/set/<field>',
    }
  const wishes: PlayerCommand[] = []
  for (const [field, value] of Object.entries(object)) {
    const parsed = readField({ field, value }, lastColour)
    if (!parsed.ok) return parsed
    wishes.push(...parsed.wishes)
  }
  return { ok: true, wishes }
}

function readField(
  { field, value }: { readonly field: string; readonly value: unknown },
  lastColour?: LastColour,
): Parsed<PlayerCommand> {
  const reader = fieldReaders.get(field)
  if (reader === undefined) return unknownField(field, { value, known: commandFields })
  const read = reader(value, lastColour)
  if ('expected' in read) return wrongValue(field, value, read.expected)
  return { ok: true, wishes: [read.value] }
}

function asCommand<Value>(
  reader: FieldReader<Value>,
  make: (value: Value) => PlayerCommand,
): FieldReader<PlayerCommand> {
  return (value, lastColour) => {
    const read = reader(value, lastColour)
    return 'expected' in read ? read : { value: make(read.value) }
  }
}

function asSetting<Name extends keyof PlayerSettings>(
  reader: FieldReader<NonNullable<PlayerSettings[Name]>>,
  name: Name,
): FieldReader<PlayerCommand> {
  return asCommand(reader, (value) => ({ type: 'settings', settings: { [name]: value } }))
}

/** Seconds, or what is to be heard to its end. */
function sleepTimer(value: unknown): Read<{ seconds: number } | { until: (typeof sleepEnds)[number] }> {
  const until = oneOf(sleepEnds)(value)
  if ('value' in until) return { value: { until: until.value } }
  const seconds = sleepSeconds(value)
  if ('value' in seconds) return { value: { seconds: seconds.value } }
  return { expected: `${seconds.expected}, track or chapter` }
}

function light(field: LightField): FieldReader<Light> {
  return (value, lastColour) => {
    if (isJsonObject(value)) {
      const asked = lightOf(value, lastColour?.(field) ?? null)
      return asked === undefined ? { expected: expectedLight } : { value: asked }
    }
    const colour = typeof value === 'string' ? value.trim().toLowerCase() : ''
    return /^(#[0-9a-f]{6}|off)$/.test(colour) ? { value: colour } : { expected: expectedLight }
  }
}

const expectedLight =
  'a colour as "#ff8800", or "off", or {"state": "ON" or "OFF", "color"?: {"r", "g", "b"}, "brightness"?} with numbers from 0 to 255'

type Bluetooth = Omit<Extract<PlayerCommand, { type: 'bluetooth' }>, 'type'>

const bluetoothAction = oneOf(bluetoothActions)
const bluetoothRole = oneOf(bluetoothRoles)
const expectedBluetooth = `one of ${bluetoothActions.join(', ')}, or {"action": "on", "role"?: "source" or "speaker", "name"?, "mac"?} with a mac as "aa:bb:cc:dd:ee:ff"`

function bluetooth(value: unknown): Read<Bluetooth> {
  const object = isJsonObject(value) ? value : { action: value }
  const { action, role, name, mac, ...more } = object
  const read = { action: bluetoothAction(action), role: bluetoothRole(role ?? 'source') }
  const isText = (text: unknown) => text === undefined || (typeof text === 'string' && text !== '')
  const isMac = mac === undefined || /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(String(mac))
  if ('expected' in read.action || 'expected' in read.role || !isText(name) || !isMac)
    return { expected: expectedBluetooth }
  const isBare = role === undefined && name === undefined && mac === undefined
  if (Object.keys(more).length > 0 || (read.action.value !== 'on' && !isBare))
    return { expected: expectedBluetooth }
  return {
    value: {
      action: read.action.value,
      ...(role === undefined ? {} : { role: read.role.value }),
      ...(name === undefined ? {} : { name: String(name) }),
      ...(mac === undefined ? {} : { mac: String(mac) }),
    },
  }
}

type Picture = Omit<Extract<PlayerCommand, { type: 'picture' }>, 'type'>

const pictureSeconds = number({ min: 1, max: 3600, whole: true })
const expectedPicture =
  'the path of an icon, or {"uri", "seconds"?, "animated"?} with seconds from 1 to 3600 and animated true or false'

function picture(value: unknown): Read<Picture> {
  const object = isJsonObject(value) ? value : { uri: value }
  const { uri, seconds = 5, animated = false, ...more } = object
  const read = pictureSeconds(seconds)
  const fits = typeof uri === 'string' && uri.trim() !== '' && uri.length <= 1000
  if (!fits || 'expected' in read || typeof animated !== 'boolean' || Object.keys(more).length > 0)
    return { expected: expectedPicture }
  return { value: { uri: uri.trim(), seconds: read.value, animated } }
}

type CardAddress = Omit<Extract<PlayerCommand, { type: 'card' }>, 'type'>

const cardKeys: ReadonlySet<string> = new Set(['card_id', 'chapter_key', 'track_key', 'seconds_in'])
const expectedCard =
  'a card id as text (in quotes, so that its zeros stay), or {"card_id", "chapter_key"?, "track_key"?, "seconds_in"?}'

function card(value: unknown): Read<CardAddress> {
  if (typeof value === 'string') return cardObject({ card_id: value.trim() })
  return isJsonObject(value) ? cardObject(value) : { expected: expectedCard }
}

function cardObject(object: JsonObject): Read<CardAddress> {
  const { card_id, chapter_key, track_key, seconds_in } = object
  const stranger = Object.keys(object).find((key) => !cardKeys.has(key))
  if (stranger !== undefined) return { expected: `${expectedCard}, and no "${stranger.slice(0, 40)}"` }
  if (!isKey(card_id)) return { expected: expectedCard }
  if (!isKeyOrAbsent(chapter_key) || !isKeyOrAbsent(track_key)) return { expected: expectedCard }
  if (seconds_in !== undefined && !(typeof seconds_in === 'number' && seconds_in >= 0))
    return { expected: 'seconds_in as a number from 0' }
  return {
    value: {
      card_id,
      ...(chapter_key === undefined ? {} : { chapter_key }),
      ...(track_key === undefined ? {} : { track_key }),
      ...(seconds_in === undefined ? {} : { seconds_in }),
    },
  }
}

/** Ids and keys end up in addresses of the cloud: nothing that could leave their place in one. */
function isKey(value: unknown): value is string {
  return typeof value === 'string' && /^[\p{L}\p{N}._-]{1,128}$/u.test(value) && !/^\.+$/.test(value)
}

function isKeyOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || isKey(value)
}
