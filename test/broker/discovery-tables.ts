import { existsSync, readFileSync } from 'node:fs'

const folder = new URL('../../../shared/fixtures/home-assistant/', import.meta.url)

/** Whether Home Assistant's tables lie beside the project; what needs them is skipped where they do not. */
export const haveTables = existsSync(folder)

interface PlatformTable {
  readonly required?: string[]
  readonly required_one_of?: string[]
  readonly keys: string[]
  readonly no_common_entity_keys?: boolean
}

interface DiscoveryTable {
  readonly device_payload: { readonly required: string[]; readonly allowed_root_keys: string[] }
  readonly device_keys: {
    readonly one_of: string[]
    readonly allowed: string[]
    readonly configuration_url_schemes: string[]
  }
  readonly origin_keys: { readonly required: string[]; readonly allowed: string[] }
  readonly availability_mode: string[]
  readonly supported_components: string[]
  readonly components_added_2026: string[]
  readonly common_entity_keys: string[]
  readonly entity_category: string[]
  readonly entity_category_not_config: string[]
  readonly exclusive: [string, string]
  readonly removed_options: Record<string, string>
  readonly platforms: Record<string, PlatformTable>
}

interface ClassTable {
  readonly device_classes: Record<string, { readonly units: string[]; readonly unit_optional: boolean }>
}

interface SensorTable extends ClassTable {
  readonly state_classes: string[]
  readonly state_class_rules: {
    readonly measurement_not_with_device_class: string[]
    readonly enum_timestamp_date_forbid: string[]
    readonly options_forbids: string[]
  }
}

export interface DiscoveryCase {
  readonly name: string
  readonly object_id: string
  readonly payload: unknown
  readonly expected: string
}

export interface Tables {
  readonly discovery: DiscoveryTable
  readonly sensors: SensorTable
  readonly numbers: ClassTable
  readonly others: { readonly platforms: Record<string, Record<string, string>> }
}

export function readTables(): Tables {
  return {
    discovery: read('mqtt-discovery.json'),
    sensors: read('sensor-device-classes.json'),
    numbers: read('number-device-classes.json'),
    others: read('other-device-classes.json'),
  }
}

export function readCases(): DiscoveryCase[] {
  return read<{ cases: DiscoveryCase[] }>('discovery-cases.json').cases
}

/** The whole discovery message of a player that the tables come with. */
export function readExample(): { topic: string; payload: unknown } {
  return read('example-discovery-player.json')
}

export interface MappedEntity {
  readonly thing: string
  readonly platform: string
  readonly device_class: string | null
  readonly unit: string | null
  readonly entity_category: string | null
  readonly state_class: string | null
  readonly enabled_by_default: boolean
}

/** What the reference would have of a player, thing by thing. */
export function readEntityMap(): MappedEntity[] {
  return read<{ entities: MappedEntity[] }>('yoto-entity-map.json').entities
}

function read<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Shape
}
