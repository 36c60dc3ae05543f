import { describe, expect, test } from 'vitest'
import { parseStreamSet } from '../../src/broker/stream-set.ts'

describe('a message for a stream', () => {
  test.each([
    ['good-night', { type: 'playlist', playlist: 'good-night' }],
    [' "good-night"\n', { type: 'playlist', playlist: 'good-night' }],
    ['"M\\u00e4rchen"', { type: 'playlist', playlist: 'Märchen' }],
    ['"old" songs', { type: 'playlist', playlist: '"old" songs' }],
    ['{"playlist": " good-night "}', { type: 'playlist', playlist: 'good-night' }],
    ['{"queue": {"set": "forest", "limit": 2}}', { type: 'queue', options: { set: 'forest', limit: 2 } }],
    ['{"skip": true}', { type: 'skip' }],
    ['{"skip": "PRESS"}', { type: 'skip' }],
    ['{"restart": true}', { type: 'restart' }],
    ['{"closed": true}', { type: 'settings', settings: { closed: true } }],
    [
      '{"closed": true, "if_pressed": "clips/shh.mp3"}',
      { type: 'settings', settings: { closed: true, if_pressed: 'clips/shh.mp3' } },
    ],
    [
      '{"closed": true, "until": " 07:00 ", "if_pressed": null}',
      { type: 'close', until: '07:00', settings: { closed: true, if_pressed: null } },
    ],
    ['{"if_pressed": null}', { type: 'settings', settings: { if_pressed: null } }],
    [
      '{"loop": true, "shuffle": false, "mode": "Finite"}',
      { type: 'settings', settings: { loop: true, shuffle: false, mode: 'finite' } },
    ],
    [
      '{"resume": "restart", "loop": true}',
      { type: 'settings', settings: { resume: 'restart', loop: true } },
    ],
  ])('%s', (payload, wish) => {
    expect(parseStreamSet(payload)).toEqual({ ok: true, wishes: [wish] })
  })

  test.each([
    ['{"closed": "yes"}', 'closed'],
    ['{"closed": true, "if_pressed": ""}', 'if_pressed'],
    ['{"closed": true, "if_pressed": ["a.mp3"]}', 'if_pressed'],
    [`{"closed": true, "if_pressed": "${'x'.repeat(1001)}"}`, 'if_pressed'],
    ['{"closed": true, "if_presed": "a.mp3"}', 'if_presed'],
    ['{"closed": true, "until": 7}', 'until'],
    ['{"closed": false, "until": "07:00"}', 'until'],
    ['{"until": "07:00"}', 'until'],
    ['{"mode": "endless"}', 'mode'],
    ['{"playlist": 5}', 'playlist'],
    ['{"queue": "forest"}', 'queue'],
    ['{"skip": false}', 'skip'],
    ['{"restart": "off"}', 'restart'],
    ['{"lop": true}', 'lop'],
    ['{"__proto__": true}', '__proto__'],
    ['{}', null],
    ['{broken', null],
    ['""', null],
    ['"{}"', null],
    ['  ', null],
    ['x'.repeat(300), null],
  ])('%s is refused', (payload, field) => {
    expect(parseStreamSet(payload)).toMatchObject({ ok: false, field })
  })

  test('of more than 64 KiB is no command but a mistake', () => {
    expect(parseStreamSet(`{"playlist": "${'x'.repeat(70_000)}"}`)).toMatchObject({
      ok: false,
      code: 'invalid_payload',
    })
  })

  test.each([
    ['{"playlist": "a", "loop": true}', 'loop'],
    ['{"playlist": "a", "if_pressed": "a.mp3"}', 'if_pressed'],
    ['{"skip": true, "restart": true}', 'restart'],
    ['{"closed": true, "queue": {"set": "a"}}', 'queue'],
    ['{"loop": true, "closed": true}', 'closed'],
  ])('%s is refused in words that say what goes together', (payload, field) => {
    expect(parseStreamSet(payload)).toMatchObject({
      ok: false,
      code: 'invalid_value',
      field,
      message: expect.stringMatching(
        /^it does not go together with .*closed, until, if_pressed; or loop, shuffle, mode, resume, stays$/,
      ),
    })
  })
})
