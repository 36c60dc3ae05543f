import { describe, expect, test } from 'vitest'
import type { Node } from '../../src/language/node.ts'
import { Report } from '../../src/language/report.ts'
import { loadYaml } from '../../src/language/source.ts'
import { readTagged, withShorthand } from '../../src/language/tagged.ts'

const kinds = ['time', 'mqtt', 'card', 'volume']

function read(
  text: string,
  known: Iterable<string> = kinds,
  further: Omit<Parameters<typeof readTagged>[2], 'what' | 'kinds'> = {},
) {
  const source = { file: 'a.yaml', text }
  const { root } = loadYaml(source)
  if (root === null) throw new Error('no tree')
  const report = new Report(source)
  const tagged = readTagged(root, report, { what: 'trigger', kinds: known, ...further })
  const found = report.diagnostics.map(
    ({ line, column, code, message }) => `${line}:${column} ${code} ${message}`,
  )
  return { tagged, found, helps: report.diagnostics.map(({ help }) => help) }
}

describe('readTagged', () => {
  test('takes the one key that names the kind, and what may stand beside it', () => {
    const { tagged, found } = read(
      'id: by-hand\ntime: {at: "19:30"}\nname: Evening\nif: coins > 3\nenabled: false\n',
    )
    expect(found).toEqual([])
    expect(tagged).toMatchObject({
      kind: 'time',
      keyNode: { text: 'time', span: { start: 12, end: 16 } },
      value: { kind: 'map' },
      id: 'by-hand',
      name: 'Evening',
      if: { kind: 'scalar', text: 'coins > 3' },
      enabled: false,
    })
  })

  test('takes further keys where they are asked for, and says of others where they belong', () => {
    const further = { more: ['late'], inner: new Map([['time', ['at']]]) }
    const { tagged, found } = read('time: x\nlate: 3', kinds, further)
    expect(found).toEqual([])
    expect([...(tagged?.more ?? [])]).toMatchObject([['late', { value: { text: '3' } }]])
    expect(read('time: x\nlate: 3').found).toEqual([expect.stringContaining('unknown key "late"')])
    expect(read('time: {for: 3}\nat: x', kinds, further).helps).toEqual([
      'it belongs into `time`, as in `time: {…, at: …}`',
    ])
    expect(read('time:\n  - for: 3\nat: x', kinds, further).helps).toEqual([
      'it belongs into the list of `time`, as its last item: `- at: …`',
    ])
    expect(read('late: 3', kinds, further).found).toEqual([expect.stringContaining('does not name its kind')])
  })

  test('is enabled, and has neither id nor name nor condition, unless it says so', () => {
    const { tagged } = read('card: x')
    expect(tagged?.enabled).toBe(true)
    expect(Object.keys(tagged ?? {}).sort()).toEqual(['enabled', 'keyNode', 'kind', 'more', 'value'])
  })

  test('reads the kinds once from whatever hands them out', () => {
    expect(read('tiem: x', new Map([['time', 1]]).keys()).found[0]).toContain('did you mean "time"?')
  })

  test('lets `if` be a kind where it is one', () => {
    expect(read('if: x', ['if', 'stop']).tagged).toMatchObject({ kind: 'if', enabled: true })
    expect(read('if: x\nstop:', ['if', 'stop']).tagged).toMatchObject({ kind: 'stop', if: { text: 'x' } })
  })

  const table: [text: string, found: string[]][] = [
    [
      'time: 1\nmqtt: 2',
      ['2:1 key/two-kinds one item, one kind: this has both `time` and `mqtt`. Start a new line with "-"'],
    ],
    [
      'tiem: x',
      ['1:1 key/unknown unknown trigger "tiem" - did you mean "time"? (known: time, mqtt, card, volume)'],
    ],
    ['zebra: x\nid: y', ['1:1 key/unknown unknown trigger "zebra" (known: time, mqtt, card, volume)']],
    [
      'platform: time\nat: "19:30"',
      ['1:1 key/ha-word Home Assistant writes `platform: time`; here the kind is itself the key: `time: …`'],
    ],
    [
      'service: light.turn_on\ntarget: x',
      [
        '1:1 key/ha-word Home Assistant writes `service: light.turn_on`; here the kind of the trigger is itself the key (one of: time, mqtt, card, volume)',
      ],
    ],
    ['delay: 5', ['1:1 key/ha-word Home Assistant calls this `delay`; here it is `wait`']],
    [
      'time: x\nidd: a',
      [
        '2:1 key/unknown unknown key "idd" in this trigger, beside `time` - did you mean "id"? (allowed: id, if, name, enabled)',
      ],
    ],
    ['time: x\nalias: a', ['2:1 key/ha-word Home Assistant calls this `alias`; here it is `name`']],
    ['id: x', ['1:1 key/missing this trigger does not name its kind (one of: time, mqtt, card, volume)']],
    ['time', ['1:1 type/value a trigger is a key with its options, such as `time: …`, not "time"']],
    ['- time: x', ['1:1 type/value a trigger is a key with its options, such as `time: …`, not a list']],
    ['time: x\nenabled: maybe', ['2:10 type/value `enabled` takes true or false, not "maybe"']],
    ['time: x\nid: [a]', ['2:5 type/value `id` takes a text']],
    ['time: x\nname:', ['2:1 type/value `name` takes a text']],
  ]

  test.each(table)('%j', (text, found) => {
    const result = read(text)
    expect(result.found).toEqual(found)
    expect(result.tagged).toBeUndefined()
  })

  test('tells that options written beside their kind belong further in, once', () => {
    const { found, helps } = read('time:\nat: "19:30"\ndays: [mon]\n')
    expect(found).toHaveLength(1)
    expect(helps).toEqual(['to make it an option of `time`, indent it further than `time`'])
  })
})

describe('withShorthand', () => {
  const scalar = (text: string, quoted = false): Node => ({
    kind: 'scalar',
    text,
    quoted,
    span: { start: 6, end: 10 },
  })

  test('puts a bare value, also a list or empty quotes, behind the option, at its own place', () => {
    for (const value of [
      scalar('full'),
      scalar('', true),
      { kind: 'list', items: [], span: { start: 6, end: 8 } } as const,
    ]) {
      const node = withShorthand(value, 'phase')
      expect(node).toMatchObject({ kind: 'map', span: value.span })
      expect(node.kind === 'map' ? node.entries.get('phase') : null).toMatchObject({
        value,
        key: { span: value.span },
      })
    }
  })

  test('leaves a map as it is, and a bare value where the kind has no shorthand', () => {
    const map: Node = { kind: 'map', entries: new Map(), span: { start: 0, end: 1 } }
    expect(withShorthand(map, 'phase')).toBe(map)
    const bare = scalar('x')
    expect(withShorthand(bare, undefined)).toBe(bare)
  })

  test('takes a kind without a value for one without options', () => {
    expect(withShorthand(scalar(''), 'phase')).toMatchObject({ kind: 'map', entries: new Map() })
    expect(withShorthand(scalar(''), undefined)).toMatchObject({ kind: 'map', entries: new Map() })
  })
})

test('a second kind below one without a value may be its option, too far to the left', () => {
  expect(read('volume:\nmqtt: x').helps).toEqual([
    'if `mqtt` belongs to `volume`, indent it further than `volume`',
  ])
  expect(read('volume: 3\nmqtt: x').helps).toEqual([undefined])
})
