import { describe, expect, test } from 'vitest'
import { randomFrom } from '../../src/core/play-order.ts'
import { walks } from '../../src/stories/walks.ts'
import { hasLostWalks, walksAsJson, walksInWords } from '../../src/stories/walks-words.ts'
import { compiledStory, dragonCave } from './stories.ts'

async function walked(text: string, count = 1_000, seed = 1, limits?: { work: number; situations: number }) {
  const compiled = await compiledStory(text)
  const summary = walks(compiled, { count, random: randomFrom(seed), ...(limits && { limits }) })
  const about = { story: compiled.story.id, asked: count, seed }
  return { summary, words: walksInWords(summary, about), json: walksAsJson(summary, about) }
}

const counts = ({ endings }: { endings: readonly { name: string; count: number }[] }) =>
  Object.fromEntries(endings.map(({ name, count }) => [name, count]))

describe('many walks', () => {
  test('find every ending about as often as chance has it, and the same by the same seed', async () => {
    const { summary } = await walked(dragonCave, 30_000)
    const { happy = 0, safe = 0, asleep } = counts(summary)
    expect(happy + safe).toBe(30_000)
    // One answer of three leads to the happy end; else 2/3 · 1/3 · 1/2 come back to the gate: h = 1/3 + h/9.
    expect(Math.abs(happy / 30_000 - 3 / 8)).toBeLessThan(0.015)
    expect(asleep).toBe(0)
    expect((await walked(dragonCave, 30_000)).summary).toEqual(summary)
    expect(counts((await walked(dragonCave, 30_000, 2)).summary)).not.toEqual(counts(summary))
  })

  test('are the same however much of the story is remembered', async () => {
    const { summary } = await walked(dragonCave, 500)
    const forgetful = await walked(dragonCave, 500, 1, { work: 100_000_000, situations: 1 })
    expect(forgetful.summary).toEqual(summary)
  })

  test('say which scenes and ways nobody came to, and what is apart', async () => {
    const { summary, words } = await walked(
      `late:
  defaults: {bedtime: sleep}
  vars: {keys: {start: 0, max: 9}}
  scenes:
    hall: {play: a.mp3, branch: [{if: keys > 3, go: tower}, {go: yard}]}
    tower: {play: b.mp3, go: top}
    top: {play: c.mp3, ending: high}
    yard: {play: d.mp3, ask: e.mp3, left: out, silence: {go: out, set: {keys: 1}}}
    out: {play: f.mp3, ending: out}
    sleep: {play: g.mp3, go: dream}
    dream: {play: h.mp3, ending: asleep}
`,
      50,
    )
    expect(summary.never).toEqual({
      scenes: ['tower', 'top'],
      ways: [{ from: 'hall', cause: { kind: 'branch', index: 0 }, to: 'tower' }],
    })
    expect(summary.apart).toEqual(['sleep', 'dream'])
    expect(words).toBe(`late: 50 walks with random answers, by seed 1.

  out     50  100.0 %
  high     0    0.0 %
  asleep   0    0.0 %

An ending came after 3 scenes.
Never came to: tower, top.
Never went: hall → tower.
No way from the start leads to sleep, dream: walks know no bedtime, and nobody starts again.
`)
  })

  test('never give an answer that the question has not', async () => {
    const { summary } = await walked(
      'one: {scenes: {ask: {play: a.mp3, left: end}, end: {play: b.mp3, ending: end}}}\n',
    )
    expect(summary).toMatchObject({ scenes: { shortest: 2, longest: 2 }, stuck: [], long: 0 })
  })

  test('that are stuck are counted, with the way to the first of them', async () => {
    const { summary, words } = await walked(
      `deep:
  vars: {wet: false}
  scenes:
    shore: {play: a.mp3, left: {go: sea, set: {wet: true}}, right: sea}
    sea: {play: b.mp3, branch: [{if: not wet, go: home}]}
    home: {play: c.mp3, ending: dry}
`,
      100,
    )
    const { dry = 0 } = counts(summary)
    const [stuck] = summary.stuck
    expect(stuck).toMatchObject({ scene: 'sea', count: 100 - dry })
    expect(stuck?.path.map(({ scene, cause }) => [scene, cause.kind])).toEqual([['shore', 'left']])
    expect(words).toContain(`\nStuck in sea: ${100 - dry} walks, the first by shore left.\n`)
    expect(hasLostWalks(summary)).toBe(true)
  })

  test('that do not end are given up, and that is said', async () => {
    const { summary, words, json } = await walked(
      'round: {scenes: {a: {play: a.mp3, go: b}, b: {play: b.mp3, go: a}}}\n',
      3,
    )
    expect(summary).toMatchObject({ walks: 3, endings: [], scenes: null, long: 3 })
    expect(words).toContain('\nThe story has no ending.\nWithout an end after 1,000 scenes: 3 walks.\n')
    expect(json).toMatchObject({ walks: 3, long: 3, stuck: [] })
    expect(hasLostWalks(summary)).toBe(true)
  })

  test('are left at what can be done in a while', async () => {
    const { summary, words } = await walked(
      'round: {scenes: {a: {play: a.mp3, left: a, right: b}, b: {play: b.mp3, ending: end}}}\n',
      100_000,
      1,
      { work: 5_000, situations: 100 },
    )
    expect(summary.walks).toBeGreaterThan(1_000)
    expect(summary.walks).toBeLessThan(5_000)
    expect(words).toContain('It was left at that, for 100,000 walks would take too long')
    expect(hasLostWalks(summary)).toBe(false)
  })

  test('count what is worked out anew as more work than what is known', async () => {
    const counter = (most: number) =>
      `count: {vars: {n: {start: 0, max: ${most}}}, scenes: {a: {play: a.mp3, set: {n: n + 1}, branch: [{if: n < 900, go: a}, {go: b}]}, b: {play: b.mp3, ending: end}}}\n`
    const limits = { work: 500_000, situations: 10 }
    // 900 situations a walk, remembered by none of the next.
    expect((await walked(counter(999), 1_000, 1, limits)).summary.walks).toBe(1)
    expect((await walked(counter(999), 1_000, 1, { ...limits, work: 5_000_000 })).summary.walks).toBeLessThan(
      10,
    )
    // Of two situations each is worked out once.
    expect((await walked(counter(2), 100, 1, limits)).summary).toMatchObject({ walks: 100, long: 100 })
  })

  test('keep signs that steer a terminal out of what people read', async () => {
    const { words } = await walked('a: {scenes: {b: {play: b.mp3, ending: "x\\e[2Jy"}}}\n', 1)
    expect(words).toContain('  x\uFFFD[2Jy  1  100.0 %\n')
  })
})
