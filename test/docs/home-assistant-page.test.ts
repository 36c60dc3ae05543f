import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commandFields } from '../../src/broker/commands.ts'
import { bridgeDiscovery, playerDiscovery } from '../../src/broker/discovery.ts'
import { streamButton } from '../../src/broker/entities/stream-button.ts'
import { streamClosed } from '../../src/broker/entities/stream-closed.ts'
import { streamControls } from '../../src/broker/entities/stream-control.ts'
import { streamNowPlaying } from '../../src/broker/entities/stream-now-playing.ts'
import { streamPlaylist } from '../../src/broker/entities/stream-playlist.ts'
import { streamWhy } from '../../src/broker/entities/stream-why.ts'
import { parseStreamSet, streamFields } from '../../src/broker/stream-set.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import { playerEventTypes } from '../../src/core/event.ts'
import { abilityOf } from '../../src/core/models.ts'
import { player } from '../broker/support.ts'
import { firstColumn, readPage } from './page.ts'

const has = abilityOf({ everything: false })

const { place, text: page, below } = readPage('docs/home-assistant.md')
const topics = topicsFor('yoto', 'homeassistant')

// Entities without a name of ours: Home Assistant names them by their device class, in every language.
const namedByClass: Readonly<Record<string, string>> = {
  battery: 'Battery',
  battery_charging: 'Charging',
  button: 'Button',
  connectivity: 'Connectivity',
  restart: 'Restart',
  signal_strength: 'Signal strength',
  temperature: 'Temperature',
}

test('the page tells of every entity of a player and of the bridge, and which are switched off at first', () => {
  const bedroom = player('p', { name: 'Bedroom', model: 'v3' })
  const devices = [playerDiscovery(topics, bedroom, { version: '1', has }), bridgeDiscovery(topics, '1')]
  const rows = below('## What is there').split('\n')
  const untold = devices.flatMap(({ components }) =>
    Object.entries(components)
      .filter(([, { platform }]) => platform !== 'device_automation')
      .filter(([, component]) => {
        const name = component.name ?? namedByClass[String(component.device_class)]
        const isOff = component.enabled_by_default === false
        return !rows.some((row) => row.includes(`*${name}*`) && row.startsWith('| ○') === isOff)
      })
      .map(([key]) => key),
  )
  expect(untold).toEqual([])
})

test('the page tells of every entity of a stream', () => {
  const place = { ...topics.stream('bedroom'), title: 'Bedroom', playlists: ['lullabies'] }
  const entities = [
    streamPlaylist,
    streamNowPlaying,
    streamWhy,
    streamClosed,
    ...streamControls,
    streamButton,
  ]
  const names = entities.map((entity) => String(entity.component(place).name).replace('Bedroom ', ''))
  expect(names.filter((name) => !below('## What is there').includes(`… *${name}*`))).toEqual([])
})

test('the page tells of every kind of event, and of none besides', () => {
  const told = firstColumn(below('## When something happens'))
  expect(told.toSorted()).toEqual([...playerEventTypes].toSorted())
})

test('the page tells of every field of a command, and of none besides', () => {
  const told = below('## Commands').split('`yoto/stream/<name>/set`')[0] ?? ''
  expect(firstColumn(told).toSorted()).toEqual([...commandFields].toSorted())
})

test('the page tells of every field of what a stream takes, in messages that it does take', () => {
  const [, told = ''] = below('## Commands').split('`yoto/stream/<name>/set`')
  const messages = firstColumn(told).filter((word) => word.startsWith('{'))
  expect(messages.filter((message) => !parseStreamSet(message).ok)).toEqual([])
  expect(
    streamFields.filter((field) => !told.includes(`"${field}"`) && !told.includes(`\`${field}\``)),
  ).toEqual([])
})

test('the links of the page lead somewhere', () => {
  const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(
    ([, heading = '']) =>
      `#${heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-')}`,
  )
  const targets = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)
  const broken = targets.filter((target) =>
    target.startsWith('#') ? !anchors.includes(target) : !existsSync(new URL(target, place)),
  )
  expect(targets.length).toBeGreaterThan(5)
  expect(broken).toEqual([])
})
