import fc from 'fast-check'
import { type Static, type TSchema, Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { decode } from '../../src/language/check.ts'
import type { MapNode, Node, ScalarNode } from '../../src/language/node.ts'
import { Report } from '../../src/language/report.ts'
import { loadYaml } from '../../src/language/source.ts'
import { withShorthand } from '../../src/language/tagged.ts'

function read<S extends TSchema>(schema: S, text: string, shorthand?: string) {
  const source = { file: 'a.yaml', text }
  const { root, diagnostics } = loadYaml(source)
  if (root === null) throw new Error(`no tree: ${JSON.stringify(diagnostics)}`)
  const report = new Report(source)
  const node = shorthand === undefined ? root : withShorthand(root, shorthand)
  const value: Static<S> | undefined = decode(schema, node, report, { what: 'action `queue`' })
  const found = report.diagnostics.map(
    ({ line, column, code, message }) => `${line}:${column} ${code} ${message}`,
  )
  return { value, found, diagnostics: report.diagnostics }
}

const closed = { additionalProperties: false }
const step = Type.Integer({ minimum: 0, maximum: 16 })
const ramp = Type.Object({ to: step, over: Type.Optional(Type.String()) }, closed)

describe('decode reads scalars by the type that the schema asks for', () => {
  const table: [schema: TSchema, text: string, value: unknown][] = [
    [Type.String(), '08', '08'],
    [Type.String(), '12e4', '12e4'],
    [Type.String(), '01:10', '01:10'],
    [Type.String(), '"7"', '7'],
    [Type.String(), '""', ''],
    [Type.String(), 'true', 'true'],
    [Type.String(), 'null', 'null'],
    [Type.Integer(), '08', 8],
    [Type.Integer(), '-3', -3],
    [Type.Number(), '1.50', 1.5],
    [Type.Number(), '12e4', 120_000],
    [Type.Boolean(), 'true', true],
    [Type.Boolean(), 'False', false],
    [Type.Literal('on'), 'on', 'on'],
    [Type.Literal(3), '3', 3],
    [Type.Enum(['a', 'b']), 'b', 'b'],
    [Type.Null(), '~', null],
    [Type.Union([step, Type.Literal('max')]), 'max', 'max'],
    [Type.Union([Type.Literal('max'), step]), '07', 7],
    [Type.Union([Type.String(), Type.Literal(5)]), '5', 5],
    [Type.Array(Type.Integer()), '[1, 02]', [1, 2]],
    [Type.Tuple([Type.String(), Type.Integer()]), '[1, 2]', ['1', 2]],
    [Type.Record(Type.String(), Type.Integer()), '{10: 1, 2: 2}', { 2: 2, 10: 1 }],
    [
      Type.Intersect([Type.Object({ a: Type.Integer() }), Type.Object({ b: Type.String() })]),
      '{a: 1, b: 2}',
      { a: 1, b: '2' },
    ],
    [
      Type.Unknown(),
      '{a: 1, b: 08, c: true, d: [~, 1e5, 0x1], e: "7", f: -1.5}',
      { a: 1, b: '08', c: true, d: [null, '1e5', '0x1'], e: '7', f: -1.5 },
    ],
  ]

  test.each(table)('%j reads %s', (schema, text, value) => {
    expect(read(schema, text)).toMatchObject({ value, found: [] })
  })

  test.each([
    '0x10',
    '1_000',
    '.inf',
    '.nan',
    '1e400',
    '99999999999999999999',
    '1.5',
    '"8"',
    'eight',
    '٣',
    '1:30',
  ])('takes %s for no whole number', (text) => {
    const { value, found } = read(Type.Integer(), text)
    expect(value).toBeUndefined()
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^1:1 type\/value action `queue` takes a whole number, not "/)
  })

  test('keeps the digits of any text, and the value of any whole number', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(3), (number, zeros) => {
        const text = `${number < 0 ? '-' : ''}${'0'.repeat(zeros)}${Math.abs(number)}`
        expect(read(Type.String(), text).value).toBe(text)
        expect(read(Type.Integer(), text).value).toBe(Number(text))
      }),
      { numRuns: 100 },
    )
  })

  test('helps with quotes around a number and with other words for yes', () => {
    expect(read(step, '"3"').diagnostics[0]?.help).toBe('leave out the quotes: `3`')
    expect(read(Type.Boolean(), '"on"').diagnostics[0]?.help).toBe('write `true`')
    expect(read(Type.Boolean(), 'on')).toMatchObject({ value: true, diagnostics: [] })
    expect(read(Type.Boolean(), 'No')).toMatchObject({ value: false, diagnostics: [] })
    expect(read(Type.String(), '3').diagnostics).toEqual([])
  })
})

describe('decode says what is wrong at its place', () => {
  const queue = Type.Object(
    {
      playlist: Type.String(),
      limit: Type.Optional(Type.Integer({ minimum: 1 })),
      mode: Type.Optional(Type.Enum(['single', 'restart', 'queued'])),
      volume: Type.Optional(Type.Union([step, ramp])),
      at: Type.Optional(Type.String({ pattern: '^\\d\\d:\\d\\d$', expected: 'a time such as "19:30"' })),
      colour: Type.Optional(Type.String({ pattern: '^#', errorMessage: 'a colour begins with #' })),
      days: Type.Optional(Type.Array(Type.Enum(['mon', 'tue']), { minItems: 1, uniqueItems: true })),
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 5 })),
      when: Type.Optional(Type.Unknown()),
    },
    closed,
  )

  const table: [text: string, found: string[]][] = [
    ['playlist: x\nlimit: 2', []],
    [
      'playlst: x',
      [
        '1:1 key/unknown unknown key "playlst" in action `queue` - did you mean "playlist"? (allowed: playlist, limit, mode, volume, at, colour, days, name, when)',
      ],
    ],
    ['limit: 1', ['1:1 key/missing action `queue` needs `playlist`']],
    ['{}', ['1:1 key/missing action `queue` needs `playlist`, a text']],
    ['{limit: 1}', ['1:1 key/missing action `queue` needs `playlist`']],
    ['playlist: x\ntriggers: y', ['2:1 key/ha-word Home Assistant calls this `triggers`; here it is `when`']],
    ['playlist: x\nalias: y', ['2:1 key/ha-word Home Assistant calls this `alias`; here it is `name`']],
    ['playlist:', ['1:1 type/value `playlist` takes a text, not nothing']],
    ['playlist: [a]', ['1:11 type/value `playlist` takes a text, not a list']],
    ['playlist: x\nlimit: 0', ['2:8 type/value `limit` takes a whole number of at least 1, not "0"']],
    [
      'playlist: x\nmode: restrat',
      ['2:7 type/value `mode` takes single, restart or queued, not "restrat" - did you mean "restart"?'],
    ],
    [
      'playlist: x\nvolume: loud',
      ['2:9 type/value `volume` takes a whole number 0-16 or {to, over}, not "loud"'],
    ],
    [
      'playlist: x\nvolume: 17',
      ['2:9 type/value `volume` takes a whole number 0-16 or {to, over}, not "17"'],
    ],
    [
      'playlist: x\nvolume: [3]',
      ['2:9 type/value `volume` takes a whole number 0-16 or {to, over}, not a list'],
    ],
    ['playlist: x\nvolume: {to: 17}', ['2:14 type/value `to` takes a whole number 0-16, not "17"']],
    [
      'playlist: x\nvolume: {to: 3, ovr: 1m}',
      ['2:17 key/unknown unknown key "ovr" in `volume` - did you mean "over"? (allowed: to, over)'],
    ],
    ['playlist: x\nvolume: {over: 1m}', ['2:1 key/missing `volume` needs `to`']],
    ['playlist: x\nat: 9:30', ['2:5 type/value `at` takes a time such as "19:30", not "9:30"']],
    ['playlist: x\ncolour: red', ['2:9 type/value `colour`: a colour begins with #']],
    ['playlist: x\ndays: []', ['2:7 type/value `days` is empty']],
    ['playlist: x\ndays: [mon, mon]', ['2:7 type/value items 1 and 2 of `days` are the same']],
    [
      'playlist: x\ndays:\n  - mon\n  - teu',
      ['4:5 type/value item 2 of `days` takes mon or tue, not "teu" - did you mean "tue"?'],
    ],
    ['playlist: x\nname: ""', ['2:7 type/value `name` is empty']],
    ['playlist: x\nname: longer', ['2:7 type/value `name` can have at most 5 characters']],
    [
      'limit: 0\nvolume: {to: x, ovr: y}\nplaylist: z',
      [
        '1:8 type/value `limit` takes a whole number of at least 1, not "0"',
        '2:14 type/value `to` takes a whole number 0-16, not "x"',
        '2:17 key/unknown unknown key "ovr" in `volume` - did you mean "over"? (allowed: to, over)',
      ],
    ],
  ]

  test.each(table)('%j', (text, found) => {
    const result = read(queue, text)
    expect(result.found).toEqual(found)
    expect(result.value === undefined).toBe(found.length > 0)
  })

  test('speaks of the word that was written where an option was left to the shorthand', () => {
    expect(read(ramp, 'loud', 'to').found).toEqual([
      '1:1 type/value action `queue` takes a whole number 0-16 or {to, over}, not "loud"',
    ])
    expect(read(ramp, '3', 'to').value).toEqual({ to: 3 })
  })

  test('asks for other names where keys are free but have a form', () => {
    const named = Type.Record(Type.String({ pattern: '^[a-z]+$' }), Type.Integer(), {
      additionalProperties: false,
    })
    expect(read(named, '{a: 1, B: 2, c: x}').found).toEqual([
      '1:8 key/unknown "B" cannot be a key in action `queue`',
      '1:17 type/value `c` takes a whole number, not "x"',
    ])
  })

  test('never leaves a value without a word, whatever keyword refuses it', () => {
    const odd = Type.Unsafe<unknown>({ type: 'object', not: { required: ['a'] } })
    expect(read(odd, '{a: 1}')).toMatchObject({
      value: undefined,
      found: [expect.stringContaining('type/value')],
    })
  })
})

describe('decode chooses the branch of a union that was meant', { tags: 'slow' }, () => {
  const playlist = Type.Union([
    Type.Array(Type.String({ minLength: 1 })),
    Type.Object({ folder: Type.String(), shuffle: Type.Optional(Type.Boolean()) }, closed),
  ])
  const shape = Type.Union([
    Type.Object({ type: Type.Literal('circle'), radius: Type.Number() }, closed),
    Type.Object({ type: Type.Literal('box'), width: Type.Number(), height: Type.Number() }, closed),
  ])

  test('by its shape', () => {
    expect(read(playlist, '[a, ""]').found).toEqual(['1:5 type/value item 2 of action `queue` is empty'])
    expect(read(playlist, '{foldr: a}').found).toEqual([
      '1:2 key/unknown unknown key "foldr" in action `queue` - did you mean "folder"? (allowed: folder, shuffle)',
    ])
    expect(read(playlist, 'a').found).toEqual([
      '1:1 type/value action `queue` takes a list or {folder, shuffle}, not "a"',
    ])
  })

  test('by the word that names it', () => {
    expect(read(shape, '{type: box, width: 1, height: 02}').value).toEqual({
      type: 'box',
      width: 1,
      height: 2,
    })
    expect(read(shape, '{type: box, radius: 1, width: 1}').found).toEqual([
      '1:1 key/missing action `queue` needs `height`',
      '1:13 key/unknown unknown key "radius" in action `queue` (allowed: type, width, height)',
    ])
    expect(read(shape, '{type: bux, radius: 1}').found).toEqual([
      '1:8 type/value `type` takes circle or box, not "bux" - did you mean "box"?',
    ])
  })

  test('within another union, and a hundred thousand times', () => {
    const nested = Type.Array(Type.Union([step, Type.Union([Type.Literal('max'), ramp])]))
    expect(read(nested, '[3, max, {to: 04}]').value).toEqual([3, 'max', { to: 4 }])
    const { diagnostics } = read(nested, `[${'loud, '.repeat(100_000)}]`)
    expect(diagnostics).toHaveLength(100)
  }, 60_000)
})

describe('decode and hostile keys', () => {
  const open = Type.Record(Type.String(), Type.Integer())

  test('a name that every object has is a name like any other', () => {
    const needs = Type.Object({ toString: Type.Integer() }, closed)
    expect(read(needs, '{}').found).toEqual([
      '1:1 key/missing action `queue` needs `toString`, a whole number',
    ])
    expect(read(needs, '{toString: 3}').value).toEqual({ toString: 3 })
    expect(read(Type.Object({}, closed), '{hasOwnProperty: 1}').found).toHaveLength(1)
    expect(read(open, '{valueOf: 1, a/b~c: x}').found).toEqual([
      '1:21 type/value `a/b~c` takes a whole number, not "x"',
    ])
  })

  test('a tree that was built by hand cannot reach the prototype either', () => {
    const span = { start: 0, end: 1 }
    const scalar = (text: string): ScalarNode => ({ kind: 'scalar', text, quoted: false, span })
    const inner: Node = {
      kind: 'map',
      entries: new Map([['polluted', { key: scalar('polluted'), value: scalar('1') }]]),
      span,
    }
    const node: MapNode = {
      kind: 'map',
      entries: new Map([['__proto__', { key: scalar('__proto__'), value: inner }]]),
      span,
    }
    const value = decode(Type.Unknown(), node, new Report({ file: 'a', text: 'x' }), { what: 'it' })
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(Object(value))).toEqual(['__proto__'])
    expect('polluted' in {}).toBe(false)
  })

  test('any tree either fits or is refused with words, and is never thrown at', () => {
    const schema = Type.Union([
      step,
      Type.Array(Type.Union([Type.String(), ramp])),
      Type.Record(Type.String(), ramp),
    ])
    const leaf = fc.constantFrom('a', '3', '""', '17', 'toString', '~')
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
        fc
          .uniqueArray(fc.constantFrom('to', 'over', 'toString', 'x'), { maxLength: 3 })
          .chain((keys) => fc.tuple(...keys.map((key) => tie('tree').map((value) => `${key}: ${value}`))))
          .map((entries) => `{${entries.join(', ')}}`),
      ),
    }))
    fc.assert(
      fc.property(tree, (text) => {
        fc.pre(text !== '~')
        const { value, found } = read(schema, text)
        expect(value === undefined).toBe(found.length > 0)
      }),
      { numRuns: 300 },
    )
  })
})
