import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bridgeDiscovery } from '../../src/broker/discovery.ts'
import { streamState } from '../../src/broker/stream-state.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import { emptyQueue } from '../../src/core/queue.ts'

const topics = topicsFor('yoto', 'homeassistant')
const tables = new URL('../../../shared/fixtures/home-assistant/mqtt-discovery.json', import.meta.url)

function componentsOf(streams: { name: string; title: string }[], playlists: string[] = ['forest', 'sea']) {
  const all = bridgeDiscovery(topics, '1.2.3', {
    streams,
    playlists,
    inputs: [],
    isStartedAgain: true,
  }).components
  return Object.fromEntries(Object.entries(all).filter(([key]) => key.startsWith('stream_')))
}

const night = { name: 'night', title: 'Night time' }

describe('a stream', () => {
  test('is a select of playlists, two sensors, a switch, two buttons and an event', () => {
    const found = Object.entries(componentsOf([night])).map(([key, { platform, name }]) => [
      key,
      platform,
      name,
    ])
    expect(found).toEqual([
      ['stream_night__playlist', 'select', 'Night time playlist'],
      ['stream_night__now_playing', 'sensor', 'Night time now playing'],
      ['stream_night__why', 'sensor', 'Night time why'],
      ['stream_night__closed', 'switch', 'Night time closed'],
      ['stream_night__skip', 'button', 'Night time skip'],
      ['stream_night__restart', 'button', 'Night time restart'],
      ['stream_night__button', 'event', 'Night time button'],
    ])
  })

  test('reads its own topics and is there when the product is', () => {
    for (const component of Object.values(componentsOf([night]))) {
      expect(component.availability).toEqual([{ topic: 'yoto/bridge/state' }])
      const { state_topic, command_topic } = component
      expect([state_topic, command_topic].filter((topic) => topic !== undefined)).not.toEqual([])
      if (command_topic !== undefined) expect(command_topic).toBe('yoto/stream/night/set')
      if (state_topic !== undefined) expect(state_topic).toMatch(/^yoto\/stream\/night\/(state|event)$/)
    }
  })

  test.skipIf(!existsSync(tables))('has the keys that Home Assistant knows', () => {
    const { platforms, common_entity_keys } = JSON.parse(readFileSync(tables, 'utf8'))
    for (const component of Object.values(
      bridgeDiscovery(topics, '1', { streams: [night], playlists: ['a'], inputs: [], isStartedAgain: true })
        .components,
    )) {
      const { required = [], keys } = platforms[String(component.platform)]
      expect([...common_entity_keys, ...required, ...keys]).toEqual(
        expect.arrayContaining(Object.keys(component)),
      )
      expect(Object.keys(component)).toEqual(
        expect.arrayContaining([...required, 'platform', 'unique_id', 'default_entity_id']),
      )
    }
  })

  test('can be told to play the playlists that there are, in their order', () => {
    expect(componentsOf([night]).stream_night__playlist?.options).toEqual(['forest', 'sea'])
    expect(componentsOf([night], [])).not.toHaveProperty('stream_night__playlist')
  })

  test('offers no playlist that no message could name or no state could hold', () => {
    const hostile = ['{"closed": true}', ' sea', 'x'.repeat(256), '', 'tab\there', '"sea"']
    expect(componentsOf([night], hostile)).not.toHaveProperty('stream_night__playlist')
    const odd = ['a "quoted" one', '"sea" again', "it's }} here", '🌊', 'x'.repeat(255)]
    const { options, value_template } =
      componentsOf([night], [...hostile, ...odd]).stream_night__playlist ?? {}
    expect(options).toEqual(odd)
    expect(value_template).toBe(
      `{{ value_json.playlist if value_json.playlist in ${JSON.stringify(odd)} else 'None' }}`,
    )
  })
})

test('streams of much the same name never meet, whatever Home Assistant makes of capitals', () => {
  const names = [
    'a.b',
    'a-b',
    'a_b',
    'A_b',
    'a__b',
    'ab',
    'aB',
    'a_2eb',
    'a',
    'a__playlist',
    'a_',
    'A'.repeat(64),
  ]
  const components = componentsOf(names.map((name) => ({ name, title: 'the same' })))
  const keys = Object.keys(components)
  expect(keys).toHaveLength(names.length * 7)
  for (const key of keys) expect(key).toMatch(/^[a-z0-9_]+$/)
  const ids = Object.values(components).map(({ unique_id }) => String(unique_id).toLowerCase())
  expect(new Set(ids).size).toBe(ids.length)
  for (const { default_entity_id } of Object.values(components))
    expect(default_entity_id).toMatch(/^[a-z_]+\.[a-z0-9_]{1,120}$/)
})

test.each([
  ['🦊'.repeat(100), `${'🦊'.repeat(60)} why`],
  ['  Good\n\tnight \u0000 ', 'Good night why'],
  ['', 'night why'],
  ['\u202e', 'night why'],
  ['+/#', '+/# why'],
])('a title of %j is shown as %j', (title, name) => {
  expect(componentsOf([{ name: 'night', title }]).stream_night__why?.name).toBe(name)
})

describe('the state', () => {
  const queue = {
    ...emptyQueue('night'),
    items: [
      { id: 'i1', file: 'a.mp3' },
      { id: 'i2', file: 'b.mp3' },
    ],
    current: 'i2',
  }
  const outlook = { holds_until: null, stays: false }
  const titleOf = (file: string) => `Title of ${file}`

  test('tells the title of what is due', () => {
    expect(streamState(queue, titleOf, outlook).now_playing).toBe('Title of b.mp3')
  })

  test.each([
    ['is closed', { closed: true }],
    ['is over', { current: null }],
    ['is empty', { items: [], current: null }],
  ])('tells of nothing where the stream %s', (_what, patch) => {
    expect(streamState({ ...queue, ...patch }, titleOf, outlook).now_playing).toBeNull()
  })
})
