import type { DeviceDiscovery } from './discovery.ts'
import type { ComponentKeys } from './entity.ts'
import type { Platforms } from './standing.ts'

/** What to say of a device next, of which Home Assistant may know other components. */
export interface NextDiscovery {
  readonly said: DeviceDiscovery
  /** The components that there are, under the keys they have. */
  readonly platforms: Platforms
  /** The components that it takes back; where there are any, it is to be followed by one without them. */
  readonly gone: ReadonlySet<string>
}

interface Keyed {
  readonly key: string
  /** The component's own key; another where that one stands for another platform. */
  readonly ownKey: string
  readonly component: ComponentKeys
}

/**
 * A component that merely is left out stays in Home Assistant: it goes when its platform is its whole value, once.
 * A key whose platform has changed goes in the same way, and the component comes under a new key after that.
 */
export function nextDiscovery(wanted: DeviceDiscovery, standing: Platforms): NextDiscovery {
  const keyed = Object.entries(wanted.components).map(([ownKey, component]): Keyed => {
    const key = keyFor(ownKey, String(component.platform), standing)
    return { key, ownKey, component }
  })
  const platforms = new Map(keyed.map(({ key, component }) => [key, String(component.platform)]))
  const leaving = [...standing].filter(([key]) => !platforms.has(key))
  const gone = new Set(leaving.map(([key]) => key))
  const components = {
    ...Object.fromEntries(
      keyed.filter(({ ownKey }) => !gone.has(ownKey)).map(({ key, component }) => [key, component]),
    ),
    ...Object.fromEntries(leaving.map(([key, platform]) => [key, { platform }])),
  }
  return { said: { ...wanted, components }, platforms, gone }
}

function keyFor(ownKey: string, platform: string, standing: Platforms): string {
  const otherKey = `${ownKey}_${platform}`
  const standsUnder = standing.get(ownKey)
  if (standing.get(otherKey) === platform) return otherKey
  return standsUnder === undefined || standsUnder === platform ? ownKey : otherKey
}
