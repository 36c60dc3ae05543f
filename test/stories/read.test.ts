import { describe, expect, test } from 'vitest'
import type { Scene, Story } from '../../src/core/story.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { mostScenes } from '../../src/stories/read/schema.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { readingOf } from '../support/rules.ts'
import { readFile, saidOf, scenesFile, storyFile } from './said.ts'

const ends = ['b: {say: B, ending: b}', 'c: {say: C, ending: c}']
const go = (to: string) => ({ to, set: [] })

async function storyIn(text: string): Promise<Story> {
  const { stories, said } = await readFile(text)
  const story = stories.get('s')
  if (story === undefined) throw new Error(JSON.stringify(said))
  return story
}

/** The scene `a` beside two that end. */
async function sceneOf(...lines: readonly string[]): Promise<Scene | undefined> {
  return (
    await storyIn(
      storyFile(
        'vars: {gold: {start: 0, max: 3}}',
        'scenes:',
        ...[...lines, ...ends].map((line) => `  ${line}`),
      ),
    )
  ).scenes.get('a')
}

describe('a story as it is read', () => {
  test('takes what nobody says as it usually is', async () => {
    const { scenes, ...story } = await storyIn(scenesFile('a: {say: A, ending: x}'))
    expect(story).toEqual({
      ...{ id: 's', title: 's', run: 'auto', card: null, start: 'a', home: 'a', bedtime: null },
      ...{ vars: new Map(), resumeMs: 7 * 86_400_000 },
    })
    expect([...scenes.values()]).toEqual([
      { id: 'a', play: { say: 'A' }, again: null, set: [], exit: { kind: 'ending', name: 'x' } },
    ])
  })

  test('has what is said of it', async () => {
    const own = [
      'title: The Cave',
      'run: card',
      'card: 5nT1g',
      'start: b',
      'home: c',
      'bedtime: c',
      'resume: 3d',
    ]
    expect(await storyIn(storyFile(...own, 'scenes:', ...ends.map((line) => `  ${line}`)))).toMatchObject({
      ...{ title: 'The Cave', run: 'card', card: '5nT1g', start: 'b', home: 'c', bedtime: 'c' },
      resumeMs: 3 * 86_400_000,
    })
  })

  test.each([
    ['resume: false', { resumeMs: null }],
    ['defaults: {resume: 1h, home: b, bedtime: c}', { resumeMs: 3_600_000, home: 'b', bedtime: 'c' }],
    ['defaults: {resume: false}', { resumeMs: null }],
  ])('takes %s', async (line, expected) => {
    expect(await storyIn(storyFile(line, 'scenes:', ...ends.map((one) => `  ${one}`)))).toMatchObject(
      expected,
    )
  })

  test('has vars that are yes or no, numbers and words', async () => {
    const vars =
      'vars: {brave: true, gold: {start: 1, max: 3}, cold: {start: 0, min: -5, max: 5}, mood: {one_of: [calm, wild], start: wild}}'
    const story = await storyIn(storyFile(vars, 'scenes: {a: {ending: x}}'))
    expect([...story.vars.values()]).toEqual([
      { id: 'brave', form: { type: 'flag' }, start: true },
      { id: 'gold', form: { type: 'number', min: 0, max: 3, step: 1 }, start: 1 },
      { id: 'cold', form: { type: 'number', min: -5, max: 5, step: 1 }, start: 0 },
      { id: 'mood', form: { type: 'choice', options: ['calm', 'wild'] }, start: 'wild' },
    ])
  })

  test.each<[string, Partial<Scene>]>([
    ['a: {play: gate.mp3, go: b}', { play: { file: 'gate.mp3' }, exit: { kind: 'go', way: go('b') } }],
    ['a: {say: A, again: x.mp3, go: b}', { play: { say: 'A' }, again: { file: 'x.mp3' } }],
    ['a: {say: A, again: {say: Again}, go: b}', { again: { say: 'Again' } }],
    [
      'a: {play: gate.mp3, say: A gate., again: {play: short.mp3, say: The gate.}, go: b}',
      { play: { file: 'gate.mp3', say: 'A gate.' }, again: { file: 'short.mp3', say: 'The gate.' } },
    ],
    ['a: {go: {go: b}}', { play: null, exit: { kind: 'go', way: go('b') } }],
    [
      'a: {set: {gold: gold + 1}, go: {go: b, set: {gold: 2}}}',
      {
        set: [{ name: 'gold', value: 'gold + 1' }],
        exit: { kind: 'go', way: { to: 'b', set: [{ name: 'gold', value: '2' }] } },
      },
    ],
    [
      'a: {branch: [{if: gold > 0, go: b}, {go: c}]}',
      {
        exit: {
          kind: 'branch',
          lines: [
            { if: 'gold > 0', way: go('b') },
            { if: null, way: go('c') },
          ],
        },
      },
    ],
    [
      'a: {random: [b, {go: c, weight: 3}], not_twice: true}',
      {
        exit: {
          kind: 'random',
          picks: [
            { weight: 1, way: go('b') },
            { weight: 3, way: go('c') },
          ],
          notTwice: true,
        },
      },
    ],
    [
      'a: {ask: which.mp3, left: b, right: {go: c, set: {gold: 1}}, silence: b}',
      {
        exit: {
          ...{ kind: 'question', ask: { file: 'which.mp3' }, hearOut: false, waitMs: 10_000, askAgain: 1 },
          ...{ left: go('b'), right: { to: 'c', set: [{ name: 'gold', value: '1' }] }, silence: go('b') },
        },
      },
    ],
    [
      'a: {ask: {say: Well?, play: well.mp3}, left: b, silence: b}',
      { exit: expect.objectContaining({ ask: { file: 'well.mp3', say: 'Well?' } }) },
    ],
    [
      'a: {ask: {say: Well?}, hear_out: true, right: c, silence: {wait: 2m, ask_again: 0, go: b, set: {gold: 3}}}',
      {
        exit: {
          ...{ kind: 'question', ask: { say: 'Well?' }, hearOut: true, waitMs: 120_000, askAgain: 0 },
          ...{ left: null, right: go('c'), silence: { to: 'b', set: [{ name: 'gold', value: '3' }] } },
        },
      },
    ],
  ])('has a scene of %s', async (line, expected) => {
    expect(await sceneOf(line)).toMatchObject(expected)
  })

  test('finds its audio in its folder, with or without a slash behind it', async () => {
    for (const folder of ['stories/cave', 'stories/cave/', 'stories/cave//']) {
      const story = await storyIn(
        storyFile(`audio: ${folder}`, 'scenes: {a: {play: gate.mp3, again: deep/again.mp3, ending: x}}'),
      )
      expect(story.scenes.get('a')).toMatchObject({
        play: { file: 'stories/cave/gate.mp3' },
        again: { file: 'stories/cave/deep/again.mp3' },
      })
    }
  })

  test('takes from `defaults` what a question does not say itself', async () => {
    const story = await storyIn(
      storyFile(
        'defaults: {silence: {wait: 20s, ask_again: 3, go: c}, hear_out: true}',
        'scenes:',
        '  a: {left: d}',
        '  d: {left: e, silence: {wait: 5s}, hear_out: false}',
        '  e: {left: b, silence: b}',
        ...ends.map((line) => `  ${line}`),
      ),
    )
    expect(['a', 'd', 'e'].map((id) => story.scenes.get(id)?.exit)).toMatchObject([
      { waitMs: 20_000, askAgain: 3, hearOut: true, silence: go('c') },
      { waitMs: 5_000, askAgain: 3, hearOut: false, silence: go('c') },
      { waitMs: 20_000, askAgain: 3, hearOut: true, silence: go('b') },
    ])
  })

  test('makes a scene of each option of a carousel: left goes on to the next, right takes it', async () => {
    const story = await storyIn(
      scenesFile(
        'a: {say: Which?, carousel: [{say: One?, go: b}, {play: two.mp3, say: Two?, go: c}], silence: {wait: 3s, go: c}}',
        ...ends,
      ),
    )
    const question = {
      kind: 'question',
      ask: null,
      hearOut: false,
      waitMs: 3_000,
      askAgain: 1,
      silence: go('c'),
    }
    expect([...story.scenes.keys()]).toEqual(['a', 'a.1', 'a.2', 'b', 'c'])
    expect(story.scenes.get('a')).toMatchObject({
      play: { say: 'Which?' },
      exit: { kind: 'go', way: go('a.1') },
    })
    expect(story.scenes.get('a.1')).toMatchObject({
      play: { say: 'One?' },
      exit: { ...question, left: go('a.2'), right: go('b') },
    })
    expect(story.scenes.get('a.2')).toMatchObject({
      play: { file: 'two.mp3', say: 'Two?' },
      exit: { ...question, left: go('a.1'), right: go('c') },
    })
  })

  test('may have scenes that are called as things of the language are, but for two', async () => {
    const names = ['toString', 'hasOwnProperty', 'valueOf', '1', 'true', 'null', 'go', 'Ä 1', 'a_b-c']
    const lines = names.map((name, at) => `"${name}": {say: A, go: "${names[at + 1] ?? 'b'}"}`)
    expect((await readFile(scenesFile(...lines, ...ends.slice(0, 1)))).said).toEqual([])
    for (const name of ['__proto__', 'constructor'])
      expect(await saidOf(scenesFile(`${name}: {say: A, ending: x}`))).toEqual([
        `4:7 yaml/reserved-id "${name}" cannot be a name here`,
      ])
  })

  test('may be as large as may be, and not larger', async () => {
    const scenes = (count: number) =>
      storyFile(
        'run: live',
        'scenes:',
        ...Array.from(
          { length: count },
          (_, at) => `  s${at}: {say: A, ${at + 1 < count ? `go: s${at + 1}` : 'ending: x'}}`,
        ),
      )
    expect(await saidOf(scenes(mostScenes))).toEqual([])
    expect(await saidOf(scenes(mostScenes + 1))).toEqual([
      '4:5 type/value the story has 5,001 scenes; it may have 5,000 | make several stories of it',
    ])
  }, 60_000)
})

const allowedInStory = 'title, run, card, audio, start, home, bedtime, resume, vars, defaults, scenes, tests'
const allowedInScene = 'play, say, ask, left, right, silence, go, branch, random, carousel, ending, set, …'
const wayOut = 'add left/right, go, branch or random - or `ending: <name>` if the story stops here'

describe('what is wrong with a story is said where it stands', () => {
  test.each([
    ['stories: []\n', '1:10 type/value `stories` takes a map: a name, a colon, and what belongs to it'],
    ['stories:\n  s:\n', '2:5 type/value story "s" takes a map with its `scenes`, not nothing'],
    ['stories:\n  s: hello\n', '2:6 type/value story "s" takes a map with its `scenes`, not "hello"'],
    ['stories:\n  s: [a]\n', '2:6 type/value story "s" takes a map with its `scenes`, not a list'],
    [
      'stories:\n  s: {title: x}\n',
      '2:6 key/missing story "s" needs `scenes`, a map with a name for each scene',
    ],
    [
      storyFile('scenes:'),
      '3:5 type/value `scenes` takes a map: a name for each scene | as in `scenes: {gate: {play: gate.mp3, ending: home}}`',
    ],
    [
      storyFile('scenes: {}'),
      '3:13 type/value `scenes` takes a map: a name for each scene | as in `scenes: {gate: {play: gate.mp3, ending: home}}`',
    ],
    [
      storyFile('scenes: [a]'),
      '3:13 type/value `scenes` takes a map: a name for each scene | as in `scenes: {gate: {play: gate.mp3, ending: home}}`',
    ],
    [
      storyFile('scene: {}'),
      `3:5 key/unknown unknown key "scene" in story "s" - did you mean "scenes"? (allowed: ${allowedInStory})`,
    ],
    [
      'stories:\n  a/b: {scenes: {a: {ending: x}}}\n',
      '2:3 yaml/reserved-id "a/b" cannot be the name of a story: use up to 60 letters, digits, spaces, "-" and "_", a letter or a digit first',
    ],
  ])('%j', async (text, said) => {
    expect(await saidOf(text)).toEqual([said])
  })

  test.each([
    ['a:', `4:7 story/dead-end scene "a" has no way out | ${wayOut}`],
    ['a: {}', `4:7 story/dead-end scene "a" has no way out | ${wayOut}`],
    ['a: {play: x.mp3}', `4:7 story/dead-end scene "a" has no way out | ${wayOut}`],
    ['a: hello', '4:10 type/value scene "a" takes a map: `play`, and where it goes on'],
    ['a: [b]', '4:10 type/value scene "a" takes a map: `play`, and where it goes on'],
    [
      'a: {plya: x.mp3, go: b}',
      `4:11 key/unknown unknown key "plya" in scene "a" - did you mean "play"? (allowed: ${allowedInScene})`,
    ],
    [
      'a: {say: Hello, my friend, go: b}',
      `4:23 key/unknown unknown key "my friend" in scene "a" (allowed: ${allowedInScene}) | the comma ends the text before it; where it belongs to the text, put quotes around the whole: \`"Hello, my friend"\``,
    ],
    ['a: {play: , go: b}', '4:11 type/value `play` takes an audio file such as "gate.mp3", not nothing'],
    [
      'a: {play: ../x.mp3, go: b}',
      '4:17 type/value `play` takes an audio file such as "gate.mp3", not "../x.mp3"',
    ],
    ['a: {say: "", go: b}', '4:16 type/value `say` takes a text of at most 5,000 characters, not ""'],
    ['a: {ask: {}, left: b}', '4:11 key/missing `ask` needs `say`, a text of at most 5,000 characters'],
    [
      'a: {go: b, ending: x}',
      '4:18 story/two-exits scene "a" goes on in two ways: by `go` and by `ending` | keep one of them',
    ],
    [
      'a: {random: [b], branch: [{go: c}]}',
      '4:11 story/two-exits scene "a" goes on in two ways: by `branch` and by `random` | keep one of them',
    ],
    [
      'a: {left: b, right: c, go: b}',
      '4:30 story/two-exits scene "a" both asks (`left`) and moves on by itself (`go`) | leave `go` out, or let one scene play and go on to another one that asks',
    ],
    [
      'a: {ask: x.mp3, ending: b}',
      '4:23 story/two-exits scene "a" both asks (`ask`) and ends (`ending`) | let it ask here, and end in the scenes that the answers lead to',
    ],
    [
      'a: {silence: b, go: b}',
      '4:11 story/two-exits scene "a" both asks (`silence`) and moves on by itself (`go`) | leave `silence` out: nobody is asked there',
    ],
    [
      'a: {hear_out: true, ending: b}',
      '4:11 story/two-exits scene "a" both asks (`hear_out`) and ends (`ending`) | leave `hear_out` out: nobody is asked there',
    ],
    [
      'a: {carousel: [{say: B, go: b}, {say: C, go: c}], left: b}',
      '4:57 story/two-exits scene "a" both asks (`left`) and offers a choice (`carousel`) | leave it out: left goes on to the next option, and right takes it',
    ],
    [
      'a: {left: b, right: c, middle: b}',
      '4:30 story/three-answers the player has two buttons; "a" has three answers: left, right and middle | use `carousel:`, or two questions one behind the other',
    ],
    [
      'a: {ask: x.mp3}',
      '4:7 key/missing scene "a" asks and has no answer: neither `left` nor `right` | add `left: <scene>` or `right: <scene>`; where nobody is asked, `go: <scene>` moves on',
    ],
    [
      'a: {not_twice: true, go: b}',
      '4:11 key/missing scene "a" says `not_twice` and draws nothing: it goes with `random` | leave it out, or list scenes under `random`',
    ],
    ['a: {go: }', '4:11 type/value `go` takes the name of a scene or {go, set}, not nothing'],
    ['a: {go: [b, c]}', '4:15 type/value `go` takes the name of a scene or {go, set}, not a list'],
    ['a: {left: , right: c}', '4:11 type/value `left` takes the name of a scene or {go, set}, not nothing'],
    ['a: {ending: }', '4:11 type/value `ending` takes a name of at most 64 characters, not nothing'],
    ['a: {branch: }', '4:11 type/value `branch` takes a list of 1-50, not nothing'],
    ['a: {branch: {go: b}}', '4:19 type/value `branch` takes a list of 1-50, not a map'],
    ['a: {branch: [b]}', '4:20 type/value item 1 of `branch` takes {if, go, set}, not "b"'],
    ['a: {branch: [{}]}', '4:20 key/missing item 1 of `branch` needs `go`, the name of a scene'],
    ['a: {random: []}', '4:19 type/value `random` is empty'],
    ['a: {random: [b, {go: c, weight: 0}]}', '4:39 type/value `weight` takes a whole number 1-1000, not "0"'],
    ['a: {carousel: [{say: B, go: b}]}', '4:21 type/value `carousel` takes a list of 2-20, not of 1'],
    [
      'a: {carousel: [{say: B, go: b}, {go: c}], silence: b}',
      '4:44 key/missing option 2 of "a" is silent: it needs `play` or `say`',
    ],
    [
      'a: {ask: {play: x.mp3}, left: b, silence: b}',
      '4:11 key/missing `ask` needs `say`, a text of at most 5,000 characters',
    ],
    [
      'a: {play: a.mp3, again: {play: b.mp3, say: }, go: b}',
      '4:45 type/value `say` takes a text of at most 5,000 characters, not nothing',
    ],
    [
      'a: {silence: , left: b}',
      '4:11 type/value `silence` takes the name of a scene or {wait, ask_again, go, set}, not nothing',
    ],
    [
      'a: {silence: {}, left: b}',
      '4:20 type/value `silence` needs at least 1 of `wait`, `ask_again`, `go`, `set`',
    ],
    ['a: {silence: {wait: 11m, go: b}, left: b}', '4:27 type/value 11m is longer than 10 minutes'],
    [
      'a: {silence: {wait: 5, go: b}, left: b}',
      '4:27 type/value `wait` takes a length of time from a second to ten minutes such as "10s", not "5" | write `5s`',
    ],
    [
      'a: {silence: {ask_again: 11, go: b}, left: b}',
      '4:32 type/value `ask_again` takes a whole number 0-10, not "11"',
    ],
    [
      'a.1: {say: A, ending: x}',
      '4:7 yaml/reserved-id "a.1" cannot be the name of a scene: use up to 60 letters, digits, spaces, "-" and "_", a letter or a digit first',
    ],
    [
      '"": {say: A, ending: x}',
      '4:7 yaml/reserved-id an empty text cannot be the name of a scene: use up to 60 letters, digits, spaces, "-" and "_", a letter or a digit first',
    ],
  ])('of the scene `%s`', async (line, said) => {
    expect(await saidOf(scenesFile(line, ...ends))).toEqual([said])
  })

  test.each([
    ['a: {go: gaet}', '4:15'],
    ['a: {left: gaet, silence: gate}', '4:17'],
    ['a: {left: {go: gaet}, silence: gate}', '4:22'],
    ['a: {left: gate, silence: {go: gaet}}', '4:37'],
    ['a: {branch: [{go: gaet}]}', '4:25'],
    ['a: {random: [gate, gaet]}', '4:26'],
    ['a: {random: [gate, {go: gaet}]}', '4:31'],
    ['a: {carousel: [{say: A, go: gate}, {say: B, go: gaet}], silence: gate}', '4:55'],
    ['a: {carousel: [{say: A, go: gate}, {say: B, go: gate}], silence: gaet}', '4:72'],
  ])('an unknown scene in `%s`, and nothing that only follows from it', async (line, place) => {
    const message = 'there is no scene "gaet" in story "s" - did you mean "gate"?'
    expect(
      await saidOf(scenesFile(line, 'gate: {say: A, ending: x}', 'behind: {say: B, ending: y}')),
    ).toEqual([`${place} story/unknown-scene ${message}`])
  })

  test('an unknown scene with those that there are, where none is near', async () => {
    expect(await saidOf(scenesFile('a: {go: nowhere}', ...ends))).toEqual([
      '4:15 story/unknown-scene there is no scene "nowhere" in story "s" | known: a, b, c',
    ])
  })

  test('an unknown scene of `defaults` once, not at each question', async () => {
    const scenes = ['a: {left: b}', 'd: {left: b, silence: {wait: 3s}}'].map((line) => `  ${line}`)
    for (const silence of ['nowhere', '{go: nowhere}'])
      expect(
        await saidOf(
          storyFile(
            `defaults: {silence: ${silence}}`,
            'scenes:',
            ...scenes,
            ...ends.map((line) => `  ${line}`),
          ),
        ),
      ).toEqual([
        `3:${silence === 'nowhere' ? 25 : 30} story/unknown-scene there is no scene "nowhere" in story "s" | known: a, d, b, c`,
      ])
  })

  test.each([
    ['start: gaet', '3:12'],
    ['home: gaet', '3:11'],
    ['bedtime: gaet', '3:14'],
    ['defaults: {home: gaet}', '3:22'],
    ['defaults: {bedtime: gaet}', '3:25'],
  ])('an unknown scene in `%s`', async (line, place) => {
    expect(await saidOf(storyFile(line, 'scenes: {gate: {say: A, ending: x}}'))).toEqual([
      `${place} story/unknown-scene there is no scene "gaet" in story "s" - did you mean "gate"?`,
    ])
  })

  test.each([
    ['{home: b}', 'home: b', '4:22 yaml/duplicate `home` stands in story "s" and in its `defaults`'],
    ['{bedtime: b}', 'bedtime: c', '4:25 yaml/duplicate `bedtime` stands in story "s" and in its `defaults`'],
    [
      '{resume: 3d}',
      'resume: false',
      '4:24 yaml/duplicate `resume` stands in story "s" and in its `defaults`',
    ],
  ])('what stands in `defaults: %s` and beside it', async (inDefaults, own, said) => {
    const scenes = ends.map((line) => `  ${line}`)
    expect(
      await saidOf(storyFile(own, `defaults: ${inDefaults}`, 'start: b', 'scenes:', ...scenes)),
    ).toContain(`${said} | leave one of them out`)
  })

  test.each([
    ['run: fast', '3:10 type/value `run` takes auto, card or live, not "fast"'],
    ['card: "??"', '3:11 type/value `card` takes the id of a card such as "5nT1g", not "??"'],
    [
      'audio: ../x',
      '3:12 type/value `audio` takes a folder of the library such as "stories/dragon-cave", not "../x"',
    ],
    ['title: ""', '3:12 type/value `title` is empty'],
    ['resume: true', '3:13 type/value `resume` takes a length of time such as "7d", or false, not "true"'],
    ['defaults:', '3:5 type/value `defaults` takes {silence, hear_out, home, bedtime, resume}, not nothing'],
    [
      'defaults: {wait: 3s}',
      '3:16 key/unknown unknown key "wait" in `defaults` (allowed: silence, hear_out, home, bedtime, resume)',
    ],
    ['vars: {n: 3}', '3:15 type/value var "n" needs a `max` beside its start | write `{start: 3, max: 30}`'],
    [
      'vars: [gold]',
      '3:11 type/value `vars` takes names with what they begin with | as in `vars: {brave: false, gold: {start: 0, max: 3}}`',
    ],
    ['tests: [a]', '3:12 type/value `tests` takes a map: a name for each, with `press` and `expect`'],
  ])('of the line `%s`', async (line, said) => {
    expect(await saidOf(storyFile(line, 'scenes: {a: {say: A, ending: x}}'))).toEqual([said])
  })

  test('of its scenes too, where the story itself is not in order', async () => {
    expect(
      await saidOf(
        storyFile('titel: x', 'defaults: {silence: {wait: 3}}', 'scenes: {a: {go: nowhere}, b: {}}'),
      ),
    ).toEqual([
      `3:5 key/unknown unknown key "titel" in story "s" - did you mean "title"? (allowed: ${allowedInStory})`,
      '4:32 type/value `wait` takes a length of time from a second to ten minutes such as "10s", not "3" | write `3s`',
      '5:22 story/unknown-scene there is no scene "nowhere" in story "s" | known: a, b',
      `5:32 story/dead-end scene "b" has no way out | ${wayOut}`,
    ])
  })

  test('of a scene or a story that is there twice', async () => {
    expect(await saidOf(scenesFile('a: {ending: x}', 'a: {ending: y}'))).toEqual([
      '5:7 yaml/duplicate "a" is already defined at line 4',
    ])
    const text = 'stories: {s: {scenes: {a: {say: A, ending: x}}}}\n'
    const sources = ['a.yaml', 'b.yaml'].map((file) => ({ file, text }))
    const { diagnostics, ruleSet } = await readRuleFiles(sources, readingOf({ stories: readStories }))
    expect(diagnostics).toMatchObject([
      {
        ...{ file: 'b.yaml', line: 1, column: 11, code: 'yaml/duplicate' },
        message: 'story "s" is already defined at a.yaml:1',
      },
    ])
    expect([...(ruleSet.stories?.keys() ?? [])]).toEqual(['s'])
  })
})
