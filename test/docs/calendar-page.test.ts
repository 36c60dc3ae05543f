import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'

const page = readFileSync(new URL('../../docs/rules/calendar.md', import.meta.url), 'utf8')
const school = `BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:School holiday
DTSTART;VALUE=DATE:20261026
DTEND;VALUE=DATE:20261031
END:VEVENT
END:VCALENDAR
`

test('every example on the page of days can be read', async () => {
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '')
  expect(examples.length).toBe(4)
  for (const text of examples) {
    const readCalendar = async () => ({ text: school })
    const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf({ readCalendar }))
    expect(diagnostics).toEqual([])
  }
})

test('the page names whose data the holidays are, as their licence asks', () => {
  expect(page).toMatch(/date-holidays.*commenthol and contributors.*CC BY-SA 3\.0.*Wikipedia/s)
})
