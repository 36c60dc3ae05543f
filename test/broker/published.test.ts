import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandFields } from '../../src/broker/commands.ts'
import type { ComponentKeys } from '../../src/broker/entity.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import { type PlayerState, unknownPlayer } from '../../src/core/player.ts'
import { emptyQueue } from '../../src/core/queue.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { embedded, stopAll } from './bridge-support.ts'
import { findingsIn } from './discovery-check.ts'
import { haveTables, readTables } from './discovery-tables.ts'
import { publishedBy } from './published.ts'
import type { Message } from './support.ts'
import { wholeEvents, wholePlayer } from './whole-player.ts'

const hostileNames = [
  'Bedroom',
  'Bedroom',
  '🦊'.repeat(100),
  'x'.repeat(200),
  '  blanks behind   ',
  '',
  '   ',
  '+',
  '#',
  'a/b',
  '{{ states("x") }}',
  'a"b\\c\n',
]
const hostileIds = ['🦊', 'x'.repeat(200), '+', '#', 'a/b', 'bridge', 'stream', 'hex-6162', '00123', ' ']

const players: PlayerState[] = [
  wholePlayer,
  ...hostileNames.map((name, index) => ({ ...unknownPlayer(`name${index}`, name), online: true })),
  ...hostileIds.map((id) => ({
    ...wholePlayer,
    id,
    name: id,
    card_title: '🦊'.repeat(300),
    cover_url: null,
  })),
]
const queues = ['night', 'Good.Morning_2', 'x'.repeat(64)].map((name) => emptyQueue(name))

const topics = topicsFor('yoto', 'homeassistant')

interface Device {
  readonly device: { readonly name: string; readonly identifiers: string[] }
  readonly components: Readonly<Record<string, ComponentKeys>>
  readonly [key: string]: unknown
}

const isDiscovery = ({ topic }: Message) => topic.startsWith('homeassistant/')
const deviceOf = ({ payload }: Message) => JSON.parse(payload) as Device
const objectIdOf = ({ topic }: Message) => topic.split('/').slice(2, -1).join('/')
const devicesIn = (messages: Message[]) => messages.filter(isDiscovery).map(deviceOf)

function everythingWrong(messages: Message[]): unknown[] {
  const tables = readTables()
  return messages
    .filter(isDiscovery)
    .flatMap((message) => findingsIn({ objectId: objectIdOf(message), payload: deviceOf(message) }, tables))
}

/** Topics that the device's entities read their states and availability from. */
function readTopics({ components, state_topic, availability }: Device): string[] {
  const places = [{ state_topic, availability }, ...Object.values(components)]
  const named = places.flatMap((place) => {
    const { availability: entries } = place as { availability?: { topic: string }[] }
    const { state_topic: state, json_attributes_topic: attributes } = place as ComponentKeys
    return [state, attributes, ...(entries ?? []).map(({ topic }) => topic)]
  })
  return [...new Set(named.filter((topic) => typeof topic === 'string'))]
}

describe('a house of hostile players, on a real broker', () => {
  let messages: Message[]
  beforeAll(async () => {
    messages = await publishedBy((await embedded()).url, { players, queues, events: wholeEvents })
  })
  afterAll(stopAll)

  test.skipIf(!haveTables)(
    "has nothing wrong in any discovery message, by Home Assistant's own tables (skipped where they are not beside the project)",
    () => {
      expect(everythingWrong(messages)).toEqual([])
      expect(devicesIn(messages)).toHaveLength(players.length + 1)
    },
  )

  test('says something on every topic that an entity reads, but the covers that are not there', () => {
    const said = new Set(messages.map(({ topic }) => topic))
    const silent = devicesIn(messages)
      .flatMap(readTopics)
      .filter((topic) => !said.has(topic) && !topic.endsWith('/event'))
    expect(silent).toEqual([])
    expect(said).toContain(topics.player(wholePlayer.id).own('cover'))
  })

  test('has commands that the bridge understands, and none is assumed to be obeyed', () => {
    for (const { components, state_topic } of devicesIn(messages))
      for (const [key, { platform, command_topic, retain, optimistic, ...own }] of Object.entries(
        components,
      )) {
        if (typeof command_topic !== 'string') continue
        const read = topics.read(command_topic)
        expect(read, command_topic).toBeDefined()
        if (read?.kind === 'player-set') expect(commandFields).toContain(read.field)
        expect([retain, optimistic]).toEqual([undefined, undefined])
        if (platform !== 'button') expect(own.state_topic ?? state_topic, key).toBeDefined()
      }
  })

  test('has unique ids of its own for every entity of every player, and names that people can read', () => {
    const devices = devicesIn(messages)
    const ids = devices.flatMap(({ components }) =>
      Object.values(components).flatMap(({ unique_id }) => (unique_id === undefined ? [] : [unique_id])),
    )
    expect(new Set(ids).size).toBe(ids.length)
    for (const { device, components } of devices) {
      expect(device.name).toBe(device.name.trim())
      expect(device.name).not.toBe('')
      for (const { name } of Object.values(components))
        if (name !== undefined) expect(String(name)).not.toContain(device.name)
    }
  })

  test('tells every field of every player, and null where nothing is known', () => {
    for (const { id } of players) {
      const states = messages.filter(({ topic }) => topic === topics.player(id).state)
      expect(states).toHaveLength(1)
      const state: unknown = JSON.parse(states[0]?.payload ?? '')
      expect(Object.keys(state ?? {})).toEqual(Object.keys(unknownPlayer('', '')))
      expect(state).toMatchObject({ id })
    }
  })
})

testWith(['mosquitto'], 'Mosquitto takes all that is said of a house of hostile players', async () => {
  const broker = await startMosquitto()
  const messages = await publishedBy(broker.url, { players, queues, events: wholeEvents })
  await broker.stop()
  if (haveTables) expect(everythingWrong(messages)).toEqual([])
  expect(devicesIn(messages)).toHaveLength(players.length + 1)
  const events = messages.filter(({ topic }) => topic === topics.player(wholePlayer.id).event)
  expect(events).toHaveLength(wholeEvents.length)
})
