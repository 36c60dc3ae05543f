/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileExpression, type Expression } from '../../../src/language/expression/expression.ts'
import { compileTemplate } from '../../../src/language/expression/interpolation.ts'
import { environment, values } from './environment.ts'

// Far more than it takes, for a machine that is busy with other things.
const atMostMs = 250

function timed<Result>(work: () => Result): Result {
  const start = performance.now()
  const result = work()
  expect(performance.now() - start).toBeLessThan(atMostMs)
  return result
}

test.each([
  'constructor',
  '__proto__',
  'player.constructor',
  'player.__proto__',
  'player.__proto__.polluted',
  'player["constructor"]["constructor"]("return process")()',
  'trigger.toString',
  'now.hasOwnProperty',
  'player.name.constructor',
  'player.name.constructor("return 1")',
  "'a'.__proto__",
  'toString()',
  'process.exit(1)',
  'globalThis',
  'dyn(player)',
  'type(player)',
  'timestamp("2026-01-01T00:00:00Z")',
  '{"a": 1}',
  'cel.bind(x, 1, x)',
  "player.name.matches('^(a+)+$')",
  `${'[1,2,3].all(a, '.repeat(20)}true${')'.repeat(20)}`,
  `${'[1].map(x, '.repeat(100)}x${')'.repeat(100)}`,
  `${'['.repeat(500)}${']'.repeat(500)}`,
  `${'('.repeat(100_000)}`,
  `${'!'.repeat(999)}`,
  `${'not '.repeat(240)}brave`,
  `${'-'.repeat(998)}1`,
  `gold${'.a'.repeat(400)}`,
  `'${'a'.repeat(100_000)}' == player.name`,
  `'${'\\'.repeat(999)}`,
  '\u0000',
  '\uD800',
  '"\\ud800" == player.name',
])('%s cannot be written', (text) => {
  const { expression, findings } = timed(() => compileExpression(text, environment, 'any'))
  expect(expression).toBeNull()
  expect(findings.length).toBeGreaterThan(0)
})

test('nothing but the values that are named is read, wherever they come from', () => {
  const { expression } = compileExpression('player.name == "x" or brave', environment, 'bool')
  const strange = [
    {},
    { player: null, brave: true },
    { player: Object.create({ name: 'x' }), brave: 3n as never },
    { player: { name: { toString: () => 'x' } }, brave: null },
    { player: { name: 1n }, brave: 'yes' },
  ]
  const outcomes = strange.map((shape) => expression?.evaluate(shape))
  expect(outcomes.map((outcome) => outcome && 'value' in outcome && outcome.value)).toEqual([
    false,
    true,
    false,
    false,
    false,
  ])
})

test('the longest expressions are done at once', () => {
  const longest = [
    `brave${' or brave'.repeat(99)}`,
    `'${'a'.repeat(900)}'.contains('${'a'.repeat(60)}b')`,
    `gold in [${'1, '.repeat(49)}1] or gold in [${'1, '.repeat(49)}1] or gold in [${'1, '.repeat(49)}1]`,
    `'a'${" + 'aaaaa'".repeat(90)} == ''`,
  ]
  for (const text of longest) {
    const { expression, findings } = timed(() => compileExpression(text, environment, 'bool'))
    expect(findings).toEqual([])
    timed(() => repeat(100, expression))
  }
})

function repeat(times: number, expression: Expression | null): void {
  for (let time = 0; time < times; time += 1) expression?.evaluate(values)
}

const word = fc.constantFrom(
  'and',
  'or',
  'not',
  'if',
  'in',
  'player.volume',
  'player.name',
  'now.time',
  'brave',
  'gold',
  'nothing',
  "'a'",
  '"9:30"',
  '1',
  '2.5',
  '(',
  ')',
  '[',
  ']',
  ',',
  '.',
  '+',
  '-',
  '*',
  '/',
  '%',
  '==',
  '!=',
  '<',
  '>=',
  '?',
  ':',
  'on_off',
  'size',
  '.contains(',
  'all',
  '${',
  '}',
  '$',
  '\\',
  "'",
  ' ',
  '\n',
)

test('no text at all makes it throw, take long, or point outside the text', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(word, { maxLength: 60 }).map((words) => words.join(' ')),
    fc.array(word, { maxLength: 60 }).map((words) => words.join('')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const { expression, findings } = timed(() => compileExpression(text, environment, 'any'))
      expect(expression === null).toBe(findings.some(({ level }) => level === 'error'))
      for (const { start, end } of findings) {
        expect(start).toBeGreaterThanOrEqual(0)
        expect(end).toBeGreaterThanOrEqual(start)
        expect(end).toBeLessThanOrEqual(text.length)
      }
      const outcome = expression?.evaluate(values)
      if (outcome && 'value' in outcome)
        expect(['boolean', 'number', 'string']).toContain(typeof outcome.value)
      timed(() => compileTemplate(text, environment).template?.evaluate(values))
    }),
    { numRuns: 2000 },
  )
}, 60_000)
