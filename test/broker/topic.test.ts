import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { idOfSegment, segmentOf } from '../../src/broker/segment.ts'
import { parseSetTopic, topicsFor } from '../../src/broker/topic.ts'
import { isPublishable, topicMatches } from '../../src/broker/topic-filter.ts'
import { slugOf } from '../../src/core/slug.ts'

const topics = topicsFor('yoto', 'homeassistant')

test('topics of a player with an ordinary id show the id as it is', () => {
  expect(topics.player('y2ABC_12-3')).toMatchObject({
    availability: 'yoto/y2ABC_12-3/availability',
    state: 'yoto/y2ABC_12-3/state',
    event: 'yoto/y2ABC_12-3/event',
    discovery: 'homeassistant/device/yoto_y2ABC_12-3/config',
  })
})

test('an id that is one of our own words does not land on the bridge topics', () => {
  expect(topics.player('bridge').state).toBe('yoto/hex-627269646765/state')
  expect(topics.player('bridge').deviceId).not.toBe(topics.bridge.deviceId)
})

test.each(['+', '#', 'a/b', '🦊', '', 'a b', 'x'.repeat(200), 'hex-41', 'Ü', '$SYS', '\u0000', '..'])(
  'the id %j gives a topic that can be published and read back',
  (id) => {
    const { state, discovery, deviceId } = topics.player(id)
    expect(isPublishable(state)).toBe(true)
    expect(state.split('/')).toHaveLength(3)
    expect(discovery).toMatch(/^homeassistant\/device\/[a-zA-Z0-9_-]+\/config$/)
    expect(deviceId).toMatch(/^[a-zA-Z0-9_-]+$/)
    expect(parseSetTopic('yoto', `yoto/${segmentOf(id)}/set`)).toEqual({
      kind: 'player-set',
      player: id,
      field: undefined,
    })
  },
)

test('two different ids never share a segment, and every segment leads back to its id', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (one, other) => {
      expect(idOfSegment(segmentOf(one))).toBe(one)
      expect(segmentOf(one) === segmentOf(other)).toBe(one === other)
    }),
  )
})

describe('reading topics', () => {
  test.each([
    ['yoto/abc/set', { kind: 'player-set', player: 'abc', field: undefined }],
    ['yoto/abc/set/volume_step', { kind: 'player-set', player: 'abc', field: 'volume_step' }],
    ['yoto/stream/night/set', { kind: 'stream-set', stream: 'night' }],
    ['yoto/stream/set/set', { kind: 'stream-set', stream: 'set' }],
    ['yoto/bridge/request/players/refresh', { kind: 'request', what: 'players/refresh' }],
    ['homeassistant/status', undefined],
    ['yoto/abc/set/a/b', undefined],
    ['yoto/bridge/set', undefined],
    ['yoto/stream/set', undefined],
    ['yoto/input/set/x', undefined],
    ['yoto/hex-zz/set', undefined],
    ['yoto/hex-414/set', undefined],
    ['yotox/abc/set', undefined],
    ['other/abc/set', undefined],
  ])('%s', (topic, expected) => {
    expect(topics.read(topic)).toEqual(expected)
  })
})

test.each(['', 'a/+', '#', '/yoto', 'yoto/', 'a//b', '$SYS/yoto', 'a\nb'])(
  'the base topic %j is refused by its option name',
  (base) => {
    expect(() => topicsFor(base, 'homeassistant')).toThrow(/^mqtt\.base_topic: /)
  },
)

test('a base topic equal to the discovery prefix is refused', () => {
  expect(() => topicsFor('homeassistant', 'homeassistant')).toThrow(/must differ/)
})

test('two instances on one broker have devices of their own', () => {
  const one = topicsFor('home/yoto', 'homeassistant')
  expect(one.player('abc').deviceId).not.toBe(topics.player('abc').deviceId)
  expect(one.bridge.discovery).toMatch(/^homeassistant\/device\/[a-zA-Z0-9_-]+\/config$/)
})

test.each([
  ['Léo’s Player', 'leo_s_player'],
  ['  Bed  room ', 'bed_room'],
  ['🦊🦊', 'abc_1'],
  ['寝室', 'abc_1'],
  ['n'.repeat(200), 'n'.repeat(64)],
])('the name %j becomes the slug %s', (name, slug) => {
  expect(slugOf(name, 'ABC-1')).toBe(slug)
})

test.each([
  ['yoto/+/set', 'yoto/a/set', true],
  ['yoto/+/set', 'yoto/a/b/set', false],
  ['yoto/#', 'yoto', true],
  ['yoto/#', 'yoto/a/b', true],
  ['#', '$SYS/x', false],
  ['+/x', '$SYS/x', false],
  ['a/b', 'a/b/c', false],
  ['a/b/c', 'a/b', false],
])('filter %s and topic %s', (filter, topic, expected) => {
  expect(topicMatches(filter, topic)).toBe(expected)
})
