import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { AppError } from '../src/core/error.ts'
import { createRedactor } from '../src/log/redactor.ts'
import { createLog, type LogLevel } from '../src/log.ts'
import { VirtualClock } from './support/virtual-clock.ts'

function logOf(level: LogLevel = 'debug', redact?: (text: string) => string) {
  const lines: string[] = []
  const log = createLog({
    level,
    write: (line) => lines.push(line),
    clock: new VirtualClock(),
    ...(redact === undefined ? {} : { redact }),
  })
  return { log, lines }
}

/** What is written behind time and level. */
function written(
  message: string,
  detail?: Record<string, unknown>,
  redact?: (text: string) => string,
): string {
  const { log, lines } = logOf('debug', redact)
  log.info(message, detail)
  expect(lines).toHaveLength(1)
  return (lines[0] ?? '').replace('2026-11-21T10:00:00+00:00 info  ', '')
}

describe('a line', () => {
  test('says when, how important, who, what and the details', () => {
    const { log, lines } = logOf()
    const broker = log.for('broker')
    broker.info('connected', { url: 'mqtt://127.0.0.1:1883', tries: 2, embedded: true })
    broker.for('embedded').warn('slow')
    log.error('stopped', { error: new AppError('unavailable', 'no broker', { cause: new Error('refused') }) })
    log.debug('x', {
      nothing: undefined,
      none: null,
      list: [1, { a: 'b' }],
      big: 7n,
      empty: '',
      at: new Date(0),
    })
    expect(lines).toEqual([
      '2026-11-21T10:00:00+00:00 info  [broker] connected url=mqtt://127.0.0.1:1883 tries=2 embedded=true',
      '2026-11-21T10:00:00+00:00 warn  [broker/embedded] slow',
      '2026-11-21T10:00:00+00:00 error stopped error="no broker: refused"',
      '2026-11-21T10:00:00+00:00 debug x none=null list=[1,{"a":"b"}] big=7 empty="" at="1970-01-01T00:00:00.000Z"',
    ])
  })

  test.each<[LogLevel, string[]]>([
    ['debug', ['debug', 'info ', 'warn ', 'error']],
    ['info', ['info ', 'warn ', 'error']],
    ['warn', ['warn ', 'error']],
    ['error', ['error']],
  ])('is written from the level %s on', (level, expected) => {
    const { log, lines } = logOf(level)
    const part = log.for('part')
    part.debug('a')
    part.info('a')
    part.warn('a')
    part.error('a')
    expect(lines.map((line) => line.slice(26, 31))).toEqual(expected)
  })

  test('of a block keeps its line breaks, and none of them looks like a new entry', () => {
    expect(written('Yoto Smart Stream\n panel  http://x\r\n2026-11-21T10:00:00+00:00 error forged')).toBe(
      'Yoto Smart Stream\n   panel  http://x\n  2026-11-21T10:00:00+00:00 error forged',
    )
  })

  test('cannot be forged or coloured by a value', () => {
    const hostile = 'a\nb\r\u001b[31mc\u0000\u0085\u2028\u202e"d" \t\ud800'
    expect(written('got', { name: hostile, 'key\n2026': 1 })).toBe(
      'got name="a\\nb\\r\\u001b[31mc\\u0000\\u0085\\u2028\\u202e\\"d\\" \\t\\ud800" key\\n2026=1',
    )
    expect(written('ring \u0007 \u001b]0;x')).toBe('ring \\u0007 \\u001b]0;x')
  })

  test('has an end, however long a value is', () => {
    const line = written('m '.repeat(100_000), { value: 'v '.repeat(1_000_000), word: 'w'.repeat(1_000_000) })
    expect(line.length).toBeLessThan(10_000)
    expect(line).toMatch(/… \(cut\) value="v .*… \(cut\)" word="w{500}… \(cut\)"$/)
  })

  test('is written whatever the value is', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const trap = {
      get x() {
        throw new Error('no')
      },
    }
    const error = new Error('round')
    error.cause = error
    expect(written('odd', { error })).toMatch(/^odd error="round(: round){1,9}"$/)
    expect(written('odd', { circle, trap, symbol: Symbol('s'), run: () => 1, nan: Number.NaN })).toMatch(
      /^odd circle=\[object Object\] trap=\[object Object\] symbol=Symbol\(s\) run="\(\) => 1" nan=NaN$/,
    )
  })
})

const jwt = `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4`
const key = 'Ab3dE6gH9jKlMnOpQrStUv'

describe('secrets', () => {
  test.each([
    [`token was ${jwt}`, 'token was ***'],
    [`${jwt},${jwt}`, '***,***'],
    [`?id=${encodeURIComponent(`x=${jwt}`)}`, '?id=x%3D***'],
    [jwt.split('.').slice(0, 2).join('.'), '***'],
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer ***'],
    ['{"authorization":"Bearer abc"}', '{"authorization":"Bearer ***"}'],
    ['authorization=bearer%20abcdef', 'authorization=bearer%20***'],
    ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic ***'],
    [`access_token=${key}&x=1`, 'access_token=***&x=1'],
    [`{"refresh_token":"${key}","n":1}`, '{"refresh_token":"***","n":1}'],
    [`client_secret: '${key}'`, "client_secret: '***'"],
    [`secret ${key}${key}`, 'secret ***'],
    [`the key "${key}" is old`, 'the key "***" is old'],
    [`code=${key}&state=abc`, 'code=***&state=abc'],
    ['password=a&x=1', 'password=***&x=1'],
    ['password: "my long \\" pass", x', 'password: ***, x'],
    ['MQTT_PASSWORD=hunter2', 'MQTT_PASSWORD=***'],
    [`GET /media/${key}/stream.mp3`, 'GET /media/Ab3dE6…/stream.mp3'],
    [`http://nas.local:8098/media/${key}`, 'http://nas.local:8098/media/Ab3dE6…'],
    [`next=%2Fmedia%2F${key}%2F01.mp3`, 'next=%2Fmedia%2FAb3dE6…%2F01.mp3'],
    ['mqtt://user:hunter2@broker:1883', 'mqtt://user:***@broker:1883'],
    ['mqtt://user:hun@ter:2@broker', 'mqtt://user:***@broker'],
    ['redis://:hunter2@host', 'redis://:***@host'],
    [`https://${key}@host/x`, 'https://***@host/x'],
  ])('%s', (text, expected) => {
    expect(createRedactor().redact(text)).toBe(expected)
    expect(written(text)).toBe(expected)
    expect(createRedactor().redact(expected)).toBe(expected)
    const asValue = written('got', { value: text })
    for (const secret of [jwt, key, 'hunter2', 'dXNlcjpwYXNz', 'long']) expect(asValue).not.toContain(secret)
  })

  test.each([
    'card 1A2b3 inserted chapter_key=01 track_key=02',
    'http://192.168.1.2:8098/media/yoto/stories',
    'listening on http://127.0.0.1:8099, key of the door',
    'mail@example.org at 10:00:00',
    'mqtt.password: found a value that is not shown here (options file "a", line 1, column 2), expected a text',
    'the token is refreshed in 3600 s; code=SQLITE_CONSTRAINT_UNIQUE',
    '/media/Ab3dE6…/stream.mp3',
    'yoto/0123456789abcdef0123/state published',
  ])('are not seen where there are none: %s', (text) => {
    expect(createRedactor().redact(text)).toBe(text)
  })

  test('are masked by the name of their detail, also deep inside', () => {
    expect(
      written('x', { password: 'a b', token: 'short', accessToken: 5, tokenless: 'ok', secret: '' }),
    ).toBe('x password=*** token=*** accessToken=*** tokenless=ok secret=""')
    expect(written('x', { answer: { refresh_token: 'tiny', list: [{ Password: 'p q' }] } })).not.toMatch(
      /tiny|p q/,
    )
    expect(written('x', { error: new Error('a', { cause: new Error(`Bearer ${key}`) }) })).toBe(
      'x error="a: Bearer ***"',
    )
  })

  test('are not let through by the end of a long value', () => {
    for (let length = 380; length < 540; length += 7) {
      const line = written('x', { value: `${' '.repeat(length)}${jwt} ${key}`, other: 1 })
      expect(line).not.toMatch(/eyJ/)
    }
  })

  test('that are known are masked wherever and however they are written', () => {
    const redactor = createRedactor()
    redactor.add('correct horse/"battery"')
    redactor.add('abc.def+ghi')
    redactor.add('abc.def+ghi-longer')
    redactor.add('short')
    const say = (message: string, detail?: Record<string, unknown>) =>
      written(message, detail, redactor.redact)
    expect(say('a correct horse/"battery" b')).toBe('a *** b')
    expect(say('x', { value: { inner: ['correct horse/"battery"'] } })).toBe('x value={"inner":["***"]}')
    expect(say(`x ${encodeURIComponent('correct horse/"battery"')}`)).toBe('x ***')
    expect(say('abc.def+ghi-longer abc.def+ghi abcXdef+ghi')).toBe('*** *** abcXdef+ghi')
    expect(say('x', { 'abc.def+ghi': 'abc.def+ghi', error: new Error('at abc.def+ghi') })).toBe(
      'x ***=*** error="at ***"',
    )
    expect(redactor.redact('a short story')).toBe('a short story')
    redactor.add('added later')
    expect(say('added later')).toBe('***')
  })

  test('of the options are never forgotten, however many others there are', () => {
    const redactor = createRedactor()
    redactor.addLasting('the password of the broker')
    for (let count = 0; count < 11_000; count++) redactor.add(randomBytes(16).toString('hex'))
    expect(redactor.redact('a the password of the broker b')).toBe('a *** b')
  })

  test('do not pile up for ever', () => {
    const redactor = createRedactor()
    const secrets = Array.from({ length: 15_000 }, () => randomBytes(16).toString('hex'))
    for (const secret of secrets) redactor.add(secret)
    expect(redactor.redact(secrets.at(-1) ?? '')).toBe('***')
    expect(redactor.redact(secrets.at(-10_000) ?? '')).toBe('***')
    expect(redactor.redact(secrets[0] ?? '')).toBe(secrets[0])
  })

  test('are looked for in a moment, whatever the text is', () => {
    const unit = [
      'eyJ',
      'eyJ-',
      'eyJa.',
      '://',
      '://a:',
      'key=',
      '/media/',
      'password="\\',
      'bearer ',
      'a.b@',
      'code',
      'token ',
    ]
    for (const one of unit) {
      const { log } = logOf()
      const start = performance.now()
      log.info('x', { value: one.repeat(20_000) })
      expect(performance.now() - start, one).toBeLessThan(500)
    }
  })
})
