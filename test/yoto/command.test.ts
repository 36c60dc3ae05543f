import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { trackAddresses } from '../../src/core/card-plan.ts'
import { type PlayerPatch, type PlayerState, percentFromStep, unknownPlayer } from '../../src/core/player.ts'
import { cardFrom } from '../../src/yoto/card.ts'
import { type LiveCommand, messageFor } from '../../src/yoto/command.ts'

const layout = ['01', '02', '03'].map((key) => ({ chapter_key: key, track_key: key }))

function player(patch: PlayerPatch = {}): PlayerState {
  const at = { card_id: '7JtVV', chapter_key: '02', track_key: '02', position_s: 30, duration_s: 90 }
  return { ...unknownPlayer('y1', 'Bedroom'), online: true, playback: 'playing', ...at, ...patch }
}

function sent(command: LiveCommand, patch: PlayerPatch = {}) {
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

test('Bluetooth and pictures are sent in the words of Yoto', () => {
  expect(sent({ type: 'bluetooth', action: 'on' })).toEqual({
    topic: 'command/bluetooth/on',
    payload: { action: 'on', mode: true },
  })
  const speaker = {
    type: 'bluetooth',
    action: 'on',
    role: 'speaker',
    name: 'Box',
    mac: 'aa:bb:cc:dd:ee:ff',
  } as const
  expect(sent(speaker).payload).toEqual({
    action: 'on',
    mode: 'bt_speaker',
    name: 'Box',
    mac: 'aa:bb:cc:dd:ee:ff',
  })
  for (const action of ['off', 'connect', 'disconnect', 'delete-bonds', 'state'] as const)
    expect(sent({ type: 'bluetooth', action })).toEqual({
      topic: `command/bluetooth/${action}`,
      payload: null,
    })
  expect(() => sent({ type: 'bluetooth', action: 'off', role: 'speaker' })).toThrow(
    /role, name and mac belong/,
  )
  expect(sent({ type: 'picture', uri: '/icons/sun' })).toEqual({
    topic: 'command/display/preview',
    payload: { uri: '/icons/sun', timeout: 5, animated: 0 },
  })
  expect(sent({ type: 'picture', uri: '/icons/sun', seconds: 9, animated: true }).payload).toEqual({
    uri: '/icons/sun',
    timeout: 9,
    animated: 1,
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

test('a sleep timer until the end of the track or chapter is sent in seconds', () => {
  const track = (chapter_key: string, track_key: string, duration_s?: number) => ({
    chapter_key,
    track_key,
    ...(duration_s === undefined ? {} : { duration_s }),
  })
  const chapters = [track('1', '08', 90), track('1', '09', 60.5), track('1', '10', 30), track('2', '01')]
  const seconds = (until: 'track' | 'chapter', patch: PlayerPatch = {}) => {
    const at = { chapter_key: '1', track_key: '08', position_s: 30.2, ...patch }
    return messageFor({ type: 'sleep-timer', until }, player(at), chapters).payload?.seconds
  }
  expect(seconds('track')).toBe(60)
  expect(seconds('chapter')).toBe(60 + 91)
  expect(seconds('chapter', { track_key: '10', duration_s: 30, position_s: 40 })).toBe(1)
  for (const unknown of [{ playback: 'paused' }, { duration_s: null }, { position_s: null }] as const)
    expect(() => seconds('track', unknown)).toThrow('plays nothing whose end is known')
  expect(() => seconds('chapter', { track_key: '99' })).toThrow('is not known')
  const endless = [track('1', '08', 90), track('1', '09')]
  expect(() =>
    messageFor(
      { type: 'sleep-timer', until: 'chapter' },
      player({ chapter_key: '1', track_key: '08' }),
      endless,
    ),
  ).toThrow('is not known')
})

describe('a command that cannot be sent says why', () => {
  const cases: [string, LiveCommand, PlayerPatch, object][] = [
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

const recordings = resolve('../shared/fixtures/yoto')

describe.skipIf(!existsSync(recordings))(
  'cards as they were recorded (skipped where the recordings are absent)',
  () => {
    function go(file: string, command: LiveCommand, key: string) {
      const json = JSON.parse(readFileSync(resolve(recordings, file), 'utf8'))
      const card = cardFrom('card' in json ? json : { cardId: 'abcDE', ...json })
      if (card === undefined) throw new Error('the recording holds no card')
      const at = { card_id: card.cardId, chapter_key: key, track_key: key, duration_s: null }
      return messageFor(command, player(at), trackAddresses(card.plan)).expects
    }

    test.each([
      ['rest-card-detail-linear.json', 'next', '01-INT', '02-1'],
      ['rest-card-detail-linear.json', 'previous', '02-1', '01-INT'],
      ['card-interactive-commercial-excerpt.json', 'next', '01 Credits', '02 Start'],
      ['card-interactive-commercial-excerpt.json', 'previous', '04 Class Choice', '03 Marketplace'],
      ['card-interactive-stream-minimal.json', 'restart', '03 Chapter 3', '01 Chapter 1'],
      ['card-interactive-twee-generated.json', 'next', 'Start', 'Next'],
    ] as const)('%s: %s from "%s" is "%s"', (file, type, from, to) => {
      expect(go(file, { type }, from)).toMatchObject({ chapter_key: to, track_key: to })
    })

    test('seek names the keys the player is on, and past the end there is nothing', () => {
      const file = 'card-interactive-commercial-excerpt.json'
      expect(go(file, { type: 'seek', position_s: 7 }, '02 Start')).toMatchObject({ track_key: '02 Start' })
      expect(() => go('rest-card-detail-linear.json', { type: 'next' }, '02-1')).toThrow('at the last track')
      expect(() => go(file, { type: 'next' }, '99 Nowhere')).toThrow('not known to have')
    })
  },
)

test('keys keep their zeros and their exponents, and hidden chapters are passed over', () => {
  const chapter = (key: string, more = {}) => ({ key, title: key, tracks: [{ key, title: key }], ...more })
  const chapters = [
    chapter('08', { hidden: true }),
    chapter('08b'),
    chapter('12e4', { hidden: true }),
    chapter('007'),
  ]
  const card = cardFrom({ cardId: '08aB0', title: 'A', content: { chapters } })
  const tracks = trackAddresses(card?.plan ?? { title: '', chapters: [] })
  const from = (type: 'next' | 'previous' | 'restart', key: string) =>
    messageFor({ type }, player({ card_id: '08aB0', chapter_key: key, track_key: key }), tracks).expects
      ?.track_key
  expect(from('next', '08b')).toBe('007')
  expect(from('next', '12e4')).toBe('007')
  expect(from('previous', '007')).toBe('08b')
  expect(from('previous', '08b')).toBe('08b')
  expect(from('restart', '007')).toBe('08b')
})
