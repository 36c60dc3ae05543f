import { describe, expect, test } from 'vitest'
import { householdTopicFault } from '../../src/broker/household-topic.ts'
import { topicsFor } from '../../src/broker/topic.ts'

function faultOf(topic: string, base = 'home/yoto', discoveryPrefix = 'homeassistant') {
  return householdTopicFault(topic, { base, discoveryPrefix }, topicsFor(base, discoveryPrefix))
}

test.each([
  'home/lamp/set',
  'home/yotoo/abc/state',
  'yoto/abc/state',
  'homeassistant/status',
  'homeassistant/device/lamp/config',
  'homeassistant/device/yoto_abc/config',
  'homeassistant/sensor/lamp/config',
  'küche/licht an/🦊',
])('rules may publish to %s', (topic) => {
  expect(faultOf(topic)).toBeNull()
})

describe('rules may not publish to', () => {
  test.each([
    'home/yoto',
    'home/yoto/',
    'home/yoto/bridge/state',
    'home/yoto/bridge/request/restart',
    'home/yoto/abc/state',
    'home/yoto/abc/event',
    'home/yoto/abc/set/volume_step',
    'home/yoto/stream/bedroom/set',
  ])('%s, which is the product’s own', (topic) => {
    expect(faultOf(topic)).toEqual({
      message: 'rules do not publish below "home/yoto/": the topics there are the product\'s own',
      help: 'use another action, as `queue` for what a stream plays, or a topic outside "home/yoto/" that an automation of Home Assistant listens to',
    })
  })

  test.each(['hex-686f6d652f796f746f_abc', 'hex-686f6d652f796f746f_bridge'])(
    'the discovery of %s, which is a device of ours',
    (device) => {
      expect(faultOf(`homeassistant/device/${device}/config`)).toEqual({
        message: `rules do not publish to "homeassistant/device/${device}/config": the product describes its own devices there`,
        help: 'give your device another id',
      })
    },
  )

  test.each(['', 'a/+/b', '#', 'a\0b', 'a\nb', 'a\u0085b', 'a\ud800b'])(
    '%j, which MQTT cannot carry',
    (topic) => {
      expect(faultOf(topic)?.message).toBe('MQTT cannot carry a message under this topic')
    },
  )

  test('a topic of more than 65,535 bytes', () => {
    expect(faultOf('x'.repeat(65_535))).toBeNull()
    expect(faultOf('é'.repeat(32_768))?.help).toContain('65,535 bytes')
  })
})

test('Home Assistant’s own topics may lie below ours', () => {
  expect(faultOf('home/ha/status', 'home', 'home/ha')).toBeNull()
  expect(faultOf('home/ha/device/home_abc/config', 'home', 'home/ha')).not.toBeNull()
  expect(faultOf('home/abc/state', 'home', 'home/ha')).not.toBeNull()
})
