import { isJsonObject, parseJsonObject } from '../core/json.ts'
import { product } from './discovery.ts'
import type { Platforms } from './standing.ts'

/** What the broker has kept of a device of ours. */
export interface KeptDiscovery {
  /** The topic of the device's state, where it has one; it tells our devices from those of another base topic. */
  readonly stateTopic: string | null
  readonly components: Platforms
}

// Two hundred streams that may choose of two hundred playlists are described in less.
const longestPayload = 4 * 1024 * 1024
const readableKey = /^[a-zA-Z0-9][a-zA-Z0-9_]{0,600}$/
const readablePlatform = /^[a-z_]{1,40}$/

/** Reads what an earlier run may have said; undefined for anything else, for everybody may write there. */
export function readKeptDiscovery(payload: string): KeptDiscovery | undefined {
  if (payload.length > longestPayload) return undefined
  const { origin, components, state_topic } = parseJsonObject(payload) ?? {}
  if (!isJsonObject(origin) || origin.name !== product || !isJsonObject(components)) return undefined
  const platforms = Object.entries(components).flatMap(([key, component]): [string, string][] => {
    const platform = isJsonObject(component) ? component.platform : undefined
    const isReadable =
      readableKey.test(key) && typeof platform === 'string' && readablePlatform.test(platform)
    return isReadable ? [[key, platform]] : []
  })
  return {
    stateTopic: typeof state_topic === 'string' ? state_topic : null,
    components: new Map(platforms),
  }
}
