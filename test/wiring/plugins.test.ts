import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { loadOptions } from '../../src/options.ts'
import { actions } from '../../src/rules/catalog.ts'
import { checkCommand } from '../../src/wiring/check-command.ts'
import { tellOfPlugins } from '../../src/wiring/plugin-news.ts'
import { PluginShelf } from '../../src/wiring/plugin-shelf.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { RuleWatch } from '../../src/wiring/rule-watch.ts'
import { testCommand } from '../../src/wiring/test-command.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readBook } from '../support/rule-book.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const closed = 'additionalProperties: false'
const color = `{ type: 'object', properties: { color: { enum: ['red', 'blue'] } }, required: ['color'], ${closed} }`
const action = (run: string, more = '') =>
  `{ title: 'Lamp', describe: 'Gives the lamp a colour.', examples: ['- lamp: red'], options: ${color}, shorthand: 'color', ${more} ${run} }`
const lamp = (run = 'async run() {}', more = '') =>
  `export default { id: 'lamp', api: 1, version: '1.0.0', actions: { lamp: ${action(run)} }, ${more} }\n`
const rules = `schedules:
  bedroom: {default: night}
playlists:
  night: ["clip:lullaby-one"]
rules:
  red: {when: [{button: right}], do: [{lamp: red}]}
  calm: {when: [{button: left}], do: [{log: calm}]}
`
const pressed = (expected: string) => `tests:
  right:
    now: "2026-11-24T19:00:00"
    players: {kids-room: {}}
    steps:
      - press: right
      - expect: ${expected}
`

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-plugins-'))
  await mkdir(join(home, 'media'))
})

afterEach(() => rm(home, { recursive: true, force: true }))

async function write(name: string, text: string): Promise<void> {
  const file = join(home, 'config', name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

async function inputOf(env: Record<string, string> = {}) {
  const { options } = await loadOptions({ argv: ['--data', home], env: { TZ: 'UTC', ...env }, cwd: '/' })
  return { options, shipped, clock: systemClock, json: false }
}

const check = async (env?: Record<string, string>) => (await checkCommand(await inputOf(env))).answer
const tried = async () => (await testCommand(await inputOf())).answer

/** The plug-ins as the running product has them. */
async function shelved(packages: readonly string[] = []) {
  const log = recordingLog()
  const problems = new Problems()
  const folder = join(home, 'config')
  const parts = memoryCollection<readonly string[]>()
  const shelf = new PluginShelf({ folder, packages, purpose: 'run', parts, clock: systemClock, log })
  tellOfPlugins({ shelf, problems, log })
  await shelf.look()
  return { shelf, problems, log, folder }
}

test('a plug-in brings parts that rules use, and editors offer', async () => {
  await write('plugins/lamp.mjs', lamp())
  await write('a.yaml', rules)
  expect(await check()).toBe('1 file: 0 errors, 0 warnings, 0 infos\n')
  await write('a.yaml', rules.replace('lamp: red', 'lamp: green'))
  expect(await check()).toContain('error[type/value]')
  const { shelf } = await shelved()
  expect([...shelf.registry.actions.keys()]).toEqual([...Object.keys(actions), 'lamp'])
})

describe('a plug-in that cannot run is left out by name', () => {
  const cases: [name: string, text: string, said: RegExp][] = [
    [
      'another API',
      lamp().replace('api: 1', 'api: 2'),
      /^plugins\/lamp\.mjs:1:\d+ error\[plugin\/api\] plug-in "lamp" wants API 2, this is 1\n/,
    ],
    [
      'no API',
      lamp().replace('api: 1,', ''),
      /error\[plugin\/api\] plug-in "lamp" does not say for which API/,
    ],
    ['no default export', 'export const lamp = 1\n', /error\[plugin\/schema\].*no default export/],
    ['a function', 'export default () => 1\n', /error\[plugin\/schema\].*must export a plain object/],
    [
      'a word that is none',
      lamp().replace('actions:', 'actoins:'),
      /\[plugin\/schema\].*must not have `actoins`/,
    ],
    [
      'no title',
      lamp().replace("title: 'Lamp',", ''),
      /\[plugin\/schema\].*`actions\.lamp` must have required property 'title'/,
    ],
    ['no examples', lamp().replace("['- lamp: red']", '[]'), /\[plugin\/schema\].*fewer than 1 items/],
    [
      'an example that is wrong',
      lamp().replace('- lamp: red', '- lamp: green'),
      /its example `- lamp: green` is no good line: /,
    ],
    [
      'an example of another kind',
      lamp().replace('- lamp: red', '- lmp: red'),
      /is no good line: unknown line "lmp"/,
    ],
    [
      'open options',
      lamp().replace(closed, 'minProperties: 1'),
      /must be closed: say `additionalProperties: false`/,
    ],
    [
      'options that take any key',
      lamp().replace(closed, "additionalProperties: { type: 'string' }"),
      /must be closed: say `additionalProperties: false`/,
    ],
    ['options that do not compile', lamp().replace("'red', 'blue'", ''), /`options` cannot be compiled/],
    [
      'a name of ours',
      lamp().replace('{ lamp:', '{ log:').replace('- lamp: red', '- log: red'),
      /its action `log` is called as one of the product itself/,
    ],
    [
      'a word of the grammar',
      lamp().replace('{ lamp:', '{ wait:').replace('- lamp: red', '- wait: red'),
      /must not have `wait`/,
    ],
    ['run that is no function', lamp('run: 7'), /`actions\.lamp\.run` must be a function/],
    [
      'a getter that throws',
      lamp().replace("id: 'lamp'", "get id() { throw new Error('no id') }"),
      /it cannot be read: no id/,
    ],
    [
      'an import that throws',
      "throw new Error('broken')\n",
      /:1:1 error\[plugin\/failed\] plug-in "lamp" failed to load: broken\n/,
    ],
    [
      'an import of what is not there',
      "import 'no-such-package'\n",
      /\[plugin\/failed\].*failed to load: Cannot find package/,
    ],
    [
      'a setup that throws',
      lamp(undefined, "async setup() { throw new Error('no lamp') }"),
      /failed in its setup: no lamp/,
    ],
  ]

  test.each(cases)('%s', async (_name, text, said) => {
    await write('plugins/lamp.mjs', text)
    await write('plugins/other.mjs', lamp().replaceAll('lamp', 'other'))
    await write('a.yaml', rules.replace('- lamp', '- other').replace('lamp: red', 'other: red'))
    // Commands that only read set nothing up.
    const isSetUp = text.includes('setup')
    const answer = isSetUp ? await tried() : await check()
    expect(answer).toMatch(said)
    expect(answer).not.toContain(home)
    expect(answer).not.toContain('a.yaml:')
    const { shelf, problems } = await shelved()
    expect(shelf.registry.actions.has('other')).toBe(true)
    expect(problems.names()).toEqual(['plugin/plugins/lamp.mjs'])
  })

  test('one whose import never ends, after ten seconds', { tags: 'slow' }, async () => {
    await write('plugins/lamp.mjs', 'await new Promise(() => undefined)\n')
    const { problems } = await shelved()
    expect(problems.list()).toEqual(['plug-in "lamp" failed to load: it did not end within 10 s'])
  })

  test('the second of two that have the same names', async () => {
    await write('plugins/a.mjs', lamp())
    await write('plugins/b.mjs', lamp().replace("id: 'lamp'", "id: 'bulb'"))
    const { shelf, problems } = await shelved()
    expect(problems.list()).toEqual([
      'plug-in "bulb": its action `lamp` is called as one of the plug-in "lamp"',
    ])
    await rm(join(home, 'config', 'plugins', 'a.mjs'))
    await shelf.look()
    expect(problems.list()).toEqual([])
    expect(shelf.registry.actions.has('lamp')).toBe(true)
  })

  test('with the rules that use it, and neither the other rules nor the schedule of their file', async () => {
    for (const text of [lamp().replace('api: 1', 'api: 2'), "throw new Error('no lamp here')\n"]) {
      await write('plugins/lamp.mjs', text)
      await write('a.yaml', rules)
      expect(await check()).toMatch(
        /a\.yaml:6:\d+ warning\[ref\/plugin\] `lamp` belongs to the plug-in "lamp", which is left out; so is this rule\n/,
      )
      const { shelf, folder } = await shelved()
      const book = await readBook({ folder, plugins: shelf })
      expect(book.files.map(({ state }) => state)).toEqual(['running'])
      expect(book.current.rules.map(({ id, enabled }) => [id, enabled])).toEqual([
        ['red', false],
        ['calm', true],
      ])
      expect(book.current.schedules).toHaveLength(1)
      expect(book.unread).toMatchObject([{ file: 'plugins/lamp.mjs' }])
    }
  })

  test('and is back once it is mended; only the rules that use it are other rules then', async () => {
    await write('plugins/lamp.mjs', lamp())
    await write('a.yaml', rules)
    const { shelf, problems, folder } = await shelved()
    const book = await readBook({ folder, plugins: shelf })
    const meanings = () => book.current.rules.map(({ meaning }) => meaning?.own)
    const before = meanings()
    await write('plugins/lamp.mjs', 'export default {\n')
    await book.look()
    expect(problems.list()).toMatchObject(
      [/^plug-in "lamp" failed to load: /].map((words) => expect.stringMatching(words)),
    )
    expect(book.current.rules[0]?.do).toEqual([])
    await write('plugins/lamp.mjs', `${lamp()}// another\n`)
    await book.look()
    expect(problems.list()).toEqual([])
    const after = meanings()
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).toBe(before[1])
  })
})

test('a plug-in that is written or deleted is noticed', async () => {
  await mkdir(join(home, 'config'))
  let looks = 0
  const look = async () => {
    looks += 1
  }
  const folder = join(home, 'config')
  const watch = new RuleWatch({ folder, look, clock: systemClock, log: recordingLog() })
  watch.start()
  onTestFinished(() => watch.stop())
  // The watcher says by no word that it has begun.
  await expect
    .poll(async () => {
      await write('plugins/lamp.mjs', `${lamp()}// ${looks} ${performance.now()}\n`)
      return looks
    })
    .toBeGreaterThan(0)
  const seen = looks
  await rm(join(folder, 'plugins', 'lamp.mjs'))
  await expect.poll(() => looks).toBeGreaterThan(seen)
})

describe('packages that the option names', () => {
  const manifest = (entry: unknown) => JSON.stringify({ name: 'yoto-lamp', version: '1.0.0', exports: entry })

  test('come from the node_modules of the config folder', async () => {
    await write('node_modules/yoto-lamp/package.json', manifest({ '.': { import: './lib/lamp.mjs' } }))
    await write(
      'node_modules/yoto-lamp/lib/lamp.mjs',
      `import { color } from './color.mjs'\n${lamp('async run() { color() }')}`,
    )
    await write('node_modules/yoto-lamp/lib/color.mjs', 'export const color = () => 1\n')
    await write('a.yaml', rules)
    expect(await check({ YOTO_STREAM_PLUGINS: 'yoto-lamp' })).toBe('1 file: 0 errors, 0 warnings, 0 infos\n')
  })

  test('are left out where they are not installed, or lead out of their folder', async () => {
    expect((await shelved(['yoto-lamp'])).problems.list()).toEqual([
      'plug-in "yoto-lamp" failed to load: the package is not installed: run `npm install yoto-lamp` in the config folder',
    ])
    await write('lamp.mjs', lamp())
    await write('node_modules/yoto-lamp/package.json', manifest('../../lamp.mjs'))
    expect((await shelved(['yoto-lamp'])).problems.list()).toEqual([
      'plug-in "yoto-lamp" failed to load: its package.json leads out of the package',
    ])
  })
})

describe('the file beside a plug-in', () => {
  const config = `config: { type: 'object', properties: { url: { type: 'string' } }, required: ['url'], ${closed} }, setup({ config }) { globalThis.lampUrl = config.url }`

  test('is given to its setup once it is right, and again when it was changed', async () => {
    await write('plugins/lamp.mjs', lamp(undefined, config))
    await write('plugins/lamp.yaml', 'ulr: http://lamp\n')
    const { shelf, problems } = await shelved()
    expect(problems.list()).toMatchObject([
      expect.stringMatching(/^plug-in "lamp": plugins\/lamp\.yaml, line 1: /),
    ])
    await write('plugins/lamp.yaml', 'url: 007\n')
    await shelf.look()
    expect(problems.list()).toEqual([])
    expect(globalThis).toMatchObject({ lampUrl: '007' })
  })

  test('is refused where the plug-in takes none', async () => {
    await write('plugins/lamp.mjs', lamp())
    await write('plugins/lamp.yaml', 'url: x\n')
    expect((await shelved()).problems.list()).toMatchObject([expect.stringMatching(/takes no configuration/)])
  })

  test('whoever opened something hears that the plug-in was taken out', async () => {
    const setup =
      'setup({ signal }) { signal.addEventListener("abort", () => { globalThis.lampEnded = true }) }'
    await write('plugins/lamp.mjs', lamp(undefined, setup))
    const { shelf } = await shelved()
    await rm(join(home, 'config', 'plugins', 'lamp.mjs'))
    await shelf.look()
    expect(globalThis).toMatchObject({ lampEnded: true })
  })
})

describe('the command test', () => {
  test('tells what only a plug-in can do as a line of the log, and does not do it', async () => {
    const run = `async run({ effect, options, dryRun }) {
      await effect({ kind: 'plugin', detail: 'lamp ' + options.color + ' dry ' + dryRun }, () => { globalThis.lampLit = true })
    }`
    await write('plugins/lamp.mjs', lamp(run))
    await write('a.yaml', rules + pressed('{ran: red, log: lamp red dry true}'))
    expect(await tried()).toBe('1 test: 1 passed, 0 failed\n')
    expect(globalThis).not.toHaveProperty('lampLit')
  })

  test('says which plug-in failed in which rule', async () => {
    await write('plugins/lamp.mjs', lamp("async run() { throw new Error('no bulb') }"))
    await write('a.yaml', rules + pressed('{log: lamp}'))
    expect(await tried()).toContain('plug-in "lamp" failed in action `lamp` of rule "red": no bulb')
  })
})

test('expressions may call the functions of a plug-in, with their types', async () => {
  const functions = `functions: { lit: { signature: 'lit(string): bool', describe: 'Lit.', call: (name) => name === 'den' } }`
  await write('plugins/lamp.mjs', lamp(undefined, functions))
  const asked = (expression: string) => rules.replace('red: {when', `red: {if: "${expression}", when`)
  await write('a.yaml', asked("lit('den')") + pressed('{ran: red}'))
  expect(await tried()).toBe('1 test: 1 passed, 0 failed\n')
  await write('a.yaml', asked("lit('attic')") + pressed('{did_not_run: red}'))
  expect(await tried()).toBe('1 test: 1 passed, 0 failed\n')
  await write('a.yaml', asked('lit(7)'))
  expect(await check()).toContain('error[expr/type]')
  await write('a.yaml', asked("lit('den', 'attic')"))
  expect(await check()).toContain('error[expr/type]')
  await write('a.yaml', asked("lti('den')"))
  expect(await check()).toMatch(/there is no function `lti`[\s\S]*did you mean `lit`\?/)
})
