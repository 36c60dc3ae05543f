import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadOptions } from '../../src/options.ts'
import { commands, helpAsked, helpText } from '../../src/wiring/commands.ts'
import { writeEditorSchema } from '../../src/wiring/editor-schema.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const clock = new VirtualClock('2026-11-22T11:00:00Z')

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-commands-'))
  for (const folder of ['config', 'media', 'elsewhere']) await mkdir(join(home, folder))
})

afterEach(() => rm(home, { recursive: true, force: true }))

const write = (name: string, text: string) => writeFile(join(home, 'config', name), text)
const read = (name: string) => readFile(join(home, 'config', name), 'utf8')

/** The command line as the process gets it. */
async function run(...argv: string[]) {
  const loaded = await loadOptions({
    argv: [...argv, '--data', home],
    env: { TZ: 'Europe/Berlin' },
    cwd: '/',
    commands,
  })
  const command = commands.find(({ name }) => name === loaded.command) ?? expect.unreachable()
  return command.run({ ...loaded, shipped, cwd: join(home, 'elsewhere'), clock })
}

const bedroom = `playlists:
  night: [clip:lullaby-one]
schedules:
  bedroom:
    default: night
rules:
  walk:
    stream: bedroom
    when:
      - button: right
    do:
      - queue: skip
`

describe('help', () => {
  test('lists every command with what it does', () => {
    const lines = helpText(null).split('\n')
    for (const { name, about } of commands)
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^  ${name} .* ${about}$`)))
  })

  test.each([
    [['help'], { command: null }],
    [['--help'], { command: null }],
    [['-h'], { command: null }],
    [['plan', '--help'], { command: 'plan' }],
    [['--data', 'x', 'help', 'fmt'], { command: 'fmt' }],
    [['dance', '--help'], { command: null }],
    [['check'], undefined],
    [['--data', 'help'], undefined],
  ])('is asked for by %j: %j', (argv, asked) => {
    expect(helpAsked(argv)).toEqual(asked)
  })

  test('of one command says how it is called, and an unknown one is answered with what was meant', () => {
    expect(helpText('plan')).toContain('npm start --silent -- plan [--days 7] [--json]\n')
    expect(() => helpText('pln')).toThrow('there is no command "pln"; did you mean "plan"?')
  })
})

test.each([
  [['plan', 'bedroom'], /^command plan: found "bedroom", expected nothing behind it$/],
  [
    ['explain', 'a', 'b'],
    /^command explain: found "b", expected the name of one rule or schedule and nothing more$/,
  ],
  [['check', '--days', '3'], /^argument --days goes with the command plan alone$/],
  [['--check'], /^argument --check goes with the command fmt alone$/],
  [['plan', '--dasy', '3'], /^unknown argument "--dasy"; did you mean "--days"\?$/],
  [['plan', '--days='], /^argument --days: found nothing, expected a number of days from 1 to 31 behind it$/],
  [['plan', '--days', '0'], /^argument --days: found "0", expected a number of days from 1 to 31$/],
  [['plan', '--days', 'many'], /^argument --days: found "many", expected/],
  [['--dta', 'x'], /^unknown argument "--dta"; did you mean "--data"\?$/],
  [['explian'], /^unknown command "explian"; did you mean "explain"\?$/],
])('%j is refused with the way out', async (argv, message) => {
  await write('a.yaml', bedroom)
  await expect(run(...argv)).rejects.toThrow(message)
})

describe('plan', () => {
  test('shows today, and with --days as many as are asked for', async () => {
    await write('a.yaml', bedroom)
    expect(await run('plan', '--days', '1')).toEqual({
      answer: `Sun 22 Nov, by the clocks of Europe/Berlin.

bedroom (a.yaml:4)
>    all the time  night  default
`,
      failed: false,
    })
    const { answer } = await run('plan', '--json')
    expect(JSON.parse(answer)).toMatchObject({
      zone: 'Europe/Berlin',
      from: '2026-11-22T00:00:00+01:00',
      until: '2026-11-29T00:00:00+01:00',
      schedules: [{ stream: 'bedroom', source: 'a.yaml:4', slots: [{ playlist: 'night', now: true }] }],
      moments: [],
      left_out: [],
    })
  })

  test('says which files it does not know, and fails then', async () => {
    await write('a.yaml', bedroom)
    await write('b.yaml', 'rules: 3\n')
    const { answer, failed } = await run('plan')
    expect(failed).toBe(true)
    expect(answer).toContain('\nb.yaml is left out of this for errors: the command check says which.\n')
  })
})

describe('explain', () => {
  test('says one or all', async () => {
    await write('a.yaml', bedroom)
    const walk =
      'Rule walk (a.yaml:7)\nWhen the right button is pressed on a player of the stream bedroom, it goes on to the next item of the stream bedroom.\n'
    expect(await run('explain', 'walk')).toEqual({ answer: walk, failed: false })
    const { answer } = await run('explain')
    expect(answer).toBe(
      `Schedule of the stream bedroom (a.yaml:4)\nThe stream bedroom always holds the playlist night.\n\n${walk}`,
    )
    expect(JSON.parse((await run('explain', 'walk', '--json')).answer)).toMatchObject({
      explanations: [{ kind: 'rule', id: 'walk', source: 'a.yaml:7' }],
    })
  })

  test('a rule in a file with errors is not found, with the file', async () => {
    await write('a.yaml', bedroom.replace('skip', 'skpi'))
    await expect(run('explain', 'walk')).rejects.toThrow(
      /no rule .*"walk".* \(a\.yaml left out for errors, see the/,
    )
  })
})

describe('fmt', () => {
  const untidy = 'playlists:\r\n    # all of it\r\n    day: [ clip:lullaby-one ]   # one\r\n'
  const tidy = 'playlists:\n  # all of it\n  day: [clip:lullaby-one]   # one\n'

  test('brings all rule files into their usual form, keeps their rights, and does it once', async () => {
    await write('a.yaml', untidy)
    await chmod(join(home, 'config', 'a.yaml'), 0o640)
    await mkdir(join(home, 'config', 'rooms'))
    await write('rooms/b.yaml', tidy)
    await write('c.yaml', 'a: "b" c\n')
    expect(await run('fmt')).toEqual({
      answer: expect.stringMatching(
        /^a\.yaml: formatted\nc\.yaml: left as it is: line 1: YAML stops reading after "b".*\n3 files: 1 formatted, 1 left as they are\n$/,
      ),
      failed: true,
    })
    expect(await read('a.yaml')).toBe(tidy)
    expect((await stat(join(home, 'config', 'a.yaml'))).mode & 0o777).toBe(0o640)
    expect(await read('c.yaml')).toBe('a: "b" c\n')
    expect(await readdir(join(home, 'config'))).toEqual(['a.yaml', 'c.yaml', 'rooms'])
    await rm(join(home, 'config', 'c.yaml'))
    expect(await run('fmt')).toEqual({ answer: '2 files: 0 formatted, 0 left as they are\n', failed: false })
  })

  test('with --check changes nothing, names the files and fails', async () => {
    await write('a.yaml', untidy)
    await write('b.yaml', tidy)
    expect(await run('fmt', '--check')).toEqual({
      answer: 'a.yaml: not in its usual form\n2 files: 1 to be formatted, 0 left as they are\n',
      failed: true,
    })
    expect(await read('a.yaml')).toBe(untidy)
    expect(JSON.parse((await run('fmt', '--check', '--json')).answer)).toEqual({
      files: [
        { file: 'a.yaml', changed: true, problem: null },
        { file: 'b.yaml', changed: false, problem: null },
      ],
    })
  })

  test('takes the files that are named: where it was called, else in the config folder', async () => {
    await write('a.yaml', untidy)
    await writeFile(join(home, 'elsewhere', 'here.yaml'), untidy)
    await symlink(join(home, 'elsewhere', 'here.yaml'), join(home, 'config', 'linked.yaml'))
    expect((await run('fmt', 'here.yaml', 'a.yaml')).failed).toBe(false)
    expect(await read('a.yaml')).toBe(tidy)
    expect(await readFile(join(home, 'elsewhere', 'here.yaml'), 'utf8')).toBe(tidy)
    await writeFile(join(home, 'elsewhere', 'here.yaml'), untidy)
    await run('fmt', 'linked.yaml')
    expect(await readFile(join(home, 'elsewhere', 'here.yaml'), 'utf8')).toBe(tidy)
    expect(
      (await readdir(join(home, 'config'), { withFileTypes: true }))
        .find(({ name }) => name === 'linked.yaml')
        ?.isSymbolicLink(),
    ).toBe(true)
    await expect(run('fmt', 'nope.yaml')).rejects.toThrow('command fmt: there is no file "nope.yaml"')
    await expect(run('fmt', 'a.txt')).rejects.toThrow('command fmt: "a.txt" does not end in .yaml')
  })
})

describe('the schema for editors', () => {
  test('is what the command prints, and is written only where it is another', async () => {
    const { answer } = await run('schema')
    const config = join(home, 'config')
    const log = recordingLog()
    await writeEditorSchema(config, log)
    const file = join(config, '.schema', 'smart-stream.schema.json')
    expect(await readFile(file, 'utf8')).toBe(answer)
    const { ino } = await stat(file)
    await writeEditorSchema(config, log)
    expect((await stat(file)).ino).toBe(ino)
    await writeFile(file, '{}')
    await writeEditorSchema(config, log)
    expect(await readFile(file, 'utf8')).toBe(answer)
    expect(await readdir(join(config, '.schema'))).toEqual(['smart-stream.schema.json'])
    expect(log.lines).toEqual([])
  })

  test('is done without where the folder cannot be written, with one line', async () => {
    const log = recordingLog()
    // No user may write below a file, root among them.
    await write('.schema', 'a file')
    await writeEditorSchema(join(home, 'config'), log)
    expect(log.lines).toHaveLength(1)
    expect(await read('.schema')).toBe('a file')
  })
})
