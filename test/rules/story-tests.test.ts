import { describe, expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { tryDry } from '../../src/wiring/dry-run.ts'
import { failuresIn, runTests } from '../../src/wiring/test-command.ts'
import { readingOf } from '../support/rules.ts'

const house = `playlists: {songs: [song.mp3]}
stories:
  walk:
    scenes:
      gate: {say: Left or right?, left: fork, right: lake, silence: dice}
      fork: {go: hill}
      dice: {random: [lake, hill]}
      hill: {say: Up., go: end}
      lake: {say: A lake., ending: wet}
      end: {say: Home., ending: home}
  nap: {scenes: {bed: {say: Hush., ending: asleep}}}
inputs:
  brave: {type: switch}
  where: {type: select, options: [nowhere, hill, lake]}
  told: {type: switch}
rules:
  answered:
    when: [{story: {is: choice, story: walk, choice: left}}]
    do: [{set: {brave: true}}, {log: "\${trigger.scene} to \${trigger.leads_to}"}]
  came:
    when: [{story: {is: reached, story: walk, scene: hill}}]
    do: [{set: {where: hill}}]
  over:
    when: [{story: {is: ended, ending: home, player: kids-room}}]
    do: [{set: {told: true}}]
  begun:
    when: [{story: {is: started, story: nap}}]
    do: [{log: "Good night \${player.name}"}]
`

const asTest = (...steps: readonly string[]) => `tests:
  walk:
    now: "2026-11-24T19:00:00"
    players: {kids-room: {}}
    steps:
${steps.map((step) => `      - ${step}\n`).join('')}`

async function read(text: string) {
  const sources = [{ file: 'a.yaml', text }]
  return { ...(await readRuleFiles(sources, readingOf({ stories: readStories }))), sources }
}

async function failures(...steps: readonly string[]): Promise<readonly string[]> {
  const { diagnostics, sources, ...found } = await read(house + asTest(...steps))
  const all = diagnostics.length > 0 ? diagnostics : failuresIn(await runTests(found, new Map()), { sources })
  return all.map(({ code, message }) => `${code} ${message}`)
}

describe('a test of rules that listen to stories', () => {
  test('has somebody answer, and the story goes where the answer leads', async () => {
    const passed = await failures(
      'story: {is: choice, story: walk, scene: gate, choice: left}',
      'expect: {inputs.brave: true, inputs.where: hill, ran: [answered, came], log: gate to hill}',
      'story: {is: ended, story: walk, ending: home}',
      'expect: {inputs.told: true}',
      'story: {is: started, story: nap}',
      'expect: {ran: begun, log: Good night kids-room}',
    )
    expect(passed).toEqual([])
  })

  test('says what follows where chance decides', async () => {
    const passed = await failures(
      'story: {is: choice, story: walk, scene: gate, choice: silence, leads_to: hill}',
      'expect: {inputs.where: hill, ran: came}',
    )
    expect(passed).toEqual([])
  })

  test('fails where the rules do something else', async () => {
    const failed = await failures(
      'story: {is: choice, story: walk, scene: gate, choice: right}',
      'expect: {ran: answered}',
    )
    expect(failed).toEqual([expect.stringContaining('expected rule "answered" to run')])
    const others = await failures('story: {is: ended, story: nap}', 'expect: {ran: over}')
    expect(others).toHaveLength(1)
  })

  test.each([
    ['{is: started, story: wlak}', 'test/unknown-name there is no story "wlak" - did you mean "walk"?'],
    [
      '{is: reached, story: walk, scene: hil}',
      'test/unknown-name there is no scene "walk/hil" - did you mean "walk/hill"?',
    ],
    [
      '{is: reached, story: wlak, scene: hil}',
      'test/unknown-name there is no story "wlak" - did you mean "walk"?',
    ],
    [
      '{is: reached, story: walk, scene: fork}',
      'test/failed tests/walk step 1: the test was stopped: scene "fork" only decides: nobody hears of it, so name one that follows',
    ],
    [
      '{is: choice, story: walk, scene: gate, choice: silence}',
      'test/failed tests/walk step 1: the test was stopped: scene "dice" decides what follows: say which scene that is with leads_to, or tell what is reached',
    ],
    [
      '{is: choice, story: walk, scene: gate, choice: silence, leads_to: lak}',
      'test/unknown-name there is no scene "walk/lak" - did you mean "walk/lake"?',
    ],
    [
      '{is: ended, story: walk}',
      'test/failed tests/walk step 1: the test was stopped: which ending is meant? Story "walk" has wet, home',
    ],
    [
      '{is: choice, story: walk, scene: hill, choice: left}',
      'test/failed tests/walk step 1: the test was stopped: scene "hill" has no answer left',
    ],
  ])('%s is told what is wrong', async (step, said) => {
    expect(await failures(`story: ${step}`)).toEqual([said])
  })

  test('what is missing in a step is said', async () => {
    const [said] = await failures('story: {is: choice, story: walk, scene: gate}')
    expect(said).toMatch(/choice/)
    expect(await failures('story: ended')).toHaveLength(1)
  })
})

describe('a dry run of rules that listen to stories', () => {
  const dry = async (...events: readonly string[]) => {
    const { ruleSet } = await read(house)
    const now = new Date('2026-11-24T19:00:00Z')
    const ground = {
      now,
      players: [],
      folders: new Map(),
      library: [],
      cards: new Map(),
      remembered: null,
      named: [],
    }
    return tryDry({ events, player: 'kids-room' }, ruleSet, ground)
  }

  test('says what would come of it', async () => {
    const report = await dry('story.choice=walk/gate/left', 'story.ended=walk/home', 'story.started=nap')
    expect(report.parts.map(({ event, runs }) => [event, runs.map(({ rule }) => rule)])).toEqual([
      ['story.choice=walk/gate/left', ['came', 'answered']],
      ['story.ended=walk/home', ['over']],
      ['story.started=nap', ['begun']],
    ])
  })

  test.each([
    ['story.ended=nap', null],
    ['story.choice=walk/gate', 'expected story.started=<story>, story.reached=<story>/<scene>'],
    ['story.choice=walk/gaet/left', 'there is no scene "gaet" - did you mean "gate"?'],
    ['story.ended=walk/wett', 'there is no ending "wett"? Story "walk" has wet, home'],
    ['story.reached=wlak/gate', 'there is no story "wlak" - did you mean "walk"?'],
    ['story.reach=walk/gate', 'expected story.started=<story>'],
  ])('%s', async (event, said) => {
    const asked = dry(event)
    if (said === null) expect((await asked).stopped).toBe(null)
    else await expect(asked).rejects.toThrow(said)
  })
})
