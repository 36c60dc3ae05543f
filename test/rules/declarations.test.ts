import { describe, expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'

async function read(...texts: string[]) {
  const sources = texts.map((text, index) => ({ file: `${'abc'[index]}.yaml`, text }))
  return readRuleFiles(sources, readingOf())
}

async function shownIn(...texts: string[]) {
  const { diagnostics } = await read(...texts)
  return diagnostics.map(({ file, line, column, level, code, message, help }) => {
    const place = `${file}:${line}:${column}`
    return `${place} ${level}[${code}] ${message}${help === undefined ? '' : ` | ${help}`}`
  })
}

const remembered = [
  'vars:',
  '  plays: {start: 0, max: 10}',
  '  brave: false',
  '  mood: {one_of: [calm, wild], start: calm}',
  'inputs:',
  '  party: {type: switch}',
  '  wish: {type: select, options: [songs, stories]}',
  '  loud: {type: number, min: 1, max: 16, step: 0.5}',
  '',
].join('\n')
const rule = (does: string, rest = '') =>
  `rules:\n  r:\n    when:\n      - startup:\n${rest}    do:\n      - ${does}\n`
const setting = (what: string) => `${remembered}${rule(`set: ${what}`)}`
const asking = (expression: string) => `${remembered}${rule('log: x', `    if: ${expression}\n`)}`

describe('what is declared', () => {
  test('is typed and has a start of its own', async () => {
    const { ruleSet, diagnostics } = await read(`${remembered}players:\n  kids-room: y1\n`)
    expect(diagnostics).toEqual([])
    expect([...ruleSet.vars.values()]).toEqual([
      { id: 'plays', form: { type: 'number', min: 0, max: 10, step: 1 }, start: 0 },
      { id: 'brave', form: { type: 'flag' }, start: false },
      { id: 'mood', form: { type: 'choice', options: ['calm', 'wild'] }, start: 'calm' },
    ])
    expect([...ruleSet.inputs.values()].map(({ id, name, start, unit }) => [id, name, start, unit])).toEqual([
      ['party', 'party', false, null],
      ['wish', 'wish', 'songs', null],
      ['loud', 'loud', 1, null],
    ])
    expect([...ruleSet.players]).toEqual([['kids-room', 'y1']])
  })

  test.each<[string, string]>([
    [
      'vars:\n  plays: 3\n',
      '2:10 error[type/value] var "plays" needs a `max` beside its start | write `{start: 3, max: 30}`',
    ],
    ['vars:\n  plays: many\n', '2:10 error[type/value] var "plays" says neither true or false'],
    ['vars:\n  plays: {start: 0}\n', '2:10 error[key/missing] var "plays" needs `max`'],
    ['vars:\n  plays: {start: 1.5, max: 3}\n', '2:18 error[type/value] `start` takes a whole number'],
    ['vars:\n  plays: {start: 5, max: 3}\n', '2:18 error[type/value] `start` lies between 0 and 3, not at 5'],
    [
      'vars:\n  plays: {start: 0, min: 3, max: 3}\n',
      '2:34 error[type/value] `max` must be above `min`, which is 3',
    ],
    ['vars:\n  plays: {start: 0, max: 3, step: 2}\n', '2:29 error[key/unknown] unknown key "step"'],
    ['vars:\n  mood: {one_of: [a, b], start: c}\n', '2:33 error[type/value] `start` is one of a, b, not "c"'],
    ['vars:\n  mood: {one_of: [a, a], start: a}\n', 'are the same'],
    [
      'vars:\n  dino-plays: false\n',
      '2:3 error[yaml/reserved-id] "dino-plays" cannot stand in an expression: use up to 40 letters, digits and underscores, beginning with a letter | call it `dino_plays`',
    ],
    [
      'vars:\n  in: false\n',
      '2:3 error[yaml/reserved-id] "in" is a word of expressions itself | call it `my_in`',
    ],
    ['vars:\n  __proto__: false\n', '2:3 error[yaml/reserved-id]'],
    ['vars:\n  constructor: false\n', '2:3 error[yaml/reserved-id]'],
    [
      'inputs:\n  party: true\n',
      '2:10 error[type/value] input "party" takes its `type` and what belongs to it | as in `party: {type: switch}`',
    ],
    [
      'inputs:\n  party: {name: Party}\n',
      '2:3 error[key/missing] input "party" needs `type`, one of switch, select, number',
    ],
    [
      'inputs:\n  party: {type: swich}\n',
      '2:17 error[type/value] `type` takes one of switch, select, number, button, not "swich" - did you mean "switch"?',
    ],
    ['inputs:\n  party: {type: button, unit: x}\n', 'unit'],
    ['inputs:\n  wish: {type: select}\n', 'input "wish" needs `options`'],
    [
      'inputs:\n  wish: {type: select, options: [a], start: b}\n',
      '2:45 error[type/value] `start` is one of a, not "b"',
    ],
    ['inputs:\n  loud: {type: number, min: 1, max: 2, step: 5}\n', '2:46 error[type/value] `step` is larger'],
    [
      'inputs:\n  loud: {type: number, min: 1, max: 9, step: 2, start: 2}\n',
      '2:56 error[type/value] `start` lies between the steps',
    ],
    ['players:\n  kids-room: [a]\n', '2:14 error[type/value] player "kids-room" takes the id of a player'],
  ])('%j is answered with %j', async (text, said) => {
    const [finding = '', ...more] = await shownIn(text)
    expect(finding.slice('a.yaml:'.length)).toContain(said)
    expect(more).toEqual([])
  })

  test('has its name once, in all files, of vars and inputs together', async () => {
    expect(
      await shownIn('vars:\n  brave: false\n', 'vars:\n  brave: true\ninputs:\n  brave: {type: switch}\n'),
    ).toEqual([
      'b.yaml:2:3 error[yaml/duplicate] var "brave" is already defined at a.yaml:2',
      'b.yaml:4:3 error[yaml/duplicate] "brave" is already a var at a.yaml:2; vars and inputs share their names',
    ])
    expect(await shownIn('players:\n  den: y1\n', 'players:\n  den: y2\n')).toEqual([
      'b.yaml:2:3 error[yaml/duplicate] player "den" is already defined at a.yaml:2',
    ])
  })

  test('and wrong is one error, not one of every rule that uses it', async () => {
    const wrong = 'vars:\n  plays: 3\ninputs:\n  party: {type: swich}\n'
    const uses = `${rule('set: {plays: vars.plays + 1}', '    if: inputs.party\n')}`
    expect((await shownIn(wrong + uses)).length).toBe(2)
    expect((await shownIn(wrong, uses)).filter((line) => line.startsWith('b.'))).toEqual([
      'b.yaml:5:9 error[expr/unknown-name] there is no "inputs.party" here: mend its declaration in a.yaml:4 first',
      'b.yaml:7:15 error[ref/var] there is no var or input "plays" | mend its declaration in a.yaml:2 first',
    ])
  })

  test('in a file that is no YAML is looked for there', async () => {
    const broken = 'vars:\n  plays: {start: 0, max: 3\n'
    const uses = rule('set: {plays: 1, other: 1}', '    if: vars.plays > 2\n')
    expect((await shownIn(broken, uses)).filter((line) => line.startsWith('b.'))).toEqual([
      'b.yaml:5:9 error[expr/unknown-name] there is no "vars.plays" here: mend its declaration in a.yaml first',
      'b.yaml:7:15 error[ref/var] there is no var or input "plays" | mend its declaration in a.yaml first',
      'b.yaml:7:25 error[ref/var] there is no var or input "other" | there are none',
    ])
  })

  test('is known to all files', async () => {
    expect(await shownIn(remembered, rule('set: {plays: vars.plays + 1}', '    if: inputs.party\n'))).toEqual(
      [],
    )
  })
})

describe('what is set', () => {
  test.each([
    '{plays: vars.plays + 1}',
    '{plays: 3}',
    '{plays: "if(inputs.party, 3, inputs.loud / 2)"}',
    '{brave: not inputs.party, party: true}',
    '{mood: wild}',
    '{mood: "wild"}',
    `{mood: "if(vars.brave, 'wild', vars.mood)"}`,
    `{mood: "'wild'"}`,
    '{wish: songs, loud: 2.5}',
  ])('can be %s', async (what) => expect(await shownIn(setting(what))).toEqual([]))

  test.each<[string, string]>([
    [
      '{plays: "loud"}',
      '14:22 error[type/value] "plays" takes a whole number from 0 to 10, or an expression, not "loud"',
    ],
    ['{plays: 11}', '14:22 error[type/value] "plays" takes a whole number from 0 to 10'],
    ['{plays: 1.5}', '14:22 error[type/value] "plays" takes a whole number'],
    ['{plays: true}', '14:22 error[type/value] "plays" takes a whole number'],
    ['{plays: inputs.party}', '14:22 error[expr/type] this takes a number, and `inputs.party` is yes or no'],
    [
      '{brave: on}',
      '14:22 error[type/value] "brave" takes true or false, or an expression, not "on" | write `true`',
    ],
    [
      '{brave: vars.plays}',
      '14:22 error[expr/type] a condition takes yes or no, and `vars.plays` is a number',
    ],
    [
      '{mood: wlid}',
      '14:21 error[type/value] "mood" takes one of calm, wild, or an expression, not "wlid" - did you mean "wild"?',
    ],
    [
      `{mood: "'loud'"}`,
      '14:21 error[type/value] "mood" takes one of calm, wild, or an expression, not "\'loud\'"',
    ],
    ['{mood: 3}', '14:21 error[type/value] "mood" takes one of calm, wild'],
    [
      '{loud: 2.3}',
      '14:21 error[type/value] "loud" takes a number from 1 to 16 in steps of 0.5, or an expression, not "2.3"',
    ],
    ['{play: 1}', '14:15 error[ref/var] there is no var or input "play" - did you mean "plays"?'],
    ['{vars.plays: 1}', '14:15 error[ref/var] there is no var or input "vars.plays" - did you mean "plays"?'],
    [
      '{plays: vars.play}',
      '14:22 error[expr/unknown-name] there is no "vars.play" | did you mean "vars.plays"?',
    ],
    ['plays', 'error[type/value] action `set` takes names of vars and inputs'],
    ['{}', 'error[type/value]'],
    ['{plays: [1]}', 'error[type/value]'],
  ])('cannot be %s', async (what, said) => {
    const [finding = '', ...more] = await shownIn(setting(what))
    expect(finding).toContain(said)
    expect(more).toEqual([])
  })
})

describe('a question', () => {
  test.each<[string, string | null]>([
    ['vars.plays > 3 and inputs.party', null],
    ["vars.mood == 'wild' or inputs.loud > 2", null],
    [
      'vars.plays > 10',
      'warning[expr/always] this is always false: vars.plays is never below 0 nor above 10',
    ],
    ["inputs.wish == 'song'", 'warning[expr/always] inputs.wish is never `song`'],
    ['vars.plays', 'error[expr/type] a condition takes yes or no, and `vars.plays` is a number'],
    ['inputs.pary', 'error[expr/unknown-name] there is no "inputs.pary" | did you mean "inputs.party"?'],
    ['vars.constructor', 'error[expr/unknown-name] there is no "vars.constructor"'],
    ['vars.toString', 'error[expr/unknown-name] there is no "vars.toString"'],
  ])('%s', async (expression, said) => {
    const [finding, ...more] = await shownIn(asking(expression))
    if (said === null) expect(finding).toBeUndefined()
    else expect(finding).toContain(said)
    expect(more).toEqual([])
  })

  test('about vars where there are none says how they are made', async () => {
    const [finding] = await shownIn(rule('log: x', '    if: vars.plays > 3\n'))
    expect(finding).toContain('there is no "vars.plays" here: no file declares any `vars`')
  })
})

describe('an action that chooses', () => {
  const nested = (depth: number): string =>
    depth === 0 ? '[{log: x}]' : `[{if: vars.brave, then: ${nested(depth - 1)}}]`
  const doing = (item: string) =>
    `${remembered}rules:\n  r:\n    when:\n      - startup:\n    do:\n      - ${item}\n`

  test.each([
    '{if: vars.brave, then: [{log: x}], else: [{set: {plays: 1}}], name: Brave}',
    '{if: [{input: party}, vars.plays > 1], then: [{log: x}]}',
    '{choose: [{if: vars.brave, do: [{log: x}]}, {else: [{log: y}]}], if: inputs.party}',
    nested(8).slice(1, -1),
  ])('can be %s', async (item) => expect(await shownIn(doing(item))).toEqual([]))

  test.each<[string, string]>([
    ['{if: vars.brave}', 'error[key/missing] action `if` needs `then`'],
    ['{if: vars.plays, then: [{log: x}]}', '`vars.plays` is a number'],
    ['{if: vars.brave, then: [{lgo: x}]}', 'error[key/unknown] unknown action "lgo" - did you mean "log"?'],
    ['{if: vars.brave, then: log}', '`then` takes a list of actions | begin each line with "- "'],
    ['{if: vars.brave, then: []}', '`then` takes a list of actions'],
    ['{if: vars.brave, then: [{set: {plas: 1}}]}', 'there is no var or input "plas"'],
    ['{if: vars.brave, than: [{log: x}]}', 'error[key/'],
    ['{chose: [{if: vars.brave, do: [{log: x}]}]}', 'unknown action "chose" - did you mean "choose"?'],
    [
      '{choose: [{if: vars.brave, sequence: [{log: x}]}]}',
      'error[key/ha-word] Home Assistant calls this `sequence`; here it is `do`',
    ],
    [
      '{choose: [{else: [{log: x}]}, {if: vars.brave, do: [{log: x}]}]}',
      '`else` is the last way of `choose`',
    ],
    ['{choose: {if: vars.brave, do: [{log: x}]}}', '`choose` takes its ways, each with `if` and `do`'],
    ['{choose: }', '`choose` takes its ways'],
    [nested(9).slice(1, -1), 'actions stand in one another more than 8 levels deep'],
  ])('cannot be %s', async (item, said) => {
    const [finding = '', ...more] = await shownIn(doing(item))
    expect(finding).toContain(said)
    expect(more).toEqual([])
  })
})

test('what stands within another action is looked up, too', async () => {
  const text = rule('{if: now.hour > 3, then: [{queue: {set: forest, stream: den}}]}')
  const { diagnostics } = await readRuleFiles(
    [{ file: 'a.yaml', text }],
    readingOf({ fileExists: async () => false }),
  )
  expect(diagnostics.map(({ code, line, column }) => [code, line, column])).toEqual([['ref/playlist', 6, 49]])
})

describe('input', () => {
  const triggered = (item: string, rest = '') =>
    `${remembered}rules:\n  r:\n    when:\n      - input: ${item}\n${rest}    do:\n      - log: x\n`
  const onlyIf = (item: string) => `${remembered}${rule('log: x', `    if:\n      - input: ${item}\n`)}`

  test.each([
    'party',
    '{name: party, to: true}',
    '{name: wish, to: stories, also_at_start: true}',
    '{name: loud, to: 2.50}',
  ])('starts a rule: %s', async (item) => expect(await shownIn(triggered(item))).toEqual([]))

  test.each(['party', '{name: party, is: false}', '{name: wish, is: songs}'])(
    'is a condition: %s',
    async (item) => expect(await shownIn(onlyIf(item))).toEqual([]),
  )

  test.each<[string, string]>([
    [
      triggered('pary'),
      '12:16 error[ref/input] there is no input "pary" - did you mean "party"? | known: party, wish, loud',
    ],
    [
      triggered('plays'),
      'error[ref/input] there is no input "plays" | it is a var: use the expression `vars.plays`',
    ],
    [
      triggered('{name: party, to: loud}'),
      '12:34 error[type/value] input "party" is never "loud"; it takes true or false',
    ],
    [
      triggered('{name: wish, to: song}'),
      'input "wish" is never "song"; it takes one of songs, stories | as in `input: {name: wish, to: songs}`',
    ],
    [onlyIf('wish'), 'error[type/value] `is` is missing: input "wish" takes one of songs, stories'],
    [triggered('party', '    if: trigger.value > 3\n'), '`trigger.value` is yes or no'],
  ])('%#', async (text, said) => {
    const [finding = '', ...more] = await shownIn(text)
    expect(finding).toContain(said)
    expect(more).toEqual([])
  })

  test('tells its value in its own type', async () => {
    expect(await shownIn(triggered('loud', '    if: trigger.value > 3\n'))).toEqual([])
    expect(await shownIn(triggered('party', "    if: trigger.value and trigger.name == 'party'\n"))).toEqual(
      [],
    )
    const two = triggered('party\n      - input: loud', '    if: trigger.value\n')
    expect(await shownIn(two)).toEqual([
      expect.stringContaining(
        'there is no "trigger.value" here: the triggers of this rule tell different kinds',
      ),
    ])
  })
})

test('a name that is taken is told once, and not again where it is used', async () => {
  const text = `vars:\n  a: false\ninputs:\n  a: {type: switch}\n${rule('log: x').replace('startup:', 'input: a')}`
  expect(await shownIn(text)).toEqual([expect.stringContaining('a.yaml:4:3 error[yaml/duplicate]')])
})

test.each([
  ['yes', true],
  ['Off', false],
])('a var that says %s is one of yes or no', async (written, start) => {
  const { ruleSet, diagnostics } = await read(`vars:\n  a: ${written}\n`)
  expect(diagnostics).toEqual([])
  expect(ruleSet.vars.get('a')).toEqual({ id: 'a', form: { type: 'flag' }, start })
})

test('limits below zero are put into words', async () => {
  expect(await shownIn('vars:\n  a: {start: x, max: 3}\n')).toEqual([
    expect.stringContaining('a whole number from -1000000000 to 1000000000, not "x"'),
  ])
})

test('a household declares so much of each and no more, of all files together', {
  tags: 'slow',
}, async () => {
  const many = (count: number, line: (number: number) => string) =>
    Array.from({ length: count }, (_, number) => `  ${line(number)}\n`).join('')
  const template = 'rule: {when: [{button: right}], do: [{log: x}]}'
  const first = [
    `vars:\n${many(499, (n) => `v${n}: {start: 0, max: 9}`)}`,
    `inputs:\n${many(499, (n) => `i${n}: {type: switch}`)}`,
    `players:\n${many(499, (n) => `p${n}: y1Ab${n}`)}`,
    `templates:\n${many(199, (n) => `t${n}: {${template}}`)}`,
  ].join('')
  const last = (more: string) =>
    [
      `vars:\n  last: {start: 0, max: 9}\n${more && '  more: {start: 0, max: 9}\n'}`,
      `inputs:\n  door: {type: switch}\n${more && '  gate: {type: switch}\n'}`,
      `players:\n  den: y9\n${more && '  attic: y8\n'}`,
      `templates:\n  end: {${template}}\n${more && `  over: {${template}}\n`}`,
    ].join('')
  expect(await shownIn(first, last(''))).toEqual([])
  const help = 'take out those that nothing uses'
  expect(await shownIn(first, last('more'))).toEqual(
    [
      ['3', 500, 'vars'],
      ['6', 500, 'inputs'],
      ['9', 500, 'players'],
      ['12', 200, 'templates'],
    ].map(
      ([line, most, what]) =>
        `b.yaml:${line}:3 error[type/value] a household has at most ${most} ${what}, of all files together | ${help}`,
    ),
  )
})
