import { describe, expect, test } from 'vitest'
import { commandFields, parseField, parseFields } from '../../src/broker/commands.ts'

describe('a plain value under set/<field>', () => {
  test.each([
    ['volume_percent', '40', { type: 'volume-percent', percent: 40 }],
    ['volume_percent', '0', { type: 'volume-percent', percent: 0 }],
    ['volume_step', ' 16 ', { type: 'volume-step', step: 16 }],
    ['volume_step', '4.0', { type: 'volume-step', step: 4 }],
    ['playback', 'pause', { type: 'pause' }],
    ['playback', 'Next', { type: 'next' }],
    ['restart', 'PRESS', { type: 'restart' }],
    ['seek_s', '12.5', { type: 'seek', position_s: 12.5 }],
    ['card', '00123', { type: 'card', card_id: '00123' }],
    ['card', '{"card_id":"0abc","chapter_key":"01"}', { type: 'card', card_id: '0abc', chapter_key: '01' }],
    ['sleep_timer_s', '600', { type: 'sleep-timer', seconds: 600 }],
    ['sleep_timer_s', 'Track', { type: 'sleep-timer', until: 'track' }],
    ['ambient_day', '#FF8800', { type: 'settings', settings: { ambient_day: '#ff8800' } }],
    ['ambient_night', 'off', { type: 'settings', settings: { ambient_night: 'off' } }],
    ['volume_max_step_day', '12', { type: 'settings', settings: { volume_max_step_day: 12 } }],
    ['volume_max_step_night', '0', { type: 'settings', settings: { volume_max_step_night: 0 } }],
    ['bluetooth', 'Off', { type: 'bluetooth', action: 'off' }],
    ['bluetooth', '{"action":"on","role":"speaker"}', { type: 'bluetooth', action: 'on', role: 'speaker' }],
    ['picture', '/icons/sun', { type: 'picture', uri: '/icons/sun', seconds: 5, animated: false }],
    [
      'picture',
      '{"uri":"/icons/sun","seconds":9,"animated":true}',
      { type: 'picture', uri: '/icons/sun', seconds: 9, animated: true },
    ],
    ['nightlight', '#FF8800', { type: 'nightlight', light: '#ff8800' }],
    ['nightlight', 'off', { type: 'nightlight', light: 'off' }],
    ['nightlight', '{"state":"OFF"}', { type: 'nightlight', light: 'off' }],
    ['nightlight', '{"state":"ON"}', { type: 'nightlight', light: '#ffffff' }],
    [
      'ambient_night',
      '{"state":"ON","color":{"r":255,"g":136,"b":0},"brightness":128}',
      { type: 'settings', settings: { ambient_night: '#804400' } },
    ],
    ['reboot', 'PRESS', { type: 'reboot' }],
    ['refresh', 'true', { type: 'refresh' }],
  ])('%s %s', (field, payload, command) => {
    expect(parseField(field, payload)).toEqual({ ok: true, wishes: [command] })
  })

  test.each([
    ['volume_percent', '101'],
    ['volume_percent', '-1'],
    ['volume_percent', ''],
    ['volume_percent', 'NaN'],
    ['volume_percent', '0x10'],
    ['volume_percent', '1e1'],
    ['volume_step', '17'],
    ['volume_step', '3.5'],
    ['volume_step', 'Infinity'],
    ['playback', 'eject'],
    ['restart', 'off'],
    ['seek_s', '-3'],
    ['card', ''],
    ['card', '../cards'],
    ['card', '..'],
    ['card', 'a/b'],
    ['card', '{"card_id":123}'],
    ['card', '{"card_id":"a","seconds_in":"5"}'],
    ['card', '{"card_id":"a","sekonds_in":5}'],
    ['card', '{broken'],
    ['sleep_timer_s', 'tracks'],
    ['volume_max_step_day', '17'],
    ['ambient_day', 'red'],
    ['bluetooth', 'loud'],
    ['bluetooth', '{"action":"off","role":"speaker"}'],
    ['bluetooth', '{"action":"on","mac":"aa:bb"}'],
    ['bluetooth', '{"action":"on","volume":16}'],
    ['picture', '{"uri":"/icons/sun","seconds":0}'],
    ['picture', '{"uri":7}'],
    ['nightlight', '#ff88'],
    ['nightlight', 'red'],
    ['nightlight', '{"state":"ON","color":"red"}'],
    ['ambient_day', '{"state":"ON","color":{"r":300,"g":0,"b":0}}'],
    ['ambient_night', '{}'],
    ['reboot', 'false'],
  ])('%s %j is refused and says what it expected', (field, payload) => {
    expect(parseField(field, payload)).toMatchObject({
      ok: false,
      code: 'invalid_value',
      field,
      message: expect.stringMatching(/^expected /),
    })
  })

  test('a field with a slip of the finger gets a suggestion', () => {
    expect(parseField('volum_step', '4')).toMatchObject({
      ok: false,
      code: 'unknown_field',
      message: expect.stringContaining('did you mean volume_step?'),
    })
  })

  test.each(['__proto__', 'constructor', 'toString', 'ambient_noon', 'x'.repeat(500)])(
    'an unknown field is refused with the list of those that are known: %s',
    (field) => {
      expect(parseField(field, '1')).toMatchObject({
        ok: false,
        code: 'unknown_field',
        message: expect.stringContaining(commandFields.join(', ')),
      })
    },
  )
})

describe('an object of fields under set', () => {
  test('becomes commands in its order', () => {
    expect(parseFields('{"volume_step": 3, "card": {"card_id": "007"}, "restart": true}')).toEqual({
      ok: true,
      wishes: [{ type: 'volume-step', step: 3 }, { type: 'card', card_id: '007' }, { type: 'restart' }],
    })
  })

  test('may tell a light as Home Assistant does, and "on" alone is the colour that this light had last', () => {
    const payload =
      '{"nightlight": {"state": "ON"}, "ambient_day": {"state": "ON"}, "ambient_night": "#00ff00"}'
    expect(parseFields(payload, (field) => (field === 'nightlight' ? '#643600' : null))).toEqual({
      ok: true,
      wishes: [
        { type: 'nightlight', light: '#643600' },
        { type: 'settings', settings: { ambient_day: '#ffffff' } },
        { type: 'settings', settings: { ambient_night: '#00ff00' } },
      ],
    })
  })

  test('with one bad field does nothing at all', () => {
    expect(parseFields('{"volume_step": 3, "playback": "eject"}')).toMatchObject({
      ok: false,
      field: 'playback',
      value: 'eject',
    })
  })

  test('refuses a card id that is a number, because its zeros are gone already', () => {
    expect(parseFields('{"card": 123}')).toMatchObject({ ok: false, field: 'card', value: 123 })
  })

  test.each(['', 'play', '[]', 'null', '{}', '{', '"x"', '7'])('%j is no object of fields', (payload) => {
    expect(parseFields(payload)).toMatchObject({ ok: false, code: 'invalid_payload' })
  })

  test('more than 64 KiB is no command but a mistake', () => {
    const payload = `{"card":"${'x'.repeat(70_000)}"}`
    for (const parsed of [parseFields(payload), parseField('card', payload)])
      expect(parsed).toMatchObject({ ok: false, code: 'invalid_payload' })
  })

  test('a key named __proto__ is a field like any other, and unknown', () => {
    expect(parseFields('{"__proto__": {"volume_step": 3}}')).toMatchObject({
      ok: false,
      code: 'unknown_field',
    })
  })
})

describe('a press', () => {
  test.each(['{"toString":1}', '["on"]', '[1]', '{}', 'null', '2', 'false', '[[["press"]]]'])(
    'is nothing that only looks like one: %s',
    (value) => {
      expect(parseFields(`{"restart":${value}}`)).toMatchObject({
        ok: false,
        code: 'invalid_value',
        field: 'restart',
        message: 'expected true or PRESS',
      })
    },
  )

  test.each(['true', '1', '"1"', '" On "', '"PRESS"'])('is %s', (value) => {
    expect(parseFields(`{"restart":${value}}`)).toEqual({ ok: true, wishes: [{ type: 'restart' }] })
  })
})
