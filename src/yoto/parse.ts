import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'
import type { PlayerPatch } from '../core/player.ts'
import { numberWithin, unreadable as unreadableValue } from './coerce.ts'
import { eventFields, type Field, presenceFields, repeatsAllIn, statusFields } from './fields.ts'
import { parseJson, textOf } from './json.ts'
import { settingFields } from './settings.ts'

/** What a message of the cloud says about a player, in our words. */
export interface ParsedMessage {
  readonly playerId: string
  readonly patch: PlayerPatch
  /** A player's answer to a command. */
  readonly ack?: Acknowledgement
  /** Fields that were left out because their value made no sense. */
  readonly unreadable: readonly UnreadableField[]
  /** When the player said it by its own clock, in whole Unix seconds. */
  readonly saidAt_s?: number
  /** When the connection began of which presence speaks, in Unix milliseconds. */
  readonly presence_ms?: number
  /** When the card it plays was last changed, in the cloud's words. */
  readonly cardUpdatedAt?: string
  /** Whether it begins its card again after the last track. */
  readonly repeatsAll?: boolean
  /** How long the player has been running. */
  readonly upTime_s?: number
}

export interface Acknowledgement {
  /** The firmware's own name for the command, such as `set-volume` or `card-play`. */
  readonly name: string
  readonly ok: boolean
  /** The request it answers, as text; empty for a command without payload. */
  readonly body: string
  readonly requestId: string | null
}

export interface UnreadableField {
  readonly field: string
  readonly value: unknown
}

/**
 * Reads one message of the cloud. Never throws: whatever cannot be read as a whole gives an error, a single
 * field that cannot be read is left out and named. Every message but the news of a switch-off shows that the
 * player is online, and its patch says so.
 */
export function parseMessage(topic: string, payload: Uint8Array): ParsedMessage | { error: string } {
  const [, playerId, suffix] = /^device\/([^/+#]+)\/(.+)$/.exec(topic) ?? []
  const read = suffix === undefined ? undefined : readers.get(suffix)
  if (playerId === undefined || read === undefined) return { error: unknownTopic }
  if (payload.length > largestPayloadBytes) return { error: 'the payload is larger than the cloud allows' }
  const body = jsonOf(payload)
  if (body === undefined) return { error: 'the payload is not a JSON object in UTF-8' }
  const message = read(body)
  return 'error' in message ? message : { playerId, ...message }
}

export const unknownTopic = 'the topic is not one that is known'
// AWS IoT takes no larger ones.
const largestPayloadBytes = 128 * 1024

/** Settings of the answer to GET …/config as a patch. */
export function parseSettings(settings: JsonObject) {
  return readFields(settings, settingFields)
}

/** The cloud's shadow of a status, in the answer to GET …/config; it lags, and MQTT knows better. */
export function parseShadow(status: JsonObject) {
  return readFields(status, statusFields)
}

type Reading = Omit<ParsedMessage, 'playerId'> | { error: string }

const readers = new Map<string, (body: JsonObject) => Reading>([
  ['data/events', readEvents],
  ['events', readEvents],
  ['data/status', readStatus],
  ['status/full', readStatus],
  ['status', readStatus],
  ['presence', readPresence],
  ['response', readResponse],
])

function readEvents(body: JsonObject): Reading {
  const cardUpdatedAt = textOf(body.cardUpdatedAt)
  const repeatsAll = repeatsAllIn(body)
  return {
    ...showingOnline(readFields(body, eventFields)),
    ...timed('saidAt_s', body.eventUtc),
    ...(cardUpdatedAt === undefined ? {} : { cardUpdatedAt }),
    ...(repeatsAll === undefined ? {} : { repeatsAll }),
  }
}

function readPresence(body: JsonObject): Reading {
  return { ...readFields(body, presenceFields), ...timed('presence_ms', body.ts) }
}

function readStatus(body: JsonObject): Reading {
  if (!isJsonObject(body.status)) return { error: 'the payload has no object "status"' }
  const { upTime } = body.status
  return { ...showingOnline(readFields(body.status, statusFields)), ...timed('upTime_s', upTime) }
}

/** Times serve only to put messages in order; one that makes no sense orders nothing. */
function timed(name: 'saidAt_s' | 'presence_ms' | 'upTime_s', value: unknown) {
  const time = numberWithin(0, Number.MAX_SAFE_INTEGER)(value)
  return typeof time === 'number' ? { [name]: time } : {}
}

/** `{"status": {"<name>": "OK" | "FAIL", "req_body": "…"}}` (yoto-protocol §3.4). */
function readResponse(body: JsonObject): Reading {
  const { req_body: request, ...outcomes } = isJsonObject(body.status) ? body.status : {}
  const [name, outcome] = Object.entries(outcomes)[0] ?? []
  if (name === undefined || (outcome !== 'OK' && outcome !== 'FAIL'))
    return { error: 'the answer says neither OK nor FAIL' }
  const text = typeof request === 'string' ? request : ''
  const ack = { name, ok: outcome === 'OK', body: text, requestId: requestIdIn(text) }
  return { patch: { online: true }, ack, unreadable: [] }
}

function showingOnline<Read extends { readonly patch: PlayerPatch }>(reading: Read): Read {
  return { ...reading, patch: { online: true, ...reading.patch } }
}

function readFields(body: JsonObject, fields: readonly Field[]) {
  let patch: PlayerPatch = {}
  const unreadable: UnreadableField[] = []
  for (const { wire, read } of fields) {
    const value = Object.hasOwn(body, wire) ? body[wire] : undefined
    // The cloud writes null for what it does not know.
    if (value === undefined || value === null) continue
    const said = read(value)
    if (said === unreadableValue) unreadable.push({ field: wire, value })
    else patch = { ...patch, ...said }
  }
  return { patch, unreadable }
}

function requestIdIn(text: string): string | null {
  return textOf(parseJsonObject(text, parseJson)?.requestId) ?? null
}

function jsonOf(payload: Uint8Array): JsonObject | undefined {
  try {
    return parseJsonObject(new TextDecoder('utf-8', { fatal: true }).decode(payload), parseJson)
  } catch {
    return undefined
  }
}
