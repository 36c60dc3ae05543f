import { describe, expect, test } from 'vitest'
import { playerDiscovery } from '../../src/broker/discovery.ts'
import type { ComponentKeys } from '../../src/broker/entity.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import { playerEventTypes } from '../../src/core/event.ts'
import { abilityOf } from '../../src/core/models.ts'
import { type PlayerState, unknownPlayer } from '../../src/core/player.ts'
import { render, testWithJinja } from '../support/jinja.ts'
import { wholeEvents, wholePlayer } from './whole-player.ts'

const has = abilityOf({ everything: false })

const topics = topicsFor('yoto', 'homeassistant')
const { components } = playerDiscovery(topics, wholePlayer, { version: '1.2.3', has })
const own = topics.player(wholePlayer.id)

/** What every entity that reads the state shows of each of them, by key. */
function shown(...states: PlayerState[]): Record<string, string>[] {
  const readers = Object.entries(components).filter(
    ([, { platform, state_topic, value_template }]) =>
      platform !== 'device_automation' && state_topic === undefined && value_template !== undefined,
  )
  const templates = readers.map(([, { value_template }]) => String(value_template))
  return everyOf(
    templates,
    states.map((state) => JSON.stringify(state)),
  ).map((texts) => Object.fromEntries(readers.map(([key], index) => [key, texts[index] ?? ''])))
}

/** For each payload what every template makes of it. Python is slow to start, so it is started once. */
function everyOf(templates: string[], payloads: string[]): string[][] {
  const texts = render(payloads.flatMap((value) => templates.map((template) => ({ template, value }))))
  return payloads.map((_, index) => texts.slice(index * templates.length, (index + 1) * templates.length))
}

const known = {
  playback: 'playing',
  card_title: 'Tales of the Tide',
  chapter_title: 'Low water',
  track_title: 'The crab who counted',
  volume: '7',
  play_card: '0aB1c',
  card_inserted: 'physical',
  duration: '312',
  sleep_timer: '20',
  sleep_timer_active: 'ON',
  volume_max_step_day: '16',
  volume_max_step_night: '12',
  volume_limit: '12',
  battery: '83',
  charging: 'OFF',
  power_source: 'battery',
  temperature: '21.5',
  light_sensor: '12',
  wifi: '-58',
  online: 'ON',
  last_seen: '2026-11-21T19:30:00.000+00:00',
  day_mode: 'night',
  headphones: 'OFF',
  bluetooth: 'OFF',
  card_id: '0aB1c',
  chapter_key: '02',
  track_key: '01',
  source: 'card',
  streaming: 'OFF',
  free_space: '20971.5',
  firmware: 'v2.17.5',
}

// Home Assistant 2026 takes no state over 255 characters.
const longest = 'x'.repeat(300)

describe('templates of the state', () => {
  testWithJinja('show a state of which everything is known', () => {
    expect(shown(wholePlayer)).toEqual([known])
  })

  testWithJinja(
    'say "None", Home Assistant\'s word for unknown, of everything that is not known and not text',
    () => {
      const unknown = Object.fromEntries(Object.keys(known).map((key) => [key, 'None']))
      expect(shown(unknownPlayer('abc', 'Attic'))).toEqual([{ ...unknown, online: 'OFF', play_card: '' }])
    },
  )

  testWithJinja('cut texts to what a state may hold, and say nothing of an empty one', () => {
    const titles = { card_title: longest, chapter_title: '', track_title: '🦊'.repeat(300) }
    expect(shown({ ...wholePlayer, ...titles })).toMatchObject([
      { card_title: 'x'.repeat(255), chapter_title: 'None', track_title: '🦊'.repeat(255) },
    ])
  })

  testWithJinja('tell numbers that are nought from numbers that nobody knows', () => {
    const nought = { volume_step: 0, sleep_timer_s: 0, battery_percent: 0, free_disk_kib: 0, position_s: 0 }
    expect(shown({ ...wholePlayer, ...nought, charging: true })).toMatchObject([
      {
        volume: '0',
        sleep_timer: '0',
        sleep_timer_active: 'OFF',
        battery: '0',
        free_space: '0.0',
        charging: 'ON',
      },
    ])
  })

  testWithJinja('count begun minutes of the sleep timer, within what its number takes', () => {
    const seconds = [1, 60, 61, 46_500, 80_000]
    const states = seconds.map((sleep_timer_s) => ({ ...wholePlayer, sleep_timer_s }))
    expect(shown(...states).map(({ sleep_timer }) => sleep_timer)).toEqual(['1', '1', '2', '775', '775'])
  })

  testWithJinja('know the words of Yoto for a source, and pass over others', () => {
    const states = ['MQTT', 'remote', 'Bluetooth'].map((source) => ({ ...wholePlayer, source }))
    expect(shown(...states).map(({ source }) => source)).toEqual(['mqtt', 'remote', 'None'])
  })
})

testWithJinja('titles have the id behind them as an attribute', () => {
  const value = JSON.stringify(wholePlayer)
  const attributes = ['card_title', 'chapter_title', 'track_title'].map((key) => {
    expect(components[key]?.json_attributes_topic).toBe(own.state)
    return { template: String(components[key]?.json_attributes_template), value }
  })
  expect(render(attributes).map((each) => JSON.parse(each))).toEqual([
    { card_id: '0aB1c' },
    { chapter_key: '02' },
    { track_key: '01' },
  ])
})

testWithJinja('there is a cover where there is an address for one', () => {
  const availability = components.cover?.availability as { topic: string; value_template?: string }[]
  const last = availability.at(-1)
  expect(last?.topic).toBe(own.state)
  const covers = [wholePlayer.cover_url, null, '', 'nonsense']
  const states = covers.map((cover_url) => JSON.stringify({ ...wholePlayer, cover_url }))
  const template = String(last?.value_template)
  expect(render(states.map((value) => ({ template, value })))).toEqual([
    'online',
    'offline',
    'offline',
    'offline',
  ])
})

testWithJinja('own topics are read where they are known and where they are not', () => {
  const read = (key: string, value: object) => ({
    template: String(components[key]?.value_template),
    value: JSON.stringify(value),
  })
  const ends_at = '2026-11-21T19:49:30.000+00:00'
  expect(
    render([
      read('position', { position_s: 83 }),
      read('position', { position_s: null }),
      read('sleep_timer_ends', { ends_at }),
      read('sleep_timer_ends', { ends_at: null }),
    ]),
  ).toEqual(['83', 'None', ends_at, 'None'])
})

testWithJinja('minutes of the sleep timer are sent as seconds', () => {
  const template = String(components.sleep_timer?.command_template)
  expect(render([0, 20, 1.5].map((value) => ({ template, value })))).toEqual(['0', '1200', '90'])
})

describe('events', () => {
  const payloads = wholeEvents.map((event) => JSON.stringify({ ...event, event_type: event.type }))
  const entities = Object.entries(components).filter(([, { platform }]) => platform === 'event')
  const listed = ([, { event_types }]: [string, ComponentKeys]) => event_types as string[]

  testWithJinja('each reach one entity, with a type that is on its list, and no other', () => {
    const templates = entities.map(([, { value_template }]) => String(value_template))
    for (const texts of everyOf(templates, payloads)) {
      const through = entities.filter((_, place) => texts[place] !== '')
      expect(through, texts.join()).toHaveLength(1)
      const { event_type } = JSON.parse(texts.join('')) as { event_type: string }
      expect(through.flatMap(listed)).toContain(event_type)
    }
  })

  testWithJinja('each fire the device triggers that are theirs, and no other', () => {
    const triggers = Object.entries(components).filter(([, { platform }]) => platform === 'device_automation')
    const templates = triggers.map(([, { value_template }]) => String(value_template))
    const fired = everyOf(templates, payloads).map((texts) =>
      triggers.filter(([, { payload }], place) => texts[place] === payload).map(([key]) => key),
    )
    expect(fired).toEqual(
      playerEventTypes.map((type) => [type === 'button' ? 'button_right' : `trigger_${type}`]),
    )
  })

  test('are all on the list of one entity', () => {
    expect(wholeEvents.map(({ type }) => type)).toEqual([...playerEventTypes])
    const types = entities.filter(([key]) => key !== 'button').flatMap(listed)
    expect(types.toSorted()).toEqual(playerEventTypes.filter((type) => type !== 'button').toSorted())
  })
})
