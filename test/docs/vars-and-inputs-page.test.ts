import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'

const page = readFileSync(new URL('../../docs/rules/vars-and-inputs.md', import.meta.url), 'utf8')

test('every example on the page of vars and inputs can be read', async () => {
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '')
  expect(examples.length).toBeGreaterThan(3)
  for (const text of examples) {
    const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf())
    expect(diagnostics).toEqual([])
  }
})

test('every `set` on the page of vars and inputs can be read', async () => {
  const [remembered = ''] = page.split('```yaml\n')[1]?.split('rules:') ?? []
  const sets = [...page.matchAll(/`(set: \{.*?\})`/g)].map((match) => match[1] ?? '')
  expect(sets.length).toBeGreaterThan(3)
  const doing = sets.map((set) => `      - ${set}\n`).join('')
  const rule = `rules:\n  r:\n    player: y1\n    when:\n      - startup:\n    do:\n${doing}`
  const text = `${remembered}inputs: {party: {type: switch}}\n${rule}`
  const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf())
  expect(diagnostics).toEqual([])
})
