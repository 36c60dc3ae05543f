import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../src/core/clock.ts'
import { loadOptions } from '../src/options.ts'
import { editorSchema } from '../src/rules/editor/schema.ts'
import { checkCommand } from '../src/wiring/check-command.ts'
import { explainCommand } from '../src/wiring/explain-command.ts'
import { PluginShelf } from '../src/wiring/plugin-shelf.ts'
import { testCommand } from '../src/wiring/test-command.ts'
import { recordingLog } from './support/recording-log.ts'
import { runApp, shipped } from './support/running-app.ts'

const moods = `{ type: 'object', properties: { mood: { enum: ['calm', 'wild'] } }, required: ['mood'], additionalProperties: false }`
const none = `{ type: 'object', properties: {}, additionalProperties: false }`
/** A plug-in with the source `radio`, and others that its test says. */
const pluginWith = (list: string, more = '') => `
export default {
  id: 'dj', api: 1, version: '1.0.0',
  playlistSources: {
    radio: {
      describe: 'What a radio plays.', options: ${moods}, shorthand: 'mood',
      explain: ({ mood }) => 'the ' + mood + ' radio',
      async list({ mood }) { ${list} },
    },
    ${more}
  },
}
`
const plain = (name: string, list: string) => `${name}: { options: ${none}, list() { ${list} } },`

async function homeWith(rules: string, plugin: string) {
  const home = await mkdtemp(join(tmpdir(), 'yoto-sources-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  await mkdir(join(home, 'media'))
  await mkdir(join(home, 'config', 'plugins'), { recursive: true })
  await writeFile(join(home, 'config', 'plugins', 'dj.mjs'), plugin)
  await writeFile(join(home, 'config', 'house.yaml'), rules)
  const { options } = await loadOptions({ argv: ['--data', home], env: { TZ: 'UTC' }, cwd: '/' })
  return { home, input: { options, shipped, clock: systemClock, json: false } }
}

/** What the checker says of a playlist of that text, beside a source that needs an option and one that does not. */
async function saidOf(playlist: string, plugin = pluginWith('return []', plain('tips', 'return []'))) {
  const { input } = await homeWith(
    `playlists:\n  party: ${playlist}\nschedules:\n  den: {default: party}\n`,
    plugin,
  )
  return (await checkCommand(input)).answer
}

test.each([
  '{from: {radio: {mood: calm}}}',
  '{from: {radio: calm}}',
  '{from: tips}',
  '{from: {tips: }}',
  '{from: {tips: {}}, files: ["clip:nothing-here-yet"], shuffle: true}',
])('a playlist may say %s', async (playlist) => {
  expect(await saidOf(playlist)).toBe('1 file: 0 errors, 0 warnings, 0 infos\n')
})

test.each([
  [
    '{from: {radio: {mood: angry}}}',
    /^house\.yaml:2:32 error\[type\/value\] `mood` takes calm or wild, not "angry"/,
  ],
  [
    '{from: {radio: angry}}',
    /^house\.yaml:2:25 error\[type\/value\] playlist source `radio` takes calm or wild or \{mood\}, not "angry"/,
  ],
  ['{from: {radio: {mood: calm, loud: true}}}', /^house\.yaml:2:38 error\[key\/unknown\] .*"loud"/],
  ['{from: radio}', /error\[key\/missing\] playlist source `radio` .*mood/],
  [
    '{from: {raido: calm}}',
    /^house\.yaml:2:18 error\[key\/unknown\] unknown playlist source "raido" - did you mean "radio"\? \(known: radio, tips\)/,
  ],
  [
    '{from: constructor}',
    /^house\.yaml:2:17 error\[key\/unknown\] unknown playlist source "constructor" \(known: radio, tips\)/,
  ],
  [
    '{from: {radio: calm, tips: }}',
    /^house\.yaml:2:17 error\[type\/value\] `from` takes the name of one playlist source/,
  ],
  ['{from: [radio]}', /^house\.yaml:2:17 error\[type\/value\] `from` takes the name of one/],
  ['{from: }', /^house\.yaml:2:11 error\[type\/value\] `from` takes the name of one/],
])('of %s it is said where it is wrong', async (playlist, said) => {
  expect(await saidOf(playlist)).toMatch(said)
})

test('without a plug-in there is no source, and without its plug-in the playlist stays, with a warning', async () => {
  const other = "export default { id: 'other', api: 1, version: '1' }"
  expect(await saidOf('{from: tips}', other)).toMatch(
    /error\[key\/unknown\] unknown playlist source "tips" \(no plug-in brings one\)/,
  )
  const broken = pluginWith('return []').replace('api: 1', 'api: 2')
  const said = await saidOf('{from: {radio: calm}}', broken)
  expect(said).toMatch(
    /house\.yaml:2:18 warning\[ref\/plugin\] the playlist source `radio` belongs to the plug-in "dj", which is left out/,
  )
  expect(said).toContain('1 file: 1 error, 1 warning, 0 infos')
})

test.each([
  [
    `radio: { options: { type: 'object' }, list() {} }`,
    /the playlist source `radio`: `options` must be closed/,
  ],
  [`radio: { options: ${moods}, shorthand: 'tune', list() {} }`, /`shorthand` names "tune"/],
  [`radio: { options: ${moods} }`, /`playlistSources\.radio` must have required property 'list'/],
])('a plug-in whose source is no source is left out', async (source, why) => {
  const plugin = `export default { id: 'dj', api: 1, version: '1', playlistSources: { ${source} } }`
  expect(await saidOf('["clip:nothing-here-yet"]', plugin)).toMatch(why)
})

test('it is explained, and editors know it', async () => {
  const rules = `playlists:
  party: {from: {radio: wild}}
  rest: {from: tips}
schedules:
  den: {default: party}
rules:
  relax: {stream: den, when: [{button: right}], do: [{queue: {set: rest}}]}
`
  const { input } = await homeWith(rules, pluginWith('return []', plain('tips', 'return []')))
  const { answer } = await explainCommand.run({
    ...input,
    args: [],
    cwd: '/',
    flags: new Map(),
    lists: new Map(),
  })
  expect(answer).toContain('holds the playlist party (with what its source lists: the wild radio)')
  expect(answer).toContain('the playlist rest (with what its source lists: tips)')
  const shelf = new PluginShelf({
    ...{ folder: input.options.folders.config, packages: [], purpose: 'read', clock: systemClock },
    log: recordingLog(),
  })
  await shelf.look()
  const schema = JSON.stringify(editorSchema(shelf.registry))
  expect(schema).toContain('"radio":{"description":"What a radio plays."')
  expect(schema).toContain('"enum":["calm","wild"]')
  expect(schema).toContain('"enum":["tips"]')
})

test('in a test of rules it is not asked, and one item stands for all it lists', async () => {
  const rules = `playlists:
  party: {files: ["clip:nothing-here-yet"], from: {radio: wild}}
schedules:
  den: {default: party}
tests:
  it-holds-something:
    now: "2026-11-24T19:00:00"
    stream: den
    steps:
      - expect: {stream.count: 2}
`
  const { input } = await homeWith(rules, pluginWith('globalThis.radioAsked = true; return []'))
  expect((await testCommand(input)).answer).toBe('1 test: 1 passed, 0 failed\n')
  expect(globalThis).not.toHaveProperty('radioAsked')
})

const house = `
playlists:
  party: {files: [stories/sea.mp3], from: {radio: wild}}
  night: {from: {radio: calm}}
  many: {from: many}
  nested: [party, music/lullaby-one.mp3]
${['throws', 'rejects', 'text', 'numbers', 'long', 'loops', 'lies', 'hangs', 'stalls', 'gone']
  .map((name) => `  ${name}: {files: [stories/sea.mp3], from: ${name}}`)
  .join('\n')}
schedules:
  kitchen: {default: party}
  slow: {default: stalls}
`
const songs = `
      if (mood === 'calm') return ['music/lullaby-one.mp3']
      return ['music/counting-song.mp3', '../../etc/passwd', '/etc/passwd', 'music/../../../etc/passwd', '__proto__', 'music/gone.mp3', 'music/good-morning.mp3']`
const hostile = [
  plain('many', "return new Array(1_000_000).fill('music/lullaby-one.mp3')"),
  plain('throws', "throw new Error('no records')"),
  plain('rejects', "return Promise.reject(new Error('no network'))"),
  plain('text', "return 'music/lullaby-one.mp3'"),
  plain('numbers', "return ['music/lullaby-one.mp3', 7]"),
  plain('long', "return ['x'.repeat(2000)]"),
  plain('loops', 'for (;;);'),
  plain('lies', "return new Proxy([], { get() { throw new Error('a lie') } })"),
  plain('hangs', 'return new Promise(() => undefined)'),
  plain('stalls', 'return new Promise(() => undefined)'),
  plain('gone', "return ['music/gone.mp3']"),
].join('\n')

test('a running product asks it when a playlist is put into a stream; what fails leaves the queue as it is', {
  tags: 'slow',
}, async () => {
  const { home } = await homeWith(house, pluginWith(songs, hostile))
  const running = await runApp({ data: home, env: { YOTO_STREAM_SIMULATE: 'never' } })
  onTestFinished(() => running.remove())
  const { call, log } = running
  const files = async (stream: string) =>
    ((await call('GET', `/streams/${stream}/queue`)).body as { files: string[] }).files
  const set = (playlist: string, stream = 'bath') =>
    call('POST', `/streams/${stream}/queue/mutations`, { op: 'queue', options: { set: playlist } })
  // A schedule whose source hangs holds up no other one.
  const wild = ['stories/sea.mp3', 'music/counting-song.mp3', 'music/good-morning.mp3']
  await expect.poll(() => files('kitchen'), { timeout: 8_000 }).toEqual(wild)
  const words = log.lines.map(({ message }) => message)
  for (const file of [
    '../../etc/passwd',
    '/etc/passwd',
    'music/../../../etc/passwd',
    '__proto__',
    'music/gone.mp3',
  ])
    expect(words).toContain(
      `plug-in "dj", playlist source \`radio\`: there is no file "${file}"; it is left out`,
    )

  expect(await set('night')).toMatchObject({ status: 200 })
  expect(await files('bath')).toEqual(['music/lullaby-one.mp3'])
  await set('nested')
  expect(await files('bath')).toEqual([...wild, 'music/lullaby-one.mp3'])
  const answers: [string, RegExp][] = [
    ['throws', /^plug-in "dj" failed in playlist source `throws`: no records/],
    ['rejects', /no network/],
    ['text', /answered string, not a list of files/],
    ['numbers', /item 2 of its list is no text/],
    ['long', /item 1 of its list is longer than 1000 characters/],
    ['loops', /did not end within 2 s/],
    ['lies', /a lie/],
  ]
  for (const [playlist, why] of answers) {
    const { status, body } = await set(playlist)
    expect([playlist, status]).toEqual([playlist, 409])
    expect((body as { error: { message: string } }).error.message).toMatch(why)
  }
  expect(await files('bath')).toEqual([...wild, 'music/lullaby-one.mp3'])
  // What is not there is left out, and the rest is played.
  await set('gone')
  expect(await files('bath')).toEqual(['stories/sea.mp3'])
  await set('many')
  expect(await files('bath')).toHaveLength(1000)

  // While it is waited for, others change the queue, and what they put there stays.
  const hanging = set('hangs')
  await set('night')
  expect(await files('bath')).toEqual(['music/lullaby-one.mp3'])
  const late = await hanging
  expect(late.status).toBe(409)
  expect(JSON.stringify(late.body)).toContain('failed in playlist source `hangs`: it did not end within 10 s')
  expect(await files('bath')).toEqual(['music/lullaby-one.mp3'])
})
