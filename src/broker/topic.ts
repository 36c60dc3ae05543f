import { AppError } from '../core/error.ts'
import { asciiWordOf } from '../core/slug.ts'
import { idOfSegment, keyOf, reservedSegments, segmentOf } from './segment.ts'
import { isPublishable } from './topic-filter.ts'

/** Topics of one player. All but `event` are retained; commands arrive under `set`. */
export interface PlayerTopics {
  readonly availability: string
  readonly state: string
  readonly event: string
  readonly set: string
  /** Where a single field is set with a plain value. */
  setField(field: string): string
  /** Retained beside the state, each in the form that its entity of Home Assistant reads. */
  own(topic: OwnTopic): string
  /** Discovery of the player as one device of Home Assistant. */
  readonly discovery: string
  /** All that are retained. */
  readonly retained: readonly string[]
  /** Identifier of that device, also the beginning of its entities' unique ids. */
  readonly deviceId: string
}

/** What has a topic of its own beside the player's state. */
export const ownTopics = [
  'nightlight',
  'ambient_day',
  'ambient_night',
  'cover',
  'position',
  'sleep_timer',
] as const
export type OwnTopic = (typeof ownTopics)[number]

export interface BridgeTopics {
  /** Plain `online` or `offline`, retained; the topic of the last will. */
  readonly state: string
  readonly info: string
  /** Where the log can be followed. */
  readonly logging: string
  /** What became of the runs of a rule. */
  ruleTrace(rule: string): string
  /** Where something is asked of the product. */
  request(what: string): string
  readonly discovery: string
  readonly deviceId: string
}

export interface StreamTopics {
  readonly state: string
  readonly event: string
  readonly set: string
  /** The beginning of the keys of its components: no two streams share it, not even without regard to case. */
  readonly key: string
}

export interface InputTopics {
  readonly state: string
  readonly set: string
  /** The key of its component: no two inputs share it, not even without regard to case. */
  readonly key: string
}

/** Every topic of the product, written once, with the filters to hear them by. */
export interface Topics {
  readonly bridge: BridgeTopics
  response(what: string): string
  player(id: string): PlayerTopics
  stream(name: string): StreamTopics
  /** Of an input of the rule files. */
  input(id: string): InputTopics
  readonly filters: {
    readonly playerSet: readonly string[]
    readonly streamSet: string
    readonly inputSet: string
    readonly request: string
    readonly birth: string
    /** What is retained of streams, ours and that of earlier runs. */
    readonly streamState: string
    /** The devices of Home Assistant, also those of others. */
    readonly discovery: string
    /**
     * All that is retained. A broker takes one subscription for each filter, so none of these is one of the above; and
     * none covers a command, for a poor broker may hand that out once for each filter and not say for which.
     */
    readonly kept: readonly string[]
  }
  /** Reads a topic under which a command or a request came in; undefined for any other. */
  read(topic: string): IncomingTopic | undefined
  /** Whose discovery it is; `player` is null for the device of the product itself. */
  readDiscovery(topic: string): { readonly player: string | null } | undefined
  /** The stream whose state it is, as topics call it. */
  readStreamState(topic: string): string | undefined
}

export type IncomingTopic = SetTopic | { readonly kind: 'request'; readonly what: string }

export type SetTopic =
  | { readonly kind: 'player-set'; readonly player: string; readonly field: string | undefined }
  /** As topics call it, or as people do. */
  | { readonly kind: 'stream-set'; readonly stream: string }
  | { readonly kind: 'input-set'; readonly input: string }

/**
 * All topics below `base`, and Home Assistant's below `discoveryPrefix`.
 * @throws AppError `invalid` when one of them cannot be the beginning of topics, or both are the same.
 */
export function topicsFor(base: string, discoveryPrefix: string): Topics {
  checkPrefix('mqtt.base_topic', base)
  checkPrefix('mqtt.discovery_prefix', discoveryPrefix)
  if (base === discoveryPrefix)
    throw new AppError(
      'invalid',
      `mqtt.base_topic and mqtt.discovery_prefix are both "${base}": they must differ`,
    )
  const instance = segmentOf(base)
  const discovery = (deviceId: string) => `${discoveryPrefix}/device/${deviceId}/config`
  return {
    bridge: {
      state: `${base}/bridge/state`,
      info: `${base}/bridge/info`,
      logging: `${base}/bridge/logging`,
      ruleTrace: (rule) => `${base}/bridge/rule/${segmentOf(rule)}/trace`,
      request: (what) => `${base}/bridge/request/${what}`,
      discovery: discovery(`${instance}_bridge`),
      deviceId: `${instance}_bridge`,
    },
    response: (what) => `${base}/bridge/response/${what}`,
    player: (id) => playerTopics(`${base}/${segmentOf(id)}`, { instance, id, discovery }),
    stream: (name) => streamTopics(base, asciiWordOf(name)),
    input: (id) => inputTopics(base, asciiWordOf(id)),
    filters: {
      playerSet: [`${base}/+/set`, `${base}/+/set/+`],
      streamSet: `${base}/stream/+/set`,
      inputSet: `${base}/input/+/set`,
      request: `${base}/bridge/request/#`,
      birth: `${discoveryPrefix}/status`,
      streamState: `${base}/stream/+/state`,
      discovery: discovery('+'),
      kept: [
        ...['info', 'state', 'availability', ...ownTopics].map((last) => `${base}/+/${last}`),
        `${base}/+/+/state`,
        `${discoveryPrefix}/device/+/+`,
      ],
    },
    read: (topic) => readTopic(base, topic),
    readDiscovery: (topic) => readDiscovery(topic, { discovery, instance }),
    readStreamState: (topic) => readStreamState(base, topic),
  }
}

/** Reads `<base>/<player>/set[/<field>]`, `<base>/stream/<name>/set` and `<base>/input/<id>/set`. */
export function parseSetTopic(base: string, topic: string): SetTopic | undefined {
  if (!topic.startsWith(`${base}/`)) return undefined
  const [first = '', second, third, ...more] = topic.slice(base.length + 1).split('/')
  if (more.length > 0) return undefined
  if (first === 'stream' && third === 'set' && second !== undefined)
    return { kind: 'stream-set', stream: second }
  if (first === 'input' && third === 'set' && second !== undefined)
    return { kind: 'input-set', input: second }
  if (reservedSegments.has(first) || second !== 'set') return undefined
  const player = idOfSegment(first)
  return player === undefined ? undefined : { kind: 'player-set', player, field: third }
}

function checkPrefix(option: string, value: string): void {
  if (!isPublishable(value) || value.startsWith('$') || value.split('/').includes(''))
    throw new AppError(
      'invalid',
      `${option}: "${value.slice(0, 80)}" cannot begin a topic. Expected levels divided by "/", none of them empty, without + and #, not beginning with $`,
    )
}

function playerTopics(
  place: string,
  context: { instance: string; id: string; discovery: (deviceId: string) => string },
): PlayerTopics {
  const deviceId = `${context.instance}_${segmentOf(context.id)}`
  const discovery = context.discovery(deviceId)
  const availability = `${place}/availability`
  const state = `${place}/state`
  const own = (topic: OwnTopic) => `${place}/${topic}`
  return {
    availability,
    state,
    event: `${place}/event`,
    set: `${place}/set`,
    setField: (field) => `${place}/set/${field}`,
    own,
    discovery,
    retained: [discovery, state, availability, ...ownTopics.map(own)],
    deviceId,
  }
}

function streamTopics(base: string, word: string): StreamTopics {
  const place = `${base}/stream/${word}`
  return {
    state: `${place}/state`,
    event: `${place}/event`,
    set: `${place}/set`,
    key: `stream_${keyOf(word)}`,
  }
}

function inputTopics(base: string, word: string): InputTopics {
  const place = `${base}/input/${word}`
  return { state: `${place}/state`, set: `${place}/set`, key: keyOf(word) }
}

function readDiscovery(
  topic: string,
  { discovery, instance }: { discovery: (deviceId: string) => string; instance: string },
): { readonly player: string | null } | undefined {
  const deviceId = topic.split('/').at(-2) ?? ''
  if (topic !== discovery(deviceId) || !deviceId.startsWith(`${instance}_`)) return undefined
  if (deviceId === `${instance}_bridge`) return { player: null }
  const player = idOfSegment(deviceId.slice(instance.length + 1))
  return player === undefined ? undefined : { player }
}

function readStreamState(base: string, topic: string): string | undefined {
  const before = `${base}/stream/`
  const behind = '/state'
  const name = topic.slice(before.length, -behind.length)
  return topic === `${before}${name}${behind}` && !name.includes('/') ? name : undefined
}

function readTopic(base: string, topic: string): IncomingTopic | undefined {
  const request = `${base}/bridge/request/`
  if (topic.startsWith(request)) return { kind: 'request', what: topic.slice(request.length) }
  return parseSetTopic(base, topic)
}
