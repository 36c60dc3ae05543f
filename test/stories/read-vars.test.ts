import { describe, expect, test } from 'vitest'
import { saidOf, scenesFile, storyFile } from './said.ts'

const ends = ['b: {say: B, ending: b}', 'c: {say: C, ending: c}']

describe('vars of a story', () => {
  const vars = 'vars: {gold: {start: 0, max: 3}, brave: false, mood: {one_of: [calm, wild], start: calm}}'
  const own = 'a var of the story itself is called by its name alone: `gold`'
  const stream = 'a story is told by a card of its own, and knows no stream'
  const inputs =
    'no file declares any `inputs`; begin with a section `inputs:`, as in `inputs: {party: {type: switch}}`'
  const withVars = (line: string) => storyFile(vars, 'scenes:', ...[line, ...ends].map((one) => `  ${one}`))

  test.each([
    ['{gold: 9}', '5:23 type/value "gold" takes a whole number from 0 to 3, or an expression, not "9"'],
    ['{gold: 1.5}', '5:23 type/value "gold" takes a whole number from 0 to 3, or an expression, not "1.5"'],
    ['{gold: true}', '5:23 type/value "gold" takes a whole number from 0 to 3, or an expression, not "true"'],
    ['{gold: brave}', '5:23 expr/type this takes a number, and `brave` is yes or no'],
    [
      '{gold: +1}',
      '5:23 type/value `gold` takes what it becomes, not what is added to it | write `gold + 1`',
    ],
    [
      '{gold: + 2}',
      '5:23 type/value `gold` takes what it becomes, not what is added to it | write `gold + 2`',
    ],
    [
      '{gold: ++}',
      '5:23 type/value `gold` takes what it becomes, not what is added to it | write `gold + 1`',
    ],
    ['{gold: gold +}', '5:28 expr/syntax the expression stops after "gold +": something must follow'],
    [
      '{gold: gold + silver}',
      '5:30 expr/unknown-name there is no "silver" | known: gold, brave, mood, weekdays, weekends, now.…, player.…',
    ],
    [
      '{gold: player.volum}',
      '5:23 expr/unknown-name there is no "player.volum" | did you mean "player.volume"?',
    ],
    ['{gold: }', '5:17 type/value `gold` takes a value or an expression'],
    ['{gold: [1]}', '5:23 type/value `gold` takes a value or an expression'],
    [
      '{brave: yes}',
      '5:24 type/value "brave" takes true or false, or an expression, not "yes" | write `true`',
    ],
    [
      '{mood: wlid}',
      '5:23 type/value "mood" takes one of calm, wild, or an expression, not "wlid" - did you mean "wild"?',
    ],
    ['{gld: 1}', '5:17 ref/var there is no var "gld" in story "s" - did you mean "gold"?'],
    ['{silver: 1}', '5:17 ref/var there is no var "silver" in story "s" | known: gold, brave, mood'],
    ['[gold]', '5:16 type/value `set` takes vars with what each becomes, not a list'],
    ['', '5:11 type/value `set` takes vars with what each becomes, not nothing'],
  ])('are not set by `set: %s`', async (set, said) => {
    expect(await saidOf(withVars(`a: {set: ${set}, go: b}`))).toEqual([said])
  })

  test.each([
    ['gold >', '5:30 expr/syntax the expression stops after "gold >": something must follow'],
    ['gold', '5:25 expr/type a condition takes yes or no, and `gold` is a number | did you mean `gold > 0`?'],
    ['glod > 0', '5:25 expr/unknown-name there is no "glod" | did you mean "gold"?'],
    ['vars.gold > 0', `5:25 expr/unknown-name there is no "vars.gold" here: ${own}`],
    ['inputs.party', `5:25 expr/unknown-name there is no "inputs.party" here: ${inputs}`],
    ['stream.count > 3', `5:25 expr/unknown-name there is no "stream.count" here: ${stream}`],
    ['now.hours > 3', '5:25 expr/unknown-name there is no "now.hours" | did you mean "now.hour"?'],
    [
      "event('School')",
      '5:31 expr/unknown-name there is no event `School`: no calendar files are named | name one with `calendar: {files: […]}`',
    ],
    ['', '5:21 type/value `if` takes a condition such as "gold > 0", not nothing'],
    ['[brave]', '5:25 type/value `if` takes a condition such as "gold > 0", not a list'],
  ])('are not asked by `if: %s`', async (condition, said) => {
    expect(await saidOf(withVars(`a: {branch: [{if: ${condition}, go: b}, {go: c}]}`))).toEqual([said])
  })

  test.each([
    'brave: maybe',
    'brave: ',
    'brave: 3',
    'brave: {start: 9, max: 3}',
    'in: false',
    'my-var: false',
  ])('of which one is wrong, `%s`, have no error that only follows from it', async (wrong) => {
    const name = wrong.split(':')[0] ?? ''
    const text = storyFile(
      `vars: {${wrong}, gold: {start: 0, max: 3}}`,
      'scenes:',
      `  a: {set: {${name}: true}, left: {go: b, set: {${name}: false}}, silence: b}`,
      ...(name === 'brave' ? ['  d: {branch: [{if: brave and gold > 0, go: b}, {go: c}]}'] : []),
      ...ends.map((line) => `  ${line}`),
      `tests: {t: {press: [left], expect: {vars: {${name}: true}}}}`,
    )
    const said = await saidOf(text)
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(/^3:/)
  })

  test('that stand in a list have no error that only follows from it', async () => {
    const text = storyFile(
      'vars: [gold]',
      'scenes: {a: {set: {gold: 1}, branch: [{if: gold > 0, go: a}, {go: b}]}, b: {ending: x}}',
    )
    expect(await saidOf(text)).toHaveLength(1)
  })

  test('may have names that the house has, and then they are the own ones', async () => {
    const text = storyFile(
      'vars: {player: false, now: {start: 0, max: 3}}',
      'scenes: {a: {left: {go: d, set: {player: true}}, silence: {go: d, set: {now: now + 1}}}, d: {branch: [{if: player or now > 0, go: e}, {go: e}]}, e: {ending: x}}',
    )
    expect(await saidOf(text)).toEqual([])
  })

  test('are missing where a story has none', async () => {
    expect(await saidOf(scenesFile('a: {set: {gold: 1}, ending: x}'))).toEqual([
      '4:17 ref/var there is no var "gold" in story "s" | story "s" has none',
    ])
  })

  test.each(['{set: {gold: 1}}', '{wait: 3s, set: {gold: 1}}'])(
    'are set on the way of silence alone: `silence: %s` leads nowhere',
    async (silence) => {
      const message =
        'key/missing `silence` sets something on its way and leads nowhere: it needs `go`, the name of a scene'
      const [own] = await saidOf(withVars(`a: {left: b, silence: ${silence}}`))
      expect(own).toMatch(/^5:\d+ key\/missing/)
      expect(own).toContain(message)
      const shared = await saidOf(
        storyFile(
          vars,
          `defaults: {silence: ${silence}}`,
          'scenes:',
          '  a: {left: b}',
          ...ends.map((line) => `  ${line}`),
        ),
      )
      expect(shared).toHaveLength(1)
      expect(shared[0]).toContain(message)
    },
  )
})

describe('tests of a story', () => {
  const withTest = (line: string) =>
    storyFile(
      'vars: {gold: {start: 0, max: 3}, brave: false}',
      'scenes: {a: {left: b, silence: c}, b: {ending: over}, c: {ending: done}}',
      'tests:',
      `  t: ${line}`,
    )

  test.each([
    ['', '6:9 type/value test "t" takes a map with `press` and `expect`, not nothing'],
    [
      '{expect: {ending: over}}',
      '6:10 key/missing test "t" needs `press`, a list of at most 1,000 answers such as [left, wait]',
    ],
    ['{press: [left]}', '6:10 key/missing test "t" needs `expect`'],
    [
      '{press: left, expect: {ending: over}}',
      '6:18 type/value `press` takes a list of at most 1,000 answers such as [left, wait], not "left"',
    ],
    [
      '{press: [lefd], expect: {ending: over}}',
      '6:19 type/value item 1 of `press` takes left, right or wait, not "lefd" - did you mean "left"?',
    ],
    [
      '{press: [silence], expect: {ending: over}}',
      '6:19 type/value item 1 of `press` takes left, right or wait, not "silence"',
    ],
    [
      '{press: [], seed: -1, expect: {ending: over}}',
      '6:28 type/value `seed` takes a whole number 0-4294967295, not "-1"',
    ],
    [
      '{press: [], expect: {}}',
      '6:30 type/value `expect` needs at least 1 of `ending`, `scene`, `scenes`, `vars`',
    ],
    [
      '{press: [], expect: {ending: ovre}}',
      '6:39 test/unknown-name there is no ending "ovre" in story "s" - did you mean "over"?',
    ],
    [
      '{press: [], expect: {ending: happy}}',
      '6:39 test/unknown-name there is no ending "happy" in story "s" | known: over, done',
    ],
    [
      '{press: [], expect: {scene: x}}',
      '6:38 story/unknown-scene there is no scene "x" in story "s" | known: a, b, c',
    ],
    [
      '{press: [], expect: {scenes: [a, x]}}',
      '6:43 story/unknown-scene there is no scene "x" in story "s" | known: a, b, c',
    ],
    [
      '{press: [], expect: {vars: {gold: 4}}}',
      '6:44 type/value var "gold" takes a whole number from 0 to 3, not "4"',
    ],
    [
      '{press: [], expect: {vars: {brave: yes}}}',
      '6:45 type/value var "brave" takes true or false, not "yes"',
    ],
    [
      '{press: [], expect: {vars: {gold: }}}',
      '6:38 type/value var "gold" takes a whole number from 0 to 3, not nothing',
    ],
    [
      '{press: [], expect: {vars: {gld: 1}}}',
      '6:38 test/unknown-name there is no var "gld" in story "s" - did you mean "gold"?',
    ],
    [
      '{press: [], expect: {vars: [gold]}}',
      '6:37 type/value `vars` takes vars with what each is, not a list',
    ],
  ])('are wrong as `%s`', async (line, said) => {
    expect(await saidOf(withTest(line))).toEqual([said])
  })
})
