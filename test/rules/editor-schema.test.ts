import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { beforeAll, describe, expect, test } from 'vitest'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { editorSchema, editorSchemaFile } from '../../src/rules/editor/schema.ts'
import { steps } from '../../src/rules/read/test-steps.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import { storySections } from '../../src/stories/editor.ts'
import { checkPage, pagedCodes } from '../docs/check-page.ts'
import { openEditor } from '../support/editor.ts'

const shipped = fileURLToPath(new URL('../../rules/', import.meta.url))
const shippedFiles = readdirSync(shipped).filter((name) => name.endsWith('.yaml'))

let editor: ReturnType<typeof openEditor>

beforeAll(() => {
  editor = openEditor()
})

/** The examples of the pages for people. */
const pages = fileURLToPath(new URL('../../docs/rules/', import.meta.url))
const pageExamples = readdirSync(pages).flatMap((name) =>
  [...readFileSync(`${pages}${name}`, 'utf8').matchAll(/```yaml\n([\s\S]*?)```\n/g)].map(
    ([, text = ''], index): [string, string] => [`${name} ${index + 1}`, text],
  ),
)

const rule = ({ when = 'button: right', condition = '', action = 'log: x' }) =>
  `rules:\n  r:\n    when:\n      - ${when}\n${condition === '' ? '' : `    if:\n      - ${condition}\n`}    do:\n      - ${action}\n`

const slot = (text: string) => `schedules:\n  bedroom:\n    slots:\n      night: ${text}\n`

/** `step` with its dash. */
const testWith = (step: string, head = '') =>
  `tests:\n  t:\n    now: "2026-11-24T19:00:00"\n${head}    steps:\n      ${step}\n`

const template = (line: string) =>
  `templates:\n  t:\n    needs: {turn: text}\n    rule:\n      when:\n        - ${line}\n      do:\n        - log: x\n`

const control = (...lines: string[]) => rule({ action: lines.join('\n        ') })

test('is JSON Schema of draft 7', () => {
  const ajv = new Ajv({ strict: false })
  expect(
    ajv.validateSchema(editorSchema(createRegistry({ triggers, conditions, actions }), storySections())),
  ).toBe(true)
})

describe('an editor finds nothing wrong', () => {
  test.each(shippedFiles)('with the shipped %s, which asks for the schema itself', async (name) => {
    const text = readFileSync(`${shipped}${name}`, 'utf8')
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${editorSchemaFile}`)
    expect(await editor.marks(text)).toEqual([])
  })

  // Its example is of another language.
  const codes = pagedCodes().filter((code) => code !== 'import/lossy')

  test.each(codes)('with the mended example of %s', async (code) => {
    expect(await editor.marks(checkPage(code).mended)).toEqual([])
  })

  test.each(pageExamples)('with the example %s', async (_name, text) => {
    expect(await editor.marks(text)).toEqual([])
  })

  test.each(Object.values(steps).flatMap(({ examples }) => examples))('with the step %s', async (step) => {
    expect(await editor.marks(testWith(step))).toEqual([])
  })

  test.each([
    ...Object.values(triggers).flatMap(({ examples }) =>
      examples.map((example) => rule({ when: example.slice(2) })),
    ),
    ...Object.values(conditions).flatMap(({ examples }) =>
      examples.map((one) => rule({ condition: one.slice(2) })),
    ),
    ...Object.values(actions).flatMap(({ examples }) =>
      examples.map((one) => rule({ action: one.slice(2) })),
    ),
    rule({ action: 'mqtt: {topic: a, payload: true}\n        name: 08\n        enabled: false' }),
    rule({ condition: 'any: [player.playing, days: sat]' }),
    rule({ when: 'card: {inserted: 12345}' }),
    rule({}).replace('    do:', '    if: player.playing\n    do:'),
    rule({}).replace('    do:', '    if: {none: [player.playing]}\n    do:'),
    rule({ action: 'volume: +1' }),
    rule({ action: 'volume: {to: -2, over: 5m}' }),
    rule({ action: `volume: "\${vars.loud}"` }),
    rule({ when: 'startup: true', condition: 'playing: true', action: 'pause: true' }),
    'playlists:\n',
    'calendar:\nplayers:\ninputs:\nvars:\ntemplates:\ntests:\n',
    slot('{days: [birthdays, holidays], from: {sun: sunset-30m, or: "21:00"}, to: sunrise+1h, play: x}'),
    'vars:\n  a: {start: 0, min: -5, max: 3}\n  b: true\n  c: {one_of: [x, y], start: x}\n',
    rule({ action: 'set: {a: 3, b: true, c: vars.a + 1, d: calm}' }),
    rule({
      action: 'choose:\n          - if: player.playing\n            do: [{log: x}]\n        if: weekdays',
    }),
    control('if: {any: [weekdays]}', 'then: [{log: x}]', 'else:', '  - if: holiday', '    then: [{log: y}]'),
    control('wait: 10s', 'on_error: continue'),
    control('wait: {for: 2h}'),
    control('stop'),
    control('stop:'),
    control('stop: It is late'),
    control('wait_for: {button: left, timeout: 5m, on_timeout: stop}'),
    control('wait_for:', '  card: {inserted: 7JtVV}', '  id: a', '  if: weekdays', '  timeout: none'),
    control(
      ...['wait_for:', '  any: [{button: left}, startup: ]', '  timeout: 7d', '  on_timeout:'],
      '    - stop',
    ),
    control('repeat: {times: 3, do: [stop]}', 'if: weekdays', 'name: Rounds'),
    control('repeat:', '  while: player.playing', '  max: 20', '  do:', '    - wait: 1s'),
    control('repeat: {while: [player.playing, weekdays], do: [log: x]}'),
    control('parallel:', '  - log: x', '  - - wait: 10s', '    - stop', '  - stop'),
    control('if: weekdays', 'then: [stop]', 'on_error: continue'),
    rule({}).replace('    do:', '    mode: queued\n    max: 5\n    do:'),
    rule({}).replace('    do:', '    mode: restart\n    do:'),
    template('button: left').replace(
      'log: x',
      `wait: \${with.turn}\n        - wait_for: {button: left, timeout: "\${with.turn}"}\n        - repeat: {times: "\${with.turn}", do: [stop]}\n        - stop: "\${with.turn}"`,
    ),
    template(`button: \${with.turn}`),
    template(`time: {at: "\${with.turn}", days: "\${with.turn}", if_missed: 30m}`),
    testWith('- expect: {vars.a: 3, inputs.b: true, player.day_mode: night, now.time: "19:00", ran: [a, b]}'),
    testWith('- press: left', '    vars: {a: 3, b: calm}\n    inputs: {party: true}\n'),
  ])('with %j', async (text) => {
    expect(await editor.marks(text)).toEqual([])
  })
})

const words = (...known: string[]) => `Valid values: ${known.map((word) => `"${word}"`).join(', ')}.`

test.each([
  ['playlsts:\n  a: [b]\n', 'playlsts', 'Property playlsts is not allowed.'],
  [rule({ when: 'tiem: x' }), 'tiem', 'Property tiem is not allowed.'],
  [rule({ when: 'button: rigth' }), 'rigth', words('left', 'right', 'next', 'previous')],
  [rule({ when: 'button: {button: right, strem: x}' }), 'strem', 'Property strem is not allowed.'],
  [rule({ when: 'button: right\n        card: {inserted: 7JtVV}' }), 'card', 'Property card is not allowed.'],
  [rule({ when: 'card: {inserted: abc}' }), 'abc', 'Expected a card id of five letters and digits'],
  [rule({ condition: 'betwen: {from: "07:00", to: "08:00"}' }), 'betwen', 'Property betwen is not allowed.'],
  [rule({ condition: 'between: {from: "07:00"}' }), 'between', 'Missing property "to".'],
  [rule({ action: 'qeue: {set: a}' }), 'qeue', 'Property qeue is not allowed.'],
  [rule({ action: 'queue: {sat: a}' }), 'sat', 'Property sat is not allowed.'],
  [
    rule({ action: 'queue: restor' }),
    'restor',
    words('restore', 'clear', 'skip', 'shuffle', 'end_after_track'),
  ],
  [rule({ action: 'queue: {limit: many}' }), 'many', 'Incorrect type. Expected "integer".'],
  [rule({ action: 'mqtt: {payload: x}' }), 'mqtt', 'Missing property "topic".'],
  [rule({}).replace('    do:', '    trigger: x\n    do:'), 'trigger', 'Property trigger is not allowed.'],
  [
    rule({}).replace('    do:', '    enabled: perhaps\n    do:'),
    'perhaps',
    'Incorrect type. Expected "boolean".',
  ],
  ['rules:\n  r:\n    do: []\n', 'r', 'Missing property "when".'],
  ['playlists:\n  a: {fodler: x}\n', 'fodler', 'Property fodler is not allowed.'],
  ['playlists:\n  a: 3\n', '3', 'Incorrect type. Expected "object(playlist)".'],
  [slot('{from: "7:0", play: x}'), '"7:0"', 'Expected a time of day such as "19:30"'],
  [slot('{from: "07:00"}'), 'night', 'Missing property "play".'],
  [
    slot('{days: on monday, play: x}'),
    'on monday',
    words('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'weekdays', 'weekends', 'daily', 'holidays'),
  ],
  [
    slot('{days: [mon, "24"], play: x}'),
    '"24"',
    words('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'weekdays', 'weekends', 'daily', 'holidays'),
  ],
  [slot('{to: sunset-30, play: x}'), 'sunset-30', 'Expected a time of day such as "19:30"'],
  [rule({ action: 'set: {a: [1]}' }), '[1]', 'Incorrect type. Expected one of string, number.'],
  [control('if: player.playing', 'do: [{log: x}]'), 'do', 'Property do is not allowed.'],
  [
    control('then: [{log: x}]'),
    'then: [{log: x}]\n',
    'Object is missing property if required by property then.',
  ],
  [control('if: weekdays', 'then: [{lgo: x}]'), 'lgo', 'Property lgo is not allowed.'],
  [control('if: weekdays', 'then: [{log: x}]', 'queue: skip'), 'then', 'Property then is not allowed.'],
  [
    control('choose:', '  - {if: weekdays, do: [{log: x}], then: [{log: x}]}'),
    'then',
    'Property then is not allowed.',
  ],
  [control('choose:', '  - {if: weekdays}'), '{', 'Missing property "do".'],
  [control('weit: 3s'), 'weit', 'Property weit is not allowed.'],
  [control('wait: 0s'), '0s', 'Expected a length of time such as "10s" or "5m"'],
  [control('wait: 8d'), '8d', 'Expected a length of time such as "10s" or "5m"'],
  [control('wait: {for: 10s, fro: 1s}'), 'fro', 'Property fro is not allowed.'],
  [control('stopp'), 'stopp', words('stop')],
  [control('stop: [a]'), '[a]', 'Incorrect type.'],
  [control('wait: 1s', 'stop: x'), 'stop', 'Property stop is not allowed.'],
  [control('log: x', 'on_error: ignore'), 'ignore', words('continue')],
  [control('wait_for: {buton: left}'), 'buton', 'Property buton is not allowed.'],
  [control('wait_for: {button: rigth}'), 'rigth', words('left', 'right', 'next', 'previous')],
  [control('wait_for: {button: left, any: [{startup: }]}'), 'any', 'Property any is not allowed.'],
  [control('wait_for: {button: left, timeout: soon}'), 'soon', 'Expected a length of time'],
  [control('wait_for: {button: left, timeout: 5m, on_timeout: sotp}'), 'sotp', words('continue', 'stop')],
  [
    control('wait_for: {button: left, on_timeout: stop}'),
    '{button: left, on_timeout: stop}',
    'Object is missing property timeout required by property on_timeout.',
  ],
  [control('wait_for: {button: left}', 'timeout: 5m'), 'timeout', 'Property timeout is not allowed.'],
  [control('repeat: {do: [stop]}'), 'repeat', 'Missing property "while".'],
  [control('repeat: {times: 3}'), 'repeat', 'Missing property "do".'],
  [control('repeat: {times: 1001, do: [stop]}'), '1001', 'Value is above the maximum of 1000.'],
  [control('repeat: {times: 3, max: 3, do: [stop]}'), 'max', 'Property max is not allowed.'],
  [control('parallel: {log: x}'), '{log: x}', 'Incorrect type. Expected "array".'],
  [control('parallel: [[lgo: x]]'), 'lgo', 'Property lgo is not allowed.'],
  [
    rule({}).replace('    do:', '    mode: restrat\n    do:'),
    'restrat',
    words('single', 'restart', 'queued', 'parallel'),
  ],
  [
    rule({}).replace('    do:', '    mode: queued\n    max: 1\n    do:'),
    '1',
    'Value is below the minimum of 2.',
  ],
  ['rules:\n  r:\n    use: t\n    mode: queued\n', 'mode', 'Property mode is not allowed.'],
  ['rules:\n  r:\n    use: t\n    do: []\n', 'do', 'Property do is not allowed.'],
  ['rules:\n  r:\n    use: t\n    wiht: {}\n', 'wiht', 'Property wiht is not allowed.'],
  ['rules:\n  r:\n    when: []\n    with: {}\n    do: []\n', 'with', 'Property with is not allowed.'],
  ['players:\n  a: [b]\n', '[b]', 'Incorrect type. Expected one of string, number.'],
  ['inputs:\n  a: {type: slect}\n', 'slect', words('switch', 'select', 'number', 'button')],
  ['inputs:\n  a: {type: select, start: x}\n', 'a', 'Missing property "options".'],
  ['inputs:\n  a: {type: switch, options: [x]}\n', 'options', 'Property options is not allowed.'],
  ['inputs:\n  a-b: {type: switch}\n', 'a-b', 'Expected a name of letters, digits and underscores'],
  ['vars:\n  a: 3\n', '3', 'Incorrect type. Expected "boolean".'],
  ['vars:\n  a: {start: 0}\n', 'a', 'Missing property "max".'],
  ['vars:\n  a: {start: x, one_of: [x], max: 3}\n', 'max', 'Property max is not allowed.'],
  ['vars:\n  a: {start: 0, mxa: 3, max: 4}\n', 'mxa', 'Property mxa is not allowed.'],
  ['calendar: {contry: GB}\n', 'contry', 'Property contry is not allowed.'],
  ['calendar: {day_sets: {a-b: weekdays}}\n', 'a-b', 'Expected a name of letters, digits and underscores'],
  ['calendar: {files: school.ics}\n', 'school.ics', 'Incorrect type. Expected "array".'],
  [
    'templates:\n  t:\n    needs: {a: tiem}\n    rule: {when: [], do: []}\n',
    'tiem',
    'Valid values: "time", "time?"',
  ],
  ['templates:\n  t:\n    needs: {}\n', 't', 'Missing property "rule".'],
  [
    'templates:\n  t:\n    rule:\n      wehn: []\n      when: []\n      do: []\n',
    'wehn',
    'Property wehn is not allowed.',
  ],
  [template('button: rigth'), 'rigth', words('left', 'right', 'next', 'previous')],
  [template(`buton: \${with.turn}`), 'buton', 'Property buton is not allowed.'],
  [testWith('- press: lefft'), 'lefft', words('left', 'right', 'next', 'previous')],
  [testWith('- advance: 25'), '25', 'Incorrect type. Expected "string".'],
  [testWith('- expect: {player.volum: 3}'), 'player.volum', 'Property player.volum is not allowed.'],
  [testWith('- expect: {player.volume: 30}'), '30', 'Value is above the maximum of 16.'],
  [
    testWith('- press: left', '    inputs: {party: [x]}\n'),
    '[x]',
    'Incorrect type. Expected one of boolean, number, string.',
  ],
  [testWith('- press: left', '    players: {a: {volum: 3}}\n'), 'volum', 'Property volum is not allowed.'],
  ['tests:\n  t:\n    steps: []\n', 't', 'Missing property "now".'],
  [
    'schedules:\n  "a b":\n    default: x\n',
    '"a b"',
    'Expected a name of letters, digits, dots, dashes and underscores',
  ],
])('an editor marks what is wrong with %j', async (text, marked, message) => {
  expect(await editor.marks(text)).toEqual([{ text: marked, message: expect.stringContaining(message) }])
})

test('the first line of a file is enough for an editor', async () => {
  const unprepared = openEditor({ isSetUp: false })
  const wrong = 'playlsts:\n  a: [b]\n'
  expect(await unprepared.marks(wrong)).toEqual([])
  const line = `# yaml-language-server: $schema=${editorSchemaFile}\n`
  expect(await unprepared.marks(`${line}${wrong}`)).toEqual([
    { text: 'playlsts', message: 'Property playlsts is not allowed.' },
  ])
})

const besideKinds = ['id', 'name', 'enabled', 'if']

describe('an editor offers', () => {
  test.each([
    [
      'the sections',
      '|',
      ['playlists', 'schedules', 'rules', 'templates', 'players', 'inputs', 'vars', 'calendar', 'tests'],
    ],
    [
      'the keys of a rule',
      'rules:\n  r:\n    |\n',
      ['name', 'enabled', 'player', 'stream', 'when', 'if', 'do', 'mode', 'max', 'use', 'with'],
    ],
    ['the triggers', rule({ when: '|' }), [...Object.keys(triggers), ...besideKinds]],
    ['the conditions', rule({ condition: '|' }), [...Object.keys(conditions), 'any', 'none', ...besideKinds]],
    [
      'the actions',
      rule({ action: '|' }),
      [
        ...Object.keys(actions),
        ...['wait', 'wait_for', 'repeat', 'parallel', 'stop', 'choose', 'then', 'else', 'on_error'],
        ...besideKinds,
      ],
    ],
    ['the modes', 'rules:\n  r:\n    mode: |\n', ['single', 'restart', 'queued', 'parallel']],
    [
      'what can be waited for',
      control('wait_for:', '    |'),
      [...Object.keys(triggers), 'any', 'timeout', 'on_timeout'],
    ],
    ['the words of a trigger that is waited for', control('wait_for:', '    button: |'), ['left', 'right']],
    [
      'what is done when the time is over',
      control('wait_for:', '    button: left', '    timeout: 5m', '    on_timeout: |'),
      ['continue', 'stop'],
    ],
    ['the keys of rounds', control('repeat:', '    |'), ['times', 'while', 'max', 'do']],
    ['what may be done at once', control('parallel:', '    - |'), [...Object.keys(actions), 'wait', 'stop']],
    ['what on_error takes', control('log: x', 'on_error: |'), ['continue']],
    [
      'the words of a trigger',
      rule({ when: 'button: |' }),
      ['left', 'right', 'next', 'previous', '{button: left, stream: bedroom}'],
    ],
    [
      'the words of an option',
      rule({ when: 'button:\n          button: |' }),
      ['left', 'right', 'next', 'previous'],
    ],
    [
      'the words of an action',
      rule({ action: 'queue: |' }),
      ['restore', 'clear', 'skip', 'shuffle', 'end_after_track', '{set: forest}'],
    ],
    [
      'the options of an action',
      rule({ action: 'queue:\n          |' }),
      ['set', 'add', 'next', 'now', 'keep_old'],
    ],
    ['the keys of a playlist', 'playlists:\n  a:\n    |\n', ['files', 'folder', 'split']],
    ['the keys of a slot', slot('\n        |'), ['from', 'to', 'days', 'play', 'if_pressed']],
    ['the times of the sun', slot('\n        from: |'), ['sunrise', 'sunset', 'dawn', 'dusk']],
    ['the keys of a way', control('choose:', '  - |'), ['if', 'do', 'else']],
    ['the keys of the calendar', 'calendar:\n  |\n', ['country', 'region', 'files', 'day_sets']],
    ['the keys of an input', 'inputs:\n  a:\n    |\n', ['type', 'name', 'start', 'options', 'min', 'max']],
    ['the types of inputs', 'inputs:\n  a:\n    type: |\n', ['switch', 'select', 'number']],
    ['the keys of a var', 'vars:\n  a:\n    |\n', ['start', 'min', 'max', 'one_of']],
    ['the types of holes', 'templates:\n  t:\n    needs:\n      a: |\n', ['time', 'time?', 'playlist']],
    ['the keys of a template', 'templates:\n  t:\n    |\n', ['needs', 'rule']],
    ['the triggers of a template', template('|'), [...Object.keys(triggers), ...besideKinds]],
    ['the words of a trigger in a template', template('button: |'), ['left', 'right', 'next', 'previous']],
    ['the keys of a test', 'tests:\n  t:\n    |\n', ['now', 'players', 'vars', 'inputs', 'steps']],
    ['the steps', testWith('- |'), [...Object.keys(steps), 'expect']],
    ['what can be expected', testWith('- expect:\n          |'), ['ran', 'log', 'player.volume', 'now.time']],
    [
      'the days',
      slot('\n        days: |'),
      ['mon', 'tue', 'sun', 'weekdays', 'weekends', 'daily', 'holidays'],
    ],
    [
      'the days of a list',
      slot('\n        days: [|]'),
      ['mon', 'tue', 'sun', 'weekdays', 'weekends', 'daily', 'holidays'],
    ],
  ])('%s', async (_what, text, labels) => {
    expect([...(await editor.offers(text)).keys()]).toEqual(expect.arrayContaining(labels))
  })

  test('keys with what has to stand behind them', async () => {
    const offers = await editor.offers(rule({ condition: '|' }))
    expect(offers.get('between')).toBe('between:\n    from: $1\n    to: $2')
    expect((await editor.offers('rules:\n  r:\n    |\n')).get('stream')).toBe('stream: ')
  })

  test('no true and false where a text stands', async () => {
    const offers = await editor.offers('schedules:\n  bedroom:\n    default: |\n')
    expect([...offers.keys()]).toEqual([])
  })
})

test('whoever points at a kind reads what it is and how it is written', async () => {
  const hover = await editor.hover(rule({ when: 'but|ton: right' }))
  expect(hover).toContain('A knob of a player was pressed.')
  expect(hover).toContain('button: {button: left, stream: bedroom}')
})
