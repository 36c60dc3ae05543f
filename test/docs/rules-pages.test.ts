import { describe, expect, test } from 'vitest'
import { grammarKinds } from '../../src/rules/read/actions.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { mostWays } from '../../src/rules/read/steps/parallel.ts'
import { usualRounds } from '../../src/rules/read/steps/repeat.ts'
import { ruleModes } from '../../src/rules/step.ts'
import { failuresIn, runTests } from '../../src/wiring/test-command.ts'
import { readingOf } from '../support/rules.ts'
import { tracedHouse } from '../support/traced-house.ts'
import { asPrinted } from './check-page.ts'
import { firstColumn, readPage, rowsOf } from './page.ts'

/** The page's example, and the finding that it shows of the example with one word written wrong. */
function exampleOf(page: string) {
  const { text } = readPage(page)
  const [example = ''] = [...text.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '')
  return { example, shown: /```text\n(bedroom.*?)```/s.exec(text)?.[1] ?? '', text }
}

async function said(text: string): Promise<string> {
  const source = { file: 'bedroom.yaml', text }
  const result = await readRuleFiles([source], readingOf({ zone: 'Europe/London' }))
  const failures = failuresIn(await runTests(result, new Map()), { sources: [source] })
  return asPrinted([...result.diagnostics, ...failures], text)
}

describe('the page of templates', () => {
  const { example, shown, text } = exampleOf('docs/rules/templates.md')

  test('has an example that is sound, and says what is said of it with a slip', async () => {
    expect(await said(example)).toBe('')
    expect(await said(example.replace('turn: right', 'turn: rigth'))).toBe(shown)
  })

  test('lists every word of `needs`', async () => {
    const wrong = await said('templates: {a: {needs: {b: word}, rule: {}}}\n')
    const words = /takes one of (.*), with a \?/.exec(wrong)?.[1]?.split(', ') ?? []
    expect(words.length).toBeGreaterThan(8)
    expect(firstColumn(readPage('docs/rules/templates.md').below('## Holes')).toSorted()).toEqual(
      words.toSorted(),
    )
    expect(text).toContain('20,000')
  })
})

describe('the page of tests', () => {
  const { example, shown } = exampleOf('docs/rules/tests.md')

  test('has an example that passes, and shows how it fails', async () => {
    expect(await said(example)).toBe('')
    const failed = await said(example.replace('press: left', 'press: right'))
    // The other expectations of the step fail with it.
    expect(failed.slice(0, shown.length)).toBe(shown)
  })

  test('has a second one, of vars, inputs and the clock, that passes and can fail', async () => {
    const [, second = ''] = [...readPage('docs/rules/tests.md').text.matchAll(/```yaml\n(.*?)```/gs)].map(
      ([, body = '']) => body,
    )
    expect(await said(second)).toBe('')
    expect(await said(second.replace('dino_plays: 9', 'dino_plays: 8'))).toContain(
      'expected vars.dino_plays 10, was 9',
    )
  })

  test('lists every step and every key of the stage', async () => {
    const page = readPage('docs/rules/tests.md')
    const test = (steps: string) => `tests: {a: {now: "2026-11-24T19:00:00", ${steps}}}\n`
    const steps = /known: (.*)\)/.exec(await said(test('steps: [{stpe: 1}]')))?.[1]?.split(', ') ?? []
    const kinds = rowsOf(page.below('## Steps')).map(([first = '']) => /`(\w+)/.exec(first)?.[1])
    expect(steps.length).toBeGreaterThan(5)
    expect(kinds.toSorted()).toEqual(steps.toSorted())
    const keys = /allowed: (.*)\)/.exec(await said(test('steps: [], stage: 1')))?.[1]?.split(', ') ?? []
    expect(firstColumn(page.below('## The stage')).filter((key) => key !== 'steps')).toEqual(
      expect.arrayContaining(keys.filter((key) => key !== 'steps')),
    )
  })
})

describe('the page of waits', () => {
  const page = readPage('docs/rules/waits.md')
  const doing = (item: string) =>
    `vars: {brave: false}\nrules:\n  r:\n    mode: restart\n    when:\n      - button: right\n    do:\n      - ${item}\n`

  test('has examples of which nothing is to be said', async () => {
    const examples = [...page.text.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text)
    expect(examples.length).toBeGreaterThan(4)
    for (const example of examples) expect(await said(example)).toBe('')
  })

  test('shows every kind as it can be written', async () => {
    const [table = ''] = page.text.split('\n## ')
    const items = firstColumn(table)
    const kinds = items.map((item) => item.split(':')[0] ?? '')
    expect([...new Set([...kinds, 'choose'])].toSorted()).toEqual(grammarKinds.toSorted())
    for (const item of items) expect(await said(doing(item))).not.toContain('error[')
  })

  test('has every mode, and the bounds that hold', () => {
    expect(firstColumn(page.below('## Modes'))).toEqual([...ruleModes])
    expect(page.below('## Rounds')).toContain(`at most ${usualRounds} rounds`)
    expect(page.below('## At once')).toContain(`There may be ${mostWays} at once`)
  })

  test.each([
    ['delay: "00:05:00"', 'key/ha-word'],
    ['wait_for_trigger: {button: right}', 'key/ha-word'],
    ['wait_template: x', 'key/ha-word'],
    ['repeat: {count: 3, do: [stop]}', 'key/ha-word'],
    ['repeat: {until: vars.brave, do: [stop]}', 'key/ha-word'],
    ['parallel: [sequence: [stop]]', 'key/ha-word'],
    ['{log: x, continue_on_error: true}', 'key/ha-word'],
  ])('tells of words of Home Assistant that are answered: %s', async (item, answer) => {
    expect(await said(doing(item))).toContain(answer)
    expect(page.below('## If you know Home Assistant')).toContain(
      /delay|\w+_\w+|count|until|sequence|wait/.exec(item)?.[0],
    )
  })
})

describe('the page of what rules did', () => {
  const { example, text } = exampleOf('docs/rules/traces.md')

  test('has an example that is sound', async () => {
    const findings = (await said(example)).replaceAll(/^.*music\/lullaby.*$/gm, '')
    expect(findings).toBe('')
  })

  test('tells an example of its run as the engine does', async () => {
    const house = await tracedHouse(example, { zone: 'Europe/Berlin' })
    await house.patch({ battery_percent: 62 })
    await house.clock.advance(9.25 * 3_600_000)
    await house.press('right')
    await house.clock.advance(600_000)
    await house.press('right')
    await house.clock.advance(10.6 * 3_600_000)
    await house.press('right')
    const runs = [...house.traces('sleepy-right')].reverse()
    const saw = runs.flatMap((run) => [run.saw, ...run.steps.map((step) => step.saw ?? [])].flat())
    for (const one of [...saw, ...runs.flatMap(({ why }) => why ?? [])]) expect(text).toContain(one)
    for (const { step, kind } of runs[0]?.steps ?? []) expect(text).toContain(`\`${step} ${kind}\``)
    expect(runs.map(({ outcome }) => outcome)).toEqual(['done', 'ignored', 'did_not_run'])
    await house.stop()
  })
})

describe('the page of what is outside', () => {
  test('has an example of words whose test passes, and can fail', async () => {
    const [, example = ''] =
      /```yaml\n(.*?)```/s.exec(readPage('docs/rules/outside.md').below('## Words')) ?? []
    expect(await said(example)).toBe('')
    expect(await said(example.replace('It is 18:05', 'It is 18:06'))).toContain(
      'say:Dinner is ready. It is 18:05.',
    )
  })
})
