import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'
import { type QueueSettings, queueModes, resumePolicies } from '../core/queue.ts'
import {
  flag,
  longestPayload,
  oneOf,
  type Parsed,
  press,
  type Read,
  type Reader,
  type Refusal,
  tooLong,
  unknownField,
  wrongValue,
} from './reading.ts'

/** What is asked of a stream. */
export type StreamWish =
  | { readonly type: 'playlist'; readonly playlist: string }
  /** The options of the rule action `queue`, as they were written. */
  | { readonly type: 'queue'; readonly options: JsonObject }
  /** `until`: a time of day or a moment, as it was written. */
  | { readonly type: 'close'; readonly until: string; readonly settings: QueueSettings }
  | { readonly type: 'settings'; readonly settings: QueueSettings }
  | { readonly type: 'skip' | 'restart' }

/** The fields of `<base>/stream/<name>/set`, and how each is read. */
const fields = {
  playlist: playlistName,
  queue: queueOptions,
  skip: press,
  restart: press,
  closed: flag,
  until: timeText,
  if_pressed: fileOrNull,
  loop: flag,
  shuffle: flag,
  mode: oneOf(queueModes),
  resume: oneOf(resumePolicies),
  stays: flag,
} satisfies Record<string, Reader<unknown>>

type Field = keyof typeof fields
export const streamFields = Object.keys(fields) as Field[]

/** Which fields one message may have. */
const together: readonly (readonly Field[])[] = [
  ['closed', 'until', 'if_pressed'],
  ['loop', 'shuffle', 'mode', 'resume', 'stays'],
]

/** Whether all that is asked is that a stream be quiet. */
export function closes(wish: StreamWish): boolean {
  return (wish.type === 'settings' || wish.type === 'close') && wish.settings.closed === true
}

/** Whether something is put into the stream. */
export function fills({ type }: StreamWish): boolean {
  return type === 'playlist' || type === 'queue'
}

/** `<base>/stream/<name>/set`: the name of a playlist, as plain text or as JSON, or an object. */
export function parseStreamSet(payload: string): Parsed<StreamWish> {
  if (payload.length > longestPayload) return tooLong(null, payload)
  const object = payload.trimStart().startsWith('{') ? parseJsonObject(payload) : undefined
  if (object !== undefined) return streamObject(object)
  const read = playlistName(unquoted(payload))
  if ('value' in read) return wish({ type: 'playlist', playlist: read.value })
  const message = `expected ${read.expected}, or a JSON object as {"closed": true}`
  return { ok: false, code: 'invalid_payload', field: null, value: payload, message }
}

/** What a JSON string says; any other text as it is. */
function unquoted(text: string): string {
  if (!text.trimStart().startsWith('"')) return text
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : text
  } catch {
    return text
  }
}

function streamObject(object: JsonObject): Parsed<StreamWish> {
  const names = Object.keys(object)
  const stranger = names.find((name) => !isField(name))
  if (stranger !== undefined) return unknownField(stranger, { value: object[stranger], known: streamFields })
  const named = names.filter(isField)
  const [first] = named
  if (first === undefined) return wrongValue(null, object, `one of the fields ${streamFields.join(', ')}`)
  const group = together.find((each) => each.includes(first)) ?? [first]
  const other = named.find((field) => !group.includes(field))
  if (other !== undefined) return apart(object, first, other)
  const values: Values = {}
  for (const field of named) {
    const read = fields[field](object[field])
    if ('expected' in read) return wrongValue(field, object[field], read.expected)
    Object.assign(values, { [field]: read.value })
  }
  return wishOf(values)
}

/** What the fields were read as. */
type Values = {
  -readonly [Name in Field]?: Extract<ReturnType<(typeof fields)[Name]>, { value: unknown }>['value']
}

function wishOf({ playlist, queue, skip, restart, until, ...settings }: Values): Parsed<StreamWish> {
  if (playlist !== undefined) return wish({ type: 'playlist', playlist })
  if (queue !== undefined) return wish({ type: 'queue', options: queue })
  if (skip !== undefined) return wish({ type: 'skip' })
  if (restart !== undefined) return wish({ type: 'restart' })
  if (until === undefined) return wish({ type: 'settings', settings })
  if (settings.closed === true) return wish({ type: 'close', until, settings })
  return { ...wrongValue('until', until, ''), message: 'it goes with "closed": true alone' }
}

function wish(one: StreamWish): Parsed<StreamWish> {
  return { ok: true, wishes: [one] }
}

function apart(value: JsonObject, first: Field, other: Field): Refusal {
  const groups = together.map((group) => group.join(', ')).join('; or ')
  const message = `it does not go together with "${first}": send each in a message of its own. Together may stand ${groups}`
  return { ok: false, code: 'invalid_value', field: other, value, message }
}

function isField(name: string): name is Field {
  return streamFields.some((field) => field === name)
}

function playlistName(value: unknown): Read<string> {
  const name = typeof value === 'string' ? value.trim() : ''
  const fits = name !== '' && name.length <= 255 && !name.startsWith('{')
  return fits ? { value: name } : { expected: 'the name of a playlist' }
}

/** What may stand in them is for the rules to say. */
function queueOptions(value: unknown): Read<JsonObject> {
  return isJsonObject(value)
    ? { value }
    : { expected: 'the options of the rule action "queue", as {"set": "forest"}' }
}

/** Which moment it means is for whoever knows the household's time zone to say. */
function timeText(value: unknown): Read<string> {
  const text = typeof value === 'string' ? value.trim() : ''
  return text !== '' && text.length <= 100
    ? { value: text }
    : { expected: 'a time of day as "07:00", or a date and time as "2026-12-24T07:00"' }
}

/** Whether there is such a file is for whoever carries the wish out to say. */
function fileOrNull(value: unknown): Read<string | null> {
  const fits = value === null || (typeof value === 'string' && value !== '' && value.length <= 1000)
  return fits ? { value } : { expected: 'the name of a file of the library, or null for the usual clip' }
}
