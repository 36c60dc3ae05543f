import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Node } from '../../src/language/node.ts'
import { loadYaml } from '../../src/language/source.ts'

interface Case {
  readonly name: string
  readonly text: string
  readonly code: string
  readonly at: `${number}:${number}`
  readonly says: string
  readonly mended: string
}

const cases: readonly Case[] = [
  {
    name: 'a tab that indents',
    text: 'a:\n\tb: 1\n',
    code: 'yaml/syntax',
    at: '2:1',
    says: 'a tab cannot indent YAML; use spaces (line 2)',
    mended: 'a:\n  b: 1\n',
  },
  {
    name: 'a template of Home Assistant',
    text: 'if: {{ coins > 3 }}\n',
    code: 'yaml/braces',
    at: '1:5',
    says: 'without quotes is a YAML map, not a template. Here conditions need no braces: `if: coins > 3`',
    mended: 'if: coins > 3\n',
  },
  {
    name: 'a template in quotes',
    text: 'payload: "{{ coins }}"\n',
    code: 'yaml/braces',
    at: '1:10',
    says: '`{{ … }}` is a template of Home Assistant',
    mended: `payload: "\${ coins }"\n`,
  },
  {
    name: 'a template block',
    text: 'if: {% if x %}\n',
    code: 'yaml/braces',
    at: '1:5',
    says: 'is a template of Home Assistant',
    mended: 'if: x\n',
  },
  {
    name: 'a negation that is a tag',
    text: 'if: !has_key\n',
    code: 'yaml/bang',
    at: '1:5',
    says: '`!has_key` is a YAML tag. Write `not has_key`',
    mended: 'if: not has_key\n',
  },
  {
    name: 'a negated bracket',
    text: 'if: !(a and b)\n',
    code: 'yaml/bang',
    at: '1:5',
    says: 'Write `not (a and b)`',
    mended: 'if: not (a and b)\n',
  },
  {
    name: 'a secret of Home Assistant',
    text: 'topic: !secret topic\n',
    code: 'yaml/bang',
    at: '1:8',
    says: 'is a tag of Home Assistant',
    mended: 'topic: home/topic\n',
  },
  {
    name: 'a known YAML tag',
    text: 'card: !!str 08\n',
    code: 'yaml/bang',
    at: '1:7',
    says: 'none is needed here',
    mended: 'card: 08\n',
  },
  {
    name: 'a quote at the start of a longer text',
    text: "if: 'Den' == player.name\n",
    code: 'yaml/leading-quote',
    at: '1:11',
    says: 'YAML stops reading after "Den". Put the name first: `player.name == \'Den\'`, or quote the whole line',
    mended: "if: player.name == 'Den'\n",
  },
  {
    name: 'an apostrophe inside quotes',
    text: "name: 'it's late'\n",
    code: 'yaml/leading-quote',
    at: '1:11',
    says: 'needs the other quotes around it',
    mended: 'name: "it\'s late"\n',
  },
  {
    name: 'a quoted word followed by others in a list',
    text: "a: ['x' y]\n",
    code: 'yaml/leading-quote',
    at: '1:9',
    says: 'YAML stops reading after "x"',
    mended: 'a: ["x y"]\n',
  },
  {
    name: 'a colon inside a text',
    text: 'name: Bedtime: the story\nother: 1\n',
    code: 'yaml/colon',
    at: '1:14',
    says: 'the `:` inside this text ends it for YAML. Put quotes around the whole text',
    mended: 'name: "Bedtime: the story"\nother: 1\n',
  },
  {
    name: 'a list that begins on the line of its key, without a dash',
    text: 'when: time: "07:00" # early\n',
    code: 'yaml/colon',
    at: '1:11',
    says: 'Put it below, behind "- ", or in braces: `when: {time: "07:00"}`',
    mended: 'when: {time: "07:00"}\n',
  },
  {
    name: 'a key on the line of another',
    text: 'volume: to: 3\n',
    code: 'yaml/colon',
    at: '1:11',
    says: 'quotes around the whole text; where it is a key of its own, braces: `volume: {to: 3}`',
    mended: 'volume: {to: 3}\n',
  },
  {
    name: 'a colour without quotes',
    text: 'ambient: #300000\n',
    code: 'yaml/comment-cut',
    at: '1:10',
    says: 'the value is empty. Quote it if you meant the #',
    mended: 'ambient: "#300000"\n',
  },
  {
    name: 'an anchor that leaves the value empty',
    text: 'name: &x\nother: 1\n',
    code: 'yaml/anchor',
    at: '1:7',
    says: '`&x` names a YAML anchor and leaves the value empty',
    mended: 'name: "&x"\nother: 1\n',
  },
  {
    name: 'an anchor with its alias, told once',
    text: 'a: &x 1\nb: *x\n',
    code: 'yaml/anchor',
    at: '1:4',
    says: '`&x` names a YAML anchor',
    mended: 'a: 1\nb: 1\n',
  },
  {
    name: 'an alias to nothing',
    text: 'name: *x\n',
    code: 'yaml/alias',
    at: '1:7',
    says: '`*x` refers to an anchor that does not exist',
    mended: 'name: "*x"\n',
  },
  {
    name: 'a cron pattern, which begins like an alias',
    text: 'cron: */5 * * * *\n',
    code: 'yaml/alias',
    at: '1:7',
    says: 'Quote the whole text: "*/5 * * * *"',
    mended: 'cron: "*/5 * * * *"\n',
  },
  {
    name: 'a merge key',
    text: 'a: {<<: {b: 1}}\n',
    code: 'yaml/alias',
    at: '1:5',
    says: '`<<` merges nothing here',
    mended: 'a: {b: 1}\n',
  },
  {
    name: 'a # that cuts a value',
    text: 'payload: track #3\n',
    code: 'yaml/comment-cut',
    at: '1:16',
    says: '` #` starts a comment: the value ends at "track". Quote it if you meant the #',
    mended: 'payload: "track #3"  # a comment\n',
  },
  {
    name: 'a colour that is a comment',
    text: 'color: #300000\n',
    code: 'yaml/comment-cut',
    at: '1:8',
    says: 'the value is empty',
    mended: 'color: "#300000"\n',
  },
  {
    name: 'a colour that swallows the closing brace',
    text: 'ambient: {color: #300000}\nname: x\n',
    code: 'yaml/comment-cut',
    at: '1:18',
    says: 'The `}` behind it is lost too',
    mended: 'ambient: {color: "#300000"}\nname: x\n',
  },
  {
    name: 'a name that is there twice',
    text: 'rules:\n  lights-out: 1\n  other: 2\n  lights-out: 3\n',
    code: 'yaml/duplicate',
    at: '4:3',
    says: '"lights-out" is already defined at line 2',
    mended: 'rules:\n  lights-out: 1\n  other: 2\n  lights-on: 3\n',
  },
  ...['__proto__', 'constructor', 'prototype'].map(
    (name): Case => ({
      name: `the id ${name}`,
      text: `rules:\n  ${name}: {a: 1}\n`,
      code: 'yaml/reserved-id',
      at: '2:3',
      says: `"${name}" cannot be a name here`,
      mended: 'rules:\n  proto: {a: 1}\n',
    }),
  ),
  {
    name: 'a second document',
    text: 'a: 1\n---\nb: 2\n',
    code: 'yaml/syntax',
    at: '2:1',
    says: '`---` starts a second document',
    mended: '---\na: 1\nb: 2\n',
  },
  {
    name: 'a directive',
    text: '%YAML 1.1\n---\na: 1\n',
    code: 'yaml/syntax',
    at: '1:1',
    says: 'steers YAML itself',
    mended: '---\na: 1\n',
  },
  {
    name: 'a list as a key',
    text: '[a]: b\n',
    code: 'yaml/syntax',
    at: '1:1',
    says: 'a key must be plain text',
    mended: 'a: b\n',
  },
  {
    name: 'an explicit key',
    text: '? a\n: b\n',
    code: 'yaml/syntax',
    at: '1:1',
    says: 'write `name: value`',
    mended: 'a: b\n',
  },
  {
    name: 'a value without a key',
    text: ': b\n',
    code: 'yaml/syntax',
    at: '1:1',
    says: 'there is no key',
    mended: '"": b\n',
  },
  {
    name: 'a missing space behind the colon',
    text: 'a: 1\nb:2\nc: 3\n',
    code: 'yaml/syntax',
    at: '2:1',
    says: 'a space is missing after the `:`; write `b: 2`',
    mended: 'a: 1\nb: 2\nc: 3\n',
  },
  {
    name: 'a key without a colon',
    text: 'a:\n  b: 1\n  c\n  d: 2\n',
    code: 'yaml/syntax',
    at: '3:3',
    says: '"c" stands where a key is expected',
    mended: 'a:\n  b: 1\n  c:\n  d: 2\n',
  },
  {
    name: 'a bracket left open',
    text: 'a: [1, 2\nb: 3\n',
    code: 'yaml/syntax',
    at: '1:4',
    says: 'this `[` is not closed',
    mended: 'a: [1, 2]\nb: 3\n',
  },
  {
    name: 'a bracket that closes nothing',
    text: 'a: ]\n',
    code: 'yaml/syntax',
    at: '1:4',
    says: 'this `]` closes nothing',
    mended: 'a: []\n',
  },
  {
    name: 'a quote left open',
    text: 'a: "x\nb: 3\nc: 4\n',
    code: 'yaml/syntax',
    at: '1:4',
    says: 'has no closing `"`',
    mended: 'a: "x"\nb: 3\nc: 4\n',
  },
  {
    name: 'an indentation that fits nothing',
    text: 'a:\n  b: 1\n c: 2\n',
    code: 'yaml/syntax',
    at: '3:2',
    says: 'the indentation of this line fits none of the lines above it',
    mended: 'a:\n  b: 1\nc: 2\n',
  },
  {
    name: 'an indentation that fits nothing below a key without a value',
    text: 'a:\n  - b:\n\n    # why\n  c: 2\n',
    code: 'yaml/syntax',
    at: '5:3',
    says: 'the indentation of this line fits none of the lines above it',
    mended: 'a:\n  - b:\nc: 2\n',
  },
  {
    name: 'what belongs to a list item, not indented enough',
    text: 'a:\n    - b:\n     4\n',
    code: 'yaml/syntax',
    at: '3:6',
    says: 'a list item needs its own `- ` in front',
    mended: 'a:\n    - b:\n        4\n',
  },
  {
    name: 'lines below a value',
    text: 'name: foo\n  bar: baz\n',
    code: 'yaml/syntax',
    at: '2:3',
    says: 'the line above already has a value, "foo"',
    mended: 'name: foo\nbar: baz\n',
  },
  {
    name: 'a list item beside keys',
    text: 'a: 1\n- b\n',
    code: 'yaml/syntax',
    at: '2:1',
    says: 'a list item (`- …`) cannot stand among keys',
    mended: 'a: 1\nb: [b]\n',
  },
  {
    name: 'a list on the line of its key',
    text: 'a: - b\n',
    code: 'yaml/syntax',
    at: '1:4',
    says: 'a list begins on a line of its own',
    mended: 'a:\n  - b\n',
  },
  {
    name: 'a text that cannot start so',
    text: 'a: @home\n',
    code: 'yaml/syntax',
    at: '1:4',
    says: 'a text cannot start with "@"',
    mended: 'a: "@home"\n',
  },
  {
    name: 'a comparison that opens a block of text',
    text: 'if: > 3\n',
    code: 'yaml/syntax',
    at: '1:7',
    says: 'a text that starts with | or > means lines below it',
    mended: 'if: "> 3"\n',
  },
  {
    name: 'an escape that means nothing',
    text: 'a: "C:\\data"\n',
    code: 'yaml/syntax',
    at: '1:7',
    says: '`\\d` has no meaning',
    mended: "a: 'C:\\data'\n",
  },
  {
    name: 'a comma too many',
    text: 'a: [b,,c]\n',
    code: 'yaml/syntax',
    at: '1:7',
    says: 'there is nothing in front of this comma',
    mended: 'a: [b,c]\n',
  },
  {
    name: 'a byte that is no UTF-8',
    text: 'a: 1\nb: \uFFFD\n',
    code: 'yaml/encoding',
    at: '2:4',
    says: 'save the file as UTF-8',
    mended: 'a: 1\nb: ü\n',
  },
  {
    name: 'a NUL character',
    text: 'a: 1\nb: x\0\n',
    code: 'yaml/encoding',
    at: '2:5',
    says: 'NUL',
    mended: 'a: 1\nb: x\n',
  },
  {
    name: 'another control character',
    text: 'a: \u0002\n',
    code: 'yaml/encoding',
    at: '1:4',
    says: 'U+0002',
    mended: 'a: "\\u0002"\n',
  },
  {
    name: 'more than a megabyte',
    text: `# ${'ü'.repeat(600_000)}\n`,
    code: 'yaml/too-big',
    at: '1:1',
    says: 'larger than 1 MB',
    mended: `# ${'ü'.repeat(500_000)}\n`,
  },
  {
    name: 'more than 64 levels',
    text: `${'['.repeat(65)}${']'.repeat(65)}`,
    code: 'yaml/too-deep',
    at: '1:65',
    says: 'deeper than 64 levels',
    mended: `${'['.repeat(64)}${']'.repeat(64)}`,
  },
]

function load(text: string) {
  return loadYaml({ file: 'a.yaml', text })
}

describe('loadYaml says once what is wrong and where, and nothing about the mended text', () => {
  test.each(cases)('$name: $code', ({ text, code, at, says, mended }) => {
    const found = load(text).diagnostics
    expect(found.map((diagnostic) => `${diagnostic.line}:${diagnostic.column} ${diagnostic.code}`)).toEqual([
      `${at} ${code}`,
    ])
    expect(found[0]?.message).toContain(says)
    const [line, column] = at.split(':').map(Number)
    const windows = load(`\uFEFF${text.replaceAll('\n', '\r\n')}`).diagnostics
    expect(windows).toMatchObject([{ code, line, column }])
    expect(load(mended).diagnostics).toEqual([])
  })
})

describe('loadYaml', () => {
  test('keeps every scalar as it was written, with its place', () => {
    const { root, diagnostics } = load('a: 08\nb: 12e4\nc: 01:10\nd: "7"\ne:\nf: [~, yes, 0x1F]\n')
    expect(diagnostics).toEqual([])
    expect(plain(root)).toEqual({ a: '08', b: '12e4', c: '01:10', d: '"7"', e: '', f: ['~', 'yes', '0x1F'] })
    const entry = root?.kind === 'map' ? root.entries.get('d') : undefined
    expect(entry?.key.span).toEqual({ start: 23, end: 24 })
    expect(entry?.value.span).toEqual({ start: 26, end: 29 })
  })

  test('keeps the order of the file for ids that look like numbers', () => {
    const { root } = load('10: a\n2: b\n')
    expect(root?.kind === 'map' ? [...root.entries.keys()] : []).toEqual(['10', '2'])
  })

  test.each(['', '\n\n', '# only a comment\n', '---\n', '\uFEFF'])(
    'finds nothing wrong with the empty file %j',
    (text) => {
      expect(load(text)).toMatchObject({ root: null, diagnostics: [] })
    },
  )

  test('keeps the rest of a file in which a name stands twice or is reserved, and the first of the two', () => {
    const { root, diagnostics } = load('a: 1\na: 2\n__proto__: 3\nb: 4\n')
    expect(plain(root)).toEqual({ a: '1', b: '4' })
    expect(diagnostics.map(({ code }) => code)).toEqual(['yaml/duplicate', 'yaml/reserved-id'])
  })

  test('gives no tree for a file whose structure is in doubt', () => {
    expect(load('a: {b: 1\nc: 2\n').root).toBeNull()
    expect(load('if: !x\n').root).toBeNull()
  })

  test('reports faults that have nothing to do with each other, in the order of the file', () => {
    const { diagnostics } = load('a: !x\nb: 1\nc: *y\nd: 2\ne: One: two\n')
    expect(diagnostics.map(({ line, code }) => `${line} ${code}`)).toEqual([
      '1 yaml/bang',
      '3 yaml/alias',
      '5 yaml/colon',
    ])
  })

  test('takes no comment for a cut value when it has a space, stands in a column or follows quotes', () => {
    const text =
      'a: b # comment\nc: d    #comment\ne: "f" #comment\ng: #comment\n  h: 1\n#comment\ni: [1, #c\n  2]\n'
    expect(load(text).diagnostics).toEqual([])
  })

  test('a hundred values that comments cut are an error: nothing is read behind so many', () => {
    const cut = (count: number) =>
      load(Array.from({ length: count }, (_, index) => `k${index}: Track #${index}\n`).join(''))
    expect(cut(99).root).not.toBe(null)
    expect(cut(99).diagnostics.filter(({ level }) => level === 'error')).toEqual([])
    const { root, diagnostics } = cut(100)
    expect(root).toBe(null)
    expect(diagnostics.filter(({ level }) => level === 'error')).toHaveLength(1)
  })

  test('says at most a hundred things about a file, and that there are more', () => {
    const { diagnostics } = load(Array.from({ length: 300 }, (_, index) => `k${index}: !x`).join('\n'))
    expect(diagnostics).toHaveLength(100)
    expect(diagnostics[98]?.code).toBe('yaml/bang')
    expect(diagnostics[99]).toMatchObject({ code: 'report/more', level: 'error' })
  })

  test.each([
    ['open brackets', '['.repeat(1_000_000)],
    ['open braces', '{'.repeat(1_000_000)],
    ['closing brackets', ']'.repeat(1_000_000)],
    ['dashes', '- '.repeat(500_000)],
    ['question marks', '? '.repeat(500_000)],
    ['templates', '{{a}}\n'.repeat(160_000)],
    ['stairs', Array.from({ length: 1400 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
    ['aliases on one line', `[${'*a, '.repeat(100_000)}]`],
    ['cut comments', 'a: {b #c}\n'.repeat(50_000)],
    ['documents', '---\n'.repeat(250_000)],
    ['names', `${Array.from({ length: 40_000 }, (_, index) => `k${index}: 1`).join('\n')}\nk1: 2`],
  ])('survives a hostile file of %s, in little time', (_, text) => {
    const started = performance.now()
    expect(load(text).diagnostics.length).toBeGreaterThan(0)
    // Far above what it takes on an idle machine, far below what the bare parser takes, where that ends at all.
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

const rules = resolve('../shared/fixtures/rules')
const names = [
  '01-time-of-day',
  '02-weekday-holiday',
  '03-button-story',
  '04-bedtime-wind-down',
  '05-ha-mqtt-toggle',
  '06-card-inserted',
]

describe('the worked examples', () => {
  for (const name of names) {
    const path = join(rules, `${name}.yaml`)
    test.skipIf(!existsSync(path))(`${name}.yaml loads without a word`, () => {
      const { root, diagnostics } = loadYaml({ file: path, text: readFileSync(path, 'utf8') })
      expect(diagnostics).toEqual([])
      expect(root?.kind).toBe('map')
    })
  }

  const first = join(rules, '04-bedtime-wind-down.yaml')
  test.skipIf(!existsSync(first))(
    'give one message, other than for doubled names, wherever one character is spoilt',
    { tags: 'slow' },
    () => {
      const text = readFileSync(first, 'utf8')
      for (let at = 0; at < text.length; at += 7) {
        for (const intruder of ['"', ': ', ' #', '{', ']', '&', '!', '\t', '\n', '|']) {
          const { root, diagnostics } = load(text.slice(0, at) + intruder + text.slice(at))
          const causes = diagnostics.filter(({ code }) => code !== 'yaml/duplicate')
          expect(causes.length, `${intruder} at ${at}`).toBeLessThan(2)
          expect(
            root === null && causes.every(({ level }) => level !== 'error'),
            `${intruder} at ${at}`,
          ).toBe(false)
        }
      }
    },
  )
})

function plain(node: Node | null): unknown {
  if (node === null) return null
  if (node.kind === 'list') return node.items.map(plain)
  if (node.kind === 'map')
    return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]))
  return node.quoted ? `"${node.text}"` : node.text
}
