import { expect, test } from 'vitest'
import { triggers } from '../../src/rules/catalog.ts'
import { momentFields } from '../../src/rules/moments/telling.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'
import { firstColumn, readPage } from './page.ts'

const page = readPage('docs/rules/time.md')

test('every example on the page about time can be read', async () => {
  const examples = [...page.text.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '')
  expect(examples.length).toBeGreaterThan(4)
  for (const text of examples) {
    const location = { latitude: 51.5, longitude: -0.1 }
    const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf({ location }))
    expect(diagnostics).toEqual([])
  }
})

test('the page names triggers by the clock, and all that they tell', () => {
  const names = firstColumn(page.text)
  const byTheClock = Object.keys(triggers).filter((name) => triggers[name]?.provides === momentFields)
  for (const name of byTheClock) expect(names).toContain(name)
  for (const name of Object.keys(momentFields)) expect(names).toContain(`trigger.${name}`)
})
