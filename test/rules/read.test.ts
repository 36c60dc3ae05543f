import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { formatDiagnostic } from '../../src/language/diagnostic.ts'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import { schoolHoliday } from '../support/school-holiday.ts'

const registry = createRegistry({ triggers, conditions, actions })
const rulesFolder = fileURLToPath(new URL('../../rules', import.meta.url))

function read(...texts: string[]) {
  const sources = texts.map((text, index) => ({ file: `${'abc'[index]}.yaml`, text }))
  const fileExists = async (file: string) => file.startsWith('music/')
  return readRuleFiles(sources, {
    registry,
    fileExists,
    topicFault: () => null,
    readCalendar: async () => ({ text: schoolHoliday }),
    zone: 'UTC',
    location: { latitude: 51.5, longitude: 0 },
  })
}

const shownIn = async (...texts: string[]) => {
  const { diagnostics } = await read(...texts)
  return diagnostics.map(
    ({ file, line, column, level, code, message }) =>
      `${file}:${line}:${column} ${level}[${code}] ${message}`,
  )
}

const playlist = 'playlists:\n  forest: [music/a.mp3]\n'
const rule = (body: string) => `${playlist}rules:\n  r:\n${body}`

const slot = (body: string) => `${playlist}schedules:\n  bedroom:\n    slots:\n      nap: ${body}\n`

describe('a rule file', () => {
  test('may be empty, or hold only comments', async () => {
    expect(await shownIn('', '# nothing yet\n')).toEqual([])
  })

  test('becomes playlists, schedules and rules', async () => {
    const { ruleSet, diagnostics } = await read(
      `${playlist}schedules:
  bedroom:
    default: forest
    slots:
      "10": {from: "19:00", to: "06:30", days: weekdays, play: forest}
      "2": {days: [sat, sun], play: none, if_pressed: music/shh.mp3}
rules:
  r:
    stream: bedroom
    when:
      - button: right
        id: by-hand
      - card: {inserted: 7JtVV}
    if:
      - between: {from: "07:00", to: "19:00"}
    do:
      - queue: {set: forest, limit: 2}
      - mqtt: {topic: home/lamp/set, payload: "ON", retain: true}
`,
    )
    expect(diagnostics).toEqual([])
    expect(ruleSet.playlists.get('forest')).toEqual({ id: 'forest', entries: ['music/a.mp3'], folder: null })
    expect(ruleSet.schedules).toEqual([
      {
        stream: 'bedroom',
        place: expect.stringMatching(/^a\.yaml:\d+$/),
        default: 'forest',
        slots: [
          { id: '10', window: ['19:00', '06:30'], days: 'weekdays', play: 'forest', ifPressed: null },
          { id: '2', window: null, days: ['sat', 'sun'], play: null, ifPressed: 'music/shh.mp3' },
        ],
      },
    ])
    expect(ruleSet.rules).toMatchObject([
      {
        id: 'r',
        place: 'a.yaml:10',
        stream: 'bedroom',
        when: [
          { kind: 'button', options: { button: 'right' }, id: 'by-hand' },
          { kind: 'card', options: { inserted: '7JtVV' } },
        ],
        if: [{ kind: 'between', options: { from: '07:00', to: '19:00' } }],
        do: [
          { kind: 'queue', options: { set: 'forest', limit: 2 } },
          { kind: 'mqtt', options: { topic: 'home/lamp/set', payload: 'ON', retain: true } },
        ],
      },
    ])
  })

  test.each<[string, string[]]>([
    ['[a, b]', ['a.yaml:1:1 error[type/value] a rule file is a map']],
    [
      'playlist:\n  a: [music/a.mp3]\n',
      ['error[key/unknown] unknown key "playlist" - did you mean "playlists"?'],
    ],
    ['stories: [a]\n', ['a.yaml:1:10 error[type/value] `stories` takes a map']],
    ['rules: [a]\n', ['a.yaml:1:8 error[type/value] `rules` takes a map']],
    [
      rule('    do:\n      - log: x\n'),
      ['a.yaml:4:3 error[rule/no-trigger] rule "r" has no `when`, and nothing starts it'],
    ],
    [
      rule('    when: right\n    do:\n      - log: x\n'),
      ['a.yaml:5:11 error[type/value] `when` takes a list'],
    ],
    [
      rule('    when:\n      - buton: right\n    do:\n      - log: x\n'),
      ['a.yaml:6:9 error[key/unknown] unknown trigger "buton" - did you mean "button"?'],
    ],
    [
      rule('    when:\n      - button: rigth\n    do:\n      - log: x\n'),
      ['a.yaml:6:17 error[type/value] trigger `button` takes left, right, next or previous'],
    ],
    [
      rule('    when:\n      - button: right\n    do:\n      - queue: {set: forrest}\n'),
      ['a.yaml:8:22 error[ref/playlist] there is no playlist "forrest" - did you mean "forest"?'],
    ],
    [
      rule('    when:\n      - button: right\n    do:\n      - queue: {set: songs/x.mp3}\n'),
      ['a.yaml:8:22 warning[ref/file] there is no file "songs/x.mp3"'],
    ],
    [
      rule('    triggers:\n      - button: right\n    do:\n      - log: x\n'),
      ['a.yaml:5:5 error[key/ha-word] Home Assistant calls this `triggers`; here it is `when`'],
    ],
    [
      rule('    when:\n      - button: right\n    if: player.playng\n    do:\n      - log: x\n'),
      ['a.yaml:7:9 error[expr/unknown-name] there is no "player.playng"'],
    ],
    [
      rule('    when:\n      - button: right\n    do:\n      - log: x\n        if: later\n'),
      ['a.yaml:9:13 error[expr/unknown-name] there is no "later"'],
    ],
    [
      `${playlist}schedules:\n  bedroom:\n    default: forrest\n`,
      ['a.yaml:5:14 error[ref/playlist] there is no playlist "forrest"'],
    ],
    [
      `${playlist}schedules:\n  bedroom:\n    slots:\n      nap: {from: "13:00", to: "13:00", play: forest}\n`,
      ['a.yaml:6:12 error[time/empty] slot "nap" is empty: from and to are both 13:00'],
    ],
    [
      `${playlist}schedules:\n  bedroom:\n    slots:\n      nap: {from: "25:00", play: forest}\n`,
      ['a.yaml:6:19 error[time/range] 25:00 is not a time of day: they go from 00:00 to 23:59'],
    ],
    [`${playlist}schedules:\n  "bed/room":\n    default: forest\n`, ['"bed/room" cannot be a stream']],
    [`${playlist}schedules:\n  queues:\n    default: forest\n`, ['"queues" cannot be a stream']],
    [
      slot('{play: forest, if_pressed: music/a.mp3}'),
      [
        'a.yaml:6:27 error[schedule/if-pressed] `if_pressed` goes with `play: none` alone, and slot "nap" plays "forest"',
      ],
    ],
    [
      slot('{from: "13:00", to: "13:00", play: forest, if_pressed: music/a.mp3}'),
      ['a.yaml:6:12 error[time/empty]', 'a.yaml:6:55 error[schedule/if-pressed]'],
    ],
    [
      slot('{play: none, if_pressed: clips/shh.mp3}'),
      ['a.yaml:6:37 warning[ref/file] there is no file "clips/shh.mp3"'],
    ],
    [slot('{play: none, if_pressed: forest}'), ['a.yaml:6:37 warning[ref/file] there is no file "forest"']],
    [
      slot('{play: none, if_presed: music/a.mp3}'),
      ['a.yaml:6:25 error[key/unknown] unknown key "if_presed" in slot "nap" - did you mean "if_pressed"?'],
    ],
    [
      slot('{play: none, if_pressed: ../secret.mp3}'),
      [
        'a.yaml:6:37 error[type/value] `if_pressed` takes a file of the library such as "clips/still-sleepy-time.mp3", not "../secret.mp3"',
      ],
    ],
    [slot('{play: none, if_pressed: [music/a.mp3]}'), ['error[type/value] `if_pressed` takes a file']],
    [slot('{play: none, if_pressed: }'), ['error[type/value] `if_pressed` takes a file of the library']],
    ['playlists:\n  a: {folder: ../../etc}\n', ['`folder` takes a folder of the library']],
    ['playlists:\n  a: {folder: /etc}\n', ['`folder` takes a folder of the library']],
  ])('that says %j is answered with %j', async (text, messages) => {
    const shown = await shownIn(text)
    expect(shown).toHaveLength(messages.length)
    for (const [index, message] of messages.entries()) expect(shown[index]).toContain(message)
  })

  test.each([
    ['when', 'startup:\n      do:', '7:7 the indentation of this line fits none of the lines above it'],
    [
      'when',
      'time:',
      '6:9 trigger `time` needs `at`, a time of day such as "19:30" or a list of 1-48 (as in `time: "19:30"`)',
    ],
    ['do', 'log:', '6:9 action `log` needs `message`, a text (as in `log: Somebody is awake`)'],
    ['do', 'volume: # later', '6:9 action `volume` needs `to`, a whole number 0-16, a step such as +1 or -1'],
    [
      'do',
      'wait:',
      '6:9 action `wait` needs `for`, a length of time such as "10s" or "5m" (as in `wait: 10s`)',
    ],
    ['if', 'days:', '6:9 condition `days` needs `on`, mon…sun, weekdays'],
  ])('points at the key of `%s` behind which nothing stands: %s', async (section, item, said) => {
    const others = { when: 'startup: {}', do: 'log: x', [section]: null }
    const rest = Object.entries(others).flatMap(([key, one]) =>
      one === null ? [] : [`    ${key}: [{${one}}]\n`],
    )
    const { diagnostics } = await read(rule(`    ${section}:\n      - ${item}\n${rest.join('')}`))
    const shown = diagnostics.map(
      ({ line, column, message, help }) =>
        `${line}:${column} ${message}${help === undefined ? '' : ` (${help})`}`,
    )
    expect(shown).toContainEqual(expect.stringContaining(said))
  })

  test('points at `when:` and `do:` behind which nothing stands', async () => {
    expect(await shownIn(rule('    when:\n    do:\n'))).toEqual([
      'a.yaml:5:5 error[type/value] `when` takes a list',
      'a.yaml:6:5 error[type/value] `do` takes a list',
    ])
  })

  test.each(['true', 'yes', 'on', 'True'])('takes %s where a kind needs no options', async (yes) => {
    const text = `rules:
  r:
    player: kids
    when: [{startup: ${yes}}]
    if: [{playing: ${yes}}]
    do: [{pause: ${yes}}, {resume: ${yes}}, {stop_player: ${yes}}, {wind_down: ${yes}}]
`
    const { ruleSet, diagnostics } = await read(text)
    expect(diagnostics.filter(({ level }) => level !== 'info')).toEqual([])
    expect(ruleSet.rules).toMatchObject([
      {
        when: [{ kind: 'startup', options: {} }],
        if: [{ kind: 'playing', options: { player: 'kids' } }],
        do: ['pause', 'resume', 'stop_player', 'wind_down'].map((kind) => ({
          kind,
          options: { player: 'kids' },
        })),
      },
    ])
  })

  test('takes "true" in quotes for the name of a player, and asks what false is to say', async () => {
    const { ruleSet } = await read('rules:\n  r:\n    when: [{startup: }]\n    do: [{pause: "true"}]\n')
    expect(ruleSet.rules[0]?.do).toMatchObject([{ options: { player: 'true' } }])
    const { diagnostics } = await read('rules:\n  r:\n    when: [{startup: false}]\n    do: [{log: x}]\n')
    expect(diagnostics).toMatchObject([
      {
        code: 'type/value',
        message: '`startup: false` says what is not meant',
        help: 'leave the line out, or write `startup: {}` with `enabled: false` beside it',
      },
    ])
  })

  test.each(['ambient: {player: kids}', 'ambient: {}', 'ambient:'])(
    'is told of `%s` that it lights nothing',
    async (item) => {
      const text = `rules:\n  r:\n    player: kids\n    when: [{startup: }]\n    do:\n      - ${item}\n`
      expect((await read(text)).diagnostics).toMatchObject([
        {
          line: 6,
          level: 'error',
          code: 'key/missing',
          message: '`ambient` says no light: give it `color`, `day` or `night`',
          help: 'as in `ambient: "#300000"`',
        },
      ])
    },
  )

  test.each(['time: {at: "07:00", days: [sat, son]}', 'sun: {at: sunset, days: [sat, son]}'])(
    'is told of a day that is none in `%s`, with the nearest',
    async (item) => {
      expect(await shownIn(rule(`    when: [{${item}}]\n    do: [{log: x}]\n`))).toEqual([
        expect.stringContaining('error[ref/day] there is no day or day set "son" - did you mean "sun"?'),
      ])
    },
  )

  const pasted = `alias: Bedtime lights
triggers:
  - trigger: time
    at: "22:00:00"
  - platform: state
    entity_id: binary_sensor.door
    to: "on"
conditions: []
actions:
  - action: light.turn_off
    target:
      entity_id: light.nursery
mode: single
`

  test.each([
    ['at the top of a file', pasted, '1:1'],
    ['above what is ours', `${pasted}${playlist}`, '1:1'],
    ['in a list', `- ${pasted.trimEnd().replaceAll('\n', '\n  ')}\n`, '1:3'],
    ['below `automation`', `automation:\n  - ${pasted.trimEnd().replaceAll('\n', '\n    ')}\n`, '1:1'],
  ])('that is an automation of Home Assistant %s is told what it would be here', async (_, text, at) => {
    const { diagnostics } = await read(text)
    expect(diagnostics).toMatchObject([
      {
        level: 'error',
        code: 'key/ha-word',
        message: 'this is an automation of Home Assistant; here it is a rule, in words of its own',
        help: 'write `rules:`, below it `bedtime-lights:`, and below that `when: [{time: "22:00"}, {ha: {entity: binary_sensor.door, to: "on"}}]` and `do: [{ha: {action: light.turn_off, target: {entity_id: light.nursery}}}]`',
      },
    ])
    expect(`${diagnostics[0]?.line}:${diagnostics[0]?.column}`).toBe(at)
  })

  test('says the way out where something is to be heard instead of what plays or of nothing', async () => {
    const helpOf = async (body: string) => (await read(slot(body))).diagnostics.map(({ help }) => help)
    expect(await helpOf('{play: forest, if_pressed: music/a.mp3}')).toEqual([
      'take it out, or write `play: none` to close the stream in this slot',
    ])
    expect(await helpOf('{play: none, if_pressed: forest}')).toEqual([
      'there is a playlist of that name, but `if_pressed` takes one file',
    ])
    expect(await helpOf('{play: none, if_pressed: clips/shh.mp3}')).toEqual([
      'put it into the library or the folder of this file; until then the clip that comes with the product is heard',
    ])
    const { ruleSet } = await read(slot('{play: none, if_pressed: clips/shh.mp3}'))
    expect(ruleSet.schedules[0]?.slots).toMatchObject([{ play: null, ifPressed: 'clips/shh.mp3' }])
  })

  test('with an error is left out whole; the others run', async () => {
    const { ruleSet } = await read(
      'playlists:\n  a: [music/a.mp3]\nrules:\n  broken: {}\n',
      'playlists:\n  b: [music/b.mp3]\n',
    )
    expect([...ruleSet.playlists.keys()]).toEqual(['b'])
  })

  test('may speak of another file’s playlist, but not define it again', async () => {
    const user = 'schedules:\n  bedroom: {default: forest}\n'
    expect(await shownIn(playlist, user)).toEqual([])
    expect(await shownIn(playlist, playlist)).toEqual([
      'b.yaml:2:11 error[yaml/duplicate] playlist "forest" is already defined at a.yaml:2',
    ])
  })

  test('is answered so that a person sees where', async () => {
    const text = rule('    when:\n      - button: right\n    do:\n      - queue: {set: forrest}\n')
    const { diagnostics } = await read(text)
    expect(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, text))).toEqual([
      `a.yaml:8:22 error[ref/playlist] there is no playlist "forrest" - did you mean "forest"?
    8 |       - queue: {set: forrest}
      |                      ^^^^^^^`,
    ])
  })
})

describe('every part of the catalog', () => {
  const parts = [
    ...Object.entries(triggers).map(([kind, part]) => ['when', kind, part] as const),
    ...Object.entries(conditions).map(([kind, part]) => ['if', kind, part] as const),
    ...Object.entries(actions).map(([kind, part]) => ['do', kind, part] as const),
  ]

  test.each(parts)(
    '%s %s has a title, a description and examples that can be written',
    async (section, kind, part) => {
      expect(part.title).not.toBe('')
      expect(part.describe).toMatch(/\.$/)
      expect(part.examples.length).toBeGreaterThan(0)
      for (const example of part.examples) {
        expect(example.startsWith(`- ${kind}:`)).toBe(true)
        const lists = { when: '- startup: {}', if: '', do: '- log: x', [section]: example }
        const body = Object.entries(lists)
          .filter(([, item]) => item !== '')
          .map(([name, item]) => `    ${name}:\n      ${item}\n`)
          .join('')
        const playlists = 'playlists:\n  forest: [music/a.mp3]\n  lullabies: [music/a.mp3]\n'
        const remembered =
          'vars: {dino_plays: {start: 0, max: 9}, mood: {one_of: [calm, wild], start: calm}}\n'
        const days = 'calendar: {country: GB, files: [school.ics]}\n'
        const night = '{from: "19:00", to: "06:30", play: lullabies}'
        const clock = `schedules: {bedroom: {default: forest, slots: {night: ${night}}}}\n`
        const story = 'stories: {lighthouse: {scenes: {lamp: {say: Here it is., ending: lit}}}}\n'
        const known = `${days}${playlists}${clock}${remembered}${story}inputs: {party: {type: switch}}\n`
        expect(
          await shownIn(`${known}rules:\n  r:\n    player: kids-room\n    stream: bedroom\n${body}`),
        ).toEqual([])
      }
    },
  )
})

test('the shipped rules have nothing wrong in them', async () => {
  const files = readdirSync(rulesFolder).filter((file) => file.endsWith('.yaml'))
  const sources = files.map((file) => ({ file, text: readFileSync(join(rulesFolder, file), 'utf8') }))
  const { diagnostics, ruleSet } = await readRuleFiles(sources, {
    registry,
    fileExists: async () => true,
    topicFault: () => null,
    zone: 'UTC',
  })
  expect(diagnostics).toEqual([])
  expect(ruleSet.rules.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['right-to-the-forest', 'left-to-the-sea']),
  )
})

describe('all that is wrong is told at once', () => {
  test('a fault of the schedule hides none of its slots', async () => {
    const text = `${playlist}schedules:\n  bedroom:\n    change: after_song\n    slots:\n      nap: {days: [mno], play: forest}\n`
    expect(await shownIn(text)).toEqual([
      expect.stringContaining('a.yaml:5:13 error[type/value] `change`'),
      expect.stringContaining('a.yaml:7:20 error[ref/day]'),
    ])
  })

  test('a fault of the rule hides none of its triggers and actions', async () => {
    const text = rule('    moed: restart\n    when:\n      - playing: startd\n    do:\n      - lgo: x\n')
    expect(await shownIn(text)).toEqual([
      expect.stringContaining('a.yaml:5:5 error[key/unknown]'),
      expect.stringContaining('a.yaml:7:18 error[type/value]'),
      expect.stringContaining('a.yaml:9:9 error[key/unknown]'),
    ])
  })
})

describe('what can only mean one thing is said', () => {
  test.each([
    ['"7:30:15"', '07:30'],
    ['19:30:15', '19:30'],
  ])('a time written %s', async (written, meant) => {
    const { diagnostics } = await read(slot(`{from: ${written}, to: "20:00", play: forest}`))
    expect(diagnostics.map(({ help }) => help)).toEqual([`write \`"${meant}"\``])
  })
})

test('a file that is one long line of blanks is read in no time, also where others name what it may hold', async () => {
  const began = performance.now()
  const { diagnostics } = await read(
    ' \t'.repeat(400_000),
    `x: [\n${' '.repeat(400_000)}x`,
    'rules:\n  r:\n    when:\n      - button: left\n    do:\n      - queue: {set: nowhere}\n',
  )
  expect(diagnostics.length).toBeGreaterThan(0)
  expect(performance.now() - began).toBeLessThan(20_000)
}, 60_000)
