import { expect, test } from 'vitest'
import type { Story } from '../../src/core/story.ts'
import { chosenRun } from '../../src/stories/card/chosen-run.ts'
import { edgeOfKey, unfolded } from '../../src/stories/card/unfold.ts'
import { compiled } from '../../src/stories/compiled.ts'
import { storyIn } from '../support/written-story.ts'

const gate = (more = '', scenes = '') => `stories:
  any:
${more}    scenes:
      gate: {play: gate.mp3, ask: way.mp3, left: cave, right: forest, silence: {wait: 5s, ask_again: 1, go: forest}}
      cave: {play: cave.mp3, ending: happy}
      forest: {play: forest.mp3, go: cave}
${scenes}`

const chaptersOf = async (text: string) => {
  const outcome = unfolded(compiled(await storyIn(text)))
  if ('none' in outcome) throw new Error(outcome.none.why)
  return outcome.card.chapters
}
const chosen = async (text: string) => {
  const { run, why } = chosenRun(compiled(await storyIn(text)))
  return { run, why }
}

test('each way to a scene has a chapter of its own, and the question is all in one', async () => {
  const chapters = await chaptersOf(gate())
  expect(chapters.map(({ key, left, right, end }) => [key, left, right, end])).toEqual([
    ['gate~E', 'cave~L', 'forest~R', 'forest~E'],
    ['cave~L', 'gate~E', 'gate~E', 'stop'],
    ['forest~R', null, null, 'cave~E'],
    ['forest~E', null, null, 'cave~E'],
    ['cave~E', 'gate~E', 'gate~E', 'stop'],
  ])
  const [question] = chapters
  const once = [{ file: 'way.mp3' }, { silenceMs: 5_000 }]
  expect(question?.sounds).toEqual([{ file: 'gate.mp3' }, ...once, ...once])
})

test('a var makes a chapter for each of its values where it is not the same', async () => {
  const chapters = await chaptersOf(`stories:
  any:
    vars: {brave: false}
    scenes:
      gate: {play: g.mp3, left: {go: hall, set: {brave: true}}, right: hall, silence: hall}
      hall: {play: h.mp3, branch: [{if: brave, go: friends}, {go: home}]}
      friends: {play: f.mp3, ending: happy}
      home: {play: r.mp3, ending: safe}
`)
  expect(chapters.map(({ key, end }) => [key, end])).toEqual([
    ['gate~E', 'hall~E'],
    ['hall~L', 'friends~E'],
    ['hall~R', 'home~E'],
    ['hall~E', 'home~E'],
    ['friends~E', 'stop'],
    ['home~E', 'stop'],
  ])
})

test('what is to be heard out has a chapter on which presses do nothing', async () => {
  const chapters = await chaptersOf(gate('    defaults: {hear_out: true}\n'))
  expect(
    chapters.slice(0, 2).map(({ key, left, end, sounds }) => ({ key, left, end, first: sounds[0] })),
  ).toEqual([
    { key: 'gate~E', left: null, end: 'gate~ask~E', first: { file: 'gate.mp3' } },
    { key: 'gate~ask~E', left: 'cave~L', end: 'forest~E', first: { file: 'way.mp3' } },
  ])
})

test('a question that leads to itself has a twin, and one without silence asks for ever', async () => {
  const round = await chaptersOf(`stories:
  any:
    scenes:
      gate: {play: g.mp3, ask: a.mp3, left: gate, right: out}
      out: {play: o.mp3, ending: out}
`)
  expect(round.map(({ key, left, end }) => [key, left, end])).toEqual([
    ['gate~E', 'gate~L', 'gate~ask~E'],
    ['gate~L', 'gate~L2', 'gate~ask~E'],
    ['out~R', 'gate~E', 'stop'],
    ['gate~ask~E', 'gate~L', 'gate~ask~E2'],
    ['gate~L2', 'gate~L', 'gate~ask~E'],
    ['gate~ask~E2', 'gate~L', 'gate~ask~E'],
  ])
})

test('the second visit sounds otherwise', async () => {
  const chapters = await chaptersOf(`stories:
  any:
    scenes:
      gate: {play: g.mp3, again: again.mp3, left: gate, right: out, silence: out}
      out: {play: o.mp3, ending: out}
`)
  const heard = chapters.map(({ key, sounds }) => [key, sounds[0]])
  expect(heard).toContainEqual(['gate~E', { file: 'g.mp3' }])
  expect(heard).toContainEqual(['gate~L', { file: 'again.mp3' }])
})

test('scenes that only decide are passed through', async () => {
  const chapters = await chaptersOf(`stories:
  any:
    vars: {n: {start: 0, max: 3}}
    scenes:
      count: {set: {n: n + 1}, branch: [{if: n < 3, go: count}, {go: end}]}
      end: {play: e.mp3, ending: end}
`)
  expect(chapters.map(({ key, situation }) => [key, situation.vars.n])).toEqual([['end~E', 3]])
})

test.each<[string, string, Awaited<ReturnType<typeof chosen>>]>([
  ['fits', gate(), { run: 'card', why: 'it fits: 5 of 100 chapters' }],
  ['asks for live', gate('    run: live\n'), { run: 'live', why: 'the story says `run: live`' }],
  [
    'has a bedtime',
    gate('    bedtime: night\n', '      night: {ending: asleep}\n'),
    { run: 'live', why: 'a card knows no bedtime: "night" would not be played' },
  ],
  [
    'has a bedtime and is to be a card',
    gate('    run: card\n    bedtime: night\n', '      night: {ending: asleep}\n'),
    {
      run: 'card',
      why: 'it fits: 5 of 100 chapters; the story says `run: card`, and so a card knows no bedtime: "night" would not be played',
    },
  ],
  [
    'starts again elsewhere',
    gate('    home: forest\n'),
    { run: 'live', why: 'a card begins at "gate": it cannot start again at "forest"' },
  ],
  [
    'decides by chance',
    gate('', '      dice: {random: [cave, forest]}\n').replace('left: cave', 'left: dice'),
    { run: 'live', why: 'a card cannot decide by chance, as "dice" does' },
  ],
  [
    'is too large',
    `stories:
  any:
    vars: {n: {start: 0, max: 60}}
    scenes:
      count: {play: c.mp3, set: {n: n + 1}, left: count, right: count, silence: end}
      end: {play: e.mp3, ending: end}
`,
    { run: 'live', why: 'it would have more than 100 chapters, and a card may have 100' },
  ],
])('a story that %s', async (_what, text, expected) => {
  expect(await chosen(text)).toEqual(expected)
})

test('a pick of one is no chance', async () => {
  const text = gate('', '      dice: {play: d.mp3, random: [cave]}\n').replace('left: cave', 'left: dice')
  expect((await chosen(text)).run).toBe('card')
})

test('a round in which nothing is heard is no card', async () => {
  const story: Story = await storyIn(
    gate('', '      still: {go: still}\n').replace('left: cave', 'left: still'),
    {
      isSound: false,
    },
  )
  expect(unfolded(compiled(story))).toEqual({ none: { why: 'silent-round', scene: 'still' } })
})

test('a var that counts in silence for ever is no card, and that is found at once', async () => {
  const story = await storyIn(`stories:
  any:
    vars: {n: {start: 0, max: 1000000000}}
    scenes:
      count: {set: {n: n + 1}, branch: [{if: n < 1000000000, go: count}, {go: end}]}
      end: {play: e.mp3, ending: end}
`)
  expect(unfolded(compiled(story))).toEqual({ none: { why: 'silent-round', scene: 'count' } })
})

test('who says live gets it, also where no card can hold the story', async () => {
  const text = gate('    run: live\n', '      dice: {random: [cave, forest]}\n').replace(
    'left: cave',
    'left: dice',
  )
  expect(await chosen(text)).toEqual({ run: 'live', why: 'the story says `run: live`' })
})

test('what is heard out the second time only has a chapter for it then', async () => {
  const chapters = await chaptersOf(`stories:
  any:
    defaults: {hear_out: true}
    scenes:
      gate: {again: again.mp3, ask: a.mp3, left: gate, right: out, silence: out}
      out: {play: o.mp3, ending: out}
`)
  expect(chapters.map(({ key, left }) => [key, left])).toContainEqual(['gate~E', 'gate~L'])
  expect(chapters.map(({ key, left }) => [key, left])).toContainEqual(['gate~L', null])
})

test.each([
  ['cave~L', 'left'],
  ['cave~R2', 'right'],
  ['cave~E.12', 'end'],
  ['cave~ask~E', null],
  ['cave', null],
])('the key %s tells of %s', (key, edge) => {
  expect(edgeOfKey(key)).toBe(edge)
})
