import type { Input } from '../core/input.ts'
import type { HasAbility } from '../core/models.ts'
import type { PlayerState } from '../core/player.ts'
import type { Queue } from '../core/queue.ts'
import { asciiWordOf, slugOf } from '../core/slug.ts'
import { bridgeEntities, inputEntities, playerEntities, streamEntities } from './catalog.ts'
import type { ComponentKeys, Entity } from './entity.ts'
import type { Topics } from './topic.ts'

/** Payload of Home Assistant's device discovery: one message for a device and all its entities. */
export interface DeviceDiscovery {
  readonly device: ComponentKeys
  readonly origin: ComponentKeys
  readonly components: Readonly<Record<string, ComponentKeys>>
  readonly [shared: string]: unknown
}

/** What the device of the product depends on. */
export interface BridgeFacts {
  readonly streams: readonly Pick<Queue, 'name' | 'title'>[]
  /** Names of the playlists of the rules, which streams can be told to play. */
  readonly playlists: readonly string[]
  /** As they are described; their values do not matter. */
  readonly inputs: readonly Input[]
  /** Whether somebody starts the product again when it has ended. */
  readonly isStartedAgain: boolean
}

export const product = 'Yoto Smart Stream'
// A name of an entity that is longer is cut everywhere it is shown.
const longestTitle = 60
// Blanks, control characters, and what turns the direction of the text behind it.
const unshown = /[\s\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]+/gu
const withoutStreams: BridgeFacts = { streams: [], playlists: [], inputs: [], isStartedAgain: true }

/** The device of the product itself, of its streams and of what people set; players point at it, so it is published before them. */
export function bridgeDiscovery(topics: Topics, version: string, facts = withoutStreams): DeviceDiscovery {
  const { bridge } = topics
  const { playlists, isStartedAgain } = facts
  const streams = facts.streams.map((stream) => streamComponents(topics, stream, playlists))
  const inputs = facts.inputs.map((input) => inputComponent(topics, input))
  const place = { ...bridge, isStartedAgain }
  return {
    device: {
      identifiers: [bridge.deviceId],
      name: product,
      manufacturer: product,
      model: 'Bridge',
      sw_version: version,
    },
    origin: { name: product, sw_version: version },
    components: Object.assign(
      componentsOf(bridgeEntities, place, { slug: 'yoto_smart_stream' }),
      ...streams,
      ...inputs,
    ),
    qos: 1,
  }
}

/** What a player's device depends on. */
export type PlayerFacts = Pick<PlayerState, 'id' | 'name' | 'model' | 'firmware'>

interface PlayerHouse {
  readonly version: string
  readonly has: HasAbility
}

/** The device of one player, with what its model has. Its name is free to change; ids and entity ids stay. */
export function playerDiscovery(
  topics: Topics,
  player: PlayerFacts,
  { version, has }: PlayerHouse,
): DeviceDiscovery {
  const { id, model, firmware } = player
  const own = topics.player(id)
  const name = player.name.trim() || 'Yoto Player'
  const slug = slugOf(player.name, id)
  const place = { ...own, bridgeState: topics.bridge.state }
  const entities = playerEntities.filter(({ needs }) => needs === undefined || has(player, needs))
  return {
    device: {
      identifiers: [own.deviceId],
      name,
      manufacturer: 'Yoto',
      ...(model === null ? {} : { model }),
      ...(firmware === null ? {} : { sw_version: firmware }),
      via_device: topics.bridge.deviceId,
    },
    origin: { name: product, sw_version: version },
    components: componentsOf(entities, place, { slug: slug === '' ? 'yoto_player' : `yoto_${slug}` }),
    state_topic: own.state,
    qos: 1,
    availability: [{ topic: topics.bridge.state }, { topic: own.availability }],
    availability_mode: 'all',
  }
}

function streamComponents(
  { bridge, stream }: Topics,
  { name, title }: BridgeFacts['streams'][number],
  playlists: readonly string[],
): Record<string, ComponentKeys> {
  const topics = stream(name)
  const components = componentsOf(
    streamEntities,
    { ...topics, deviceId: bridge.deviceId, title: shownTitle(title) ?? name, playlists },
    // What stands for a name has no two underscores in a row, so it is plain where it ends.
    { slug: `yoto_stream_${slugOf(name, asciiWordOf(name))}`, keyPrefix: `${topics.key}__` },
  )
  const availability = [{ topic: bridge.state }]
  return Object.fromEntries(Object.entries(components).map(([key, own]) => [key, { ...own, availability }]))
}

function inputComponent({ bridge, input: topicsOf }: Topics, input: Input): Record<string, ComponentKeys> {
  const topics = topicsOf(input.id)
  // It has a single entity, which is called as the input is: no word for what it is stands behind that.
  const own = inputEntities.map((entity) => ({ ...entity, key: topics.key }))
  const title = shownTitle(input.name) ?? input.id
  const components = componentsOf(
    own,
    { ...topics, deviceId: bridge.deviceId, title, input },
    { slug: 'yoto_input', keyPrefix: 'input_' },
  )
  const availability = [{ topic: bridge.state }]
  return Object.fromEntries(Object.entries(components).map(([key, keys]) => [key, { ...keys, availability }]))
}

/** As much of a title as fits before the name of an entity; null where nothing of it can be read. */
function shownTitle(title: string): string | null {
  const words = title.replace(unshown, ' ').trim()
  return words === '' ? null : [...words].slice(0, longestTitle).join('').trim()
}

interface Naming {
  /** The readable beginning of entity ids. */
  readonly slug: string
  /** The beginning of keys, where one device has the same entity for several things. */
  readonly keyPrefix?: string
}

function componentsOf<Place>(
  entities: readonly Entity<Place>[],
  place: Place & { readonly deviceId: string },
  naming: Naming,
): Record<string, ComponentKeys> {
  return Object.fromEntries(
    entities
      .filter((entity) => entity.isThere?.(place) ?? true)
      .map((entity) => [
        `${naming.keyPrefix ?? ''}${entity.key}`,
        { ...identityOf(entity, place.deviceId, naming), ...entity.component(place) },
      ]),
  )
}

function identityOf(
  { key, platform }: Pick<Entity<unknown>, 'key' | 'platform'>,
  deviceId: string,
  { slug, keyPrefix = '' }: Naming,
): ComponentKeys {
  // Device triggers are no entities: they have neither ids nor states of their own.
  if (platform === 'device_automation') return { platform }
  return {
    platform,
    unique_id: `${deviceId}_${keyPrefix}${key}`,
    default_entity_id: `${platform}.${slug}_${key}`,
  }
}
