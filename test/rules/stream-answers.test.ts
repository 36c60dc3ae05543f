import { describe, expect, test } from 'vitest'
import type { PlayerState } from '../../src/core/player.ts'
import type { Queue } from '../../src/core/queue.ts'
import { explain } from '../../src/rules/explain/explain.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import type { RuleSet } from '../../src/rules/rule-set.ts'
import { AnswerConditions } from '../../src/wiring/answer-conditions.ts'
import { StreamAnswers } from '../../src/wiring/answers.ts'
import { failuresIn, runTests } from '../../src/wiring/test-command.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { readingOf } from '../support/rules.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const head = `playlists:
  songs: [a.mp3, b.mp3]
inputs:
  party: {type: switch, name: Party}
players:
  annas-box: y1Anna
schedules:
  dreams: {default: songs, slots: {nap: {from: "13:00", to: "14:00", play: songs}}}
  anna: {default: songs}
  kitchen:
    default: songs
`
const withAnswers = (...lines: string[]) =>
  `${head}    answers:\n${lines.map((line) => `      ${line}\n`).join('')}`

const location = { latitude: 51.5, longitude: -0.13 }
const read = (text: string, adviceAt: Date | null = null) =>
  readRuleFiles([{ file: 'a.yaml', text }], readingOf({ zone: 'Europe/London', location, adviceAt }))

/** The first place with what is said there. */
const said = async (text: string, adviceAt: Date | null = null) =>
  (await read(text, adviceAt)).diagnostics.map(
    ({ line, column, code, message, help }) =>
      `${line}:${column} ${code} ${message}${help === undefined ? '' : ` (${help})`}`,
  )

interface House {
  readonly inputs?: Readonly<Record<string, boolean>>
  readonly exists?: (stream: string) => boolean
  readonly now?: string
}

/** What is heard in place of streams in a house with these files, and nothing set over REST. */
async function houseOf(
  text: string,
  { inputs = {}, exists = () => true, now = '2026-11-21T12:00:00Z' }: House = {},
) {
  const { ruleSet, diagnostics } = await read(text)
  expect(diagnostics).toEqual([])
  const records = memoryCollection<never>()
  const clock = new VirtualClock(now)
  const streams = new StreamAnswers({ records, exists, zone: 'Europe/London', clock })
  const names: Readonly<Record<string, string>> = { y1Anna: 'Anna', y1Ben: 'Ben' }
  streams.judgeBy(
    new AnswerConditions({
      ruleSet: () => ruleSet,
      player: (id) => (names[id] === undefined ? undefined : ({ id, name: names[id] } as PlayerState)),
      playerId: (named) => ruleSet.players.get(named),
      queue: () => undefined as Queue | undefined,
      vars: () => new Map(),
      inputs: () => new Map(Object.entries(inputs)),
    }),
  )
  return streams
}

const heardBy = async (player: string | null, lines: readonly string[], house: House = {}) =>
  (await houseOf(withAnswers(...lines), house)).streamFor('kitchen', player)

describe('answers of a schedule', () => {
  test('are taken in order, each when all of it holds', async () => {
    const lines = [
      '- {stream: dreams, if: inputs.party}',
      '- stream: anna',
      '  player: annas-box',
      '  if:',
      '    - days: sat',
      '    - any: [now.hour < 13, inputs.party]',
    ]
    expect(await heardBy('y1Anna', lines)).toBe('anna')
    expect(await heardBy('y1Anna', lines, { inputs: { party: true } })).toBe('dreams')
    expect(await heardBy('y1Ben', lines, { inputs: { party: false } })).toBe('kitchen')
    expect(await heardBy(null, lines)).toBe('kitchen')
    expect(await heardBy('y1Anna', lines, { now: '2026-11-22T12:00:00Z' })).toBe('kitchen')
    expect(await heardBy('y1Anna', lines, { exists: (stream) => stream !== 'anna' })).toBe('kitchen')
  })

  test.each([
    ['- {stream: anna, if: "player.name == \'Anna\'"}', true],
    ['- {stream: anna, if: "player.name == \'Ben\'"}', false],
    ['- {stream: anna, if: "stream.name == \'kitchen\'"}', true],
    ['- {stream: anna, if: [between: {from: "11:00", to: "12:00"}]}', false],
    ['- {stream: anna, if: [between: {from: sunrise, to: sunset}]}', true],
    ['- {stream: anna, if: [slot: {is: nap, stream: dreams}]}', false],
    ['- {stream: anna, if: [slot: {is: default, stream: dreams}]}', true],
    ['- {stream: anna, if: [input: party]}', false],
    ['- {stream: anna, if: {none: [inputs.party]}}', false],
    ['- {stream: anna, if: {none: [weekdays, now.hour > 12]}}', true],
  ])('%s: %s', async (line, holds) => {
    expect(await heardBy('y1Anna', [line])).toBe(holds ? 'anna' : 'kitchen')
  })

  test('do not hold for whom nobody knows, nor does their opposite', async () => {
    for (const text of ["player.name == 'Anna'", "player.name != 'Anna'"])
      expect(await heardBy(null, [`- {stream: anna, if: "${text}"}`])).toBe('kitchen')
  })

  test('go before those that were set, which stay as they were', async () => {
    const streams = await houseOf(withAnswers('- {stream: anna, player: annas-box}'))
    const set = [{ stream: 'dreams', when: { if: 'weekends' } }]
    await streams.set('kitchen', set)
    expect(streams.streamFor('kitchen', 'y1Anna')).toBe('anna')
    expect(streams.streamFor('kitchen', 'y1Ben')).toBe('dreams')
    expect(streams.of('kitchen')).toEqual(set)
    expect(streams.filed('kitchen')).toMatchObject([{ stream: 'anna', place: 'a.yaml:13' }])
    expect(streams.users()).toEqual([
      { stream: 'anna', answers: 'kitchen' },
      { stream: 'dreams', answers: 'kitchen' },
    ])
  })

  test('say whether it matters who asks', async () => {
    const depends = async (line: string) => (await houseOf(withAnswers(line))).dependOnPlayer('kitchen')
    expect(await depends('- {stream: anna, player: annas-box}')).toBe(true)
    expect(await depends('- {stream: anna, if: {any: [weekends, player.playing]}}')).toBe(true)
    expect(await depends('- {stream: anna, if: [days: sat]}')).toBe(false)
  })

  test('alone leave the stream to who fills it', async () => {
    const alone = head.replace('    default: songs\n', '')
    const { ruleSet } = await read(`${alone}    answers: [{stream: anna, if: weekends}]\n`)
    expect(ruleSet.schedules.map(({ stream }) => stream)).toEqual(['dreams', 'anna'])
    expect([...(ruleSet.answers ?? []).keys()]).toEqual(['kitchen'])
    expect(
      (await houseOf(`${alone}    answers: [{stream: anna, if: weekends}]\n`)).streamFor('kitchen', null),
    ).toBe('anna')
    const closed = (await read(`${alone}    slots: {}\n    answers: [{stream: anna, if: weekends}]\n`))
      .ruleSet
    expect(closed.schedules.map(({ stream }) => stream)).toContain('kitchen')
  })
})

describe('the end of a file', () => {
  const endOf = async (line: string, after: string, player: string | null = 'y1Anna') => {
    const streams = await houseOf(withAnswers(line))
    const span = { after: new Date(after), before: new Date('2026-11-24T12:00:00Z') }
    return streams.endsAt('kitchen', player, span)?.toISOString() ?? null
  }
  const noon = '2026-11-21T12:00:00Z'

  test.each([
    ['- {stream: anna, if: [between: {from: "19:00", to: "06:00"}]}', '2026-11-21T19:00:00.000Z'],
    ['- {stream: anna, if: {none: [days: weekends]}}', '2026-11-23T00:00:00.000Z'],
    ['- {stream: anna, if: "now.time >= \'17:15\'"}', '2026-11-21T17:15:00.000Z'],
    ['- {stream: anna, if: [slot: {is: nap, stream: dreams}]}', '2026-11-21T13:00:00.000Z'],
    ['- {stream: anna, if: [slot: {is: default, stream: anna}]}', null],
    ['- {stream: anna, if: inputs.party}', null],
  ])('with %s', async (line, end) => {
    expect(await endOf(line, noon)).toBe(end)
  })

  test('goes by the sun, and by who asks', async () => {
    const line = '- {stream: anna, player: annas-box, if: [between: {from: sunset, to: "23:00"}]}'
    expect(await endOf(line, noon)).toMatch(/^2026-11-21T16:0\d/)
    expect(await endOf(line, '2026-11-21T20:00:00Z')).toBe('2026-11-21T23:00:00.000Z')
    expect(await endOf(line, noon, 'y1Ben')).toBeNull()
  })
})

describe('what is wrong in `answers`', () => {
  test.each([
    [
      '- {stream: kitchen, if: weekends}',
      '13:18 schedule/answer answer 1 names "kitchen" itself, which plays anyway where no answer holds: name another stream',
    ],
    [
      '- {stream: anna}',
      '13:9 schedule/answer answer 1 always holds, and "kitchen" itself could never be heard (say when it holds with `if`, or for whom with `player`)',
    ],
    ['- {stream: anna, if: player.nam == 1}', '13:28 expr/unknown-name'],
    ['- {stream: anna, if: trigger.button}', '13:28 expr/unknown-name'],
    ['- {stream: anna, if: now.hour}', '13:28 expr/type'],
    ['- {stream: anna, if: [day: sat]}', '13:29 key/unknown'],
    ['- {stream: anna, if: [days: birthdays]}', '13:35 ref/day'],
    ['- {if: weekends}', '13:9 key/missing answer 1 needs `stream`, the name of another stream'],
    ['- {stream: "a b", if: weekends}', '13:18 type/value'],
    ['- anna', '13:9 type/value'],
    [
      '- {stream: ana, if: weekends}',
      '13:18 ref/stream no schedule fills the stream "ana" - did you mean "anna"?',
    ],
    ['- {stream: anna, player: 7, iff: weekends}', '13:35 key/unknown'],
  ])('%s', async (line, words) => {
    const [first = '', ...more] = await said(withAnswers(line))
    expect([first.slice(0, words.length), more]).toEqual([words, []])
  })

  test('is said where they are no list, and where they are too many', async () => {
    expect(await said(`${head}    answers: anna\n`)).toEqual([
      expect.stringMatching(/^12:14 type\/value `answers` takes a list/),
    ])
    const many = Array.from({ length: 101 }, () => '- {stream: anna, if: weekends}')
    expect(await said(withAnswers(...many))).toEqual([
      '113:9 type/value a stream can have at most 100 answers, and these are 101',
    ])
  })

  test('is told of players and streams that nothing knows, beside those that something fills', async () => {
    const text = withAnswers('- {stream: garage, player: bens-box, if: weekends}')
    expect(await said(text, new Date('2026-11-21T12:00:00Z'))).toContain(
      '13:18 ref/stream nothing in the files fills the stream "garage" (the answer is passed over until somebody puts something into that stream)',
    )
    const { diagnostics } = await readRuleFiles(
      [{ file: 'a.yaml', text }],
      readingOf({ players: [{ id: 'y1Anna', name: 'Anna' }] }),
    )
    expect(diagnostics.map(({ line, code }) => `${line} ${code}`)).toEqual(['13 ref/player'])
  })
})

test('answers are explained beside their schedule, and where there is none', async () => {
  const lines = [
    '- {stream: dreams, player: annas-box, if: [days: sat, inputs.party]}',
    '- {stream: anna, if: weekends}',
  ]
  const textOf = (ruleSet: RuleSet) => explain('kitchen', ruleSet)[0]
  const told = `Where the stream kitchen is asked for, another one may be heard; the first that holds is taken:
- the stream dreams, for the player annas-box, if it is Saturday and the input party is on;
- the stream anna, if it is a day of the weekend;
- else the stream itself.`
  const { ruleSet } = await read(withAnswers(...lines))
  expect(textOf(ruleSet)).toMatchObject({
    place: 'a.yaml:10',
    text: `The stream kitchen always holds the playlist songs.\n${told}`,
  })
  const alone = await read(withAnswers(...lines).replace('  kitchen:\n    default: songs', '  kitchen:'))
  expect(textOf(alone.ruleSet)).toEqual({ kind: 'schedule', id: 'kitchen', place: 'a.yaml:12', text: told })
})

test('tests in files follow them', async () => {
  const text = (player: string) => `${withAnswers('- {stream: anna, player: annas-box, if: weekdays}')}
tests:
  monday:
    now: "2026-11-23T12:00:00"
    stream: anna
    players: {${player}: {stream: kitchen}}
    steps:
      - press: right
      - expect: {stream.now_playing: b.mp3}
`
  const failed = async (player: string) => {
    const result = await read(text(player))
    expect(result.diagnostics).toEqual([])
    const sources = [{ file: 'a.yaml', text: text(player) }]
    return failuresIn(await runTests(result, new Map()), { ...result, sources })
  }
  expect(await failed('annas-box')).toEqual([])
  expect(await failed('bens-box')).toHaveLength(1)
})
