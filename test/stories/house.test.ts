import { describe, expect, test } from 'vitest'
import { randomFrom } from '../../src/core/play-order.ts'
import { ReadingMemory } from '../../src/rules/read/reading-memory.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { chosenRun } from '../../src/stories/card/chosen-run.ts'
import { compiled } from '../../src/stories/compiled.ts'
import { expanded } from '../../src/stories/export/expansion.ts'
import { tweeOf } from '../../src/stories/export/twee.ts'
import { graphOf } from '../../src/stories/graph.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { walks } from '../../src/stories/walks.ts'
import { readingOf } from '../support/rules.ts'
import { foundIn, readFile, saidOf } from './said.ts'

const declared = `vars:
  party: false
  guests: {start: 1, max: 5}
inputs:
  mood: {type: select, options: [calm, wild], start: calm}
`
const house = (...lines: readonly string[]) =>
  `${declared}stories:\n  s:\n${lines.map((line) => `    ${line}\n`).join('')}`
const ends = ['b: {say: B, ending: b}', 'c: {say: C, ending: c}']
/** Its first scene stands in line 9 from column 7 on. */
const scenes = (...lines: readonly string[]) =>
  house('scenes:', ...[...lines, ...ends].map((line) => `  ${line}`))
/** The condition stands in line 9 from column 25 on. */
const asking = (condition: string) => scenes(`a: {branch: [{if: "${condition}", go: b}, {go: c}]}`)

const storyOf = async (text: string) => {
  const { stories, said } = await readFile(text)
  expect(said.filter(({ level }) => level === 'error')).toEqual([])
  return stories.get('s') ?? expect.unreachable('a story')
}

describe('expressions of a story', () => {
  test.each([
    'vars.party',
    'vars.guests > 2',
    "inputs.mood == 'wild'",
    "now.time >= '19:00' and now.weekday in ['sat', 'sun']",
    'weekends or not weekdays',
    'player.volume > 3 and player.playing',
    "state('light.nursery') == 'on'",
  ])('may ask the house: %s', async (condition) => {
    expect(await saidOf(asking(condition))).toEqual([])
  })

  test.each([
    ['vars.prty', '9:26 expr/unknown-name there is no "vars.prty" | did you mean "vars.party"?'],
    ['inputs.moood == 1', '9:26 expr/unknown-name there is no "inputs.moood" | did you mean "inputs.mood"?'],
    ['now.hours > 3', '9:26 expr/unknown-name there is no "now.hours" | did you mean "now.hour"?'],
    [
      'vars.guests',
      '9:26 expr/type a condition takes yes or no, and `vars.guests` is a number | did you mean `vars.guests > 0`?',
    ],
    ["now.time > '9:00'", "9:37 expr/clock '9:00' compares wrongly with now.time; write '09:00'"],
    [
      'stream.closed',
      '9:26 expr/unknown-name there is no "stream.closed" here: a story is told by a card of its own, and knows no stream',
    ],
    [
      "trigger.kind == 'button'",
      '9:26 expr/unknown-name there is no "trigger.kind" here: nothing triggers a story: a card tells it',
    ],
    [
      "state('nursery') == 'on'",
      "9:32 expr/type `state` takes an entity of Home Assistant in quotes, as in `state('light.nursery')`",
    ],
    [
      "state('light.nursery') > 3",
      "9:26 expr/type `state('light.nursery')` is a text and `3` is a number: `>` cannot compare them | write '3'",
    ],
  ])('are checked as those of rules: %s', async (condition, said) => {
    expect(await saidOf(asking(condition))).toEqual([said])
  })

  test('may be asked for an entity in a rule too, and not where a stream is asked for', async () => {
    const text = `rules:
  r: {stream: den, when: [{button: left}], if: "state('light.nursery') == 'on'", do: [{log: hi}]}
`
    expect(await foundIn(text)).toEqual([])
    const answers = `playlists: {p: [a.mp3]}
schedules:
  den: {default: p, answers: [{stream: other, if: "state('light.nursery') == 'on'"}]}
`
    expect((await foundIn(answers))[0]).toContain('cannot be asked for here with `state`')
  })

  test('name the vars of the story first, and the house where these are not meant', async () => {
    const own = (vars: string, condition: string) =>
      house(
        `vars: {${vars}}`,
        'scenes:',
        `  a: {say: A, left: {go: d, set: {${vars.split(':')[0]}: true}}, right: d, silence: d}`,
        `  d: {branch: [{if: "${condition}", go: b}, {go: c}]}`,
        ...ends.map((line) => `  ${line}`),
      )
    expect(await saidOf(own('now: false', 'now'))).toEqual([])
    expect(await saidOf(own('now: false', 'now.hour > 3'))).toEqual([
      '11:26 expr/unknown-name there is no "now.hour" here: `now` is a var of the story itself',
    ])
    expect(await saidOf(own('event: false', "event('x')"))).toEqual([
      '11:26 expr/unknown-name there is no `event` here: `event` is a var of the story itself',
    ])
    expect(await saidOf(own('brave: false', 'vars.brave'))).toEqual([
      '11:26 expr/unknown-name there is no "vars.brave" here: a var of the story itself is called by its name alone: `brave`',
    ])
    const { asks } = await storyOf(own('weekends: false', 'weekends'))
    expect(asks).toBeUndefined()
    const number = own('weekends: {start: 0, max: 3}', 'weekends > 0').replace(
      'weekends: true',
      'weekends: 2',
    )
    expect(await saidOf(number)).toEqual([])
  })

  test('say what they ask, so that a version that is kept does not depend on what is declared later', async () => {
    const story = await storyOf(
      scenes(
        "a: {branch: [{if: vars.party and state('light.nursery') == 'on', go: b}, {if: now.hour > 3, go: b}, {go: c}]}",
      ),
    )
    expect(story.asks).toEqual({
      'vars.party': 'bool',
      "state('light.nursery')": 'text',
      'now.hour': 'number',
    })
    expect(
      (
        await storyOf(
          scenes('a: {say: A, go: b}', 'd: {say: D, go: c}').replace(
            'go: b',
            'left: b, right: d, silence: b',
          ),
        )
      ).asks,
    ).toBeUndefined()
  })

  test('are read anew when another file declares other names', async () => {
    const memory = new ReadingMemory()
    const own = { file: 'b.yaml', text: asking('vars.party').replace(declared, '') }
    const readWith = async (vars: string) => {
      const sources = [{ file: 'a.yaml', text: `vars: {${vars}}\n` }, own]
      const reading = { ...readingOf({ stories: readStories }), memory }
      const { diagnostics, ruleSet } = await readRuleFiles(sources, reading)
      return diagnostics.map(({ message }) => message).join() || ruleSet.stories?.get('s')?.asks
    }
    expect(await readWith('party: false')).toEqual({ 'vars.party': 'bool' })
    expect(await readWith('feast: false')).toBe('there is no "vars.party"')
    expect(await readWith('party: {start: 0, max: 3}')).toContain('`vars.party` is a number')
    expect(await readWith('party: true')).toEqual({ 'vars.party': 'bool' })
  })

  test('are said once to know nothing of Home Assistant where that is not there', async () => {
    const homeAssistant = { isThere: false, actionFault: async () => null }
    const sources = [{ file: 'a.yaml', text: asking("state('light.nursery') == 'on'") }]
    const { diagnostics } = await readRuleFiles(sources, readingOf({ stories: readStories, homeAssistant }))
    expect(diagnostics.map(({ code, level, line, message }) => [code, level, line, message])).toEqual([
      [
        'ref/home-assistant',
        'warning',
        9,
        'Home Assistant did not start this program, and homeassistant.url is not set, so `state` never knows anything here',
      ],
    ])
  })
})

describe('the search through a story that asks the house', () => {
  const gold = (...lines: readonly string[]) =>
    house('vars: {gold: {start: 0, max: 3}, brave: false}', 'scenes:', ...lines.map((line) => `  ${line}`))

  test('comes to all lines of a branch up to the first that surely holds', async () => {
    expect(await foundIn(asking('vars.party'))).toEqual([])
    expect(
      await foundIn(
        scenes(
          'a: {branch: [{if: vars.party, go: b}, {if: weekends, go: d}, {go: c}, {if: vars.guests > 2, go: e}]}',
          'd: {say: D, ending: d}',
          'e: {say: E, ending: e}',
        ),
      ),
    ).toEqual(['warning story/never-taken "a" → "e" can never happen: a line above it always holds before'])
  })

  test('knows what is so in every house', async () => {
    const lonely =
      'info story/lonely-choice left and right of scene "a" lead to the same place with the same effect'
    const sure = (condition: string) =>
      foundIn(
        gold(
          'a: {say: A, left: {go: d, set: {brave: true}}, right: {go: d, set: {brave: true}}, silence: d2}',
          'd2: {say: X, set: {brave: true}, go: d}',
          `d: {branch: [{if: ${condition}, go: b}, {go: c}]}`,
          'b: {say: B, set: {gold: gold + 1}, ending: b}',
          'c: {say: C, ending: c}',
        ),
      )
    expect(await sure('brave or vars.party')).toEqual([
      lonely,
      'warning story/never-taken "d" → "c" can never happen: the line above it holds before',
    ])
    expect(await sure('brave and vars.party')).toEqual([lonely])
  })

  test('reports a branch of which no line has to hold, whichever way the house is', async () => {
    expect(
      await saidOf(scenes('a: {branch: [{if: vars.party, go: b}, {if: not vars.party, go: c}]}')),
    ).toEqual([
      '9:70 story/stuck-guard in "a" it is up to the house whether a line of `branch` matches (vars.party) | the story begins there; add a last line without `if`',
    ])
  })

  test('proves an ending only where the house cannot keep a child from it', async () => {
    const round = (wait: string) =>
      scenes(`a: {say: A, go: d}`, `d: {branch: [{if: vars.party, go: b}, {go: ${wait}}]}`)
    expect(await foundIn(round('a'))).toContainEqual(
      'error story/no-ending from a, d only the house lets a child out: as long as it does not, they would go round for ever. Shortest round: a → d → a',
    )
    expect(await foundIn(round('c'))).toEqual([])
    // Whoever is asked on the way can leave.
    expect(
      await foundIn(
        scenes(
          'a: {say: A, left: c, right: d, silence: d}',
          'd: {branch: [{if: vars.party, go: b}, {go: a}]}',
        ),
      ),
    ).toEqual([])
  })

  test('counts all that the house may have a way set', async () => {
    const all = gold(
      'a: {say: A, set: {gold: vars.guests}, left: d, right: c, silence: c}',
      'd: {branch: [{if: gold == 0, go: zero}, {if: gold == 3, go: three}, {go: c}]}',
      'zero: {say: Z, ending: zero}',
      'three: {say: T, set: {brave: not brave}, ending: three}',
      'c: {say: C, ending: c}',
    )
    expect(await foundIn(all)).toEqual([])
    // Of what is written out only that: gold is never 2 or 3.
    expect(await foundIn(all.replace('gold: vars.guests', 'gold: "if(vars.party, 1, 0)"'))).toEqual([
      'warning story/never-taken "d" → "three" can never happen: gold is 0 to 1, whenever a child comes there'.replace(
        'gold is 0 to 1, whenever a child comes there',
        'whenever a child comes there, gold is 0 to 1',
      ),
    ])
  })

  test('does not take two answers for the same because the house may set the same by both', async () => {
    const both = (one: string, other: string) =>
      foundIn(
        gold(
          `a: {say: A, left: {go: d, set: {brave: ${one}}}, right: {go: d, set: {brave: ${other}}}, silence: d}`,
          'd: {branch: [{if: brave, go: b}, {go: c}]}',
          'b: {say: B, set: {gold: 1}, ending: b}',
          'c: {say: C, ending: c}',
        ),
      )
    expect(await both('vars.party', 'weekends')).toEqual([])
    expect(await both('true', 'true')).toContain(
      'info story/lonely-choice left and right of scene "a" lead to the same place with the same effect',
    )
  })

  test('is soon through with vars that the house may set to thousands of things', async () => {
    const names = Array.from({ length: 12 }, (_, number) => `v${number}`)
    const many = house(
      `vars: {${names.map((name) => `${name}: {start: 0, max: 100000}`).join(', ')}}`,
      'scenes:',
      `  a: {say: A, set: {${names.map((name) => `${name}: vars.guests`).join(', ')}}, left: {go: d, set: {${names.map((name) => `${name}: vars.guests * ${name}`).join(', ')}}}, right: c, silence: c}`,
      `  d: {say: D, set: {${names.map((name) => `${name}: vars.guests + 1`).join(', ')}}, go: b}`,
      ...ends.map((line) => `  ${line}`),
    )
    expect(await foundIn(many)).toHaveLength(1)
  })

  test('says where there is too much, and doubts nothing then', async () => {
    const large = house(
      'vars: {far: {start: 0, max: 1000000}}',
      'scenes:',
      '  a: {say: A, set: {far: vars.guests}, go: d}',
      '  d: {branch: [{if: far == 7, go: b}, {go: c}]}',
      ...ends.map((line) => `  ${line}`),
    )
    expect((await foundIn(large)).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'info story/analysis-capped',
    ])
  })
})

describe('a story that asks the house', () => {
  test('is run live, and cannot be a card, nor a pack', async () => {
    const story = await storyOf(asking('vars.party'))
    const { run, why, none } = chosenRun(compiled(story))
    expect({ run, why }).toEqual({
      run: 'live',
      why: 'a card cannot ask the house, as "a" does (vars.party)',
    })
    expect(none).toEqual({ why: 'house', scene: 'a', asks: 'vars.party' })
    expect(chosenRun(compiled({ ...story, run: 'card' })).card).toBeNull()
    expect(() => expanded(compiled(story))).toThrow('a box cannot ask the house, as "a" does (vars.party)')
    expect(tweeOf(story).lost).toContain('what it asks the house is left out: vars.party')
    expect(graphOf(story).ways.map(({ label }) => label)).toEqual(['vars.party', 'else'])
  })

  test('is walked through in all houses', async () => {
    const story = await storyOf(
      house(
        'vars: {gold: {start: 0, max: 3}}',
        'scenes:',
        '  a: {say: A, set: {gold: vars.guests}, go: d}',
        '  d: {branch: [{if: vars.party, go: b}, {if: gold > 2, go: c}, {go: b}]}',
        ...ends.map((line) => `  ${line}`),
      ),
    )
    const { endings, stuck, never } = walks(compiled(story), { count: 200, random: randomFrom(1) })
    expect(endings.every(({ count }) => count > 5)).toBe(true)
    expect([stuck, never]).toEqual([[], { scenes: [], ways: [] }])
  })
})

describe('a test of a story', () => {
  const tested = (line: string) =>
    house(
      'scenes:',
      "  a: {branch: [{if: vars.party, go: b}, {if: state('light.nursery') == 'on', go: b}, {if: now.hour > 18, go: b}, {go: c}]}",
      ...ends.map((one) => `  ${one}`),
      'tests:',
      `  one: ${line}`,
    )
  const failuresOf = async (line: string) => {
    const sources = [{ file: 'a.yaml', text: tested(line) }]
    const { stories, diagnostics } = await readRuleFiles(sources, readingOf({ stories: readStories }))
    expect(diagnostics).toEqual([])
    return stories.flatMap(({ tests }) => tests.flatMap((one) => one.run().map(({ message }) => message)))
  }

  test.each([
    ['{}', 'c'],
    ['{vars.party: true}', 'b'],
    ['{state(\'light.nursery\'): "on"}', 'b'],
    ['{state(\'light.nursery\'): "off"}', 'c'],
    ['{now.hour: 19}', 'b'],
  ])('says what the house answers: %s', async (answers, ending) => {
    const other = ending === 'b' ? 'c' : 'b'
    expect(await failuresOf(`{house: ${answers}, press: [], expect: {ending: ${ending}}}`)).toEqual([])
    expect(await failuresOf(`{house: ${answers}, press: [], expect: {ending: ${other}}}`)).toHaveLength(1)
  })

  test.each([
    [
      '{vars.prty: true}',
      '13:21 test/unknown-name the house has no "vars.prty" - did you mean "vars.party"?',
    ],
    ['{vars.party: 3}', '13:33 type/value "vars.party" takes true or false, not "3"'],
    ['{vars.guests: 6}', '13:34 type/value "vars.guests" takes a number from 0 to 5, not "6"'],
    ['{inputs.mood: mad}', '13:34 type/value "inputs.mood" takes one of calm, wild, not "mad"'],
    [
      '{light.nursery: true}',
      '13:21 test/unknown-name the house has no "light.nursery" | known: now.…, player.…, vars.…, inputs.…, state(\'…\')',
    ],
  ])('is told what is wrong with that: %s', async (answers, said) => {
    expect(await saidOf(tested(`{house: ${answers}, press: [], expect: {ending: b}}`))).toEqual([said])
  })
})
