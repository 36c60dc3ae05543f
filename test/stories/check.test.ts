import { describe, expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { readingOf } from '../support/rules.ts'
import { foundIn, saidOf, scenesFile, storyFile } from './said.ts'

const end = 'end: {say: E, ending: x}'

/** Vars in line 3, scenes from line 5 on. */
function withVars(vars: string, ...scenes: readonly string[]): string {
  return storyFile(`vars: {${vars}}`, 'scenes:', ...scenes.map((line) => `  ${line}`))
}

const gold = 'gold: {start: 0, max: 3}'
const question = (left: string, right: string) =>
  `{say: Q, left: ${left}, right: ${right}, silence: ${right}}`
const round = 'a child would go round for ever. Shortest round:'
const mend = 'let a way lead out, or end the story in one of them with `ending: <name>`'

describe('a round without an end', () => {
  test.each<[string, readonly string[], string]>([
    [
      'of one scene',
      ['a: {say: A, go: a}'],
      `4:7 story/no-ending from a no ending can be reached: ${round} a → a | ${mend}`,
    ],
    [
      'from the beginning on, though there is an ending that nothing leads to',
      [`a: ${question('b', 'a')}`, 'b: {say: B, go: a}', end],
      `4:7 story/no-ending from a, b no ending can be reached: ${round} a → a | ${mend}`,
    ],
    [
      'that is come to later, with the way there and the shortest of its rounds',
      [
        `a: ${question('b', 'end')}`,
        `b: ${question('c', 'd')}`,
        'c: {say: C, go: b}',
        'd: {say: D, go: c2}',
        'c2: {say: C, go: b}',
        end,
      ],
      `5:7 story/no-ending from b, c, d, c2 no ending can be reached: ${round} b → c → b | reached by: a left; ${mend}`,
    ],
    [
      'at bedtime',
      ['night: {say: N, go: night}'],
      `7:7 story/no-ending from night no ending can be reached: ${round} night → night | ${mend}`,
    ],
    [
      'of a carousel, which is one scene for people',
      ['a: {carousel: [{say: B, go: a}, {say: C, go: a}], silence: a}'],
      `4:7 story/no-ending from a no ending can be reached: ${round} a → a | ${mend}`,
    ],
  ])('%s', async (_, scenes, said) => {
    const text = scenes[0]?.startsWith('night')
      ? storyFile(
          'bedtime: night',
          'scenes:',
          `  a: ${question('end', 'end2')}`,
          `  ${end}`,
          `  ${scenes[0]}`,
          '  end2: {ending: y}',
        )
      : scenesFile(...scenes)
    expect(await saidOf(text)).toEqual([said])
  })

  test('with some values of the vars alone says with which', async () => {
    const scenes = [
      `gate: {say: G, left: {go: hall, set: {key: true}}, right: hall, silence: hall}`,
      'hall: {branch: [{if: key, go: end}, {go: room}]}',
      `room: ${question('hall', 'attic')}`,
      'attic: {say: A, set: {gold: 1}, go: hall}',
      end,
    ]
    expect(await saidOf(withVars(`key: false, ${gold}`, ...scenes))).toEqual([
      `6:7 story/no-ending from hall, room, attic (with key = no) no ending can be reached: ${round} hall → room → hall | reached by: gate right; ${mend}`,
    ])
  })

  test('of which the vars change all along names the nearest values', async () => {
    const scenes = [
      `a: {say: A, left: {go: b, set: {gold: gold + 1}}, right: b, silence: end}`,
      'b: {branch: [{if: gold == 1, go: c}, {go: end}]}',
      'c: {say: C, set: {gold: "if(gold == 1, 2, 1)"}, go: c}',
      end,
    ]
    expect(await saidOf(withVars(gold, ...scenes))).toEqual([
      `6:7 story/no-ending from b, c (with gold = 1) no ending can be reached: ${round} c → c | reached by: a left; ${mend}`,
    ])
  })

  test('whatever the vars are says nothing of them', async () => {
    const scenes = [
      `a: {say: A, left: {go: b, set: {gold: 1}}, right: b, silence: end}`,
      'b: {say: B, go: b}',
      end,
    ]
    expect(await foundIn(withVars(gold, ...scenes))).toEqual([
      `error story/no-ending from b no ending can be reached: ${round} b → b`,
    ])
  })

  test('far from its beginning, and a long one, fit into a line', async () => {
    const chain = Array.from({ length: 100 }, (_, at) => `s${at}: {say: S, go: s${at + 1}}`)
    const [near] = await saidOf(scenesFile(...chain, 's100: {say: S, go: s99}'))
    expect(near).toContain(
      `from s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, … no ending can be reached: ${round} s99 → s100 → s99 |`,
    )
    const [long] = await saidOf(scenesFile(...chain, 's100: {say: S, go: s0}'))
    expect(long).toContain(`${round} s0 → s1 → s2 → s3 → s4 → s5 → … → s0 |`)
  })

  test.each<[string, string]>([
    ['a single scene that ends', scenesFile('a: {say: A, ending: x}')],
    [
      'an answer that leads back, where silence ends it',
      scenesFile(`a: {say: A, left: a, silence: end}`, end),
    ],
    [
      'silence that leads back, where an answer ends it',
      scenesFile(`a: {say: A, left: end, silence: a}`, end),
    ],
    ['chance that may lead back', scenesFile('a: {say: A, random: [a, a, end]}', end)],
    [
      'chance that leads back at first',
      scenesFile('a: {say: A, random: [b, end], not_twice: true}', 'b: {say: B, go: a}', end),
    ],
    [
      'a carousel, whose options go round',
      scenesFile('a: {carousel: [{say: B, go: a}, {say: C, go: a}, {say: D, go: end}], silence: end}', end),
    ],
    [
      'a round that a var ends',
      withVars(
        gold,
        'a: {say: A, set: {gold: "if(gold < 3, gold + 1, 3)"}, branch: [{if: gold < 3, go: a}, {go: end}]}',
        end,
      ),
    ],
    [
      'a round that a word ends',
      withVars(
        'mood: {one_of: [calm, wild], start: calm}',
        "a: {branch: [{if: mood == 'wild', go: end}, {go: b}]}",
        'b: {say: B, left: a, silence: {go: a, set: {mood: wild}}}',
        end,
      ),
    ],
  ])('is not %s', async (_, text) => {
    expect(await saidOf(text)).toEqual([])
  })
})

describe('a branch that gets stuck', () => {
  const lastLine = 'add a last line without `if`'

  test('with some values says with which of those that it asks for, and how they come about', async () => {
    const scenes = [
      `gate: {say: G, left: {go: hall, set: {key: true}}, right: forest, silence: forest}`,
      'forest: {random: [clearing, hall]}',
      'clearing: {say: C, set: {gold: 1}, go: hall}',
      'hall: {branch: [{if: key, go: end}, {if: gold > 0, go: end}]}',
      end,
    ]
    expect(await saidOf(withVars(`brave: false, key: false, ${gold}`, ...scenes))).toEqual([
      `8:62 story/stuck-guard in "hall" with key = no, gold = 0 no line of \`branch\` matches | reached by: gate right, forest by chance; ${lastLine}`,
    ])
  })

  test('is said once, however many situations are so', async () => {
    const scenes = [
      `a: {say: A, set: {gold: gold + 1}, left: a, silence: b}`,
      'b: {branch: [{if: brave, go: end}]}',
      end,
    ]
    expect(await foundIn(withVars(`${gold}, brave: false`, ...scenes))).toEqual([
      'error story/stuck-guard in "b" with brave = no no line of `branch` matches',
    ])
  })

  test.each([
    ['a', 'the story begins there'],
    ['b', 'it is played at bedtime'],
  ])('where no way leads to it: %s', async (scene, why) => {
    const branch = 'branch: [{if: brave, go: end}]'
    const text = storyFile(
      'vars: {brave: false}',
      ...(scene === 'b' ? ['bedtime: b'] : []),
      'scenes:',
      ...(scene === 'b' ? ['  a: {say: A, left: end, silence: end}'] : []),
      `  ${scene}: {${branch}}`,
      `  ${end}`,
    )
    expect(await saidOf(text)).toEqual([
      expect.stringContaining(
        `in "${scene}" with brave = no no line of \`branch\` matches | ${why}; ${lastLine}`,
      ),
    ])
  })

  test('asks for no var', async () => {
    expect((await saidOf(scenesFile('a: {branch: [{if: 1 > 2, go: end}]}', end))).at(-1)).toContain(
      'story/stuck-guard in "a" no line of `branch` matches | the story begins there',
    )
  })

  test('leads nowhere, so nothing is said of what nobody comes to', async () => {
    const scenes = [
      'a: {branch: [{if: gold > 1, go: b}]}',
      'b: {say: B, ending: b}',
      'c: {say: C, ending: c}',
    ]
    expect(await foundIn(withVars(gold, ...scenes))).toEqual([
      'error story/stuck-guard in "a" with gold = 0 no line of `branch` matches',
    ])
  })

  test('is none where the lines take all that comes', async () => {
    const scenes = [
      `a: {say: A, left: {go: b, set: {mood: wild}}, silence: b}`,
      "b: {branch: [{if: mood == 'calm', go: c}, {if: mood == 'wild', go: d}]}",
      'c: {say: C, ending: c}',
      'd: {say: D, ending: d}',
    ]
    expect(await saidOf(withVars('mood: {one_of: [calm, wild, odd], start: calm}', ...scenes))).toEqual([])
  })
})

describe('a scene that nobody comes to', () => {
  const reach = (scene: string) => `warning story/unreachable no path from "a" reaches scene "${scene}"`

  test('is said with what it alone leads to', async () => {
    const scenes = [
      'a: {say: A, ending: x}',
      'moat: {go: bridge}',
      'bridge: {go: tower}',
      'tower: {ending: y}',
    ]
    expect(await saidOf(scenesFile(...scenes))).toEqual([
      '5:7 story/unreachable no path from "a" reaches scene "moat" | let a way lead there, or take the scene out; it alone leads to bridge, tower',
    ])
  })

  test('is each that nothing leads to, and one of those that lead to each other', async () => {
    const scenes = [
      'a: {say: A, ending: x}',
      'b: {go: c}',
      'c: {go: b}',
      'd: {go: e}',
      'f: {go: e}',
      'e: {ending: e}',
    ]
    expect(await foundIn(scenesFile(...scenes))).toEqual(['b', 'd', 'f'].map(reach))
  })

  test('may have a carousel, whose options are no scenes of their own', async () => {
    const carousel = 'b: {carousel: [{say: B, go: a}, {say: C, go: a}], silence: a}'
    expect(await saidOf(scenesFile('a: {say: A, ending: x}', carousel))).toEqual([
      '5:7 story/unreachable no path from "a" reaches scene "b" | let a way lead there, or take the scene out',
    ])
  })

  test.each<[string, string]>([
    [
      '`home` leads to, and what follows it',
      storyFile(
        'start: b',
        'home: a',
        'scenes:',
        '  a: {say: A, go: c}',
        '  b: {say: B, ending: b}',
        '  c: {say: C, ending: c}',
      ),
    ],
    [
      '`bedtime` leads to, and what follows it',
      storyFile(
        'bedtime: n',
        'scenes:',
        '  a: {say: A, left: b, silence: b}',
        '  b: {ending: b}',
        '  n: {say: N, go: m}',
        '  m: {ending: m}',
      ),
    ],
    [
      '`bedtime` names in a story that asks nothing',
      storyFile(
        'bedtime: n',
        'scenes:',
        '  a: {say: A, ending: a}',
        '  n: {say: N, go: m}',
        '  m: {ending: m}',
      ),
    ],
    [
      'chance may lead to',
      scenesFile(
        'a: {random: [b, c], not_twice: true}',
        'b: {say: B, go: a}',
        'c: {say: C, random: [a, d]}',
        'd: {ending: d}',
      ),
    ],
    [
      'an option leads to',
      scenesFile(
        'a: {carousel: [{say: B, go: b}, {say: C, go: c}, {say: D, go: d}], silence: b}',
        'b: {ending: b}',
        'c: {ending: c}',
        'd: {ending: d}',
      ),
    ],
    [
      'silence alone leads to',
      storyFile(
        'defaults: {silence: c}',
        'scenes:',
        '  a: {say: A, left: b}',
        '  b: {ending: b}',
        '  c: {ending: c}',
      ),
    ],
  ])('is none that %s', async (_, text) => {
    expect(await saidOf(text)).toEqual([])
  })

  test('is not said while another scene is misspelt', async () => {
    expect(await foundIn(scenesFile('a: {go: bb}', 'b: {say: B, ending: b}', 'd: {ending: d}'))).toEqual([
      'error story/unknown-scene there is no scene "bb" in story "s"',
    ])
  })

  test('is not said beside a round without an end, which hides it', async () => {
    expect(await foundIn(scenesFile('a: {say: A, go: a}', 'b: {say: B, ending: b}'))).toEqual([
      `error story/no-ending from a no ending can be reached: ${round} a → a`,
    ])
  })
})

describe('a line of a branch that is never taken', () => {
  const two = ['b: {say: B, ending: b}', 'c: {say: C, ending: c}']
  const never = (to: string, why: string) =>
    `warning story/never-taken "a" → "${to}" can never happen: ${why}`

  test.each<[string, string, readonly string[], string]>([
    [
      'a var that is always the same',
      gold,
      ['a: {branch: [{if: gold > 1, go: b}, {go: c}]}'],
      never('b', 'whenever a child comes there, gold is always 0'),
    ],
    [
      'a number that never comes so far',
      `${gold}, brave: false`,
      [
        'q: {say: Q, left: {go: a, set: {gold: gold + 1}}, right: {go: a, set: {brave: true}}, silence: a}',
        'a: {branch: [{if: gold > 1, go: b}, {go: c}]}',
      ],
      never('b', 'whenever a child comes there, gold is 0 to 1'),
    ],
    [
      'words that never come',
      'mood: {one_of: [calm, wild, odd], start: calm}',
      [
        'q: {say: Q, left: {go: a, set: {mood: wild}}, silence: a}',
        "a: {branch: [{if: mood == 'odd', go: b}, {go: c}]}",
      ],
      never('b', 'whenever a child comes there, mood is calm or wild'),
    ],
    [
      'several vars',
      `${gold}, brave: false`,
      [
        'q: {say: Q, left: {go: a, set: {brave: true}}, silence: a}',
        'a: {branch: [{if: brave and gold > 0, go: b}, {go: c}]}',
      ],
      never('b', 'whenever a child comes there, gold is always 0, brave is yes or no'),
    ],
    [
      'a line above that takes all of it',
      gold,
      [
        'q: {say: Q, left: {go: a, set: {gold: 3}}, silence: a}',
        'a: {branch: [{if: gold > 0, go: b}, {if: gold > 2, go: c}, {go: c}]}',
      ],
      never('c', 'the line above it holds before'),
    ],
    [
      'a line above without `if`',
      gold,
      [
        'q: {say: Q, left: {go: a, set: {gold: 3}}, silence: a}',
        'a: {branch: [{if: gold > 2, go: b}, {go: c}, {go: b}]}',
      ],
      never('b', 'a line above it always holds before'),
    ],
    [
      'a last line, and nothing else leads to its scene',
      gold,
      ['a: {set: {gold: 1}, branch: [{if: gold > 0, go: b}, {go: c}]}'],
      never('c', 'the line above it holds before'),
    ],
  ])('for %s', async (_, vars, scenes, said) => {
    expect(await foundIn(withVars(vars, ...scenes, ...two))).toEqual([said])
  })

  test('hides what stands behind it', async () => {
    const scenes = [
      'a: {branch: [{if: gold > 1, go: b}, {go: c}]}',
      'b: {say: B, go: d}',
      'c: {ending: c}',
      'd: {ending: d}',
    ]
    expect(await foundIn(withVars(gold, ...scenes))).toEqual([
      never('b', 'whenever a child comes there, gold is always 0'),
    ])
  })

  test('is said once where the condition alone tells it', async () => {
    expect(await foundIn(withVars(gold, 'a: {branch: [{if: gold > 5, go: b}, {go: c}]}', ...two))).toEqual([
      'warning expr/always this is always false: gold is never below 0 nor above 3',
    ])
  })

  test('may stand last for safety, as long as something else leads to its scene', async () => {
    const scenes = [
      'q: {say: Q, left: a, silence: c}',
      'a: {set: {gold: 1}, branch: [{if: gold > 0, go: b}, {go: c}]}',
    ]
    expect(await saidOf(withVars(gold, ...scenes, ...two))).toEqual([])
  })

  test('is none that holds once in a while', async () => {
    const scenes = [
      `q: {say: Q, set: {gold: "if(gold < 3, gold + 1, 3)"}, left: q, silence: a}`,
      'a: {branch: [{if: gold == 3, go: b}, {go: c}]}',
    ]
    expect(await saidOf(withVars(gold, ...scenes, ...two))).toEqual([])
  })
})

describe('a question without a word on silence', () => {
  const said = (scene: string) =>
    `warning story/no-silence scene "${scene}" waits for a button but does not say what happens if the child says nothing`

  test('is said of each, and of a carousel once', async () => {
    const scenes = [
      'a: {say: A, left: b, right: end}',
      'b: {carousel: [{say: B, go: a}, {say: C, go: end}, {say: D, go: end}]}',
      end,
    ]
    expect(await foundIn(scenesFile(...scenes))).toEqual([said('a'), said('b')])
    expect((await saidOf(scenesFile(...scenes))).map((line) => line.split(' ')[0])).toEqual(['4:7', '5:7'])
  })

  test('is said where only how long is waited is said', async () => {
    expect(
      await foundIn(
        storyFile(
          'defaults: {silence: {wait: 3s}}',
          'scenes:',
          '  a: {say: A, left: end, silence: {ask_again: 2}}',
          `  ${end}`,
        ),
      ),
    ).toEqual([said('a')])
  })

  test('is none where the story says it for all', async () => {
    expect(
      await saidOf(
        storyFile(
          'defaults: {silence: end}',
          'scenes:',
          '  a: {say: A, left: end, silence: {wait: 3s}}',
          `  ${end}`,
        ),
      ),
    ).toEqual([])
  })
})

describe('worth knowing', () => {
  const lonely = (scene: string) =>
    `info story/lonely-choice left and right of scene "${scene}" lead to the same place with the same effect`

  test.each<[string, string, readonly string[]]>([
    ['to the same scene', 'left: end, right: end', [lonely('a')]],
    [
      'to the same scene with the same effect',
      'left: {go: end, set: {gold: 1}}, right: {go: end, set: {gold: 1}}',
      [lonely('a')],
    ],
    ['to the same scene with an effect', 'left: {go: end, set: {gold: 1}}, right: end', []],
    ['to two scenes', 'left: end, right: b', []],
    ['one of them nowhere', 'left: end', []],
  ])('left and right lead %s', async (_, ways, said) => {
    const other = ways.includes('right: b') ? ['b: {ending: b}'] : []
    expect(await foundIn(withVars(gold, `a: {say: A, ${ways}, silence: end}`, end, ...other))).toEqual(said)
  })

  test('left and right have the same effect in some situations alone: nothing is said', async () => {
    const scenes = [
      `q: {say: Q, left: a, right: {go: a, set: {gold: 1}}, silence: a}`,
      'a: {say: A, left: {go: end, set: {gold: 1}}, right: end, silence: end}',
    ]
    expect(await foundIn(withVars(gold, ...scenes, end))).toEqual([])
  })

  const clamped = (name: string, at: number, scene: string) =>
    `info story/clamped ${name} can try to pass ${at} in scene "${scene}"; it stays ${at}`

  test.each<[string, readonly string[], readonly string[]]>([
    ['in a scene', ['a: {say: A, set: {gold: gold + 1}, left: a, silence: end}'], [clamped('gold', 3, 'a')]],
    [
      'on a way',
      ['a: {say: A, left: {go: a, set: {gold: gold + 2}}, silence: end}'],
      [clamped('gold', 3, 'a')],
    ],
    ['below its lowest', ['a: {say: A, set: {gold: gold - 1}, go: end}'], [clamped('gold', 0, 'a')]],
    ['where the story begins', ['a: {say: A, set: {gold: gold + 4}, go: end}'], [clamped('gold', 3, 'a')]],
    ['never', ['a: {say: A, set: {gold: gold + 3}, go: end}'], []],
    [
      'by a half, which is brought to a whole',
      ['a: {say: A, set: {gold: 5 / 2}, go: b}', 'b: {say: B, set: {gold: gold / 2}, go: end}'],
      [],
    ],
  ])('a number passes its bounds %s', async (_, scenes, said) => {
    expect(await foundIn(withVars(gold, ...scenes, end))).toEqual(said)
  })

  test('a number passes its bounds at bedtime', async () => {
    const text = storyFile(
      `vars: {${gold}}`,
      'bedtime: n',
      'scenes:',
      '  a: {say: A, left: end, silence: end}',
      `  ${end}`,
      '  n: {set: {gold: 1 - 2}, ending: n}',
    )
    expect(await foundIn(text)).toEqual([clamped('gold', 0, 'n')])
  })
})

describe('a story with too many situations', () => {
  const vars = ['a', 'b', 'c'].map((name) => `${name}: {start: 0, max: 99}`).join(', ')
  const stall = (name: string, next: string) =>
    `${name}: {say: S, left: {go: a, set: {${name}: "if(${name} < 99, ${name} + 1, 0)"}}, right: ${next}, silence: ${next}}`
  const stalls = [stall('a', 'b'), stall('b', 'c'), stall('c', 'd')]
  const capped =
    'info story/analysis-capped story "s" has more than 20,000 situations: of the others only the plain map of its scenes was checked'

  test('is told so, and what was not looked into is not doubted', async () => {
    const scenes = [
      'd: {branch: [{if: a == 99 and b == 99 and c == 99, go: secret}, {go: e}]}',
      'e: {branch: [{if: a + b + c > 290, go: end}, {go: a}]}',
      'secret: {say: S, go: deep}',
      'deep: {ending: deep}',
      end,
    ]
    expect(await foundIn(withVars(vars, ...stalls, ...scenes))).toEqual([capped])
  })

  test('still has no scenes from which no way leads to an ending', async () => {
    const scenes = ['d: {say: D, random: [e, end]}', 'e: {say: E, go: f}', 'f: {say: F, go: e}', end]
    expect(await foundIn(withVars(vars, ...stalls, ...scenes))).toEqual([
      `error story/no-ending from e, f no ending can be reached: ${round} e → f → e`,
    ])
  })

  test('still has a trap that a var closes, where the search has been', async () => {
    const scenes = [
      'q: {say: Q, left: {go: w, set: {locked: true}}, right: a, silence: a}',
      'w: {say: W, branch: [{if: locked, go: v}, {go: end}]}',
      'v: {say: V, go: w}',
      'd: {say: D, go: end}',
    ]
    const said = await foundIn(
      withVars(`locked: false, ${vars}`, ...scenes.slice(0, 1), ...stalls, ...scenes.slice(1), end),
    )
    expect(said).toEqual([`error story/no-ending from w, v no ending can be reached: ${round} w → v → w`])
  })

  test('still has no scene that no way leads to, and no branch that gets stuck at once', async () => {
    expect(await foundIn(withVars(vars, ...stalls, 'd: {say: D, go: end}', 'lost: {go: end}', end))).toEqual([
      capped,
      'warning story/unreachable no path from "a" reaches scene "lost"',
    ])
    expect(await foundIn(withVars(vars, ...stalls, 'd: {branch: [{if: a > 98, go: end}]}', end))).toEqual([
      'error story/stuck-guard in "d" with a = 0 no line of `branch` matches',
    ])
  })
})

test('a story that was checked before is not searched through again', async () => {
  const sources = [
    {
      file: 'a.yaml',
      text: scenesFile('a: {say: A, left: a, right: a, silence: end}', end, 'lost: {go: end}'),
    },
  ]
  const reading = readingOf({ stories: readStories, adviceAt: new Date('2027-01-15T12:00:00Z') })
  expect((await readRuleFiles(sources, reading)).diagnostics).toHaveLength(2)
  const again = await readRuleFiles(sources, { ...reading, isChecked: true })
  expect(again.diagnostics).toEqual([])
  expect([...(again.ruleSet.stories?.keys() ?? [])]).toEqual(['s'])
})

test('what is merely worth knowing is left unsaid beside an error', async () => {
  const text = scenesFile('a: {say: A, left: a, right: a, silence: a}')
  expect(await foundIn(text)).toEqual([
    `error story/no-ending from a no ending can be reached: ${round} a → a`,
  ])
})

describe('audio of stories', () => {
  const unusedIn = async (text: string) => {
    const { diagnostics } = await readRuleFiles(
      [{ file: 'a.yaml', text }],
      readingOf({
        stories: readStories,
        adviceAt: new Date('2027-01-15T12:00:00Z'),
        filesIn: async (folder: string) => ['one.mp3', 'book.m4b'].map((name) => `${folder}/${name}`),
      }),
    )
    return diagnostics.flatMap(({ code, message }) => (code === 'story/audio-unused' ? [message] : []))
  }
  const told = (play: string) => `stories: {s: {audio: st, scenes: {a: {play: ${play}, ending: x}}}}\n`

  test.each<[string, string, readonly string[]]>([
    ['what nothing plays is named', told('one.mp3'), ['nothing plays a file in "st": book.m4b']],
    ['of a book a part is enough', told('"book.m4b/2"'), ['nothing plays a file in "st": one.mp3']],
    ['a playlist names it', `${told('one.mp3')}playlists: {p: [st/book.m4b]}\n`, []],
    ['a playlist plays the folder', `${told('one.mp3')}playlists: {p: {folder: st}}\n`, []],
    [
      'a rule plays it',
      `${told('one.mp3')}rules: {r: {stream: den, when: [{button: left}], do: [{queue: {add: st/book.m4b}}]}}\n`,
      [],
    ],
    [
      'a playlist picks from all there is',
      `${told('one.mp3')}playlists: {p: {pick: {all: [{folder: st}]}}}\n`,
      [],
    ],
  ])('%s', async (_, text, said) => {
    expect(await unusedIn(text)).toEqual(said)
  })
})
