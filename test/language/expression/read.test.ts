// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what the texts under test are made of
import { expect, test } from 'vitest'
import { readExpression, readTemplate } from '../../../src/language/expression/read.ts'
import type { ScalarNode } from '../../../src/language/node.ts'
import { Report } from '../../../src/language/report.ts'
import { loadYaml } from '../../../src/language/source.ts'
import { environment, values } from './environment.ts'

function scalarIn(text: string): { node: ScalarNode; report: Report } {
  const source = { file: 'a.yaml', text }
  const { root, diagnostics } = loadYaml(source)
  expect(diagnostics).toEqual([])
  const node = root?.kind === 'map' ? root.entries.get('if')?.value : undefined
  if (node?.kind !== 'scalar') throw new Error('no scalar')
  return { node, report: new Report(source) }
}

/** The characters of the file that the first finding marks, with where they stand. */
function markedIn(text: string): string {
  const { node, report } = scalarIn(text)
  expect(readExpression(node, report, { environment, wanted: 'bool' })).toBeUndefined()
  const { line, column, length } = report.diagnostics[0] ?? { line: 1, column: 1, length: 0 }
  return `${line}:${column} ${text.split(/\r?\n/)[line - 1]?.slice(column - 1, column - 1 + length)}`
}

test.each<[how: string, text: string, marked: string]>([
  ['a plain value', 'if: brave and player.volum > 3\n', '1:15 player.volum'],
  ['single quotes', "if: 'brave and player.volum > 3'\n", '1:16 player.volum'],
  ['single quotes in single quotes', "if: 'player.name == ''Den'' and playr.name'\n", '1:33 playr.name'],
  ['a text in them', "if: 'now.time >= ''9:30'''\n", "1:18 ''9:30'"],
  ['double quotes', 'if: "brave and player.volum > 3"\n', '1:16 player.volum'],
  ['escapes', 'if: "player.name == \\"\\u0041\\" and \\x20 playr.name"\n', '1:41 playr.name'],
  ['an escaped blank', 'if: "brave \\t and \\n player.volum > 3"\n', '1:22 player.volum'],
  ['a letter of two code units', 'if: "player.name == \'\\U0001F600\' and playr.name"\n', '1:38 playr.name'],
  ['a plain value over two lines', 'if: brave and\n  player.volum > 3\n', '2:3 player.volum'],
  ['quotes over three lines', 'if: "brave and\n\n   playr.name > 3"\n', '3:4 playr.name'],
  ['a broken line', 'if: "brave and \\\n   playr.name > 3"\n', '2:4 playr.name'],
  ['line ends of Windows', 'a: 1\r\nif: brave and\r\n  playr.name\r\n', '3:3 playr.name'],
  ['a folded block', 'if: >-\n  brave and\n  player.volum > 3\n', '3:3 player.volum'],
  ['a literal block', 'if: |\n    brave and\n\n      player.volum > 3\n', '4:7 player.volum'],
  ['the end of a text', 'if: brave and\n', '1:11 and'],
  ['a whole text', 'if: gold\n', '1:5 gold'],
])('a finding in %s is at its place in the file', (_how, text, marked) => {
  expect(markedIn(text)).toBe(marked)
})

test('a finding inside the `${ }` of a text points inside it', () => {
  const text = 'if: "Good \\"night\\", ${player.name} at ${player.volum}"\n'
  const { node, report } = scalarIn(text)
  expect(readTemplate(node, report, { environment })).toBeUndefined()
  expect(report.diagnostics).toMatchObject([
    { line: 1, column: text.indexOf('player.volum') + 1, length: 12, code: 'expr/unknown-name' },
  ])
})

test.each<[text: string, filled: string]>([
  ['It is ${now.time}.', 'It is 19:30.'],
  ['${player.playing} ${gold * 1.5}${brave}', 'yes 3no'],
  ['$${now.time} costs $5 and $', '${now.time} costs $5 and $'],
  ['$${a}${gold}$${', '${a}2${'],
  ["${'}' + \"}'\"}", "}}'"],
  ['Battery: ${player.battery}', 'Battery: unknown'],
  ['nothing', 'nothing'],
])('%s reads %s', (text, filled) => {
  const node: ScalarNode = { kind: 'scalar', text, quoted: false, span: { start: 0, end: text.length } }
  const report = new Report({ file: 'a.yaml', text })
  const template = readTemplate(node, report, { environment })
  expect(report.diagnostics).toEqual([])
  expect(template?.evaluate(values).text).toBe(filled)
})

test.each<[text: string, column: number, message: string]>([
  ['It is ${now.time', 7, 'has no closing'],
  ['It is ${}', 7, 'an expression is missing'],
  ["It is ${'x}", 9, 'has no closing'],
  ['${gold} and ${gold +}', 20, 'something must follow'],
])('%s is wrong at column %i', (text, column, message) => {
  const node: ScalarNode = { kind: 'scalar', text, quoted: false, span: { start: 0, end: text.length } }
  const report = new Report({ file: 'a.yaml', text })
  expect(readTemplate(node, report, { environment })).toBeUndefined()
  expect(report.diagnostics).toMatchObject([{ line: 1, column }])
  expect(report.diagnostics[0]?.message).toContain(message)
})
