import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import type { Diagnostic } from '../../src/language/diagnostic.ts'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { DryClock } from '../../src/rules/dry/dry-clock.ts'
import { action } from '../../src/rules/plugin.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import { failuresIn, runTests } from '../../src/wiring/test-command.ts'
import { readingOf } from '../support/rules.ts'

/** What a player can be told; the catalog has nothing of the kind yet. */
const tell = action({
  title: 'Tell',
  describe: 'Tells a player.',
  examples: ['- tell: pause'],
  options: Type.Object(
    { what: Type.Union([Type.Literal('play'), Type.Literal('pause')]) },
    { additionalProperties: false },
  ),
  shorthand: 'what',
  run: ({ options, effect, trigger }) =>
    effect({ kind: 'command', player: trigger.player ?? '', command: { type: options.what } }),
})

const location = { latitude: 51.5, longitude: -0.13 }
const registry = createRegistry({ triggers, conditions, actions }, { actions: { tell } })

const house = `playlists:
  forest: [forest.mp3, river.mp3, hill.mp3]
  lullabies: [lullaby.mp3]
schedules:
  bedroom:
    default: forest
    slots:
      night: {from: "19:30", to: "06:30", play: none, if_pressed: shh.mp3}
rules:
  hello: {when: [{startup: {}}], stream: bedroom, do: [{log: Good evening}]}
  lullabies-on-left:
    stream: bedroom
    when: [{button: left}]
    if: not stream.closed and player.volume < 10
    do:
      - queue: {set: lullabies}
      - mqtt: {topic: home/lamp, payload: "\${player.name} hears \${stream.playlist}"}
  dino:
    when: [{card: {inserted: 7JtVV}}]
    do: [{queue: {set: forest, shuffle: true, stream: den}}]
  broken:
    when: [{playing: track_ended}]
    do: [{queue: restore}]
`

const asTest = (steps: readonly string[], head = '') => `tests:
  evening:
    now: "2026-11-24T19:00:00"
    stream: bedroom
    players: {kids-room: {playing: true, volume: 9}}
${head}    steps:
${steps.map((step) => `      - ${step}\n`).join('')}`

async function read(text: string) {
  const sources = [{ file: 'a.yaml', text }]
  return {
    sources,
    ...(await readRuleFiles(sources, readingOf({ registry, zone: 'Europe/London', location }))),
  }
}

/** What `check` says, and where that is nothing, what fails. */
async function said(text: string): Promise<string[]> {
  const result = await read(text)
  const words = ({ line, code, message, help }: Diagnostic) =>
    `${line} ${code} ${message}${help === undefined ? '' : ` (${help})`}`
  if (result.diagnostics.length > 0) return result.diagnostics.map(words)
  return failuresIn(await runTests(result, new Map()), result).map(words)
}

const saidOf = (...steps: string[]) => said(house + asTest(steps))

describe('a test whose expectations are met says nothing', () => {
  test('of rules, schedules, messages and the log', async () => {
    expect(
      await saidOf(
        'expect: {ran: hello, log: Good, did_not_run: [dino, broken], stream.playlist: forest, stream.count: 3}',
        'expect: {ran: hello, player.playing: true, player.card: card of bedroom}',
        'press: left',
        'expect: {ran: lullabies-on-left, did_not_run: hello, stream.now_playing: lullaby.mp3}',
        'expect: {published: {topic: home/lamp, payload: kids-room hears lullabies}}',
        'expect: {published: home/lamp}',
        'advance: 30m',
        'expect: {stream.closed: true, now.time: "19:30", did_not_run: lullabies-on-left}',
        'press: left',
        'expect: {did_not_run: lullabies-on-left, stream.now_playing: shh.mp3}',
        'advance: 11h',
        'expect: {stream.closed: false, stream.now_playing: forest.mp3}',
      ),
    ).toEqual([])
  })

  test('of steps on a queue card: a knob and a rule that it starts are one, and a clock has the card go on', async () => {
    const skips = house.replace(
      'rules:\n',
      `rules:
  on: {stream: bedroom, when: [{button: right}], do: [{skip: next}]}
  later: {player: kids-room, when: [{time: "19:10"}], do: [{skip: next}]}
  before: {player: kids-room, when: [{time: "19:20"}], do: [{skip: previous}]}
`,
    )
    const steps = [
      'press: right',
      'expect: {ran: on, stream.now_playing: river.mp3}',
      'advance: 11m',
      'expect: {ran: later, stream.now_playing: hill.mp3}',
      'advance: 10m',
      'expect: {ran: before, stream.now_playing: river.mp3}',
    ]
    expect(await said(skips + asTest(steps))).toEqual([])
  })

  test('of what players do', async () => {
    expect(
      await saidOf(
        'press: right',
        'expect: {stream.now_playing: river.mp3}',
        'player: {volume: 12, playing: false, online: false, battery: 5, charging: true, day_mode: night}',
        'expect: {player.volume: 12, player.playing: false, player.online: false, player.battery: 5, player.day_mode: night}',
        'press: left',
        'expect: {did_not_run: lullabies-on-left}',
        'remove: kids-room',
        'expect: {player.card: ""}',
        'insert: 7JtVV',
        'expect: {ran: dino, player.card: 7JtVV, player.playing: true}',
        'insert: {stream: bedroom}',
        'playing: paused',
        'expect: {player.playing: false}',
      ),
    ).toEqual([])
  })
})

describe('a test that fails', () => {
  test('says what was expected, what was, and when, and stops there', async () => {
    expect(
      await saidOf(
        'player: {volume: 12}',
        'press: left',
        'advance: 54s',
        'expect: {ran: lullabies-on-left, stream.playlist: lullabies, published: home/lmap}',
        'expect: {stream.closed: true}',
      ),
    ).toEqual([
      '33 test/failed tests/evening step 4: expected rule "lullabies-on-left" to run, but it did not run: its condition `not stream.closed and player.volume < 10` does not hold at 19:00:54',
      '33 test/failed tests/evening step 4: expected stream.playlist lullabies, was forest at 19:00:54',
      '33 test/failed tests/evening step 4: expected a message to "home/lmap", and none came at 19:00:54',
    ])
  })

  test('names the day when it is another one, and what rules stumbled over', async () => {
    expect(await saidOf('advance: 6h', 'playing: track_ended', 'expect: {stream.playlist: forest}')).toEqual([
      expect.stringMatching(
        /expected stream\.playlist forest, was nothing at 01:00:00 on 2026-11-25 \(the log says: rule "broken" \(a\.yaml:21\) stopped at action 1 `queue`: .*nothing to restore/,
      ),
    ])
  })

  test('of what happened too much, too little or in other words', async () => {
    expect(await saidOf('press: left', 'expect: {did_not_run: lullabies-on-left}')).toEqual([
      expect.stringContaining('expected rule "lullabies-on-left" not to run, and it ran'),
    ])
    expect(await saidOf('press: left', 'expect: {ran: [lullabies-on-left, dino]}')).toEqual([
      expect.stringContaining('expected rule "dino" to run, these ran: hello, lullabies-on-left'),
    ])
    expect(await saidOf('press: left', 'expect: {published: {topic: home/lamp, payload: "ON"}}')).toEqual([
      expect.stringContaining('saying "ON", there was "kids-room hears lullabies"'),
    ])
    expect(await saidOf('expect: {log: Bad}')).toEqual([
      expect.stringContaining('expected "Bad" in the log, there was "Good evening"'),
    ])
  })
})

test('a test starts over each time, with the same chance', async () => {
  const many = `${house.replace('hill.mp3', Array.from({ length: 30 }, (_, n) => `${n}.mp3`).join(', '))}`
  const steps = (now: string) => ['insert: 7JtVV', `expect: {stream.now_playing: ${now}}`]
  const den = (now: string, seed: string) =>
    asTest(steps(now), seed).replace('stream: bedroom', 'stream: den')
  const first = async (seed: string) =>
    (await said(many + den('none', seed)))[0]?.match(/was (\S+)/)?.[1] ?? ''
  const drawn = await first('')
  expect(await said(many + den(drawn, ''))).toEqual([])
  expect(await said(many + den(drawn, '    seed: 1\n'))).toEqual([])
  const others = await Promise.all([2, 3, 4].map((seed) => first(`    seed: ${seed}\n`)))
  expect(others.some((other) => other !== drawn)).toBe(true)
})

describe('a test of what the household remembers and who plays', () => {
  const remembering = `vars:
  plays: {start: 0, max: 10}
  mood: {one_of: [calm, wild], start: calm}
inputs:
  party: {type: switch}
  wish: {type: select, options: [songs, stories]}
players: {kids-room: y1AbCdEf}
schedules: {bedroom: {}}
rules:
  count:
    player: kids-room
    stream: bedroom
    when: [{button: right}]
    do:
      - set: {plays: vars.plays + 1}
      - {log: "\${player.name} \${player.volume}", if: inputs.party}
  party: {when: [{input: {name: party, to: true}}], do: [{set: {mood: wild}}]}
  at-start: {when: [{input: {name: wish, to: stories, also_at_start: true}}], do: [{log: stories}]}
tests:
  t:
    now: "2026-11-24T19:00:00"
    vars: {plays: 8}
    inputs: {wish: stories}
    players: {kids-room: {volume: 3}}
    steps:
`
  const of = (...steps: string[]) => said(remembering + steps.map((step) => `      - ${step}\n`).join(''))

  test('sets the stage, sets inputs, and expects what is remembered', async () => {
    expect(
      await of(
        'expect: {vars.plays: 8, vars.mood: calm, inputs.party: false, inputs.wish: stories, ran: at-start}',
        'press: right',
        'expect: {vars.plays: 9, ran: count, did_not_run: [party, at-start]}',
        'input: {party: true, wish: songs}',
        'expect: {inputs.party: true, inputs.wish: songs, ran: party, vars.mood: wild}',
        'press: {player: kids-room, button: right}',
        'expect: {vars.plays: 10, log: kids-room 3, player.id: y1AbCdEf}',
        'press: right',
        'expect: {vars.plays: 10}',
      ),
    ).toEqual([])
  })

  test('each test begins with what was declared', async () => {
    const text = `${remembering}      - expect: {vars.plays: 8}
  other: {now: "2026-11-24T19:00:00", stream: bedroom, steps: [{expect: {vars.plays: 1, inputs.wish: songs}}]}
`
    expect(await said(text)).toEqual([
      expect.stringContaining('tests/other step 1: expected vars.plays 1, was 0'),
    ])
  })

  test.each<[string, string, RegExp]>([
    ['a var', 'expect: {vars.plyas: 3}', /key\/unknown .*did you mean "vars.plays"/],
    ['an input', 'expect: {inputs.prty: true}', /key\/unknown .*did you mean "inputs.party"/],
    ['a value of a var', 'expect: {vars.mood: clam}', /type\/value .*did you mean "calm"/],
    [
      'an input that is set',
      'input: {prty: true}',
      /test\/unknown-name there is no input "prty" - did you mean "party"/,
    ],
    ['a var that is set', 'input: {plays: 3}', /test\/unknown-name there is no input "plays"/],
    [
      'what it is set to',
      'input: {party: maybe}',
      /type\/value input "party" takes true or false, not "maybe"/,
    ],
    ['a word', 'input: {wish: sogns}', /one of songs, stories, not "sogns" - did you mean "songs"/],
    ['nothing', 'input: {}', /type\/value/],
    ['what is switched off', '{press: right, enabled: false}', /key\/unknown .*switched off/],
  ])('is told of %s', async (_what, step, expected) => {
    expect(await of(step)).toEqual([expect.stringMatching(expected)])
  })

  test('is told of its stage', async () => {
    const stage = (from: string, to: string) => said(`${remembering.replace(from, to)}      - press: right\n`)
    expect(await stage('vars: {plays: 8}', 'vars: {plyas: 8}')).toEqual([
      expect.stringMatching(/22 test\/unknown-name there is no var "plyas" - did you mean "plays"/),
    ])
    expect(await stage('{plays: 8}', '{plays: 80}')).toEqual([
      expect.stringContaining('var "plays" takes a whole number from 0 to 10, not "80"'),
    ])
    expect(await stage('{plays: 8}', '[plays]')).toEqual([
      expect.stringContaining('`vars` takes names with their values'),
    ])
  })

  test('where no file declares any', async () => {
    expect(await saidOf('expect: {vars.plays: 3}')).toEqual([
      expect.stringMatching(/key\/unknown .*"vars.plays".* \(no file declares any `vars`/),
    ])
  })

  test('what is declared wrong is said once', async () => {
    const wrong = remembering.replace('plays: {start: 0, max: 10}', 'plays: 3')
    expect(await said(`${wrong}      - expect: {vars.plays: 3}\n`)).toEqual([
      expect.stringMatching(/^2 type\/value var "plays" needs a `max`/),
    ])
  })
})

describe('rules by the clock', () => {
  // The sun sets at 16:01 there.
  const clocks = `calendar: {country: GB}
playlists: {goodnight-story: [stories/the-moon.mp3]}
schedules:
  bedroom:
    default: goodnight-story
    slots: {night: {from: "20:00", to: "06:30", play: none, if_pressed: audio/shh-sleep-time.mp3}}
rules:
  lights-out:
    name: Lights out
    player: kids-room
    stream: bedroom
    when:
      - time: {at: "19:30", days: [sun, mon, tue, wed, thu], if_missed: 30m}
      - button: left
        id: by-hand
    if: player.playing or trigger.id == 'by-hand'
    do:
      - queue: {set: goodnight-story}
      - log: "\${trigger.at}"
  chime: {when: [{every: {interval: 10m, from: "19:30", to: "20:00"}}], do: [{mqtt: {topic: home/chime, payload: "\${trigger.at}"}}]}
  dusk: {when: [{sun: sunset+2h30m}], do: [{log: dark}]}
  cron: {when: [{cron: "45 19 * * tue"}], do: [{log: cron}]}
tests:
  school-night:
    now: "2026-11-24T18:29:00"
    players: {kids-room: {playing: true, volume: 9}}
    steps:
      - advance: 31m
      - expect: {ran: dusk, did_not_run: [lights-out, chime, cron]}
      - advance: 30m
      - expect: {ran: [lights-out, chime], log: "19:30", published: {topic: home/chime, payload: "19:30"}}
      - expect: {stream.playlist: goodnight-story}
      - advance: 25m
      - expect: {did_not_run: lights-out, ran: [chime, cron], published: {topic: home/chime, payload: "19:50"}}
      - advance: 5m
      - expect: {stream.closed: true, did_not_run: chime}
      - press: {player: kids-room, button: right}
      - expect: {stream.now_playing: audio/shh-sleep-time.mp3}
      - player: {playing: false}
      - advance: 1d
      - expect: {did_not_run: lights-out}
      - press: left
      - expect: {ran: lights-out}
`

  test('run when a test moves its clock', async () => {
    expect(await said(clocks)).toEqual([])
    const failed = await said(clocks.replace('at: "19:30"', 'at: "19:31"'))
    expect(failed[0]).toContain('expected rule "lights-out" to run, these ran: chime at 19:30:00')
  })

  test('a day of minutes is over in a moment', async () => {
    const text = `rules: {tick: {when: [{every: 1m}], do: [{set: {n: vars.n + 1}}]}}
vars: {n: {start: 0, max: 100000}}
tests: {t: {now: "2026-11-24T19:00:00", steps: [{advance: 1d}, {expect: {vars.n: 1440}}]}}
`
    expect(await said(text)).toEqual([])
  })
})

describe('what would never end', () => {
  test('rules that start one another', async () => {
    const round = `rules:
  on: {when: [{playing: started}, {playing: resumed}], do: [{tell: pause}]}
  off: {when: [{playing: paused}], do: [{tell: play}]}
tests:
  round:
    now: "2026-11-24T19:00:00"
    players: {kids-room: {playing: true}}
    steps: [{playing: paused}, {expect: {ran: off}}]
`
    expect(await said(round)).toEqual([
      expect.stringMatching(
        /^8 test\/failed tests\/round step 1: the test was stopped: .*rule "o(n|ff)" .*more than 30 times in a minute/,
      ),
    ])
  })

  test('timers that set one another', async () => {
    const clock = new DryClock(new Date(0), 50)
    const again = () => void clock.at(clock.now(), again)
    again()
    await expect(clock.advance(1000, async () => undefined)).rejects.toThrow(/more than 50 things were due/)
  })
})

describe('what is said of a test before it runs', () => {
  test.each<[string, string, RegExp]>([
    ['no rule at all', 'expect: {ran: []}', /type\/value `ran` must not be empty: it takes a list of rules$/],
    ['a rule', 'expect: {ran: helo}', /test\/unknown-name there is no rule "helo" - did you mean "hello"/],
    [
      'a playlist',
      'expect: {stream.playlist: forst}',
      /test\/unknown-name .*playlist "forst" - did you mean "forest"/,
    ],
    ['a stream', 'insert: {stream: bedrom}', /test\/unknown-name .*stream "bedrom" - did you mean "bedroom"/],
    [
      'a player',
      'remove: kids-rom',
      /test\/unknown-name the test has no player "kids-rom" - did you mean "kids-room"/,
    ],
    ['a name', 'expect: {player.volum: 3}', /key\/unknown .*did you mean "player.volume"/],
    [
      'a value',
      'expect: {player.volume: loud}',
      /type\/value `player.volume` takes a number 0-16, not "loud"/,
    ],
    ['a step', 'presss: left', /key\/unknown unknown step "presss" - did you mean "press"/],
    ['a button', 'press: lefft', /type\/value .*did you mean "left"/],
    ['a time', 'advance: 25', /type\/value .*a length of time/],
    ['a week and more', 'advance: 9d', /type\/value a test lasts at most 8 days/],
    ['a condition', '{press: left, if: player.playing}', /key\/unknown a step of a test has no condition/],
    ['no card', 'insert: {}', /type\/value `insert` takes either/],
    ['nothing', 'expect: {}', /type\/value `expect` takes a map/],
  ])('%s', async (_what, step, expected) => {
    expect(await saidOf(step)).toEqual([expect.stringMatching(expected)])
  })

  test('the stage', async () => {
    const stage = (from: string, to: string) => said(house + asTest(['press: left']).replace(from, to))
    expect(await stage('11-24', '02-31')).toEqual([expect.stringContaining('there is no such moment')])
    expect(await stage('19:00:00', 'evening')).toEqual([
      expect.stringContaining('`now` takes a date and a time'),
    ])
    expect(await stage('volume: 9', 'volume: 99')).toEqual([expect.stringContaining('whole number 0-16')])
    expect(await stage('{kids-room: {playing: true, volume: 9}}', '{}')).toEqual([
      expect.stringContaining('this test has no player'),
    ])
    expect(await stage('kids-room: {', 'den: {}, kids-room: {')).toEqual([
      expect.stringContaining('which player is meant? The test has den, kids-room'),
    ])
    expect(await stage('stream: bedroom', 'stream: bedrom')).toEqual([
      expect.stringContaining('there is no stream "bedrom"'),
    ])
  })

  test('two streams, and none is named', async () => {
    const text = asTest(['expect: {stream.closed: true}']).replace('    stream: bedroom\n', '')
    expect(await said(house + text)).toEqual([
      expect.stringContaining('which stream is meant by `stream.closed`'),
    ])
  })

  test('two of one name in two files', async () => {
    const text = 'tests: {a: {now: "2026-11-24T19:00:00", steps: [{advance: 1m}]}}\n'
    const files = ['a.yaml', 'b.yaml'].map((file) => ({ file, text }))
    const { diagnostics } = await readRuleFiles(files, readingOf())
    expect(diagnostics).toMatchObject([{ file: 'b.yaml', code: 'yaml/duplicate' }])
  })
})
