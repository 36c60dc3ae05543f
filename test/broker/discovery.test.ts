import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bridgeEntities, playerEntities } from '../../src/broker/catalog.ts'
import { commandFields } from '../../src/broker/commands.ts'
import { bridgeDiscovery, type DeviceDiscovery, playerDiscovery } from '../../src/broker/discovery.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import { player } from './support.ts'

const folder = new URL('../../../shared/fixtures/home-assistant/', import.meta.url)
const haveTables = existsSync(folder)
const topics = topicsFor('yoto', 'homeassistant')

const hostileNames = [
  'Bedroom',
  '🦊'.repeat(100),
  'x'.repeat(200),
  '',
  '+#/',
  '{{ states("x") }}',
  'a"b\\c\n',
]
const payloads: [string, DeviceDiscovery][] = [
  ['the bridge', bridgeDiscovery(topics, '1.2.3')],
  ...hostileNames.map((name): [string, DeviceDiscovery] => [
    `a player named ${JSON.stringify(name.slice(0, 20))}`,
    playerDiscovery(topics, player(`id of ${name}`, { name, model: 'v3', firmware: 'v2.17.5' }), '1.2.3'),
  ]),
]

interface Tables {
  device_payload: { required: string[]; allowed_root_keys: string[] }
  device_keys: { allowed: string[] }
  origin_keys: { allowed: string[] }
  supported_components: string[]
  common_entity_keys: string[]
  entity_category: string[]
  entity_category_not_config: string[]
  platforms: Record<string, { required?: string[]; keys: string[]; no_common_entity_keys?: boolean }>
}

function table<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Shape
}

describe.skipIf(!haveTables)(
  "against Home Assistant's own tables (skipped where they are not beside the project)",
  () => {
    describe.each(payloads)('%s', (_name, payload) => {
      test('has only keys that Home Assistant accepts at the root, in device and in origin', () => {
        const tables = table<Tables>('mqtt-discovery.json')
        const keys = Object.keys(payload)
        expect(keys).toEqual(expect.arrayContaining(tables.device_payload.required))
        expect(tables.device_payload.allowed_root_keys).toEqual(expect.arrayContaining(keys))
        expect(tables.device_keys.allowed).toEqual(expect.arrayContaining(Object.keys(payload.device)))
        expect(tables.origin_keys.allowed).toEqual(expect.arrayContaining(Object.keys(payload.origin)))
      })

      test.each(Object.entries(payload.components))(
        'component %s has the keys of its platform',
        (key, component) => {
          const tables = table<Tables>('mqtt-discovery.json')
          const platform = String(component.platform)
          const rules = tables.platforms[platform]
          if (rules === undefined) throw new Error(`no table for ${platform}`)
          expect(tables.supported_components).toContain(platform)
          expect(key).toMatch(/^[a-zA-Z0-9_]+$/)
          const common = rules.no_common_entity_keys ? ['platform'] : tables.common_entity_keys
          const allowed = [...common, ...rules.keys, ...(rules.required ?? [])]
          expect(allowed).toEqual(expect.arrayContaining(Object.keys(component)))
          const present = new Set([...Object.keys(component), ...Object.keys(payload)])
          for (const required of rules.required ?? []) expect(present).toContain(required)
          if (component.entity_category !== undefined) {
            expect(tables.entity_category).toContain(component.entity_category)
            if (tables.entity_category_not_config.includes(platform))
              expect(component.entity_category).not.toBe('config')
          }
        },
      )

      test('uses device classes with units they are valid with', () => {
        const classes = table<{ device_classes: Record<string, { units: string[] }> }>(
          'sensor-device-classes.json',
        )
        const numbers = table<{ device_classes: Record<string, { units: string[] }> }>(
          'number-device-classes.json',
        )
        const others = table<{ platforms: Record<string, Record<string, string>> }>(
          'other-device-classes.json',
        )
        for (const component of Object.values(payload.components)) {
          const { platform, device_class, unit_of_measurement, options } = component
          if (device_class === undefined) continue
          if (platform === 'sensor' || platform === 'number') {
            const known = (platform === 'sensor' ? classes : numbers).device_classes[String(device_class)]
            expect(known, String(device_class)).toBeDefined()
            if (unit_of_measurement !== undefined) expect(known?.units).toContain(unit_of_measurement)
          } else expect(Object.keys(others.platforms[String(platform)] ?? {})).toContain(device_class)
          if (options !== undefined) expect(device_class).toBe('enum')
        }
      })
    })
  },
)

describe.each(payloads)('ids of %s', (_name, payload) => {
  test('are unique, and entity ids are such as Home Assistant takes', () => {
    const entities = Object.values(payload.components).filter((each) => each.platform !== 'device_automation')
    const ids = entities.map((each) => each.unique_id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { platform, unique_id, default_entity_id } of entities) {
      expect(unique_id).toMatch(/^[a-zA-Z0-9_-]+$/)
      expect(default_entity_id).toMatch(new RegExp(`^${platform}\\.[a-z0-9_]{1,120}$`))
    }
  })

  test('do not repeat the name of the device in names of entities', () => {
    for (const { name } of Object.values(payload.components))
      if (name !== undefined) expect(String(name)).not.toContain('Yoto Smart Stream')
  })
})

test('no two entities of one device share a key', () => {
  for (const entities of [playerEntities.map(({ key }) => key), bridgeEntities.map(({ key }) => key)])
    expect(new Set(entities).size).toBe(entities.length)
})

test('every command topic leads to a field that the bridge accepts', () => {
  const { components } = playerDiscovery(topics, player('abc'), '1.2.3')
  const { set } = topics.player('abc')
  const fields = Object.values(components).flatMap(({ command_topic }) =>
    typeof command_topic === 'string' ? [command_topic.slice(set.length + 1)] : [],
  )
  expect(fields.length).toBeGreaterThan(0)
  for (const field of fields) expect(commandFields).toContain(field)
  expect(new Set(fields)).toEqual(new Set(playerEntities.flatMap(({ commands }) => commands)))
})

test('ids stay when a player is renamed', () => {
  const ids = (name: string) =>
    Object.values(playerDiscovery(topics, player('abc', { name }), '1').components).map(
      ({ unique_id }) => unique_id,
    )
  expect(ids('Attic')).toEqual(ids('Bedroom'))
})

test('a player is there when bridge and player are, but its connectivity depends on the bridge alone', () => {
  const payload = playerDiscovery(topics, player('abc'), '1')
  expect(payload).toMatchObject({
    availability: [{ topic: 'yoto/bridge/state' }, { topic: 'yoto/abc/availability' }],
    availability_mode: 'all',
    device: { via_device: 'yoto_bridge' },
  })
  expect(payload.components.online).toMatchObject({ availability: [{ topic: 'yoto/bridge/state' }] })
})

test('Home Assistant can ask for the names of problems, and records no words that change with each code', () => {
  const { problems } = bridgeDiscovery(topics, '1').components
  expect(problems).toMatchObject({
    json_attributes_topic: 'yoto/bridge/info',
    json_attributes_template: "{{ {'problem_names': value_json.get('problem_names', [])} | tojson }}",
  })
})

test('the connection of the bridge never becomes unavailable', () => {
  const payload = bridgeDiscovery(topics, '1')
  expect(payload).not.toHaveProperty('availability')
  expect(payload.components.connection).not.toHaveProperty('availability')
})

test('titles are cut to what a state of Home Assistant may hold', () => {
  const { components } = playerDiscovery(topics, player('abc'), '1')
  expect(components.track_title?.value_template).toBe("{{ (value_json.track_title or 'None')[:255] }}")
})
