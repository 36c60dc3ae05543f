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
      expects: { card_id: '7JtVV', chapter_key: key, track_key: key },
    })
  })

  test('seek starts the present track some seconds in', () => {
    const { payload, expects } = sent({ type: 'seek', position_s: 61 })
    expect(payload).toMatchObject({ trackKey: '02', secondsIn: 61 })
    expect(expects).toEqual({ card_id: '7JtVV', chapter_key: '02', track_key: '02' })
  })

  test('previous on the first track starts it again', () => {
    const first = { chapter_key: '01', track_key: '01' }
    expect(sent({ type: 'previous' }, first).expects).toEqual({ card_id: '7JtVV', ...first })
  })

  test('a card is started whole, or at a place', () => {
    expect(sent({ type: 'card', card_id: '08aB0' })).toEqual({
      topic: 'command/card/start',
      payload: { uri: 'https://yoto.io/08aB0' },
      expects: { card_id: '08aB0' },
    })
    const place = { chapter_key: '04 Class Choice', track_key: '00', seconds_in: 3 }
    expect(sent({ type: 'card', card_id: '08aB0', ...place })).toEqual({
      topic: 'command/card/start',
      payload: { uri: 'https://yoto.io/08aB0', chapterKey: '04 Class Choice', trackKey: '00', secondsIn: 3 },
      expects: { card_id: '08aB0', chapter_key: '04 Class Choice', track_key: '00' },
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
  const open = { volume_max_step: 16 }

  test('steps are sent as the percent that Yoto means by them', () => {
    for (let step = 0; step <= 16; step++)
      expect(sent({ type: 'volume-step', step }, open).payload).toEqual({ volume: percentFromStep(step) })
  })

  test('percent is brought down to a step of the player', () => {
    expect(sent({ type: 'volume-percent', percent: 49 }, open).payload).toEqual({ volume: 44 })
    expect(sent({ type: 'volume-percent', percent: 100 }, { volume_max_step: 8 }).payload).toEqual({
      volume: 50,
    })
  })

  const unknown = 'its volume limit is not known yet'
  const table: [wished: number, PlayerPatch, becomes: number | null][] = [
    // The present cap holds, whatever the others are.
    [16, { volume_max_step: 0 }, 0],
    [16, { volume_max_step: 9, volume_max_step_day: 16, volume_max_step_night: 4 }, 9],
    [3, { volume_max_step: 9 }, 3],
    // Both of day and night: the lower.
    [16, { volume_max_step_day: 16, volume_max_step_night: 4 }, 4],
    [16, { volume_max_step_day: 2, volume_max_step_night: 4, volume_step: 8 }, 2],
    // One of them, or none: only downwards.
    [16, { volume_max_step_day: 16 }, null],
    [5, { volume_max_step_day: 16, volume_step: 4 }, null],
    [5, { volume_max_step_night: 16, volume_step: 4 }, null],
    [4, { volume_max_step_day: 16, volume_step: 4 }, 4],
    [16, {}, null],
    [16, { volume_step: 15 }, null],
    [1, {}, null],
    [0, {}, 0],
    [3, { volume_step: 8 }, 3],
  ]
  test.each(table)('step %i with %j', (step, patch, becomes) => {
    const message = () => sent({ type: 'volume-step', step }, patch).payload
    if (becomes === null)
      expect(message).toThrow(
        expect.objectContaining({ code: 'unavailable', message: expect.stringContaining(unknown) }),
      )
    else expect(message()).toEqual({ volume: percentFromStep(becomes) })
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
    ['too loud', { type: 'volume-step', step: 17 }, { volume_max_step: 16 }, { code: 'unprocessable' }],
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
