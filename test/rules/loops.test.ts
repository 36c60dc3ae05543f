import { expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'

const inputs =
  'inputs: {party: {type: switch}, level: {type: number, min: 0, max: 9}, lamp: {type: switch}}\n'
const rule = (id: string, when: string, set: string) =>
  `  ${id}: {when: [{input: ${when}}], do: [{set: {${set}}}]}\n`

async function loopsIn(...rules: string[]) {
  const text = `${inputs}rules:\n${rules.join('')}`
  const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf())
  return diagnostics.map(({ line, code, message }) => `${line} ${code} ${message}`)
}

test.each([
  ['an input that is counted up by what it starts', [rule('a', 'level', 'level: inputs.level + 1')]],
  [
    'three in a row, one of which is only set under a condition',
    [
      rule('a', '{name: party, to: true}', 'lamp: true'),
      '  b: {when: [{input: lamp}], do: [{if: now.hour > 9, then: [{set: {level: inputs.level + 1}}]}]}\n',
      rule('c', 'level', 'party: inputs.level > 3, lamp: inputs.level > 4'),
    ],
  ],
])('%s is said once', async (_, rules) => {
  expect(await loopsIn(...rules)).toEqual([expect.stringContaining(' rule/loop "')])
})

test.each([
  ['an input that is set to what it is', [rule('a', 'party', 'party: true')]],
  [
    'a circle in which each input has one value',
    [rule('a', 'party', 'lamp: true'), rule('b', 'lamp', 'party: true')],
  ],
  ['a rule that waits for another value', [rule('a', '{name: party, to: true}', 'party: false')]],
  [
    'a rule that is switched off',
    ['  a: {enabled: false, when: [{input: level}], do: [{set: {level: inputs.level + 1}}]}\n'],
  ],
])('%s is no loop', async (_, rules) => {
  expect(await loopsIn(...rules)).toEqual([])
})

test.each([14, 1000])('%d rules that all start one another take no longer than a moment', async (count) => {
  const rules = Array.from({ length: count }, (_, at) => rule(`r${at}`, 'level', 'level: inputs.level + 1'))
  const began = performance.now()
  const said = await loopsIn(...rules)
  expect(said.length).toBe(count > 100 ? 0 : count)
  // A whole search would take longer than the age of the universe.
  expect(performance.now() - began).toBeLessThan(20_000)
})
