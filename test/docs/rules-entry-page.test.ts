import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { formatYaml } from '../../src/language/format.ts'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { grammarKinds } from '../../src/rules/read/actions.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { commands } from '../../src/wiring/commands.ts'
import { failuresIn, runTests } from '../../src/wiring/test-command.ts'
import { readingOf } from '../support/rules.ts'
import { schoolHoliday } from '../support/school-holiday.ts'
import { codeIn, firstColumn, readPage, rowsOf } from './page.ts'

const pages = new URL('../../docs/rules/', import.meta.url)
const page = readPage('docs/rules/README.md')
const firstWords = (part: string) =>
  rowsOf(part).map(([first = '']) => codeIn(first)[0]?.split(/[: ]/)[0] ?? '')
const example = (row: readonly string[]) => codeIn(row[0] ?? '')[0] ?? ''

const location = { latitude: 51.5, longitude: 0 }
const readCalendar = async () => ({ text: schoolHoliday })
const reading = readingOf({ location, readCalendar, stories: readStories })
const diagnosticsOf = async (text: string) =>
  (await readRuleFiles([{ file: 'a.yaml', text }], reading)).diagnostics

describe('the page that leads through the rules', () => {
  test('lists every trigger, condition and action there is, in their order', () => {
    expect(firstWords(page.below('### When')).toSorted()).toEqual(Object.keys(triggers).toSorted())
    expect(firstWords(page.below('### If')).toSorted()).toEqual(Object.keys(conditions).toSorted())
    expect(firstWords(page.below('### Do')).toSorted()).toEqual(Object.keys(actions).toSorted())
    expect([...firstWords(page.below('### When and how often')), 'choose'].toSorted()).toEqual(
      grammarKinds.toSorted(),
    )
  })

  test('shows each of them as it can be written', async () => {
    const lines = (heading: string) =>
      rowsOf(page.below(heading))
        .map((row) => `      - ${example(row)}\n`)
        .join('')
    const declared =
      'calendar: {country: GB, files: [school.ics]}\nvars: {plays: {start: 0, max: 9}}\ninputs: {party: {type: switch}}\nplaylists: {forest: [a.mp3]}\n'
    const schedule =
      'schedules: {bedroom: {default: forest, slots: {night: {from: "19:00", play: forest}}}}\n'
    const story = 'stories: {lighthouse: {scenes: {lamp: {say: Here it is., ending: lit}}}}\n'
    const rule = `rules:\n  r:\n    stream: bedroom\n    mode: restart\n    when:\n${lines('### When')}    if:\n${lines('### If')}    do:\n${lines('### Do')}${lines('### When and how often')}`
    expect(await diagnosticsOf(declared + schedule + story + rule)).toEqual([])
  })

  test('lists every section', async () => {
    const [unknown] = await diagnosticsOf('sectoin: {}\n')
    const words = /(?:known|allowed): ([^)]*)/.exec(`${unknown?.message} ${unknown?.help}`)?.[1]?.split(', ')
    expect(firstColumn(page.below('## Sections')).filter((word) => words?.includes(word))).toHaveLength(
      words?.length ?? -1,
    )
    expect(words?.length).toBeGreaterThan(8)
  })

  test('lists every file that comes with the product with its stream, and every command', async () => {
    const folder = new URL('../../rules/', import.meta.url)
    const shipped = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
    const [, files = ''] = page.below('## Where it lies').split('| file |')
    const rows = rowsOf(`| file |${files}`).map(([file = '', stream = '']) => [
      /\[(.*)\]/.exec(file)?.[1] ?? '',
      codeIn(stream)[0],
    ])
    expect(rows.map(([file]) => file).toSorted()).toEqual(shipped.toSorted())
    for (const [file = '', stream] of rows)
      expect(readFileSync(new URL(file, folder), 'utf8')).toMatch(
        new RegExp(`(stream: |^ {2})${stream}\\b`, 'm'),
      )
    expect(firstColumn(page.below('## Commands'))).toEqual(
      expect.arrayContaining(commands.map(({ name }) => name)),
    )
  })
})

test('the files that come with the product have tests, and pass them', async () => {
  const folder = new URL('../../rules/', import.meta.url)
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }))
  for (const { file, text } of sources) expect([file, /^( {4})?tests:$/m.test(text)]).toEqual([file, true])
  const read = await readRuleFiles(sources, { ...readingOf({ zone: 'Europe/London' }), stories: readStories })
  expect(read.diagnostics).toEqual([])
  for (const { story, tests } of read.stories)
    for (const { id, run } of tests) expect([story.id, id, run()]).toEqual([story.id, id, []])
  expect(failuresIn(await runTests(read, new Map()), { sources })).toEqual([])
})

describe.each(readdirSync(pages).filter((name) => name.endsWith('.md')))('the page %s', (name) => {
  const { text, place } = readPage(`docs/rules/${name}`)
  const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '')

  test('has examples that stand in their usual form, and that can be read', async () => {
    for (const block of blocks)
      expect(formatYaml({ file: 'a.yaml', text: block })).toMatchObject({ text: block })
    // Where an example has a first line with its file, those are files of one household.
    const together = blocks.every((block) => /^# \S+\.yaml\n/.test(block))
    const households = together
      ? [blocks.map((block, at) => ({ file: `${at}.yaml`, text: block }))]
      : blocks.map((block) => [{ file: 'a.yaml', text: block }])
    for (const sources of households) {
      expect(
        (await readRuleFiles(sources, reading)).diagnostics.filter(({ level }) => level === 'error'),
      ).toEqual([])
    }
  })

  test('leads to pages and parts that are there', () => {
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [file = '', part] = target.split('#')
      const url = file === '' ? place : new URL(file, place)
      expect([target, existsSync(url)]).toEqual([target, true])
      if (part !== undefined) expect(partsOf(readFileSync(url, 'utf8')), target).toContain(part)
    }
  })
})

/** The anchors of a page's headings, as GitHub makes them. */
function partsOf(text: string): string[] {
  const known = new Map<string, number>()
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-')
    const before = known.get(anchor) ?? 0
    known.set(anchor, before + 1)
    return before === 0 ? anchor : `${anchor}-${before}`
  })
}
