/** @module-tag slow */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { loadOptions } from '../../src/options.ts'
import { checkCommand } from '../../src/wiring/check-command.ts'
import { PluginShelf } from '../../src/wiring/plugin-shelf.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readBook } from '../support/rule-book.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const rules = `playlists:
  night: ["clip:lullaby-one"]
schedules:
  bedroom:
    default: night
rules:
  red:
    when: [{button: right}]
    do:
      - log: red
      - queue: {set: night}
`

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-checks-'))
  await mkdir(join(home, 'media'))
  await write('a.yaml', rules)
})

afterEach(() => rm(home, { recursive: true, force: true }))

async function write(name: string, text: string): Promise<void> {
  const file = join(home, 'config', name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** The plug-in with one check, and whatever stands around it. */
const checking = (body: string, around = '') =>
  write(
    'plugins/nanny.mjs',
    `${around}\nexport default { id: 'nanny', api: 1, version: '1.0.0', checks: { nights(doc) { ${body} } } }\n`,
  )
const finding = (path: unknown, level = 'warning', text = 'too loud') =>
  `return [{ path: ${JSON.stringify(path)}, level: '${level}', text: '${text}' }]`

async function check() {
  const { options } = await loadOptions({ argv: ['--data', home], env: { TZ: 'UTC' }, cwd: '/' })
  const { answer, failed } = await checkCommand({ options, shipped, clock: systemClock, json: true })
  const { findings } = JSON.parse(answer)
  return { failed, findings }
}

async function running() {
  const log = recordingLog()
  const folder = join(home, 'config')
  const shelf = new PluginShelf({ folder, packages: [], purpose: 'run', clock: systemClock, log })
  await shelf.look()
  const problems = new Problems()
  const library = { find: async () => ({ state: 'ready' }) as const }
  return { book: await readBook({ folder, library, plugins: shelf, problems, log }), problems, log }
}

const said = (more: object) => ({
  file: 'a.yaml',
  level: 'warning',
  code: 'plugin/check',
  message: 'plug-in "nanny", check `nights`: too loud',
  ...more,
})

test.each([
  ['a value', ['rules', 'red', 'when', '0', 'button'], { line: 8, column: 21, length: 5 }],
  ['an item of a list', ['rules', 'red', 'do', '1', 'queue'], { line: 11, column: 9, length: 5 }],
  ['a place in a list as a number', ['rules', 'red', 'do', 1], { line: 11, column: 9 }],
  ['the key of what holds more', ['schedules', 'bedroom'], { line: 4, column: 3, length: 7 }],
  ['what is above what is not there', ['schedules', 'bedroom', 'slots', 'x'], { line: 4, column: 3 }],
  ['what is above a text', ['schedules', 'bedroom', 'default', 'deeper'], { line: 5, column: 14 }],
  ['an item that is not there', ['rules', 'red', 'do', '07'], { line: 9, column: 5 }],
  ['a name of all objects', ['__proto__', 'constructor'], { line: 1, column: 1 }],
  ['nothing', [], { line: 1, column: 1 }],
])('a finding is shown where its path leads: %s', async (_name, path, place) => {
  await checking(finding(path))
  const { findings, failed } = await check()
  expect(findings).toEqual([expect.objectContaining(said(place))])
  expect(failed).toBe(false)
})

test('a check sees what is written, as texts, in objects of its own that nothing can change', async () => {
  await write('a.yaml', 'inputs:\n  loud: {type: boolean, initial: true}\n  "08": {type: boolean}\nvars:\n')
  await checking(`
    const isFrozen = (each) => typeof each !== 'object' || (Object.isFrozen(each) && Object.values(each).every(isFrozen))
    return [{ path: [], level: 'warning', text: JSON.stringify(doc) + isFrozen(doc) }]`)
  const { findings } = await check()
  expect(findings.map(({ message }: { message: string }) => message)).toContainEqual(
    'plug-in "nanny", check `nights`: {"inputs":{"loud":{"type":"boolean","initial":"true"},"08":{"type":"boolean"}},"vars":""}true',
  )
})

test('an error holds the file back, a warning does not, and info is said by check alone', async () => {
  await checking(finding(['rules'], 'warning'))
  const { book } = await running()
  const stateOf = () => book.files.map(({ file, state, findings }) => [file, state, findings.length])
  expect(stateOf()).toEqual([['a.yaml', 'running', 1]])
  await checking(finding(['rules'], 'error'))
  await book.reload()
  // What ran before runs on only where it has no error itself.
  expect(stateOf()).toEqual([['a.yaml', 'left-out', 1]])
  expect((await check()).failed).toBe(true)
  await checking(finding(['rules'], 'info'))
  await book.reload()
  expect(stateOf()).toEqual([['a.yaml', 'running', 0]])
  expect((await check()).findings).toEqual([expect.objectContaining(said({ level: 'info', line: 6 }))])
})

test('a file that is changed for the worse falls back to what ran, and over REST its text is checked so, too', async () => {
  await checking(
    `return doc.rules.red.do[0].log === 'red' ? [] : [{path: ['rules', 'red', 'do', '0', 'log'], level: 'error', text: 'too loud'}]`,
  )
  const { book, problems } = await running()
  await write('a.yaml', rules.replace('log: red', 'log: blue'))
  await book.reload()
  expect(book.files).toMatchObject([
    { state: 'last-good', findings: [said({ level: 'error', line: 10, column: 14 })] },
  ])
  expect(book.current.rules).toHaveLength(1)
  expect(problems.list().join()).toContain('a.yaml')
  await write('a.yaml', rules)
  await book.reload()
  expect(book.files).toMatchObject([{ state: 'running', findings: [] }])
  expect(await book.check('a.yaml', rules.replace('log: red', 'log: green'))).toEqual([
    expect.objectContaining(said({ level: 'error', line: 10 })),
  ])
})

describe('a check that fails is told as a warning, and the file runs', () => {
  test.each([
    ['throws', `throw new Error('no idea')`, /no idea$/],
    ['throws what is no error', 'throw null', /check `nights`: /],
    ['changes what it sees', `doc.rules.red.enabled = 'false'; return []`, /not extensible/],
    ['answers with a promise', `return Promise.reject(new Error('later'))`, /answered with a promise/],
    ['answers with a promise of its own kind', 'return { then() {} }', /answered with a promise/],
    ['answers with nothing', '', /answered undefined, not a list of findings/],
    ['answers with a text', `return 'too loud'`, /answered string, not a list/],
    ['says no level', `return [{ path: [], text: 'x' }]`, /`level` of a finding is one of/],
    ['says another level', finding([], 'fatal'), /`level` of a finding is one of/],
    ['says nothing', finding([], 'warning', ' '), /`text` of a finding is a sentence/],
    ['has no path', finding('rules'), /`path` of a finding is a list of keys/],
    ['has objects in its path', finding([{}]), /`path` of a finding is a list of keys/],
    ['finds what throws', 'return [{ get path() { throw new Error("trap") } }]', /trap$/],
    ['answers with a list that lies', 'return new Proxy([], { get() { throw new Error("lie") } })', /lie$/],
  ])('one that %s', async (_name, body, why) => {
    await checking(body)
    const { findings, failed } = await check()
    expect(findings).toEqual([
      expect.objectContaining({
        ...{ file: 'a.yaml', line: 1, column: 1, level: 'warning', code: 'plugin/failed' },
        message: expect.stringMatching(why),
        help: 'this file is read without that check; tell who wrote the plug-in',
      }),
    ])
    expect(findings[0].message).toMatch(/^plug-in "nanny" failed in check `nights`: /)
    expect(failed).toBe(false)
    const { book } = await running()
    expect(book.files).toMatchObject([{ state: 'running', findings: [{ code: 'plugin/failed' }] }])
  })

  test.each([
    ['never ends', 'for (;;);'],
    ['never ends, whatever is done to it', 'for (;;) { try { for (;;); } finally { continue } }'],
    [
      'answers with what never ends',
      'return new Proxy([], { get(list, key) { for (;;) if (key === "x") return list } })',
    ],
  ])('one that %s, and then rests until the plug-in is changed', async (_name, body) => {
    await checking(body)
    for (const name of ['b', 'c', 'd']) await write(`${name}.yaml`, 'vars:\n')
    const { book } = await running()
    const words = (at: number) => book.files[at]?.findings.map(({ message }) => message)
    expect(words(0)).toEqual(['plug-in "nanny" failed in check `nights`: it did not end within 2 s'])
    for (const at of [1, 2, 3])
      expect(words(at)).toEqual([
        'plug-in "nanny": its check `nights` has failed and is not asked until the plug-in is changed',
      ])
    expect(book.files.every(({ state }) => state === 'running')).toBe(true)
    await checking('return []')
    await book.reload()
    expect(book.files.flatMap(({ findings }) => findings)).toEqual([])
  })

  test('one that throws for every file, after three of them; the plug-in is not stopped for it', async () => {
    for (let at = 0; at < 25; at++) await write(`x${at}.yaml`, 'vars:\n')
    await checking('globalThis.asked = (globalThis.asked ?? 0) + 1; throw new Error("no")')
    await running()
    expect(globalThis).toMatchObject({ asked: 3 })
  })
})

test('of more findings than anybody would read, and of long texts, the beginning is told', async () => {
  await checking(
    `return new Array(1_000_000).fill({ path: new Array(1_000_000).fill('x'), level: 'warning', text: 'loud\\n'.repeat(100_000) })`,
  )
  const { findings } = await check()
  expect(findings).toHaveLength(20)
  for (const { message } of findings) expect(message.length).toBeLessThan(350)
  expect(findings[0].message).toMatch(/: loud loud loud .*…$/)
  expect(findings.map(({ help }: { help?: string }) => help).filter(Boolean)).toEqual([
    'it has more to say, of which only the first 20 are told',
  ])
})

test.each([
  ["{ 'Loud Nights': () => [] }", /must not have `Loud Nights`/],
  ['{ nights: [] }', /`checks\.nights` must be a function/],
  ['[]', /`checks` must be object/],
])('a plug-in whose checks are %s is left out', async (checks, why) => {
  await write(
    'plugins/nanny.mjs',
    `export default { id: 'nanny', api: 1, version: '1', checks: ${checks} }\n`,
  )
  const { findings } = await check()
  expect(findings).toMatchObject([{ file: 'plugins/nanny.mjs', code: 'plugin/schema' }])
  expect(findings[0].message).toMatch(why)
})
