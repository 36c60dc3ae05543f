import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commentsIn } from '../../src/language/comments.ts'
import { formatYaml, shapeOf } from '../../src/language/format.ts'
import { loadYaml } from '../../src/language/source.ts'
import { checkPage, pagedCodes } from '../docs/check-page.ts'

const format = (text: string) => formatYaml({ file: 'a.yaml', text })

function formatted(text: string): string {
  const result = format(text)
  if ('text' in result) return result.text
  throw new Error(`${result.problem.line}: ${result.problem.message}`)
}

/** Formatting changes nothing that the file says, is done once, and loses no comment. */
function holdsTo(text: string): void {
  const result = formatted(text)
  const rootOf = (one: string) => loadYaml({ file: 'a.yaml', text: one }).root
  const [before, after] = [rootOf(text), rootOf(result)]
  expect(after === null ? null : shapeOf(after)).toBe(before === null ? null : shapeOf(before))
  const textsOf = (one: string) => commentsIn(one.replaceAll('\r\n', '\n')).map((comment) => comment.text)
  expect(textsOf(result)).toEqual(textsOf(text))
  expect(formatted(result)).toBe(result)
}

test('brings indentation, padding, empty lines and line ends into their usual form', () => {
  const text = [
    '# what the stream holds',
    'schedules:',
    '     bedroom:     # a stream',
    '            default: day',
    '',
    '',
    '            slots: { night: { from: "19:00",to: \'06:30\', play: night } }',
    'rules:',
    '  r:',
    '    when:',
    '    - button: right      # forward',
    '    -   button: left',
    '    do: [ log: a, {log: b} ]',
    '',
  ].join('\r\n')
  expect(formatted(text)).toBe(`# what the stream holds
schedules:
  bedroom:     # a stream
    default: day

    slots: {night: {from: "19:00", to: '06:30', play: night}}
rules:
  r:
    when:
      - button: right      # forward
      - button: left
    do: [{log: a}, {log: b}]
`)
})

test('leaves the characters of every value as they are', () => {
  const values = ['08', '12e4', '01:10', "'it''s'", '"a\\u00e9\\/b"', '~', 'null', 'True', '0x1F', '1_000']
  const text = `${values.map((value, index) => `k${index}: ${value}\n`).join('')}empty:\n`
  expect(formatted(text)).toBe(text)
})

test('wraps no long line, and keeps the lines of texts that go over several', () => {
  const long = `a: ${'long '.repeat(60)}end\n`
  expect(formatted(long)).toBe(long)
  expect(formatted('a:\n     player.playing and\n     player.battery > 3\n')).toBe(
    'a: player.playing and\n  player.battery > 3\n',
  )
  expect(formatted('a: |\n     one\n       two\nb: 1\n')).toBe('a: |\n  one\n    two\nb: 1\n')
})

test('what stands in braces over several lines becomes a line for each', () => {
  expect(formatted('a: {b: 1, # one\n  c: [x,\n y]}\nd: {e: 1}\n')).toBe(
    'a:\n  b: 1 # one\n  c:\n    - x\n    - y\nd: {e: 1}\n',
  )
})

test('an empty file stays empty, and one of comments keeps them', () => {
  expect(formatted('')).toBe('')
  expect(formatted('\r\n\n')).toBe('')
  expect(formatted('# only words\r\n\n\n')).toBe('# only words\n')
})

test('a file that is not sound YAML is left alone, with the place', () => {
  expect(format('a: 1\nb: "x" y\n')).toEqual({
    problem: { line: 2, message: expect.stringContaining('YAML stops reading after "x"') },
  })
  expect(format('a: 1\n---\nb: 2\n')).toMatchObject({ problem: { line: expect.any(Number) } })
})

const rulesFolder = new URL('../../rules/', import.meta.url)
const shipped = readdirSync(rulesFolder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, rulesFolder), 'utf8'))

test('shipped files are in their usual form already', () => {
  for (const text of shipped) expect(formatted(text)).toBe(text)
})

const pages = readdirSync(new URL('../../docs/', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8'))

test('the law holds for every sound example of the documentation', () => {
  const written = pages.flatMap((page) =>
    [...page.matchAll(/^```ya?ml[^\n]*\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text),
  )
  const sound = [...written, ...pagedCodes().map((code) => checkPage(code).mended)].filter(
    (text) => !loadYaml({ file: 'a.yaml', text }).diagnostics.some(({ level }) => level === 'error'),
  )
  expect(sound.length).toBeGreaterThan(40)
  for (const text of sound) holdsTo(text)
})

const scalar = fc.oneof(
  fc.constantFrom(
    '08',
    '12e4',
    '01:10',
    'a b',
    "'it''s'",
    '"a # b"',
    '"\\t\\n"',
    '',
    '[]',
    '{}',
    'x#y',
    '-1',
    '?a',
  ),
  fc.stringMatching(/^[a-z][a-z0-9 ]{0,90}[a-z]$/),
)
const comment = fc.option(fc.stringMatching(/^# ?[a-z"':{} ]{0,20}[a-z]$/), { nil: null, freq: 2 })
const gap = fc.integer({ min: 1, max: 6 })
const key = fc.stringMatching(/^[a-z]{1,6}$/)

type Piece = readonly string[]
const indented = (lines: Piece, by: number) =>
  lines.map((line) => (line === '' ? '' : `${' '.repeat(by)}${line}`))

/** Pieces of YAML as careless people lay them out, with comments before, behind and between. */
const { block } = fc.letrec<{ block: Piece }>((tie) => ({
  block: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    mapOf(fc.constant(['x: 1'])),
    mapOf(tie('block')),
    listOf(tie('block')),
  ),
}))

function mapOf(inner: fc.Arbitrary<Piece>): fc.Arbitrary<Piece> {
  const entry = fc.record({
    value: fc.option(scalar),
    inner,
    by: fc.integer({ min: 1, max: 5 }),
    above: comment,
    behind: comment,
    gap,
    blank: fc.boolean(),
    flow: fc.boolean(),
  })
  return fc
    .uniqueArray(fc.tuple(key, entry), { minLength: 1, maxLength: 4, selector: ([name]) => name })
    .map((entries) =>
      entries.flatMap(([name, { value, inner, by, above, behind, gap, blank, flow }]) => {
        const tail = behind === null ? '' : `${' '.repeat(gap)}${behind}`
        const content =
          value !== null
            ? [
                `${name}: ${flow ? `{ a: [ b,c ],  d: ${/^[a-z ]+$/.test(value) ? value : 1} }` : value}${tail}`,
              ]
            : [`${name}:${tail}`, ...indented(inner, by)]
        return [...(blank ? ['', ''] : []), ...(above === null ? [] : [above]), ...content]
      }),
    )
}

function listOf(inner: fc.Arbitrary<Piece>): fc.Arbitrary<Piece> {
  const item = fc.record({ value: fc.option(scalar), inner, above: comment, behind: comment, gap })
  return fc.array(item, { minLength: 1, maxLength: 4 }).map((items) =>
    items.flatMap(({ value, inner, above, behind, gap }) => {
      const tail = behind === null ? '' : `${' '.repeat(gap)}${behind}`
      const content = value !== null ? [`- ${value}${tail}`] : [`-${tail}`, ...indented(inner, 3)]
      return [...(above === null ? [] : [above]), ...content]
    }),
  )
}

test('the law holds for whatever sound YAML people lay out', () => {
  let sound = 0
  fc.assert(
    fc.property(block, fc.constantFrom('\n', '\r\n'), (lines, end) => {
      const text = `${lines.join(end)}${end}`
      if (
        'problem' in format(text) &&
        loadYaml({ file: 'a.yaml', text }).diagnostics.some(({ level }) => level === 'error')
      )
        return
      sound += 1
      holdsTo(text)
    }),
    { numRuns: 300 },
  )
  expect(sound).toBeGreaterThan(150)
})

test('any text is answered with one in its usual form or with what is wrong', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab:-# \n"\'{}[],|>&*?!%\t0'), maxLength: 60 }),
      (text) => {
        const result = format(text)
        if ('text' in result) holdsTo(text)
      },
    ),
    { numRuns: 2000 },
  )
})
