import { describe, expect, test } from 'vitest'
import type { PlayerCommand } from '../../src/core/effect.ts'
import { type PlayerPatch, type PlayerState, percentFromStep, unknownPlayer } from '../../src/core/player.ts'
import { messageFor } from '../../src/yoto/command.ts'

const layout = ['01', '02', '03'].map((key) => ({ chapter_key: key, track_key: key }))

function player(patch: PlayerPatch = {}): PlayerState {
  const at = { card_id: '7JtVV', chapter_key: '02', track_key: '02', position_s: 30, duration_s: 90 }
  return { ...unknownPlayer('y1', 'Bedroom'), online: true, playback: 'playing', ...at, ...patch }
}

function sent(command: PlayerCommand, patch: PlayerPatch = {}) {
  return messageFor(command, player(patch), layout)
}

describe('card commands', () => {
  test.each([
    ['next', '03'],
    ['previous', '01'],
    ['restart', '01'],
  ] as const)('%s starts the card at the right keys and says which to expect', (type, key) => {
    expect(sent({ type })).toEqual({
      topic: 'command/card/start',
      payload: { uri: 'https://yoto.io/7JtVV', chapterKey: key, trackKey: key, secondsIn: 0 },
      expects: { chapter_key: key, track_key: key },
    })
  })

  test('seek starts the present track some seconds in', () => {
    expect(sent({ type: 'seek', position_s: 61 }).payload).toMatchObject({ trackKey: '02', secondsIn: 61 })
  })

  test('previous on the first track starts it again', () => {
    const first = { chapter_key: '01', track_key: '01' }
    expect(sent({ type: 'previous' }, first).expects).toEqual(first)
  })

  test('a card is started whole, or at a place', () => {
    expect(sent({ type: 'card', card_id: '08aB0' })).toEqual({
      topic: 'command/card/start',
      payload: { uri: 'https://yoto.io/08aB0' },
    })
    const place = { chapter_key: '04 Class Choice', track_key: '00', seconds_in: 3 }
    expect(sent({ type: 'card', card_id: '08aB0', ...place })).toEqual({
      topic: 'command/card/start',
      payload: { uri: 'https://yoto.io/08aB0', chapterKey: '04 Class Choice', trackKey: '00', secondsIn: 3 },
      expects: { chapter_key: '04 Class Choice', track_key: '00' },
    })
  })

  test.each([
    ['play', 'command/card/resume'],
    ['pause', 'command/card/pause'],
    ['stop', 'command/card/stop'],
    ['reboot', 'command/reboot'],
    ['refresh', 'command/events/request'],
  ] as const)('%s is %s without payload', (type, topic) => {
    expect(sent({ type })).toEqual({ topic, payload: null })
  })
})

describe('volume', () => {
  test('steps are sent as the percent that Yoto means by them', () => {
    for (let step = 0; step <= 16; step++)
      expect(sent({ type: 'volume-step', step }).payload).toEqual({ volume: percentFromStep(step) })
  })

  test('percent is brought down to a step of the player', () => {
    expect(sent({ type: 'volume-percent', percent: 49 }).payload).toEqual({ volume: 44 })
  })

  test("the player's cap is never passed", () => {
    expect(sent({ type: 'volume-percent', percent: 100 }, { volume_max_step: 8 }).payload).toEqual({
      volume: 50,
    })
    expect(sent({ type: 'volume-step', step: 16 }, { volume_max_step: 0 }).payload).toEqual({ volume: 0 })
  })

  test('while the cap is not known the lower of day and night holds', () => {
    const caps = { volume_max_step_day: 16, volume_max_step_night: 4 }
    expect(sent({ type: 'volume-step', step: 16 }, caps).payload).toEqual({ volume: 25 })
  })
})

test('lights and the sleep timer are sent in the words of Yoto', () => {
  expect(sent({ type: 'nightlight', light: '#ff8000' }).payload).toEqual({ r: 255, g: 128, b: 0 })
  expect(sent({ type: 'nightlight', light: 'off' }).payload).toEqual({ r: 0, g: 0, b: 0 })
  expect(sent({ type: 'sleep-timer', seconds: 600 })).toEqual({
    topic: 'command/sleep-timer/set',
    payload: { seconds: 600 },
  })
})

describe('a command that cannot be sent says why', () => {
  const cases: [string, PlayerCommand, PlayerPatch, object][] = [
    [
      'offline',
      { type: 'pause' },
      { online: false },
      { code: 'unavailable', message: 'player "Bedroom" is offline' },
    ],
    ['no card', { type: 'next' }, { card_id: null }, { code: 'conflict' }],
    ['last track', { type: 'next' }, { chapter_key: '03', track_key: '03' }, { code: 'conflict' }],
    ['foreign track', { type: 'next' }, { track_key: '9' }, { code: 'conflict' }],
    ['no keys', { type: 'seek', position_s: 1 }, { track_key: null }, { code: 'conflict' }],
    ['beyond the end', { type: 'seek', position_s: 91 }, {}, { code: 'unprocessable' }],
    ['not a number', { type: 'volume-step', step: Number.NaN }, {}, { code: 'unprocessable' }],
    ['too loud', { type: 'volume-step', step: 17 }, {}, { code: 'unprocessable' }],
    ['an address for an id', { type: 'card', card_id: '../x' }, {}, { code: 'unprocessable' }],
    ['no light', { type: 'nightlight', light: 'red' }, {}, { code: 'unprocessable' }],
    ['nothing to play', { type: 'play' }, { card_id: null, playback: 'stopped' }, { code: 'conflict' }],
  ]
  test.each(cases)('%s', (_name, command, patch, error) => {
    expect(() => sent(command, patch)).toThrow(expect.objectContaining(error))
  })

  test('next on a card whose tracks are not known', () => {
    expect(() => messageFor({ type: 'next' }, player(), null)).toThrow(/tracks of card "7JtVV".*not known/)
  })
})
