import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { loadOptions } from '../../src/options.ts'
import { testCommand } from '../../src/wiring/test-command.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const rules = `playlists:
  forest: {folder: music/forest}
rules:
  forest-on-right: {stream: bedroom, when: [{button: right}], do: [{queue: {set: forest}}]}
`
const asTest = (playing: string) => `tests:
  right:
    now: "2026-11-24T19:00:00"
    players: {kids-room: {playing: true}}
    steps:
      - press: right
      - expect: {ran: forest-on-right, stream.now_playing: ${playing}}
`

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-test-'))
  await mkdir(join(home, 'config'))
  await mkdir(join(home, 'media', 'music', 'forest'), { recursive: true })
  for (const name of ['10.mp3', '2.mp3']) await writeFile(join(home, 'media', 'music', 'forest', name), '')
})

afterEach(() => rm(home, { recursive: true, force: true }))

const write = (name: string, text: string) => writeFile(join(home, 'config', name), text)

async function run(json = false) {
  const { options } = await loadOptions({ argv: ['--data', home], env: { TZ: 'Europe/London' }, cwd: '/' })
  return testCommand({ options, shipped, clock: systemClock, json })
}

test('tests pass with the files of the household, and nothing is written beside them', async () => {
  await write('a.yaml', rules)
  await write('b.yaml', asTest('music/forest/2.mp3'))
  expect(await run()).toEqual({ answer: '1 test: 1 passed, 0 failed\n', failed: false })
  expect((await readdir(home)).sort()).toEqual(['config', 'media'])
  expect(JSON.parse((await run(true)).answer)).toEqual({
    files: ['a.yaml', 'b.yaml'],
    unread: [],
    tests: [{ id: 'right', file: 'b.yaml', passed: true }],
    findings: [],
  })
})

test('a test that fails is shown with its line', async () => {
  await write('a.yaml', rules)
  await write('b.yaml', asTest('music/forest/3.mp3'))
  expect(await run()).toEqual({
    answer: `b.yaml:7:40 error[test/failed] tests/right step 2: expected stream.now_playing music/forest/3.mp3, was music/forest/2.mp3 at 19:00:00
    7 |       - expect: {ran: forest-on-right, stream.now_playing: music/forest/3.mp3}
      |                                        ^^^^^^^^^^^^^^^^^^

1 test: 0 passed, 1 failed
`,
    failed: true,
  })
})

test('a test with an error is not run, and the others are', async () => {
  await write('a.yaml', rules + asTest('music/forest/2.mp3'))
  await write(
    'b.yaml',
    asTest('music/forest/2.mp3').replace('press: right', 'press: rigth').replace('  right:', '  left:'),
  )
  const { answer, failed } = await run()
  expect(failed).toBe(true)
  expect(answer).toMatch(
    /^b\.yaml:6:16 error\[type\/value\][\s\S]*\n1 test: 1 passed, 0 failed; not tried: tests with errors in b\.yaml\n$/,
  )
})

test('the tests of a file with an error are not run, and the others are', async () => {
  await write('a.yaml', rules + asTest('music/forest/2.mp3'))
  await write('b.yaml', `${asTest('x').replace('  right:', '  left:')}rules: {r: {wen: []}}\n`)
  const { answer, failed } = await run()
  expect(failed).toBe(true)
  expect(answer).toMatch(/\n1 test: 1 passed, 0 failed; not tried: b\.yaml\n$/)
})

test('a second stream in another file leaves tests of the first about their own stream', async () => {
  const bedtime = `playlists: {forest: {folder: music/forest}}
schedules:
  bedroom:
    default: forest
    slots: {night: {from: "19:30", to: "06:30", play: none}}
tests:
  closed-at-night:
    now: "2026-11-24T19:00:00"
    players: {kids-room: {playing: true}}
    steps: [{expect: {stream.closed: false}}, {advance: 40m}, {expect: {stream.closed: true}}]
`
  await write('bedtime.yaml', bedtime)
  await write('den.yaml', 'schedules: {den: {default: forest}}\n')
  expect(await run()).toEqual({ answer: '1 test: 1 passed, 0 failed\n', failed: false })
  const rule = '  on: {stream: bedroom, when: [{button: left}], do: [{log: hello}]}\n'
  const test = bedtime
    .slice(bedtime.indexOf('tests:'))
    .replace('steps: [', 'steps: [{press: left}, {expect: {ran: on}}, ')
  await write(
    'bedtime.yaml',
    `${bedtime.slice(0, bedtime.indexOf('tests:'))}  den: {default: forest}\nrules:\n${rule}${test}`,
  )
  await write('den.yaml', '')
  expect(await run()).toEqual({ answer: '1 test: 1 passed, 0 failed\n', failed: false })
})

test('a household without tests is told where they stand, and one without a folder the way out', async () => {
  await write('a.yaml', rules)
  expect(await run()).toEqual({
    answer: '0 tests: 0 passed, 0 failed. Write some under `tests:` in a rule file\n',
    failed: false,
  })
  await rm(join(home, 'config'), { recursive: true })
  await expect(run()).rejects.toThrow(/config cannot be read: start the product once, or name another/)
})

test('loops that go round many times are through before a test looks', async () => {
  await write(
    'a.yaml',
    `vars: {n: {start: 0, max: 9999}}
inputs: {go: {type: button}}
rules:
  goes: {when: [{input: go}], do: [{repeat: {times: 900, do: [{set: {n: vars.n + 1}}]}}, {log: reached the end}]}
tests:
  through:
    now: "2026-11-24T12:00:00"
    steps:
      - input: {go: press}
      - expect: {log: reached the end, vars.n: 900}
`,
  )
  expect(await run()).toEqual({ answer: '1 test: 1 passed, 0 failed\n', failed: false })
})
