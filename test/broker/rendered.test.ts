import { afterAll, expect } from 'vitest'
import type { ComponentKeys } from '../../src/broker/entity.ts'
import { unknownPlayer } from '../../src/core/player.ts'
import { emptyQueue, type Queue } from '../../src/core/queue.ts'
import { type Rendering, render, testWithJinja } from '../support/jinja.ts'
import { embedded, stopAll } from './bridge-support.ts'
import { publishedBy } from './published.ts'
import type { Message } from './support.ts'
import { wholePlayer } from './whole-player.ts'

afterAll(stopAll)

const night: Queue = {
  ...emptyQueue('night'),
  title: '🦊'.repeat(300),
  items: [{ id: 'a', file: 'tale.mp3' }],
  current: 'a',
  playlist: 'good-night',
  reason: 'x'.repeat(300),
}
const house = {
  players: [wholePlayer, unknownPlayer('abc', 'Attic')],
  queues: [night, emptyQueue('morning')],
}

interface Reader extends Rendering {
  readonly where: string
  readonly component: ComponentKeys
}

/** Every template by which an entity reads its state, with what was said to it. */
function readersIn(messages: readonly Message[]): Reader[] {
  const devices = messages.filter(({ topic }) => topic.startsWith('homeassistant/'))
  return devices.flatMap(({ topic: device, payload }) => {
    const root = JSON.parse(payload) as { components: Record<string, ComponentKeys>; state_topic?: string }
    return Object.entries(root.components).flatMap(([key, component]) => {
      const { platform, value_template: template, state_topic = root.state_topic } = component
      const said = messages.findLast(({ topic }) => topic === state_topic)
      const isRead = platform !== 'event' && platform !== 'device_automation' && typeof template === 'string'
      if (!isRead || said === undefined) return []
      return [{ where: `${device} ${key}`, component, template, value: said.payload }]
    })
  })
}

/** Platforms of Home Assistant's MQTT integration that read "None" as unknown; `text` shows it as it is. */
const readNone: readonly unknown[] = ['sensor', 'binary_sensor', 'number', 'select', 'switch']

/** Whether Home Assistant takes it as the state of such an entity without a word in its log. */
function isState(text: string, component: ComponentKeys): boolean {
  const { platform } = component
  if (text === 'None') return readNone.includes(platform)
  if (platform === 'text') return isBetween([...text].length, component)
  const { device_class, unit_of_measurement, state_class, options } = component
  if (platform === 'binary_sensor' || platform === 'switch') {
    const {
      payload_on = 'ON',
      payload_off = 'OFF',
      state_on = payload_on,
      state_off = payload_off,
    } = component
    return text === state_on || text === state_off
  }
  if (Array.isArray(options)) return options.includes(text)
  if (device_class === 'timestamp')
    return /T.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
  if (platform === 'number') return text !== '' && isBetween(Number(text), component)
  if (unit_of_measurement !== undefined || state_class !== undefined)
    return text !== '' && Number.isFinite(Number(text))
  // An empty one is passed over, and what was before stays.
  return text !== '' && [...text].length <= 255
}

function isBetween(number: number, { min, max }: ComponentKeys): boolean {
  return number >= Number(min) && number <= Number(max)
}

testWithJinja('whatever is said, every entity of every device reads a state that it may have', async () => {
  const { url } = await embedded()
  const readers = readersIn(await publishedBy(url, house))
  const texts = render(readers)
  const wrong = readers.flatMap(({ where, component }, index) => {
    const text = texts[index] ?? ''
    return isState(text, component) ? [] : [`${where}: ${text.slice(0, 80)}`]
  })
  expect(wrong).toEqual([])
  expect(readers.length).toBeGreaterThan(60)
})
