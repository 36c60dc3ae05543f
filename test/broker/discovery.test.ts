import { describe, expect, test } from 'vitest'
import { bridgeEntities, playerEntities } from '../../src/broker/catalog.ts'
import { commandFields } from '../../src/broker/commands.ts'
import { bridgeDiscovery, type DeviceDiscovery, playerDiscovery } from '../../src/broker/discovery.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import { abilityOf } from '../../src/core/models.ts'
import { haveTables, readEntityMap } from './discovery-tables.ts'
import { player } from './support.ts'

const has = abilityOf({ everything: false })

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
    playerDiscovery(topics, player(`id of ${name}`, { name, model: 'v3', firmware: 'v2.17.5' }), {
      version: '1.2.3',
      has,
    }),
  ]),
]

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

const onSomeModels = ['nightlight', 'ambient_day', 'ambient_night', 'temperature', 'light_sensor']

/** A place in the track, what one number cannot say, and the volume on another scale. */
const withoutEntity = ['volume_percent', 'seek_s', 'bluetooth', 'picture']

test('every command topic leads to a field that the bridge accepts, and every other field has its entity', () => {
  const { components } = playerDiscovery(topics, player('abc'), { version: '1.2.3', has })
  const { set } = topics.player('abc')
  const fields = Object.values(components).flatMap(({ command_topic }) =>
    typeof command_topic === 'string' ? [command_topic.slice(set.length + 1)] : [],
  )
  expect(fields.length).toBeGreaterThan(0)
  for (const field of fields) expect(commandFields).toContain(field)
  expect(commandFields.filter((field) => !fields.includes(field))).toEqual(withoutEntity)
})

test.each([
  ['Yoto Mini', []],
  ['Yoto Player (2nd generation)', ['nightlight', 'ambient_day', 'ambient_night']],
  // Newer than the table.
  ['v4', ['nightlight', 'ambient_day', 'ambient_night']],
  ['Yoto Player (3rd generation)', onSomeModels],
  [null, onSomeModels],
])('a player of the model %s is offered the lights and sensors that it has', (model, expected) => {
  const offered = (everything: boolean) =>
    Object.keys(
      playerDiscovery(topics, player('abc', { model }), { version: '1', has: abilityOf({ everything }) })
        .components,
    ).filter((key) => onSomeModels.includes(key))
  expect(offered(false)).toEqual(expected)
  expect(offered(true)).toEqual(onSomeModels)
})

test('ids stay when a player is renamed', () => {
  const ids = (name: string) =>
    Object.values(playerDiscovery(topics, player('abc', { name }), { version: '1', has }).components).map(
      ({ unique_id }) => unique_id,
    )
  expect(ids('Attic')).toEqual(ids('Bedroom'))
})

test('a player is there when bridge and player are, but its connectivity depends on the bridge alone', () => {
  const payload = playerDiscovery(topics, player('abc'), { version: '1', has })
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

test('there is a button to restart the product only where somebody starts it again', () => {
  const buttonsOf = (isStartedAgain: boolean) => {
    const { components } = bridgeDiscovery(topics, '1', {
      streams: [],
      playlists: [],
      inputs: [],
      isStartedAgain,
    })
    return Object.keys(components).filter((key) => components[key]?.platform === 'button')
  }
  expect(buttonsOf(true)).toEqual(['sign_in', 'restart'])
  expect(buttonsOf(false)).toEqual(['sign_in'])
})

test('the connection of the bridge never becomes unavailable', () => {
  const payload = bridgeDiscovery(topics, '1')
  expect(payload).not.toHaveProperty('availability')
  expect(payload.components.connection).not.toHaveProperty('availability')
})

test('titles are cut to what a state of Home Assistant may hold', () => {
  const { components } = playerDiscovery(topics, player('abc'), { version: '1', has })
  expect(components.track_title?.value_template).toBe("{{ (value_json.track_title or 'None')[:255] }}")
})

/** What no player of ours tells, or what waits for another part of the product. */
const leftOut = new Set([
  'battery temperature',
  'boot time',
  'repeat all',
  'day / night start time',
  'display brightness day / night',
  'speak a message',
])

test.skipIf(!haveTables)(
  'every thing of the reference is there, on a platform that it names (skipped where it is not beside the project)',
  () => {
    const keys: Record<string, string | readonly string[]> = {
      online: 'online',
      'battery level': 'battery',
      charging: 'charging',
      'power source': 'power_source',
      'device temperature': 'temperature',
      'wifi signal': 'wifi',
      volume: 'volume',
      'current volume limit': 'volume_limit',
      'maximum volume day': 'volume_max_step_day',
      'maximum volume night': 'volume_max_step_night',
      'playback status': 'playback',
      'play / pause / stop / next / previous': ['play', 'pause', 'stop', 'next', 'previous'],
      'play a card': 'play_card',
      'card title': 'card_title',
      'card id': 'card_id',
      'chapter title': 'chapter_title',
      'track title': 'track_title',
      'chapter key, track key': ['chapter_key', 'track_key'],
      position: 'position',
      'track length': 'duration',
      source: 'source',
      streaming: 'streaming',
      'sleep timer': 'sleep_timer',
      'sleep timer ends': 'sleep_timer_ends',
      'sleep timer active': 'sleep_timer_active',
      'nightlight (live colour)': 'nightlight',
      'day / night ambient colour': ['ambient_day', 'ambient_night'],
      'ambient light': 'light_sensor',
      headphones: 'headphones',
      'bluetooth audio': 'bluetooth',
      'day mode': 'day_mode',
      'card inserted': 'card_inserted',
      'card event': 'card_event',
      'playback event': 'playback_event',
      'button presses': 'button',
      restart: 'reboot',
      firmware: 'firmware',
      'free storage': 'free_space',
      'last seen': 'last_seen',
      'cover art': 'cover',
    }
    const { components } = playerDiscovery(topics, player('abc'), { version: '1', has })
    const rows = readEntityMap().filter(({ thing }) => !leftOut.has(thing))
    const named = rows.flatMap((row) => [keys[row.thing] ?? ''].flat().map((key) => ({ ...row, key })))
    for (const { thing, key, ...wanted } of named) {
      const component = components[key]
      expect(wanted.platform.split(' or '), thing).toContain(component?.platform)
      const { device_class, unit_of_measurement, state_class, entity_category } = component ?? {}
      const isEnabled = component?.enabled_by_default !== false
      expect({
        thing,
        unit: unit_of_measurement ?? null,
        state_class: state_class ?? null,
        entity_category: entity_category ?? null,
        enabled_by_default: isEnabled,
      }).toEqual({
        thing,
        unit: wanted.unit,
        state_class: wanted.state_class,
        entity_category: wanted.entity_category,
        enabled_by_default: wanted.enabled_by_default,
      })
      // `firmware` is a class of the platform `update` alone.
      if (component?.platform !== 'sensor' || thing !== 'firmware')
        expect(device_class ?? null, thing).toBe(wanted.device_class)
    }
  },
)

test('an entity that its device class names has no name of ours, and every other has one', () => {
  // What Home Assistant calls "Plug", "Duration" or "Running" means more here.
  const named = new Set(['enum', 'timestamp', 'duration', 'data_size', 'plug', 'running'])
  const { components } = playerDiscovery(topics, player('abc'), { version: '1', has })
  for (const [key, { platform, device_class, name }] of Object.entries(components)) {
    if (platform === 'device_automation') continue
    const isNamed = device_class === undefined || named.has(String(device_class)) || key === 'bluetooth'
    expect(name !== undefined, key).toBe(isNamed)
  }
})
