import { describe, expect, test } from 'vitest'
import { type PickFacts, picked } from '../../src/rules/picks.ts'
import { contentFiles } from '../../src/rules/playlists.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { dayOf } from '../../src/wiring/picks.ts'
import { failuresIn, runTests } from '../../src/wiring/test-command.ts'
import { readingOf } from '../support/rules.ts'

const now = '2026-11-22T17:00:00Z'

const file = (name: string, facts: Partial<PickFacts> = {}): PickFacts => ({
  file: name,
  title: name,
  artist: null,
  album: null,
  seconds: 300,
  changedAtMs: 0,
  loved: false,
  plays: 0,
  lastPlayedAtMs: null,
  ...facts,
})

const heard = (name: string, at: string, plays = 1) => file(name, { plays, lastPlayedAtMs: Date.parse(at) })

const read = async (text: string) => {
  const result = await readRuleFiles([{ file: 'a.yaml', text }], readingOf())
  const said = result.diagnostics.map(
    ({ line, column, code, message }) => `${line}:${column} ${code} ${message}`,
  )
  return { ...result, said }
}

/** What the pick, as it is written, takes from the files. */
async function taken(pick: string, files: readonly PickFacts[], { at = now, zone = 'UTC' } = {}) {
  const { ruleSet, said } = await read(`playlists: {p: {pick: ${pick}}}\n`)
  expect(said).toEqual([])
  const found = ruleSet.playlists.get('p')?.pick
  if (found === undefined) throw new Error('no pick')
  return picked('p', found, { files, ...dayOf(new Date(at), zone) })
}

describe('a pick takes', () => {
  const files = [
    file('music/a.mp3', { seconds: 100, title: 'Sea Song', artist: 'The Waves', loved: true }),
    file('stories/b.mp3', { seconds: 419, title: 'The Moon', album: 'Night' }),
    file('stories/deep/c.mp3', { seconds: 420, title: 'moonlight', loved: true }),
    file('storiesque/d.mp3', { seconds: null, title: 'Zebra' }),
  ]
  test.each([
    ['{all: [{folder: stories}]}', 'bc'],
    ['{all: [{folder: stories/}]}', 'bc'],
    ['{all: [{folder: stories}, {shorter_than: 7m}]}', 'b'],
    ['{all: [{longer_than: 100s}]}', 'bc'],
    ['{none: [{longer_than: 100s}]}', 'a'],
    ['{all: [{title: MOON}]}', 'bc'],
    ['{any: [{artist: waves}, {album: night}]}', 'ab'],
    ['{any: [{folder: stories}], none: [{title: light}]}', 'b'],
    ['{sort: title, limit: 3}', 'cab'],
    ['{all: [{loved: true}]}', 'ac'],
    ['{all: [{loved: true}, {folder: stories}]}', 'c'],
    ['{all: [{loved: false}]}', 'bd'],
    ['{none: [{loved: true}]}', 'bd'],
    ['{all: [{title: nowhere}]}', ''],
  ])('%s', async (pick, letters) => {
    expect((await taken(pick, files)).map((name) => name.at(-5)).join('')).toBe(letters)
  })

  test('those that were heard, by the days of the household', async () => {
    const all = [
      file('never.mp3'),
      heard('today.mp3', '2026-11-22T08:00:00Z'),
      heard('first.mp3', '2026-11-19T00:00:00Z'),
      heard('before.mp3', '2026-11-18T23:59:59Z'),
    ]
    expect(await taken('{all: [{not_played_in: 3d}]}', all)).toEqual(['never.mp3', 'today.mp3', 'before.mp3'])
    expect(await taken('{all: [{played_in: 3d}]}', all)).toEqual(['today.mp3', 'first.mp3'])
    // There it is the 18th until five in the morning.
    const west = { zone: 'America/New_York' }
    expect(await taken('{all: [{played_in: 3d}]}', all, west)).toEqual(['today.mp3'])
    expect(await taken('{all: [{not_played_in: 1d}]}', all, { at: '2026-11-23T00:00:00Z' })).not.toContain(
      'today.mp3',
    )
  })

  test('the newest of what fits, in the order that is asked for', async () => {
    const all = [
      file('a.mp3', { changedAtMs: 1, plays: 4 }),
      file('b.mp3', { changedAtMs: 3, plays: 9 }),
      file('c.mp3', { changedAtMs: 2, plays: 0 }),
    ]
    expect(await taken('{newest: 2}', all)).toEqual(['b.mp3', 'c.mp3'])
    expect(await taken('{newest: 2, sort: least_played}', all)).toEqual(['c.mp3', 'b.mp3'])
    expect(await taken('{sort: newest, limit: 2}', all)).toEqual(['b.mp3', 'c.mp3'])
    expect(await taken('{newest: 1, none: [{title: b}]}', all)).toEqual(['c.mp3'])
  })

  test('one order for a day, in which others come and go without a stir', async () => {
    const names = Array.from({ length: 12 }, (_, index) => file(`${index}.mp3`))
    const today = await taken('{sort: random}', names)
    expect(today).not.toEqual(names.map((one) => one.file))
    expect(await taken('{sort: random}', names, { at: '2026-11-22T23:59:00Z' })).toEqual(today)
    expect(await taken('{sort: random}', names, { at: '2026-11-23T00:00:00Z' })).not.toEqual(today)
    const fewer = await taken('{sort: random}', names.slice(1))
    expect(fewer).toEqual(today.filter((name) => name !== '0.mp3'))
  })
})

test('a playlist has what it picks behind its files', async () => {
  const { ruleSet } = await read('playlists: {p: {files: [x.mp3], pick: {limit: 1}}, q: [p]}\n')
  const library = {
    find: async () => ({ state: 'ready' }) as const,
    filesIn: async () => [],
    pick: async () => ['y.mp3'],
  }
  expect(await contentFiles('q', ruleSet.playlists, library)).toEqual(['x.mp3', 'y.mp3'])
})

test.each([
  ['{}', /^1:23 type\/value/],
  ['{all: []}', /^1:29 type\/value/],
  ['{all: [{loved: true}, {loved: false}]}', /^1:\d+ playlist\/empty .*nothing is both loved and not/],
  ['{all: [{lovd: true}]}', /^1:31 key\/unknown/],
  ['{all: [{shorter_than: 7m, folder: x}]}', /^1:30 type\/value item 1 of `all` can have at most 1/],
  ['{all: [{shorter_than: 7}]}', /^1:45 type\/value .*"15m"/],
  ['{all: [{not_played_in: 5h}]}', /^1:46 type\/value .*whole days/],
  ['{all: [{folder: ../x}]}', /^1:39 type\/value/],
  ['{sort: rand}', /^1:30 type\/value .*random/],
  ['{limit: 0}', /^1:31 type\/value/],
  ['{all: [{shorter_than: 5m}, {longer_than: 5m}]}', /^1:17 playlist\/empty/],
  ['{all: [{folder: a}, {folder: ab}]}', /^1:17 playlist\/empty/],
  ['{all: [{loved: true}], none: [{loved: true}]}', /^1:17 playlist\/empty .*under `all` and under `none`/],
])('%s is refused', async (pick, words) => {
  const { said } = await read(`playlists: {p: {pick: ${pick}}}\n`)
  expect(said).toEqual([expect.stringMatching(words)])
})

test('two folders within each other, and lengths that leave room, are good', async () => {
  const { said } = await read(
    'playlists: {p: {pick: {all: [{folder: a}, {folder: a/b}, {shorter_than: 6m}, {longer_than: 5m}]}}}\n',
  )
  expect(said).toEqual([])
})

test('in a test everything but the name is taken to hold', async () => {
  const text = `playlists:
  p: {pick: {all: [{folder: stories}, {shorter_than: 7m}, {not_played_in: 3d}], none: [{artist: x}, {title: ghost}]}}
schedules: {bedroom: {default: p}}
tests:
  t:
    now: "2026-11-23T12:00:00"
    players: {box: {}}
    steps:
      - expect: {stream.count: 1, stream.now_playing: stories/moon.mp3}
`
  const result = await read(text)
  expect(result.said).toEqual([])
  const outcomes = await runTests(result, new Map(), ['music/a.mp3', 'stories/ghost.mp3', 'stories/moon.mp3'])
  expect(failuresIn(outcomes, { sources: [{ file: 'a.yaml', text }] })).toEqual([])
})
