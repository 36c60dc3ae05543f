import type { PlayerCommand, PlayerSettings } from '../core/effect.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'
import { type QueueMutation, type QueueSettings, queueModes } from '../core/queue.ts'
import { didYouMean } from '../language/names.ts'

/** What a message under `set` asks for, or why nothing is done about it. */
export type Parsed<Wish> = { readonly ok: true; readonly wishes: readonly Wish[] } | Refusal

export interface Refusal {
  readonly ok: false
  readonly code: 'unknown_field' | 'invalid_value' | 'invalid_payload'
  readonly field: string | null
  readonly value: unknown
  /** For people: what would do instead. */
  readonly message: string
}

export type StreamWish =
  | { readonly type: 'playlist'; readonly playlist: string }
  | { readonly type: 'mutate'; readonly mutation: QueueMutation }

/** A value, or what it should have been. */
type Read<Value> = { readonly value: Value } | { readonly expected: string }
type Reader<Value> = (value: unknown) => Read<Value>

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
  nightlight: asCommand(light, (colour) => ({ type: 'nightlight', light: colour })),
  ambient_day: asSetting(light, 'ambient_day'),
  ambient_night: asSetting(light, 'ambient_night'),
  volume_max_step_day: asSetting(volumeLimit, 'volume_max_step_day'),
  volume_max_step_night: asSetting(volumeLimit, 'volume_max_step_night'),
  reboot: asCommand(press, () => ({ type: 'reboot' })),
  refresh: asCommand(press, () => ({ type: 'refresh' })),
} satisfies Record<string, Reader<PlayerCommand>>

/** Fields of `<base>/<player_id>/set`. */
export type CommandField = keyof typeof fields
export const commandFields = Object.keys(fields) as CommandField[]

const fieldReaders: ReadonlyMap<string, Reader<PlayerCommand>> = new Map(Object.entries(fields))
// Longer ones are no commands but mistakes.
const longestPayload = 64 * 1024

/** `<base>/<player_id>/set/<field>` with a plain value; a card may be an object. */
export function parseField(field: string, payload: string): Parsed<PlayerCommand> {
  if (payload.length > longestPayload) return tooLong(field, payload)
  const object = payload.trimStart().startsWith('{') ? parseJsonObject(payload) : undefined
  return readField(field, object ?? payload)
}

/** `<base>/<player_id>/set` with an object of fields: all of them in their order, or none. */
export function parseFields(payload: string): Parsed<PlayerCommand> {
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
    const parsed = readField(field, value)
    if (!parsed.ok) return parsed
    wishes.push(...parsed.wishes)
  }
  return { ok: true, wishes }
}

/** `<base>/stream/<name>/set`: the name of a playlist as plain text, or an object. */
export function parseStreamSet(payload: string): Parsed<StreamWish> {
  if (payload.length > longestPayload) return tooLong(null, payload)
  const object = payload.trimStart().startsWith('{') ? parseJsonObject(payload) : undefined
  if (object !== undefined) return streamObject(object)
  const read = playlistName(payload)
  if ('expected' in read)
    return {
      ok: false,
      code: 'invalid_payload',
      field: null,
      value: payload,
      message: `expected ${read.expected}, or a JSON object as {"closed": true}`,
    }
  return { ok: true, wishes: [{ type: 'playlist', playlist: read.value }] }
}

function readField(field: string, value: unknown): Parsed<PlayerCommand> {
  const reader = fieldReaders.get(field)
  if (reader === undefined) return unknownField(field, { value, known: commandFields })
  const read = reader(value)
  if ('expected' in read) return wrongValue(field, value, read.expected)
  return { ok: true, wishes: [read.value] }
}

const settingReaders = {
  closed: flag,
  if_pressed: fileOrNull,
  loop: flag,
  shuffle: flag,
  mode: oneOf(queueModes),
} satisfies Record<string, Reader<unknown>>
const streamFields = ['playlist', ...Object.keys(settingReaders)]

function streamObject(object: JsonObject): Parsed<StreamWish> {
  const entries = Object.entries(object)
  const stranger = entries.find(([field]) => !streamFields.includes(field))
  if (stranger !== undefined) return unknownField(stranger[0], { value: stranger[1], known: streamFields })
  if (entries.length === 0) return wrongValue(null, object, `one of the fields ${streamFields.join(', ')}`)
  if ('playlist' in object) return playlistObject(object)
  let settings: QueueSettings = {}
  for (const [field, value] of entries) {
    const read = settingReaders[field as keyof typeof settingReaders](value)
    if ('expected' in read) return wrongValue(field, value, read.expected)
    settings = { ...settings, [field]: read.value }
  }
  return { ok: true, wishes: [{ type: 'mutate', mutation: { op: 'settings', settings } }] }
}

function playlistObject(object: JsonObject): Parsed<StreamWish> {
  const read = playlistName(object.playlist)
  if ('expected' in read) return wrongValue('playlist', object.playlist, read.expected)
  if (Object.keys(object).length > 1)
    return wrongValue('playlist', object, 'playlist alone: send the other fields in a message of their own')
  return { ok: true, wishes: [{ type: 'playlist', playlist: read.value }] }
}

function tooLong(field: string | null, payload: string): Refusal {
  const message = `expected at most ${longestPayload} characters, found ${payload.length}`
  return { ok: false, code: 'invalid_payload', field, value: payload, message }
}

function wrongValue(field: string | null, value: unknown, expected: string): Refusal {
  return { ok: false, code: 'invalid_value', field, value, message: `expected ${expected}` }
}

function unknownField(
  field: string,
  { value, known }: { value: unknown; known: readonly string[] },
): Refusal {
  const near = didYouMean(field, known)
  const hint = near === null ? '' : `did you mean ${near}? `
  return {
    ok: false,
    code: 'unknown_field',
    field,
    value,
    message: `unknown field, ${hint}known: ${known.join(', ')}`,
  }
}

function asCommand<Value>(
  reader: Reader<Value>,
  make: (value: Value) => PlayerCommand,
): Reader<PlayerCommand> {
  return (value) => {
    const read = reader(value)
    return 'expected' in read ? read : { value: make(read.value) }
  }
}

function asSetting<Name extends keyof PlayerSettings>(
  reader: Reader<NonNullable<PlayerSettings[Name]>>,
  name: Name,
): Reader<PlayerCommand> {
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

function number(limits: { min: number; max: number; whole?: boolean }): Reader<number> {
  const { min, max, whole = false } = limits
  const expected = `a ${whole ? 'whole ' : ''}number from ${min} to ${max}`
  return (value) => {
    const given = typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value
    if (typeof given !== 'number' || !(given >= min && given <= max)) return { expected }
    return whole && !Number.isInteger(given) ? { expected } : { value: given }
  }
}

function oneOf<const Word extends string>(words: readonly Word[]): Reader<Word> {
  return (value) => {
    const word = words.find((each) => typeof value === 'string' && each === value.trim().toLowerCase())
    return word === undefined ? { expected: `one of ${words.join(', ')}` } : { value: word }
  }
}

/** What buttons of Home Assistant and people send to say "do it"; "off" does nothing on purpose. */
function press(value: unknown): Read<true> {
  const said = typeof value === 'string' ? value.trim().toLowerCase() : value
  const meant = said === true || said === 1 || ['press', 'true', 'on', '1'].includes(String(said))
  return meant ? { value: true } : { expected: 'true or PRESS' }
}

function flag(value: unknown): Read<boolean> {
  return typeof value === 'boolean' ? { value } : { expected: 'true or false' }
}

function light(value: unknown): Read<string> {
  const colour = typeof value === 'string' ? value.trim().toLowerCase() : ''
  return /^(#[0-9a-f]{6}|off)$/.test(colour)
    ? { value: colour }
    : { expected: 'a colour as "#ff8800", or "off"' }
}

function playlistName(value: unknown): Read<string> {
  const name = typeof value === 'string' ? value.trim() : ''
  const fits = name !== '' && name.length <= 255 && !name.startsWith('{')
  return fits ? { value: name } : { expected: 'the name of a playlist' }
}

/** Whether there is such a file is for whoever carries the wish out to say. */
function fileOrNull(value: unknown): Read<string | null> {
  const fits = value === null || (typeof value === 'string' && value !== '' && value.length <= 1000)
  return fits ? { value } : { expected: 'the name of a file of the library, or null for the usual clip' }
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
