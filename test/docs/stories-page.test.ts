import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Question, waysOf } from '../../src/core/story.ts'
import { durationInWords } from '../../src/language/duration.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { defaultsSchema, mostScenes, sceneSchema, storySchema } from '../../src/stories/read/schema.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { readingOf } from '../support/rules.ts'
import { asPrinted, pagedCodes } from './check-page.ts'
import { codeIn, firstColumn, readPage } from './page.ts'

const page = readPage('docs/rules/stories.md')
const shipped = new URL('../../rules/audio/', import.meta.url)
const examples = [...page.text.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text)
const [first = ''] = examples

async function read(text: string) {
  const source = { file: 'bedroom.yaml', text }
  const fileExists = async (name: string) => existsSync(new URL(name, shipped))
  const adviceAt = new Date('2027-01-15T12:00:00Z')
  return readRuleFiles([source], readingOf({ stories: readStories, fileExists, adviceAt }))
}

/** What is said of a file and of the tests in its stories. */
async function said(text: string): Promise<string> {
  const { diagnostics, stories } = await read(text)
  const failed = stories.flatMap(({ tests }) =>
    tests.flatMap((one) => one.run().map((fault) => fault.message)),
  )
  return [asPrinted(diagnostics, text), ...failed].join('\n').trim()
}

describe('the page of stories', () => {
  test('says what no player of Yoto has been seen to do', () => {
    const [, section = ''] = page.text.split('## On a player')
    expect(section.split('\n## ')[0]).toContain("None of this was tried with a player of Yoto's")
  })

  test('has examples of which nothing is to be said, and whose tests pass', async () => {
    expect(examples.length).toBeGreaterThan(5)
    for (const example of examples) expect(await said(example)).toBe('')
  })

  test.each([
    ['{press: [right], expect: {ending: by the water}}', '{press: [left], expect: {ending: by the water}}'],
    ['{press: [left, right], expect: {scene: honey}}', '{press: [right], expect: {scene: honey}}'],
    ['vars: {mood: wild, coins: 0}', 'vars: {mood: wild, coins: 1}'],
  ])('has tests that can fail: %s', async (right, wrong) => {
    const example = examples.find((text) => text.includes(right)) ?? ''
    expect(await said(example.replace(right, wrong))).toContain('expected')
  })

  test('shows what is said of a slip', async () => {
    const shown = /```text\n(.*?)\n```/s.exec(page.text)?.[1] ?? ''
    expect(await said(first.replace('left: forest', 'left: forrest'))).toBe(shown)
  })

  test('lists every key of a story, and of what holds for all of its questions', () => {
    const { text } = page
    expect(firstColumn(page.below('## A story')).toSorted()).toEqual(
      Object.keys(storySchema.properties).toSorted(),
    )
    for (const key of Object.keys(defaultsSchema.properties)) expect(text).toContain(`\`${key}`)
  })

  test('lists every key of a scene', () => {
    const cells = firstColumn(page.below('## Scenes'))
    const keys = new Set([...cells.map((cell) => cell.split(':')[0] ?? ''), 'not_twice'])
    expect([...keys].toSorted()).toEqual(Object.keys(sceneSchema.properties).toSorted())
    expect(page.below('## Chance')).toContain('`not_twice: true`')
  })

  test('tells the values that hold where nothing is said', async () => {
    const { stories } = await read('stories: {s: {scenes: {a: {say: A, left: b}, b: {say: B, ending: c}}}}\n')
    const [story] = stories.map((one) => one.story)
    const question = story?.scenes.get('a')?.exit as Question
    const silence = page.below('## Silence')
    expect(silence).toContain(`\`${question.waitMs / 1000}s\` where nothing is said`)
    expect(silence).toContain(`\`0\` to \`10\`, and \`${question.askAgain}\` where nothing is said`)
    expect(durationInWords(story?.resumeMs ?? 0)).toBe('7 days')
    expect(page.below('## A story')).toContain('`7d` where nothing is said')
    expect(page.text).toContain(`up to ${mostScenes.toLocaleString('en')} scenes`)
  })

  test('takes from `defaults` what a question leaves out, as it says of the owl', async () => {
    const example = examples.find((text) => text.includes('owl:')) ?? ''
    const { stories } = await read(example)
    const questions = ['night', 'owl'].map((scene) => stories[0]?.story.scenes.get(scene)?.exit as Question)
    expect(questions.map(({ waitMs, askAgain, silence }) => [waitMs, askAgain, silence?.to])).toEqual([
      [15_000, 2, 'asleep'],
      [5_000, 2, 'home'],
    ])
  })

  test('tells how likely each pick of its example is', async () => {
    const example = examples.find((text) => text.includes('random:')) ?? ''
    const { stories } = await read(example)
    const scene = stories[0]?.story.scenes.get('pond')
    const weights = scene?.exit.kind === 'random' ? scene.exit.picks.map(({ weight }) => weight) : []
    const duck = waysOf(scene ?? { exit: { kind: 'ending', name: '' } }).findIndex(
      ({ way }) => way.to === 'duck',
    )
    expect([weights[duck], weights.reduce((sum, weight) => sum + weight, 0)]).toEqual([3, 5])
    expect(page.below('## Chance')).toContain('three times in five')
  })

  test('leads to the page of every code of stories', () => {
    const codes = pagedCodes().filter((code) => code.startsWith('story/'))
    expect(codes.length).toBe(18)
    for (const code of codes) expect(page.below('## What is checked')).toContain(`../checks/${code}.md`)
  })

  test('lists what a test may say', async () => {
    const keys = firstColumn(page.below('## Tests')).map((cell) => cell.split(':')[0])
    const wrong = await said(
      'stories: {s: {scenes: {b: {ending: c}}, tests: {t: {x: 1, press: [], expect: {y: 1}}}}}\n',
    )
    const allowed = [...wrong.matchAll(/allowed: ([^)]*)/g)].flatMap(([, words = '']) => words.split(', '))
    expect(keys.toSorted()).toEqual(allowed.toSorted())
    expect(codeIn(page.below('## Tests')).join(' ')).toContain('left, right, wait')
  })
})
