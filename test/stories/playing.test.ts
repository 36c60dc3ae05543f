import { describe, expect, test } from 'vitest'
import { randomFrom } from '../../src/core/play-order.ts'
import { Playing } from '../../src/stories/playing.ts'
import { type PlayEnd, tellerInJson, tellerInWords } from '../../src/stories/teller.ts'
import { tellingInWords, tellingOf } from '../../src/stories/telling.ts'
import { compiledStory, dragonCave } from './stories.ts'

/** Chance that brings these, in order. */
function chances(...values: readonly number[]) {
  const left = [...values]
  return () => left.shift() ?? expect.unreachable('no more chance was to be asked for')
}

async function playing(text = dragonCave, random = chances()) {
  return new Playing(await compiledStory(text), random)
}

const told = (story: Playing) => tellingInWords(tellingOf(story))

describe('a story that is played', () => {
  test('tells what is heard, which vars changed, why it is there and how it ends', async () => {
    const story = await playing()
    expect(told(story)).toEqual(['gate', '  plays gate.mp3', '  asks which-way.mp3'])
    expect(story.goOn('left')).toBe(true)
    expect(told(story)).toEqual(['cave', '  gold is now 1', '  brave is now yes', '  plays cave.mp3'])
    expect(story.goOn('silence')).toBe(true)
    expect(told(story)).toEqual(['dragon', '  plays dragon.mp3'])
    expect(story.goOn('silence')).toBe(true)
    expect(told(story)).toEqual([
      'friends',
      '  because brave and gold > 0',
      '  plays friends.mp3',
      '  ending: happy',
    ])
    expect(story.goOn('left')).toBe(false)
    expect(story.here.scene.id).toBe('friends')
  })

  test('tells what chance brought, what is said, what stays within its bounds, and what is heard again', async () => {
    // 0.3 of 3 is within the first pick, which weighs 1.
    const story = await playing(dragonCave, chances(0.3, 0.3, 0.4))
    story.goOn('right')
    story.goOn('silence')
    expect(told(story)).toEqual([
      'clearing',
      '  by chance, 1 of 3',
      '  gold is now 3',
      '  says: Coins lie here.',
      '    Do you go back?',
    ])
    expect(tellingOf(story).question).toEqual({ asks: null, answers: ['left', 'right'], hearOut: false })
    expect(story.goOn('silence')).toBe(false)
    story.goOn('left')
    expect(told(story)).toEqual(['gate', '  says: The gate again.', '  asks which-way.mp3'])
    story.goOn('right')
    story.goOn('silence')
    expect(told(story)).toContain('  gold stays 3: it goes no further')
    story.goOn('left')
    story.goOn('right')
    story.goOn('silence')
    expect(told(story).slice(0, 2)).toEqual(['dragon', '  by chance, 2 of 3'])
    story.goOn('silence')
    expect(told(story)).toContain('  because nothing above it holds')
  })

  test('tells the words of a file behind its name', async () => {
    const story = await playing(
      'a: {scenes: {gate: {play: a.mp3, say: "A gate.\\nIt is shut.", ask: {play: b.mp3, say: Knock?}, left: end}, end: {ending: x}}}\n',
    )
    expect(told(story)).toEqual([
      'gate',
      '  plays a.mp3',
      '    A gate.',
      '    It is shut.',
      '  asks b.mp3',
      '    Knock?',
    ])
    expect(tellingOf(story).plays).toEqual({ file: 'a.mp3', say: 'A gate.\nIt is shut.' })
  })

  test('of picks that do not come twice says how likely the rest is', async () => {
    const story = await playing(
      'a: {scenes: {dice: {play: a.mp3, not_twice: true, random: [one, two, {go: six, weight: 4}]}, one: {play: b.mp3, go: dice}, two: {play: c.mp3, ending: two}, six: {play: d.mp3, ending: six}}}\n',
      chances(0, 0.9),
    )
    story.goOn('silence')
    expect(told(story)[1]).toBe('  by chance, 1 of 6')
    story.goOn('silence')
    story.goOn('silence')
    expect(told(story).slice(0, 2)).toEqual(['six', '  by chance, 4 of 5'])
  })

  test('starts again at its home with everything as it is at the start', async () => {
    const story = await playing(`${dragonCave}  home: cave\n`)
    story.goOn('left')
    story.goOn('silence')
    story.startAgain()
    expect(told(story)).toEqual(['cave', '  gold is now 1', '  plays cave.mp3'])
    expect([story.before, story.path]).toEqual([null, []])
    story.goOn('silence')
    story.goOn('silence')
    expect(story.here.scene.id).toBe('run-home')
  })

  test('is known to be endless once nothing was asked for a thousand scenes, and a question begins that anew', async () => {
    const story = await playing(
      'a: {scenes: {ask: {play: a.mp3, left: b}, b: {play: b.mp3, go: c}, c: {play: c.mp3, branch: [{if: "true", go: b}, {go: ask}]}}}\n',
    )
    story.goOn('left')
    for (let step = 0; step < 999; step++) story.goOn('silence')
    expect(story.isEndless).toBe(false)
    story.goOn('silence')
    expect(story.isEndless).toBe(true)
    for (let step = 0; step < 100; step++) story.goOn('silence')
    expect(story.path).toHaveLength(1_000)
    story.startAgain()
    expect(story.isEndless).toBe(false)
  })
})

async function heardFrom(
  teller: typeof tellerInWords | typeof tellerInJson,
  say: (teller: ReturnType<typeof tellerInWords>, story: Playing) => void,
  { typed = 'keys', text = dragonCave }: { typed?: 'keys' | 'lines'; text?: string } = {},
) {
  let heard = ''
  const write = (more: string) => {
    heard += more
  }
  say(
    teller === tellerInJson ? tellerInJson(write) : tellerInWords(write, typed),
    await playing(text, randomFrom(1)),
  )
  return heard
}

describe('the teller', () => {
  test.each([
    ['keys', '  ← left   → right   ↓ say nothing\n'],
    ['lines', '  left, right or wait?\n'],
  ] as const)('for %s says how a question can be answered', async (typed, line) => {
    const heard = await heardFrom(tellerInWords, (teller, story) => teller.scene(tellingOf(story)), { typed })
    expect(heard).toBe(`\ngate\n  plays gate.mp3\n  asks which-way.mp3\n${line}`)
  })

  test('names no answer that there is not', async () => {
    const text = 'a: {scenes: {ask: {play: a.mp3, right: end}, end: {play: b.mp3, ending: end}}}\n'
    const heard = await heardFrom(tellerInWords, (teller, story) => teller.scene(tellingOf(story)), { text })
    expect(heard).toBe('\nask\n  plays a.mp3\n  → right\n')
  })

  test.each<[PlayEnd, string]>([
    ['quit', 'Left in dragon, with gold = 1, brave = yes. It went:'],
    ['input-ended', 'The input ended in dragon, with gold = 1, brave = yes. It went:'],
    ['stuck', 'Stuck in dragon, with gold = 1, brave = yes: nothing leads on. It went:'],
  ])('says where it stands at the end "%s"', async (end, words) => {
    const heard = await heardFrom(tellerInWords, (teller, story) => {
      story.goOn('left')
      story.goOn('silence')
      teller.ends(end, story)
    })
    expect(heard).toBe(`\n${words}\n  gate left, cave, dragon\n`)
  })

  test('shows the whole way of a long story, and the end of an endless one', async () => {
    const round =
      'a: {scenes: {ask: {play: a.mp3, left: ask, right: end}, end: {play: b.mp3, ending: fine}}}\n'
    const endAfter = (steps: number) =>
      heardFrom(
        tellerInWords,
        (teller, story) => {
          for (let step = 0; step < steps; step++) story.goOn('left')
          story.goOn('right')
          teller.ends('ending', story)
        },
        { text: round },
      )
    const line = Array.from({ length: 8 }, () => 'ask left').join(', ')
    expect(await endAfter(9)).toBe(`\nThe end: fine. It went:\n  ${line},\n  ask left, ask right, end\n`)
    const lines = (await endAfter(500)).split('\n')
    expect(lines).toHaveLength(15)
    expect(lines[2]).toBe(`  … ${line},`)
  })

  test('keeps signs that steer a terminal away from it', async () => {
    const heard = await heardFrom(
      tellerInWords,
      (teller, story) => {
        teller.begins(story.compiled.story, 1)
        teller.scene(tellingOf(story))
        teller.ends('ending', story)
        teller.unknown('\u001b]0;x\u0007')
        teller.note('\u009b2J')
      },
      { text: 'a: {title: "t\\e[2J", scenes: {b: {say: "one\\e[2J\\ntwo\\u202e", ending: "x\\e[2Jy"}}}\n' },
    )
    expect(heard).not.toMatch(/[^\P{Cc}\n]|\u202e/u)
    expect(heard).toContain('  says: one\uFFFD[2J\n    two\uFFFD\n')
  })

  test('tells programs the same, an object a line', async () => {
    const heard = await heardFrom(tellerInJson, (teller, story) => {
      teller.begins(story.compiled.story, 7)
      teller.scene(tellingOf(story))
      teller.ignored('silence', 'early')
      teller.pressed('left')
      story.goOn('left')
      teller.scene(tellingOf(story))
      teller.ends('quit', story)
    })
    expect(
      heard
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { type: 'story', story: 'dragon-cave', title: "The Dragon's Cave", seed: 7 },
      {
        ...{ type: 'scene', scene: 'gate', cause: null, condition: null, chance: null },
        ...{ changed: [], clamped: [], plays: { file: 'gate.mp3' }, ending: null },
        question: {
          asks: { file: 'which-way.mp3' },
          answers: ['left', 'right', 'wait'],
          hear_out: false,
        },
      },
      { type: 'ignored', press: 'wait', why: 'early' },
      { type: 'press', press: 'left' },
      {
        ...{ type: 'scene', scene: 'cave', cause: { kind: 'left' }, condition: null, chance: null },
        changed: [
          { name: 'gold', value: 1 },
          { name: 'brave', value: true },
        ],
        ...{ clamped: [], plays: { file: 'cave.mp3' }, ending: null, question: null },
      },
      {
        ...{ type: 'end', end: 'quit', ending: null, scene: 'cave', vars: { gold: 1, brave: true } },
        path: [{ scene: 'gate', cause: { kind: 'left' } }],
      },
    ])
  })
})
