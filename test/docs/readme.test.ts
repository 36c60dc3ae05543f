import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { formatDiagnostic } from '../../src/language/diagnostic.ts'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import { readPage } from './page.ts'

const shipped = new URL('../../rules/', import.meta.url)
const page = readPage('README.md')

/** What is said of a rule file, as people read it. */
async function saidOf(file: string, text: string): Promise<string[]> {
  const { diagnostics } = await readRuleFiles([{ file, text }], {
    registry: createRegistry({ triggers, conditions, actions }),
    fileExists: async (name) => existsSync(new URL(`audio/${name}`, shipped)),
    topicFault: () => null,
    zone: 'UTC',
  })
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, text))
}

function blockIn(language: string): string {
  return page.text.split(`\`\`\`${language}\n`)[1]?.split('\n```')[0] ?? ''
}

test('the README is read in five minutes', () => {
  expect(page.text.trim().split(/\s+/).length).toBeLessThanOrEqual(1500)
})

test('the rules in the README are sound, and their files come with the product', async () => {
  const example = blockIn('yaml')
  expect(example).toContain('rules:')
  expect(await saidOf('example.yaml', example)).toEqual([])
})

test('the README shows what is said of a slip in a rule file that comes with the product', async () => {
  const file = 'crossroads.yaml'
  const slipped = readFileSync(new URL(file, shipped), 'utf8').replace('{set: forest}', '{set: forrest}')
  expect(await saidOf(file, slipped)).toEqual([blockIn('text')])
})
