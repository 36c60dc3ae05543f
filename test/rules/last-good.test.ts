import { describe, expect, test } from 'vitest'
import { readLastGood, type WrittenFile } from '../../src/rules/read/last-good.ts'
import { ReadingMemory } from '../../src/rules/read/reading-memory.ts'
import { readingOf } from '../support/rules.ts'

const forest = 'playlists:\n  forest: [music/a.mp3]\n'
const sea = 'playlists:\n  sea: [music/b.mp3]\n'
const plays = (name: string, stream = 'bedroom') => `schedules:\n  ${stream}: {default: ${name}}\n`
const broken = 'playlists:\n  forest: [music/a.mp3\n'

const settled = (file: string, text: string): WrittenFile => ({ file, text, good: text })
const changed = (file: string, good: string | null, text: string | null): WrittenFile => ({
  file,
  text,
  good,
})

async function stand(files: readonly WrittenFile[]) {
  const { ruleSet, files: standing } = await readLastGood(files, readingOf())
  return {
    playlists: [...ruleSet.playlists.keys()],
    streams: ruleSet.schedules.map(({ stream }) => stream),
    states: Object.fromEntries(standing.map(({ file, state }) => [file, state])),
    codes: Object.fromEntries(
      standing.map(({ file, findings, wouldBreak }) => [
        file,
        [...findings.map(({ code }) => code), ...wouldBreak.map((other) => `${other.file} ${other.code}`)],
      ]),
    ),
  }
}

describe('a file with an error', () => {
  test('that ran before runs on as it was, and what is wrong with it is said', async () => {
    expect(await stand([changed('a.yaml', forest, broken), settled('b.yaml', plays('forest'))])).toEqual({
      playlists: ['forest'],
      streams: ['bedroom'],
      states: { 'a.yaml': 'last-good', 'b.yaml': 'running' },
      codes: { 'a.yaml': ['yaml/syntax'], 'b.yaml': [] },
    })
  })

  test('that never ran is left out, and those that name what is meant to stand in it run', async () => {
    expect(await stand([changed('a.yaml', null, broken), changed('b.yaml', null, plays('forest'))])).toEqual({
      playlists: [],
      streams: ['bedroom'],
      states: { 'a.yaml': 'left-out', 'b.yaml': 'running' },
      codes: { 'a.yaml': ['yaml/syntax'], 'b.yaml': [] },
    })
  })

  test('counts by what runs of it: a new file may name a playlist of its last good version alone', async () => {
    const misspelt = `${sea}rules:\n  r: {}\n`
    const { states, codes } = await stand([
      changed('a.yaml', forest, misspelt),
      changed('b.yaml', null, plays('forest')),
    ])
    expect(states).toEqual({ 'a.yaml': 'last-good', 'b.yaml': 'running' })
    expect(codes['b.yaml']).toEqual([])
  })
})

describe('a change that breaks another file', () => {
  test('is held back itself, and told what it would break', async () => {
    expect(await stand([changed('a.yaml', forest, sea), settled('b.yaml', plays('forest'))])).toEqual({
      playlists: ['forest'],
      streams: ['bedroom'],
      states: { 'a.yaml': 'last-good', 'b.yaml': 'running' },
      codes: { 'a.yaml': ['b.yaml ref/playlist'], 'b.yaml': [] },
    })
  })

  test('takes no other change along', async () => {
    const { states, playlists } = await stand([
      changed('a.yaml', forest, sea),
      settled('b.yaml', plays('forest')),
      changed('c.yaml', null, 'playlists:\n  hills: [music/c.mp3]\n'),
    ])
    expect(states).toEqual({ 'a.yaml': 'last-good', 'b.yaml': 'running', 'c.yaml': 'running' })
    expect(playlists).toEqual(['forest', 'hills'])
  })

  test('goes through together with the change that fits it', async () => {
    const { states, playlists } = await stand([
      changed('a.yaml', forest, sea),
      changed('b.yaml', plays('forest'), plays('sea')),
    ])
    expect(states).toEqual({ 'a.yaml': 'running', 'b.yaml': 'running' })
    expect(playlists).toEqual(['sea'])
  })

  test('is a copy of it: the copy is left out, though its name comes first', async () => {
    const { states, codes } = await stand([changed('a copy.yaml', null, forest), settled('a.yaml', forest)])
    expect(states).toEqual({ 'a copy.yaml': 'left-out', 'a.yaml': 'running' })
    expect(codes['a copy.yaml']).toEqual(['a.yaml yaml/duplicate'])
  })

  test('is its deletion: what others name stays until nothing does, its own schedules go', async () => {
    const both = forest + plays('forest', 'kitchen')
    expect(await stand([changed('a.yaml', both, null), settled('b.yaml', plays('forest'))])).toEqual({
      playlists: ['forest'],
      streams: ['bedroom'],
      states: { 'a.yaml': 'kept-for-others', 'b.yaml': 'running' },
      codes: { 'a.yaml': ['b.yaml ref/playlist'], 'b.yaml': [] },
    })
    expect((await stand([changed('a.yaml', both, null), settled('b.yaml', sea)])).states).toEqual({
      'b.yaml': 'running',
    })
  })
})

test('a file that moved is no deletion', async () => {
  const { states } = await stand([
    changed('a.yaml', forest, null),
    settled('b.yaml', plays('forest')),
    changed('c.yaml', null, forest),
  ])
  expect(states).toEqual({ 'b.yaml': 'running', 'c.yaml': 'running' })
})

test('a file that has an error though nobody touched anything is left out, and changes elsewhere run', async () => {
  const { states } = await stand([settled('a.yaml', broken), changed('b.yaml', forest, sea)])
  expect(states).toEqual({ 'a.yaml': 'left-out', 'b.yaml': 'running' })
})

test('what did not change is the same object from one reading to the next', async () => {
  const memory = new ReadingMemory()
  const rules = 'rules:\n  r:\n    stream: s\n    when: [{button: right}]\n    do: [{log: hello}]\n'
  const read = async (other: string) =>
    (await readLastGood([settled('a.yaml', rules), changed('b.yaml', null, other)], readingOf({ memory })))
      .ruleSet
  const [first, second] = [await read(forest), await read(sea)]
  expect(first.rules).toHaveLength(1)
  expect(second.rules[0]).toBe(first.rules[0])
})
