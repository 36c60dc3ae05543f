import { existsSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { bridgeDiscovery } from '../../src/broker/discovery.ts'
import { heardTopicFault } from '../../src/broker/household-topic.ts'
import { inputState, readInputSet } from '../../src/broker/input-set.ts'
import type { Stood } from '../../src/broker/standing.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import { filtersMeet, isFilter } from '../../src/broker/topic-filter.ts'
import type { Input } from '../../src/core/input.ts'
import type { InputDeclaration } from '../../src/core/value-form.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { embedded, retainedOn, settled, startBridge, stopAll, watch } from './bridge-support.ts'
import { deskHouse } from './desk-house.ts'

afterEach(stopAll)

const party: Input = { id: 'party', name: 'Party music', type: 'switch', value: false }
const wish: Input = { id: 'wish', name: 'wish', type: 'select', options: ['songs', '5'], value: 'songs' }
const loud: Input = {
  id: 'Loud',
  name: 'Loud',
  type: 'number',
  min: 0,
  max: 3,
  step: 0.5,
  unit: '%',
  value: 1.5,
}
const bell: Input = { id: 'bell', name: '\u202e ', type: 'button', value: null }
const all = [party, wish, loud, bell]

const topics = topicsFor('yoto', 'homeassistant')
const discovered = (inputs: readonly Input[]) =>
  bridgeDiscovery(topics, '1', { streams: [], playlists: [], inputs, isStartedAgain: true }).components
const tables = new URL('../../../shared/fixtures/home-assistant/mqtt-discovery.json', import.meta.url)

describe('inputs in Home Assistant', () => {
  test('are a switch, a select, a number and a button', () => {
    const own = Object.entries(discovered(all)).filter(([key]) => key.startsWith('input_'))
    const common = { availability: [{ topic: 'yoto/bridge/state' }], icon: expect.any(String) }
    expect(Object.fromEntries(own)).toEqual({
      input_party: {
        ...common,
        platform: 'switch',
        unique_id: 'yoto_bridge_input_party',
        default_entity_id: 'switch.yoto_input_party',
        name: 'Party music',
        state_topic: 'yoto/input/party/state',
        command_topic: 'yoto/input/party/set',
        payload_on: 'ON',
        payload_off: 'OFF',
      },
      input_wish: expect.objectContaining({ platform: 'select', options: ['songs', '5'] }),
      input__4coud: expect.objectContaining({
        ...{ platform: 'number', min: 0, max: 3, step: 0.5, unit_of_measurement: '%' },
        state_topic: 'yoto/input/Loud/state',
      }),
      input_bell: expect.objectContaining({
        ...{ platform: 'button', name: 'bell', payload_press: 'PRESS', command_topic: 'yoto/input/bell/set' },
      }),
    })
    expect(discovered(all).input_bell).not.toHaveProperty('state_topic')
  })

  test.skipIf(!existsSync(tables))('have the keys that Home Assistant knows', () => {
    const { platforms, common_entity_keys } = JSON.parse(readFileSync(tables, 'utf8'))
    for (const component of Object.values(discovered(all))) {
      const { required = [], keys } = platforms[String(component.platform)]
      expect([...common_entity_keys, ...required, ...keys]).toEqual(
        expect.arrayContaining(Object.keys(component)),
      )
    }
  })

  test('stand on the broker with what they are, and are taken away when they are gone', async () => {
    const broker = await embedded()
    const standing = memoryCollection<Stood>()
    const inputs = [...all]
    const subject = await startBridge(broker.url, { inputs, standing })
    const observer = await watch(broker.url)
    const states = async () =>
      Object.fromEntries(
        [...(await retainedOn(broker.url))].filter(([topic]) => topic.startsWith('yoto/input/')),
      )
    await settled(subject, observer)
    const expected = {
      'yoto/input/party/state': 'OFF',
      'yoto/input/wish/state': 'songs',
      'yoto/input/Loud/state': '1.5',
    }
    expect(await states()).toEqual(expected)
    inputs[0] = { ...party, value: true }
    subject.bridge.inputChanged(inputs[0])
    await settled(subject, observer)
    expect(await states()).toEqual({ ...expected, 'yoto/input/party/state': 'ON' })
    inputs.splice(1, 2)
    subject.bridge.inputsDeclared()
    for (const waitMs of [2000, 2000, 10_000]) {
      await subject.clock.advance(waitMs)
      await settled(subject, observer)
    }
    expect(await states()).toEqual({ 'yoto/input/party/state': 'ON' })
    const keys = async () => {
      const config = (await retainedOn(broker.url)).get('homeassistant/device/yoto_bridge/config') ?? '{}'
      return Object.keys(JSON.parse(config).components).filter((key) => key.startsWith('input_'))
    }
    expect(await keys()).toEqual(['input_party', 'input_bell'])
    // What is gone at the next start is taken away, too.
    await subject.die()
    const again = await startBridge(broker.url, { inputs: [bell], standing })
    for (const waitMs of [2000, 2000, 10_000]) {
      await again.clock.advance(waitMs)
      await settled(again, observer)
    }
    expect([await states(), await keys()]).toEqual([{}, ['input_bell']])
  })
})

describe('what is set on a topic', () => {
  test.each<[Input, string, unknown]>([
    [party, 'ON', true],
    [party, ' off ', false],
    [party, 'true', true],
    [party, 'maybe', 'expected ON or OFF'],
    [party, '1', 'expected ON or OFF'],
    [wish, 'songs', 'songs'],
    [wish, '5', '5'],
    [wish, 'Songs', 'expected one of songs, 5'],
    [loud, '2.5', 2.5],
    [loud, '2.50', 2.5],
    [loud, '2.4', 'expected a number from 0 to 3 in steps of 0.5'],
    [loud, '9', 'expected a number from 0 to 3 in steps of 0.5'],
    [loud, '', 'expected a number from 0 to 3 in steps of 0.5'],
    [bell, 'PRESS', true],
    [bell, 'off', 'expected PRESS'],
  ])('$id: %s', (input, payload, expected) => {
    const read = readInputSet(input, payload)
    expect(read.ok ? read.value : read.message).toEqual(expected)
    if (read.ok && input.type !== 'button')
      expect(readInputSet(input, inputState({ ...input, value: read.value } as Input))).toEqual(read)
  })

  test('is carried out, told to who sent it, and not done when it was kept', async () => {
    const { hub, desk, set, log } = await deskHouse()
    const declared: InputDeclaration[] = [
      { id: 'party', name: 'Party', form: { type: 'flag' }, start: false, unit: null },
      { id: 'bell', name: 'Bell', form: { type: 'press' }, start: false, unit: null },
    ]
    hub.declareValues({ vars: new Map(), inputs: new Map(declared.map((one) => [one.id, one])) })
    const told: unknown[] = []
    hub.subscribe('the test', (change) => {
      if (change.kind === 'input') told.push([change.input.id, change.input.value, change.because])
    })
    expect(await set('yoto/input/party/set', 'ON')).toEqual({
      status: 'ok',
      data: { topic: 'yoto/input/party/set' },
    })
    expect(await set('yoto/input/bell/set', 'PRESS')).toMatchObject({ status: 'ok' })
    expect(await set('yoto/input/bell/set', 'PRESS')).toMatchObject({ status: 'ok' })
    expect(await set('yoto/input/party/set', '{"value": true}')).toMatchObject({
      status: 'error',
      error: { code: 'invalid_value', message: 'expected ON or OFF' },
    })
    expect(await set('yoto/input/gone/set', 'ON')).toMatchObject({
      error: { message: 'there is no input "gone"' },
    })
    await desk.take('yoto/input/party/set', 'OFF', { retain: true })
    await desk.take('yoto/input/party/set/more', 'OFF', { retain: false })
    expect(told).toEqual([
      ['party', true, 'MQTT yoto/input/party/set'],
      ['bell', null, 'MQTT yoto/input/bell/set'],
      ['bell', null, 'MQTT yoto/input/bell/set'],
    ])
    expect(hub.inputValues()).toEqual(new Map([['party', true]]))
    expect(log.lines.map(({ message }) => message)).toContain(
      'ignored a retained MQTT command: commands must not be retained',
    )
  })
})

describe('a topic that rules listen to', () => {
  const faultOf = (filter: string, base = 'yoto') =>
    heardTopicFault(filter, { base, discoveryPrefix: 'homeassistant' }, topicsFor(base, 'homeassistant'))

  test.each([
    'home/party/set',
    'home/+/set',
    'home/#',
    '+/party/state/x/y/z'.replace('+', 'home'),
    'zigbee2mqtt/den',
    'homeassistant/status',
    'a b/ü',
    'yotoo/#',
    'yoto2',
  ])('%s is fine', (filter) => expect(faultOf(filter)).toBeNull())

  test.each([
    ['yoto/input/party/state', '`input: party`'],
    ['yoto/abc/event', '`button`, `card` and `playing`'],
    ['yoto/stream/bedroom/state', '`slot: {began: night}`'],
    ['yoto/#', '`button`'],
    ['#', 'begin it with the first level'],
    ['+/+/set', 'begin it with the first level'],
    ['+', 'begin it with the first level'],
    ['homeassistant/#', 'name the levels behind it'],
    ['homeassistant/device/+/config', 'name the levels behind it'],
    ['home/a+/x', 'a `+` stands for one whole level'],
    ['home/#/x', 'a `+` stands for one whole level'],
    ['home/bell\u0007', 'no control characters'],
    ['$share/g/home', 'does not begin with $'],
    ['$SYS/#', 'does not begin with $'],
    ['', '1 to 65,535 bytes'],
  ])('%s is not, with a way out', (filter, help) => expect(faultOf(filter)?.help).toContain(help))

  test('filters meet where there is a topic for both', () => {
    for (const [one, other, meet] of [
      ['a/b', 'a/b', true],
      ['a/+', '+/b', true],
      ['a/#', 'a', true],
      ['a/#', 'a/b/c', true],
      ['a/+/c', 'a/b/#', true],
      ['a/+', 'a', false],
      ['a/b', 'a/b/c', false],
      ['+/c', 'a/b', false],
    ] as const)
      expect([filtersMeet(one, other), filtersMeet(other, one)]).toEqual([meet, meet])
    expect(['a/+', '+', '#', 'a//b'].filter((filter) => !isFilter(filter))).toEqual([])
  })
})
