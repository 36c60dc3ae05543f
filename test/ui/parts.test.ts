import { expect, test } from 'vitest'
import { isDark, rgbOf } from '../../ui/colour.ts'
import { healthView } from '../../ui/health.ts'
import { cardInSlot } from '../../ui/slot.ts'
import { clockText } from '../../ui/time.ts'
import { requestFor, type Wish, type WishRequest } from '../../ui/wish.ts'

test.each<[Wish, WishRequest]>([
  [
    { kind: 'play', player: 'y1' },
    { method: 'POST', path: 'players/y1/play' },
  ],
  [
    { kind: 'pause', player: 'a/b' },
    { method: 'POST', path: 'players/a%2Fb/pause' },
  ],
  [
    { kind: 'volume', player: 'y1', step: 0 },
    { method: 'POST', path: 'players/y1/volume', body: { step: 0 } },
  ],
  [
    { kind: 'append', stream: 'bedroom', files: ['für élise+%.mp3'] },
    { method: 'POST', path: 'streams/bedroom/queue', body: { files: ['für élise+%.mp3'] } },
  ],
  [
    { kind: 'remove', stream: 'bedroom', place: 0 },
    { method: 'DELETE', path: 'streams/bedroom/queue/0' },
  ],
  [
    { kind: 'move', stream: 'bedroom', from: 2, to: 0 },
    { method: 'PUT', path: 'streams/bedroom/queue/reorder', body: { old_index: 2, new_index: 0 } },
  ],
  [
    { kind: 'rename', stream: 'bedroom', title: 'Zzz' },
    { method: 'PUT', path: 'streams/bedroom', body: { title: 'Zzz' } },
  ],
  [
    { kind: 'insert', player: 'y1', card: '4Dem0' },
    { method: 'POST', path: 'simulator/players/y1/insert', body: { card_id: '4Dem0' } },
  ],
  [
    { kind: 'take-out', player: 'y1' },
    { method: 'POST', path: 'simulator/players/y1/remove' },
  ],
  [
    { kind: 'press', player: 'y1', button: 'left' },
    { method: 'POST', path: 'simulator/players/y1/press', body: { button: 'left' } },
  ],
  [
    { kind: 'turn', player: 'y1', knob: 'right', steps: -1 },
    { method: 'POST', path: 'simulator/players/y1/turn', body: { knob: 'right', steps: -1 } },
  ],
  [
    { kind: 'power', player: 'y1', on: false },
    { method: 'POST', path: 'simulator/players/y1/power', body: { on: false } },
  ],
])('the wish %j is one call', (wish, request) => {
  expect(requestFor(wish)).toEqual(request)
})

test.each([
  [0, '0:00'],
  [5.9, '0:05'],
  [65, '1:05'],
  [3725, '1:02:05'],
  [-3, '0:00'],
])('%d seconds read as %s', (seconds, text) => {
  expect(clockText(seconds)).toBe(text)
})

test.each<[string, boolean | null]>([
  ['#fff', false],
  ['#fafafa', false],
  [' #111111', true],
  ['rgb(17, 17, 17)', true],
  ['rgba(3 155 229 / 50%)', false],
  ['#03a9f4', false],
  ['#b5431a', true],
  ['', null],
  ['var(--x)', null],
])('a background of %j is dark: %j', (text, dark) => {
  const colour = rgbOf(text)
  expect(colour && isDark(colour)).toBe(dark)
})

test('health of a form that is not expected shows nothing false', () => {
  expect(healthView({ cloud: 'away', problems: 'many', simulated: 'yes' })).toEqual({
    simulated: false,
    account: { state: null, reason: null, code: null },
    cloud: { connected: false, reason: null, unlisted: null },
    problems: [],
  })
})

test.each([
  ['none', null, null, null],
  ['physical', 'card', '4Dem0', '4Dem0'],
  ['physical', null, '4Dem0', '4Dem0'],
  ['none', 'card', '4Dem0', '4Dem0'],
  [null, null, '4Dem0', '4Dem0'],
  ['none', 'remote', '4Dem0', null],
  ['none', 'MQTT', '4Dem0', null],
  ['remote', 'remote', '4Dem0', null],
  ['stream', null, '4Dem0', null],
] as const)(
  'where it is %s and plays from %s, a card %s is in the slot as %s',
  (card_inserted, source, card_id, expected) => {
    expect(cardInSlot({ card_id, card_inserted, source })).toBe(expected)
  },
)
