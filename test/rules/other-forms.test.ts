import { beforeAll, describe, expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { formatRules } from '../../src/wiring/format-rules.ts'
import { openEditor } from '../support/editor.ts'
import { readingOf } from '../support/rules.ts'

const read = (text: string) => readRuleFiles([{ file: 'a.yaml', text }], readingOf())

const said = async (text: string) =>
  (await read(text)).diagnostics.map(({ level, message, help }) => ({ level, message, help }))

/** What people write, and how it is usually written. */
const forms: readonly (readonly [written: string, usual: string])[] = [
  ['when: [{time: 7:00}]', 'when: [{time: "07:00"}]'],
  ['when: [{time: 7.30}]', 'when: [{time: "07:30"}]'],
  ['when: [{time: 19h30}]', 'when: [{time: "19:30"}]'],
  ['when: [{time: 07:00:00}]', 'when: [{time: "07:00"}]'],
  ['when: [{time: “19:30”}]', 'when: [{time: "19:30"}]'],
  ['when: [{time: „7:00“}]', 'when: [{time: "07:00"}]'],
  ['when: [{time: {at: [7:00, 8:00]}}]', 'when: [{time: {at: ["07:00", "08:00"]}}]'],
  [
    'when: [{time: {at: 7:00, days: [Monday, Sat, WED]}}]',
    'when: [{time: {at: "07:00", days: [mon, sat, wed]}}]',
  ],
  ['when: [{every: 15min}]', 'when: [{every: 15m}]'],
  ['when: [{every: 1 h}]', 'when: [{every: 1h}]'],
  ['when: {startup: {}}', 'when: [{startup: {}}]'],
  ['when: {time: 7:00}', 'when: [{time: "07:00"}]'],
  ['if: {between: {from: 7:00, to: 9:00}}', 'if: [{between: {from: "07:00", to: "09:00"}}]'],
  ['if: [{days: Weekdays}]', 'if: [{days: weekdays}]'],
  ['if: [{days: Weekend}]', 'if: [{days: weekends}]'],
  ['enabled: yes', 'enabled: true'],
  ['enabled: Off', 'enabled: false'],
  ['do: {log: hello}', 'do: [{log: hello}]'],
  ['do: [{wait: 5 minutes}]', 'do: [{wait: 5m}]'],
  ['do: [{wait: 90 sec}]', 'do: [{wait: 90s}]'],
  ['do: [{wait: 00:05:00}]', 'do: [{wait: 5m}]'],
  ['do: [{volume: {to: 3, over: 15 Min}}]', 'do: [{volume: {to: 3, over: 15m}}]'],
  ['do: [{sleep_timer: 1 hour}]', 'do: [{sleep_timer: 1h}]'],
  ['do: [{ambient: off}]', 'do: [{ambient: off}]'],
  [
    'do: [{if: weekdays, then: {log: a}, else: {log: b}}]',
    'do: [{if: weekdays, then: [{log: a}], else: [{log: b}]}]',
  ],
  ['do: [{repeat: {times: 2, do: {log: a}}}]', 'do: [{repeat: {times: 2, do: [{log: a}]}}]'],
  [
    'do: [{wait_for: {any: {button: left}, timeout: 5 min, on_timeout: {log: a}}}]',
    'do: [{wait_for: {any: [{button: left}], timeout: 5m, on_timeout: [{log: a}]}}]',
  ],
]

const ruleWith = (line: string) => {
  const [key] = line.split(':')
  const rest = ['when: [{startup: {}}]', 'do: [{log: x}]'].filter((one) => !one.startsWith(`${key}:`))
  return `rules:\n  r:\n    player: kids\n    mode: single\n${[line, ...rest].map((one) => `    ${one}\n`).join('')}`
}

const slotWith = (body: string) =>
  `playlists:\n  forest: {folder: music}\nschedules:\n  bedroom:\n    slots:\n      nap: ${body}\n`

const slots: readonly (readonly [written: string, usual: string])[] = [
  [
    '{from: 7:00, to: 8:30, days: [Sat, Sunday], play: forest, resume: yes}',
    '{from: "07:00", to: "08:30", days: [sat, sun], play: forest, resume: true}',
  ],
  ['{from: «7:00», days: Tuesdays, play: forest}', '{from: "07:00", days: tue, play: forest}'],
]

const texts = [
  ...forms.map((pair) => pair.map(ruleWith)),
  ...slots.map((pair) => pair.map(slotWith)),
  ['vars:\n  brave: no\n', 'vars:\n  brave: false\n'],
].map(([written = '', usual = '']) => [written, usual] as const)

let editor: ReturnType<typeof openEditor>

beforeAll(() => {
  editor = openEditor()
})

describe('what can only mean one thing', () => {
  test.each(texts)('is taken as it is meant: %j', async (written, usual) => {
    const [found, wanted] = [await read(written), await read(usual)]
    expect(found.diagnostics).toEqual(wanted.diagnostics)
    expect(found.files[0]?.isSound).toBe(true)
    const { meaning: _one, ...rule } = found.ruleSet.rules[0] ?? { meaning: null }
    const { meaning: _other, ...same } = wanted.ruleSet.rules[0] ?? { meaning: null }
    expect(JSON.stringify(rule)).toBe(JSON.stringify(same))
    expect(found.ruleSet.schedules).toEqual(wanted.ruleSet.schedules)
    expect([...found.ruleSet.vars.values()]).toEqual([...wanted.ruleSet.vars.values()])
  })

  test.each(texts)('is brought into its usual form by fmt: %j', async (written, usual) => {
    expect(await formatRules({ file: 'a.yaml', text: written })).toEqual({ text: usual })
    expect(await formatRules({ file: 'a.yaml', text: usual })).toEqual({ text: usual })
  })

  test.each(texts)('is not marked by an editor: %j', async (written) => {
    expect(await editor.marks(written)).toEqual([])
  })

  test('becomes a list with its comments, and in a file of Windows', async () => {
    const text = `rules:
  r:
    when:
      # early
      time:
        at: 7:00 # on the dot

        days: Sat
    do:
      log: |
        hello

          you
`
    const usual = `rules:
  r:
    when:
      # early
      - time:
          at: "07:00" # on the dot

          days: sat
    do:
      - log: |
          hello

            you
`
    expect(await formatRules({ file: 'a.yaml', text })).toEqual({ text: usual })
    expect(await formatRules({ file: 'a.yaml', text: text.replaceAll('\n', '\r\n') })).toEqual({
      text: usual,
    })
  })
})

describe('what may mean two things', () => {
  test.each([
    ['do: [{wait: 10}]', 'write `10s` or `10m`'],
    ['when: [{every: 15}]', 'write `15s` or `15m`'],
    ['do: {log: a, pause: {}}', undefined],
  ])('stays an error, with both: %s', async (line, help) => {
    const found = await said(ruleWith(line))
    expect(found).toMatchObject([{ level: 'error' }])
    expect(found[0]?.help).toBe(help)
  })

  test('is not rewritten by fmt', async () => {
    const text = ruleWith('do: {log: a, pause: {}}')
    expect(await formatRules({ file: 'a.yaml', text })).toEqual({ text })
  })

  test('is no name of a day set', async () => {
    expect(await said('calendar: {day_sets: {Monday: weekdays}}\n')).toMatchObject([
      { message: '"Monday" has a meaning of its own and cannot be the name of a day set' },
    ])
  })

  test('is a text where a text is asked for', async () => {
    const text = ruleWith('do: [{mqtt: {topic: home/lamp, payload: on}}, {log: yes}]')
    const { ruleSet } = await read(text)
    expect(ruleSet.rules[0]?.do).toMatchObject([
      { options: { payload: 'on' } },
      { options: { message: 'yes' } },
    ])
    expect(await formatRules({ file: 'a.yaml', text })).toEqual({ text })
  })
})

test.each([
  [
    'playlists: {sea: {pick: {artist: otter}}}',
    'it stands in a list under `all`, `any` or `none`: `all: [{artist: …}]`',
  ],
  ...['{queue: {set: [a.mp3, b.mp3]}}', '{queue: {add: [a.mp3]}}', '{play: [a.mp3, b.mp3]}'].map((step) => [
    `rules: {r: {stream: den, player: den, when: [{button: right}], do: [${step}]}}`,
    'give the list a name under `playlists:`, as in `bedtime: [one.mp3, two.mp3]`, and write that name here',
  ]),
])('what stands at the wrong place is told where it belongs: %s', async (text, help) => {
  expect(await said(text)).toMatchObject([{ level: 'error', help }])
})
