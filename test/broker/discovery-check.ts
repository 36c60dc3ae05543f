import { isPublishable } from '../../src/broker/topic-filter.ts'
import type { Tables } from './discovery-tables.ts'

/** What Home Assistant would do about it, from the worst to the mildest. */
export type Reaction = 'ignored' | 'message rejected' | 'component rejected' | 'dropped' | 'unwise'

export interface Finding {
  readonly reaction: Reaction
  readonly where: string
  readonly what: string
}

type Keys = Readonly<Record<string, unknown>>

/** All that is wrong with a device's discovery message, as Home Assistant's tables have it. */
export function findingsIn(
  message: { readonly objectId: string; readonly payload: unknown },
  tables: Tables,
): Finding[] {
  if (!/^[a-zA-Z0-9_-]+$/.test(message.objectId))
    return [{ reaction: 'ignored', where: 'topic', what: `object id ${message.objectId}` }]
  const payload = keysOf(message.payload)
  const root = rootFaults(payload, tables).map((what) => fault('message rejected', 'root', what))
  const components = Object.entries(keysOf(payload.components)).flatMap(([key, value]) =>
    componentFindings(key, { component: keysOf(value), root: payload, tables }),
  )
  return [...root, ...components]
}

function rootFaults(payload: Keys, { discovery }: Tables): string[] {
  const { device_payload, device_keys, origin_keys } = discovery
  const device = keysOf(payload.device)
  const origin = keysOf(payload.origin)
  const connections = Array.isArray(device.connections) ? device.connections : []
  return [
    ...missing(payload, device_payload.required),
    ...strangers(payload, device_payload.allowed_root_keys),
    ...strangers(device, device_keys.allowed).map((key) => `device: ${key}`),
    ...strangers(origin, origin_keys.allowed).map((key) => `origin: ${key}`),
    ...missing(origin, origin_keys.required).map((key) => `origin: ${key}`),
    ...(device_keys.one_of.some((key) => key in device) ? [] : ['device has neither id nor connection']),
    ...(connections.every((pair) => Array.isArray(pair) && pair.length === 2)
      ? []
      : ['a connection is no pair']),
    ...badAddress(origin.support_url, discovery.device_keys.configuration_url_schemes),
    ...badAddress(device.configuration_url, discovery.device_keys.configuration_url_schemes),
    ...availabilityFaults(payload, discovery),
  ]
}

interface Place {
  readonly component: Keys
  readonly root: Keys
  readonly tables: Tables
}

function componentFindings(key: string, place: Place): Finding[] {
  const { component, tables } = place
  const { discovery } = tables
  const platform = String(component.platform)
  const rules = discovery.platforms[platform === 'light' ? 'light (schema json)' : platform]
  if (!discovery.supported_components.includes(platform))
    return [fault('message rejected', key, `platform ${platform}`)]
  // Nothing but the platform is how a component is taken away.
  if (Object.keys(component).length === 1) return []
  const isEntity = rules?.no_common_entity_keys !== true
  if (isEntity && typeof component.unique_id !== 'string')
    return [fault('message rejected', key, 'no unique_id')]
  if (rules === undefined) return [fault('unwise', key, `nothing is known of ${platform}`)]
  // What the root has is copied into a component that lacks it.
  const whole = { ...place.root, ...component }
  const rejected = [
    ...missing(whole, rules.required ?? []),
    ...(rules.required_one_of?.some((each) => each in component) === false ? ['no topic'] : []),
    ...availabilityFaults(component, discovery),
    ...topicFaults(component),
    ...categoryFaults(component, discovery),
    ...classFaults(component, tables),
    ...rangeFaults(component),
    ...listFaults(component),
  ]
  const common = isEntity ? discovery.common_entity_keys : ['platform']
  const known = [...common, ...rules.keys, ...(rules.required ?? []), ...(rules.required_one_of ?? [])]
  // Shared keys may stand where nothing needs them; `~` is the beginning of the component's topics.
  const passed = ['state_topic', '~', ...(isEntity ? [] : ['unique_id'])]
  return [
    ...(/^[a-zA-Z0-9_]+$/.test(key) ? [] : [fault('ignored', key, 'key')]),
    ...rejected.map((what) => fault('component rejected', key, what)),
    ...strangers(component, [...known, ...passed]).map((what) => fault('dropped', key, what)),
    ...unwise(component, tables).map((what) => fault('unwise', key, what)),
  ]
}

function topicFaults(component: Keys): string[] {
  return Object.entries(component)
    .filter(([key]) => key === 'topic' || key.endsWith('_topic'))
    .filter(([, topic]) => typeof topic !== 'string' || !isPublishable(topic))
    .map(([key, topic]) => `${key} ${String(topic)}`)
}

function categoryFaults({ entity_category, platform }: Keys, table: Tables['discovery']): string[] {
  if (entity_category === undefined) return []
  const isKnown = table.entity_category.includes(String(entity_category))
  const isWrong = entity_category === 'config' && table.entity_category_not_config.includes(String(platform))
  return isKnown && !isWrong ? [] : [`entity_category ${String(entity_category)}`]
}

function classFaults(component: Keys, { sensors, numbers, others }: Tables): string[] {
  const { platform, device_class, unit_of_measurement: unit, state_class } = component
  const faults: string[] = []
  const units = { sensor: sensors, number: numbers }[String(platform)]?.device_classes
  if (device_class !== undefined) {
    const known = units?.[String(device_class)]
    const isKnown = known ?? others.platforms[String(platform)]?.[String(device_class)]
    if (isKnown === undefined) faults.push(`device_class ${String(device_class)}`)
    const needsUnit = known !== undefined && known.units.length > 0 && !known.unit_optional
    if (known !== undefined && (unit !== undefined ? !known.units.includes(String(unit)) : needsUnit))
      faults.push(`unit ${String(unit)} with ${String(device_class)}`)
  }
  if (state_class === undefined) return faults
  const { measurement_not_with_device_class: never } = sensors.state_class_rules
  if (!sensors.state_classes.includes(String(state_class))) faults.push(`state_class ${String(state_class)}`)
  if (state_class === 'measurement' && never.includes(String(device_class)))
    faults.push(`state_class measurement with ${String(device_class)}`)
  return faults
}

function rangeFaults({ platform, min, max, step }: Keys): string[] {
  if (platform !== 'number' && platform !== 'text') return []
  const [low, high] = [Number(min ?? (platform === 'number' ? 1 : 0)), Number(max ?? 100)]
  const isFine = low < high && (step === undefined || Number(step) > 0)
  return isFine && (platform === 'number' || high <= 255) ? [] : [`from ${low} to ${high}`]
}

function listFaults(component: Keys): string[] {
  const { platform, device_class, options, event_types, state_class, unit_of_measurement: unit } = component
  const faults: string[] = []
  for (const [name, list] of Object.entries({ options, event_types }))
    if (list !== undefined && !(Array.isArray(list) && list.length > 0)) faults.push(`${name} are empty`)
  if (platform !== 'sensor') return faults
  if (options !== undefined && device_class !== 'enum') faults.push('options without enum')
  const isWordless = ['enum', 'timestamp', 'date'].includes(String(device_class))
  if (isWordless && (state_class !== undefined || unit !== undefined)) faults.push('a unit with words')
  return faults
}

function availabilityFaults(holder: Keys, { exclusive, availability_mode }: Tables['discovery']): string[] {
  const entries = Array.isArray(holder.availability) ? holder.availability.map(keysOf) : []
  const allowed = ['topic', 'value_template', 'payload_available', 'payload_not_available']
  const { availability_mode: mode } = holder
  return [
    ...(exclusive.every((key) => key in holder) ? [exclusive.join(' and ')] : []),
    ...entries.flatMap((entry) => strangers(entry, allowed)),
    ...entries.flatMap(topicFaults),
    ...(mode === undefined || availability_mode.includes(String(mode)) ? [] : ['availability_mode']),
  ]
}

/** What Home Assistant would take, and people would be the worse for. */
function unwise(component: Keys, { discovery }: Tables): string[] {
  const { platform, default_entity_id, name, command_topic } = component
  const faults = Object.keys(component).filter((key) => key in discovery.removed_options)
  if (discovery.components_added_2026.includes(String(platform)))
    faults.push(`${String(platform)} makes older versions refuse the whole device`)
  const id = typeof default_entity_id === 'string' ? default_entity_id : `${String(platform)}.x`
  if (!new RegExp(`^${String(platform)}\\.[a-z0-9_]{1,200}$`).test(id)) faults.push(id)
  if (typeof name === 'string' && name.trim() !== name) faults.push(`name "${name}"`)
  if (command_topic !== undefined && component.retain === true) faults.push('its commands are retained')
  return faults
}

function badAddress(address: unknown, schemes: string[]): string[] {
  if (address === undefined) return []
  return schemes.some((scheme) => String(address).startsWith(`${scheme}://`)) ? [] : [String(address)]
}

function missing(holder: Keys, required: readonly string[]): string[] {
  return required.filter((key) => !(key in holder)).map((key) => `no ${key}`)
}

function strangers(holder: Keys, allowed: readonly string[]): string[] {
  return Object.keys(holder).filter((key) => !allowed.includes(key))
}

function keysOf(value: unknown): Keys {
  return typeof value === 'object' && value !== null ? (value as Keys) : {}
}

function fault(reaction: Reaction, where: string, what: string): Finding {
  return { reaction, where, what }
}
