import type { PlayerState } from '../core/player.ts'
import { bridgeEntities, playerEntities } from './catalog.ts'
import type { ComponentKeys, Entity } from './entity.ts'
import { slugOf, type Topics } from './topic.ts'

/** Payload of Home Assistant's device discovery: one message for a device and all its entities. */
export interface DeviceDiscovery {
  readonly device: ComponentKeys
  readonly origin: ComponentKeys
  readonly components: Readonly<Record<string, ComponentKeys>>
  readonly [shared: string]: unknown
}

const product = 'Yoto Smart Stream'

/** The device of the product itself; players point at it, so it is published before them. */
export function bridgeDiscovery({ bridge }: Topics, version: string): DeviceDiscovery {
  return {
    device: {
      identifiers: [bridge.deviceId],
      name: product,
      manufacturer: product,
      model: 'Bridge',
      sw_version: version,
    },
    origin: { name: product, sw_version: version },
    components: componentsOf(bridgeEntities, bridge, 'yoto_smart_stream'),
    qos: 1,
  }
}

/** The device of one player. Its name is free to change; ids and entity ids stay. */
export function playerDiscovery(topics: Topics, state: PlayerState, version: string): DeviceDiscovery {
  const own = topics.player(state.id)
  const name = state.name.trim() === '' ? 'Yoto Player' : state.name
  const slug = slugOf(state.name, state.id)
  const place = { ...own, bridgeState: topics.bridge.state }
  return {
    device: {
      identifiers: [own.deviceId],
      name,
      manufacturer: 'Yoto',
      ...(state.model === null ? {} : { model: state.model }),
      ...(state.firmware === null ? {} : { sw_version: state.firmware }),
      via_device: topics.bridge.deviceId,
    },
    origin: { name: product, sw_version: version },
    components: componentsOf(playerEntities, place, slug === '' ? 'yoto_player' : `yoto_${slug}`),
    state_topic: own.state,
    qos: 1,
    availability: [{ topic: topics.bridge.state }, { topic: own.availability }],
    availability_mode: 'all',
  }
}

function componentsOf<Place extends { readonly deviceId: string }>(
  entities: readonly Entity<Place>[],
  place: Place,
  slug: string,
): Record<string, ComponentKeys> {
  return Object.fromEntries(
    entities.map((entity) => [
      entity.key,
      { ...identityOf(entity, place, slug), ...entity.component(place) },
    ]),
  )
}

function identityOf<Place extends { readonly deviceId: string }>(
  { key, platform }: Entity<Place>,
  { deviceId }: Place,
  slug: string,
): ComponentKeys {
  // Device triggers are no entities: they have neither ids nor states of their own.
  if (platform === 'device_automation') return { platform }
  return {
    platform,
    unique_id: `${deviceId}_${key}`,
    default_entity_id: `${platform}.${slug}_${key}`,
  }
}
