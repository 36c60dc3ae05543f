import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { beforeAll, describe, expect, test } from 'vitest'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { editorSchema, editorSchemaFile } from '../../src/rules/editor/schema.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import { checkPage, pagedCodes } from '../docs/check-page.ts'
import { openEditor } from '../support/editor.ts'

const shipped = fileURLToPath(new URL('../../rules/', import.meta.url))
const shippedFiles = readdirSync(shipped).filter((name) => name.endsWith('.yaml'))

let editor: ReturnType<typeof openEditor>

beforeAll(() => {
  editor = openEditor()
})

const rule = ({ when = 'button: right', condition = '', action = 'log: x' }) =>
  `rules:\n  r:\n    when:\n      - ${when}\n${condition === '' ? '' : `    if:\n      - ${condition}\n`}    do:\n      - ${action}\n`

const slot = (text: string) => `schedules:\n  bedroom:\n    slots:\n      night: ${text}\n`

test('is JSON Schema of draft 7', () => {
  const ajv = new Ajv({ strict: false })
  expect(ajv.validateSchema(editorSchema(createRegistry({ triggers, conditions, actions })))).toBe(true)
})

describe('an editor finds nothing wrong', () => {
  test.each(shippedFiles)('with the shipped %s, which asks for the schema itself', async (name) => {
    const text = readFileSync(`${shipped}${name}`, 'utf8')
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${editorSchemaFile}`)
    expect(await editor.marks(text)).toEqual([])
  })

  test.each(pagedCodes())('with the mended example of %s', async (code) => {
    expect(await editor.marks(checkPage(code).mended)).toEqual([])
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
    'playlists:\n',
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
  [rule({ action: 'queue: restor' }), 'restor', words('restore', 'clear', 'skip', 'shuffle')],
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
  [slot('{from: "7:00", play: x}'), '"7:00"', 'Expected a time of day such as "19:30"'],
  [slot('{from: "07:00"}'), 'night', 'Missing property "play".'],
  [slot('{days: monday, play: x}'), 'monday', 'Value is not accepted.'],
  [slot('{days: [mon, tues], play: x}'), 'tues', 'Value is not accepted.'],
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
    ['the sections', '|', ['playlists', 'schedules', 'rules']],
    [
      'the keys of a rule',
      'rules:\n  r:\n    |\n',
      ['name', 'enabled', 'player', 'stream', 'when', 'if', 'do'],
    ],
    ['the triggers', rule({ when: '|' }), [...Object.keys(triggers), ...besideKinds]],
    ['the conditions', rule({ condition: '|' }), [...Object.keys(conditions), 'any', 'none', ...besideKinds]],
    ['the actions', rule({ action: '|' }), [...Object.keys(actions), ...besideKinds]],
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
      ['restore', 'clear', 'skip', 'shuffle', '{set: forest}'],
    ],
    [
      'the options of an action',
      rule({ action: 'queue:\n          |' }),
      ['set', 'add', 'next', 'now', 'keep_old'],
    ],
    ['the keys of a playlist', 'playlists:\n  a:\n    |\n', ['files', 'folder', 'split']],
    ['the keys of a slot', slot('\n        |'), ['from', 'to', 'days', 'play', 'if_pressed']],
    ['the days', slot('\n        days: |'), ['mon', 'tue', 'sun', 'weekdays', 'weekends', 'daily']],
    [
      'the days of a list',
      slot('\n        days: [|]'),
      ['mon', 'tue', 'sun', 'weekdays', 'weekends', 'daily'],
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
