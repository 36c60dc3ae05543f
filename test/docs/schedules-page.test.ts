import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { slotChanges } from '../../src/rules/slot-terms.ts'
import { readingOf } from '../support/rules.ts'

const page = readFileSync(new URL('../../docs/rules/schedules.md', import.meta.url), 'utf8')

// What examples that show only rules speak of.
const bedroom = `playlists: {calm: [calm.mp3]}
schedules: {bedroom: {default: calm, slots: {night: {from: "19:00", to: "06:30", play: calm}}}}
`

test('every example on the page of schedules can be read', async () => {
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '')
  expect(examples.length).toBeGreaterThan(1)
  for (const text of examples) {
    const beside = text.includes('schedules:') ? [] : [{ file: 'b.yaml', text: bedroom }]
    const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }, ...beside], readingOf())
    expect(diagnostics).toEqual([])
  }
})

test('every way to change stands on the page', () => {
  for (const change of slotChanges) expect(page).toContain(`\`${change}\``)
})
