import { expect, test } from 'vitest'
import { lengthsBy } from '../../src/core/playing-time.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { playingTimeInWords } from '../../src/stories/check/time-words.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { readingOf } from '../support/rules.ts'
import { storyFile } from './said.ts'

/** `a3.mp3` plays for three seconds; of `unknown.mp3` nobody knows. */
const lengthOf = lengthsBy(async (file) => {
  const [, seconds] = /(\d+)\.mp3$/.exec(file) ?? []
  return seconds === undefined ? null : Number(seconds) * 1_000
})

async function timeOf(...lines: readonly string[]) {
  const text = storyFile(...lines)
  const { stories } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf({ stories: readStories }))
  const [story = expect.unreachable('a story')] = stories
  return story.playingTime(lengthOf)
}

const scenes = (...lines: readonly string[]) => timeOf('scenes:', ...lines.map((line) => `  ${line}`))

test('each ending has its shortest way, by time and not by scenes; the longest goes every other way', async () => {
  const time = await scenes(
    'a: {play: a1.mp3, ask: q2.mp3, left: b, right: c, silence: c}',
    'b: {play: b100.mp3, go: end}',
    'c: {play: c5.mp3, go: d}',
    'd: {play: d5.mp3, left: end, right: far, silence: far}',
    'end: {play: e4.mp3, ending: near}',
    'far: {play: f1.mp3, ending: far}',
  )
  expect(time).toEqual({
    endings: [
      { name: 'near', shortest: { scenes: 4, ms: 17_000 } },
      { name: 'far', shortest: { scenes: 4, ms: 14_000 } },
    ],
    shortest: { scenes: 4, ms: 14_000 },
    longest: { scenes: 3, ms: 107_000 },
    goesRound: false,
    beforeChoiceMs: 3_000,
  })
  expect(playingTimeInWords(time)).toEqual([
    'near  after 17 s (4 scenes) at least',
    'far   after 14 s (4 scenes) at least',
    'at most 1 min 47 s (3 scenes)',
  ])
})

test('a round counts once, and it is said that there is one; who answers is not silent', async () => {
  const time = await scenes(
    'a: {play: a10.mp3, left: b, right: end, silence: a}',
    'b: {play: b20.mp3, left: a, right: c, silence: far}',
    'c: {play: c30.mp3, go: b}',
    'end: {play: e1.mp3, ending: x}',
    'far: {play: f500.mp3, ending: y}',
  )
  expect(time.goesRound).toBe(true)
  expect(time.longest).toEqual({ scenes: 4, ms: 61_000 })
  expect(time.endings).toEqual([{ name: 'x', shortest: { scenes: 2, ms: 11_000 } }])
  expect(playingTimeInWords(time).at(-1)).toBe('at most 1 min 01 s (4 scenes), more for who goes round')
})

test('what is not known is not made up: then scenes count; words are about as long as a voice takes', async () => {
  const unknown = await scenes(
    'a: {play: unknown.mp3, left: b, right: end, silence: end}',
    'b: {play: b1.mp3, go: end}',
    'end: {say: Ten words., ending: x}',
  )
  expect(unknown).toMatchObject({
    endings: [{ name: 'x', shortest: { scenes: 2, ms: null } }],
    longest: { scenes: 3, ms: null },
    beforeChoiceMs: null,
  })
  expect(playingTimeInWords(unknown)).toEqual(['x  after 2 scenes at least', 'at most 3 scenes'])
  expect((await scenes('a: {say: Ten words., ending: x}')).shortest).toEqual({ scenes: 1, ms: 700 })
})

test('vars decide which ways there are, and a scene that only decides is not heard', async () => {
  const time = await timeOf(
    'vars: {gold: {start: 0, max: 3}}',
    'scenes:',
    '  dig: {play: d10.mp3, set: {gold: gold + 1}, go: enough}',
    '  enough: {branch: [{if: gold == 3, go: end}, {go: dig}]}',
    '  end: {play: e1.mp3, ending: rich}',
  )
  expect(time.shortest).toEqual({ scenes: 4, ms: 31_000 })
  expect(time).toMatchObject({ goesRound: false, longest: { scenes: 4, ms: 31_000 }, beforeChoiceMs: null })
})

test('the longest way to the first question counts, each round of chance once', async () => {
  const time = await scenes(
    'a: {play: a10.mp3, random: [b, c]}',
    'b: {play: b100.mp3, go: ask}',
    'c: {play: c5.mp3, random: [a, ask]}',
    'ask: {play: q2.mp3, left: more, right: more, silence: more}',
    'more: {play: m900.mp3, ending: x}',
  )
  expect(time.beforeChoiceMs).toBe(117_000)
})

test('a story with more situations than are searched has no longest way', async () => {
  const counters = ['a', 'b', 'c'].map((name) => `${name}: {start: 0, max: 99}`).join(', ')
  const stall = (name: string, next: string) =>
    `  ${name}: {play: s1.mp3, left: {go: a, set: {${name}: "if(${name} < 99, ${name} + 1, 0)"}}, right: ${next}, silence: ${next}}`
  const time = await timeOf(
    `vars: {${counters}}`,
    'scenes:',
    ...[stall('a', 'b'), stall('b', 'c'), stall('c', 'end')],
    '  end: {play: e1.mp3, ending: x}',
  )
  expect(time).toEqual({ endings: [], shortest: null, longest: null, goesRound: null, beforeChoiceMs: null })
  expect(playingTimeInWords(time)).toEqual(['how long it plays is not known, as it has too many situations'])
})

test('what the house decides counts as all that it could bring', async () => {
  const time = await timeOf(
    'scenes:',
    '  a: {play: a1.mp3, branch: [{if: now.hour > 18, go: late}, {go: early}]}',
    '  late: {play: l5.mp3, ending: late}',
    '  early: {play: e50.mp3, ending: early}',
  )
  expect(time).toMatchObject({
    endings: [
      { name: 'late', shortest: { ms: 6_000 } },
      { name: 'early', shortest: { ms: 51_000 } },
    ],
    longest: { ms: 51_000 },
  })
  const begins = await timeOf(
    'vars: {late: false}',
    'scenes:',
    '  a: {play: a1.mp3, set: {late: now.hour > 18}, go: b}',
    '  b: {branch: [{if: late, go: short}, {go: long}]}',
    '  short: {play: s1.mp3, ending: short}',
    '  long: {play: l9.mp3, ending: long}',
  )
  expect(begins).toMatchObject({ shortest: { ms: 2_000 }, longest: { ms: 10_000 } })
})

test('what is heard again may be shorter, and then the shortest way is', async () => {
  const time = await timeOf(
    'vars: {gold: {start: 0, max: 2}}',
    'scenes:',
    '  hub: {play: h60.mp3, again: h2.mp3, set: {gold: gold + 1}, branch: [{if: gold == 2, go: end}, {go: hub}]}',
    '  end: {play: e1.mp3, ending: x}',
  )
  expect(time).toMatchObject({ shortest: { ms: 63_000 }, longest: { ms: 121_000 } })
  const once = await scenes(
    'hub: {play: h60.mp3, again: h2.mp3, left: end, right: end, silence: hub}',
    'end: {play: e1.mp3, ending: x}',
  )
  expect(once.shortest).toEqual({ scenes: 2, ms: 61_000 })
})

test('one unknown length anywhere, and times are not told', async () => {
  const time = await scenes(
    'a: {play: a1.mp3, left: b, right: c, silence: c}',
    'b: {play: b600.mp3, go: end}',
    'c: {play: c1.mp3, go: d}',
    'd: {play: d1.mp3, go: end}',
    'end: {say: E, random: [x, y]}',
    'x: {play: unknown.mp3, ending: x}',
    'y: {ending: y}',
  )
  expect(time).toMatchObject({
    endings: [{ shortest: { scenes: 4, ms: null } }, { shortest: { scenes: 3, ms: null } }],
    longest: { scenes: 5, ms: null },
    beforeChoiceMs: null,
  })
})

test('who comes to an ending first is never asked', async () => {
  const time = await scenes(
    'a: {play: a1.mp3, random: [long, ask]}',
    'long: {play: l600.mp3, ending: long}',
    'ask: {play: q1.mp3, left: end, right: end, silence: end}',
    'end: {play: e1.mp3, ending: end}',
  )
  expect(time.beforeChoiceMs).toBe(2_000)
})
