import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { namesOf } from '../../src/language/expression/environment.ts'
import { compileExpression } from '../../src/language/expression/expression.ts'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { environmentFor } from '../../src/rules/names.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import { nothingDeclared } from '../support/rules.ts'

const page = readFileSync(new URL('../../docs/expressions.md', import.meta.url), 'utf8')

const environment = environmentFor(
  {
    player: null,
    stream: null,
    when: Object.entries(triggers).map(([kind, definition]) => ({ kind, definition })),
  },
  nothingDeclared,
)

test('every example on the page of expressions can be read', async () => {
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '')
  expect(examples.length).toBeGreaterThan(3)
  for (const text of examples) {
    const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], {
      registry: createRegistry({ triggers, conditions, actions }),
      fileExists: async () => true,
      topicFault: () => null,
      zone: 'UTC',
    })
    expect(diagnostics).toEqual([])
  }
})

test('every name of now, player and stream stands on the page', () => {
  const missing = namesOf(environment).filter(
    (name) => !name.startsWith('trigger.') && !page.includes(`\`${name}\``),
  )
  expect(missing).toEqual([])
})

test('every mistake on the page is found, and what to say instead is none', () => {
  const [, mistakes = ''] = page.split('## The usual mistakes')
  const rows = [...mistakes.matchAll(/^\| `(.+?)` \| .*?`(.+?)`[^|]*\|$/gm)]
  expect(rows.length).toBeGreaterThan(7)
  for (const [, wrong = '', right = ''] of rows) {
    expect([wrong, compileExpression(wrong, environment, 'bool').findings.length]).toEqual([wrong, 1])
    expect([right, compileExpression(right, environment, 'bool').findings]).toEqual([right, []])
  }
})
