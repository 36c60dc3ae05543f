import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadOptions } from '../../src/options.ts'
import { commands } from '../../src/wiring/commands.ts'
import { edgesOf, readBack } from '../support/imported.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const clock = new VirtualClock('2026-11-22T11:00:00Z')

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-import-'))
  await mkdir(join(home, 'config', 'deep'), { recursive: true })
})

afterEach(() => rm(home, { recursive: true, force: true }))

const write = (name: string, text: string | Uint8Array) => writeFile(join(home, name), text)

/** The command line as the process gets it. */
async function run(...argv: string[]) {
  const loaded = await loadOptions({
    argv: ['import', ...argv, '--data', home],
    env: { TZ: 'UTC' },
    cwd: '/',
    commands,
  })
  const command = commands.find(({ name }) => name === loaded.command) ?? expect.unreachable()
  return command.run({ ...loaded, shipped, cwd: home, clock })
}

const gate = `:: StoryTitle
The Gate

:: Start
A dragon sleeps.
[[Tiptoe->Garden]]
[[Wake it->Dragn]]

:: Garden
Roses.

:: Dragon
"Who is there?"
`

const card = {
  title: 'Fork',
  content: {
    playbackType: 'interactive',
    config: { resumeTimeout: 86_400 },
    chapters: [
      {
        key: '01',
        title: 'Fork',
        tracks: [
          {
            key: '01',
            title: 'Left or right?',
            type: 'audio',
            events: {
              onLhb: { cmd: 'goto', params: { chapterKey: '02', trackKey: '02' } },
              onEnd: { cmd: 'repeat' },
            },
          },
        ],
      },
      {
        key: '02',
        title: 'Home',
        tracks: [{ key: '02', title: 'Home', events: { onEnd: { cmd: 'stop' } } }],
      },
    ],
  },
}

describe('a story in Twee', () => {
  test('stands on stdout as a rule file, and what was lost on stderr with its line', async () => {
    await write('gate.twee', gate)
    const { answer, notes, failed } = await run('gate.twee')
    expect(failed).toBe(false)
    expect(answer).toBe(`# yaml-language-server: $schema=.schema/smart-stream.schema.json
stories:
  the-gate:
    title: The Gate
    scenes:
      Start:
        say: A dragon sleeps.
        go: Garden
      Garden:
        say: Roses.
        ending: Garden
      Dragon:
        say: '"Who is there?"'
        ending: Dragon
`)
    expect(
      notes,
    ).toBe(`gate.twee:6:1 warning[import/lossy] the words of a link that nobody presses are not said: "Tiptoe"
    6 | [[Tiptoe->Garden]]
      | ^

gate.twee:7:1 warning[import/lossy] "Start" links to "Dragn", and there is no such passage: the link is left out - was "Dragon" meant?
    7 | [[Wake it->Dragn]]
      | ^
`)
    const { diagnostics } = await readBack(answer)
    expect(diagnostics.map(({ code }) => code)).toEqual(['story/unreachable'])
  })

  test('is read the same with a byte order mark and line ends of Windows or of old', async () => {
    await write('gate.twee', gate)
    await write('windows.tw', `\uFEFF${gate.replaceAll('\n', '\r\n')}`)
    await write('old.TWEE', gate.replaceAll('\n', '\r'))
    const said = await run('gate.twee')
    for (const name of ['windows.tw', 'old.TWEE']) {
      const { answer, notes } = await run(name)
      expect(answer).toBe(said.answer)
      expect(notes?.replaceAll(name, 'gate.twee')).toBe(said.notes)
    }
  })

  test('takes its name and the meaning of its links from the command line, and answers in JSON', async () => {
    await write('gate.twee', gate)
    const { answer, notes } = await run('gate.twee', '--as', 'yoto', '--name', 'My gate', '--json')
    expect(notes).toBeUndefined()
    const { yaml, losses } = JSON.parse(answer)
    const { stories } = await readBack(yaml)
    expect(stories[0]).toMatchObject({ id: 'My gate' })
    expect(stories.map(edgesOf)[0]?.Start).toEqual({ left: 'Garden', right: null, end: 'stop' })
    expect(losses).toEqual([
      { line: 7, place: 'Start', what: expect.stringContaining('there is no such passage') },
    ])
  })

  test('plays the files of the folder audio beside it', async () => {
    await write('gate.twee', gate)
    await mkdir(join(home, 'audio'))
    for (const name of ['Garden.mp3', 'Start.txt', 'x.wav']) await write(`audio/${name}`, '')
    const { answer } = await run('gate.twee')
    expect(answer).toContain('    audio: scenes/the-gate\n')
    expect(answer).toContain('      Garden:\n        play: Garden.mp3\n')
    expect(answer).toContain('        say: A dragon sleeps.\n')
  })

  test('with more losses than anybody reads names a hundred, and JSON all', async () => {
    await write('many.twee', `:: A\n${'[[x]]\n'.repeat(250)}`)
    const { notes = '' } = await run('many.twee')
    expect(notes.match(/\[import\/lossy\]/g)).toHaveLength(100)
    expect(notes).toMatch(/\n\nand 150 more of them: --json has all\n$/)
    expect(JSON.parse((await run('many.twee', '--json')).answer).losses).toHaveLength(250)
  })
})

test.each([
  ['bare', card],
  ['in its envelope', { card }],
])('a card is read from its JSON, %s', async (_, json) => {
  await write('card.json', JSON.stringify(json))
  const { answer, notes } = await run('card.json')
  expect(answer).toContain('  fork:\n    title: Fork\n    resume: 1d\n')
  const { stories } = await readBack(answer)
  expect(stories.map(edgesOf)[0]).toEqual({
    '01': { left: '02', right: null, end: '01' },
    '02': { left: null, right: null, end: 'stop' },
  })
  expect(notes).toMatch(/^card\.json:1:1 warning\[import\/lossy\] the audio of its 2 tracks lies at Yoto's/)
})

describe('--out', () => {
  test('writes a new file, whose first line leads to the schema, and never over one', async () => {
    await write('gate.twee', gate)
    const { answer, notes } = await run('gate.twee', '--out', 'config/gate.yaml')
    expect(answer).toBe('config/gate.yaml is written: story the-gate, 3 scenes\n')
    expect(notes).toContain('import/lossy')
    const text = await readFile(join(home, 'config', 'gate.yaml'), 'utf8')
    expect(text).toBe((await run('gate.twee')).answer)
    await expect(run('gate.twee', '--out', 'config/gate.yaml')).rejects.toThrow(
      /^command import: there is a file ".*gate\.yaml" already; name another with --out$/,
    )
    expect(await readFile(join(home, 'config', 'gate.yaml'), 'utf8')).toBe(text)
    await run('gate.twee', '--out', 'config/deep/gate.yaml')
    expect(await readFile(join(home, 'config', 'deep', 'gate.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/\.schema\/smart-stream\.schema\.json\nstories:\n/,
    )
  })

  test.each([
    ['gate.yml', /^argument --out: found "gate\.yml", expected a name that ends in \.yaml$/],
    ['nowhere/gate.yaml', /^command import: ".*gate\.yaml" cannot be written: ENOENT$/],
  ])('%s is refused', async (out, message) => {
    await write('gate.twee', gate)
    await expect(run('gate.twee', '--out', out)).rejects.toThrow(message)
    expect((await readdir(home)).sort()).toEqual(['config', 'gate.twee'])
  })
})

test.each<[file: string, content: string | Uint8Array, message: RegExp]>([
  ['empty.twee', ' \n', /^command import: "empty\.twee" is empty$/],
  ['bytes.twee', new Uint8Array([58, 58, 10, 0, 1, 255]), /"bytes\.twee", line 2: this is no text in UTF-8/],
  [
    'latin.twee',
    new Uint8Array([58, 58, 32, 65, 10, 233, 10]),
    /"latin\.twee", line 2: this is no text in UTF-8/,
  ],
  ['words.twee', 'Once upon a time', /"words\.twee": there is no passage in this file/],
  ['half.json', '{"title": "x",\n"content": {"chap', /"half\.json": line 2: this is no JSON/],
  ['deep.json', '['.repeat(1_000_000), /"deep\.json": .*this is no JSON/],
  ['list.json', '[1]', /"list\.json": this is no card: it has no `content` with `chapters`/],
  ['bare.json', '{"content": {"chapters": []}}', /"bare\.json": this card has no tracks/],
  ['lunii.json', '{"stageNodes": []}', /"lunii\.json": this pack has no stages, so there is no story$/],
  ['telmi.json', '{"startAction": {}, "stages": {}}', /"telmi\.json": this pack has no stages/],
  ['twee.json', '{"passages": []}', /this was made of a story in Twee: import the story itself/],
  ['pack.zip', 'PK', /^command import: "pack\.zip": this is no whole zip: /],
  ['story.html', '<html>', /have Twine export the story "As Twee"/],
  ['rules.yaml', 'a: b', /a rule file needs no import/],
  ['story.ink', 'x', /is of no kind that is known; known are Twee/],
  ['big.twee', 'x'.repeat(10 * 1024 * 1024 + 1), /"big\.twee" has 10\.0 MB; a story may have 10 MB/],
  [
    'long.twee',
    `:: A\n${'word '.repeat(400_000)}`,
    /this comes to a rule file of \d\.\d MB, and one may have 1 MB/,
  ],
  [
    'many.twee',
    Array.from({ length: 5_001 }, (_, index) => `:: p${index}\n`).join(''),
    /"many\.twee": this file has 5001 passages, the last on line 5001; a story may have 5000/,
  ],
])('%s is refused with what is wrong', async (file, content, message) => {
  await write(file, content)
  await expect(run(file)).rejects.toThrow(message)
})

test.each([
  [[], /^command import: which file\? known are Twee/],
  [['nope.twee'], /^command import: there is no file "nope\.twee"$/],
  [['config'], /^command import: "config": this folder is no pack: it has neither the `story\.json`/],
  [
    ['a.twee', 'b.twee'],
    /^command import: found "b\.twee", expected the name of one file or folder and nothing more$/,
  ],
  [['gate.twee', '--as', 'ink'], /^argument --as: found "ink", expected yoto or plain$/],
  [['gate.twee', '--name', '/etc'], /^argument --name: found "\/etc", expected up to 60 letters/],
  [['gate.twee', '--name', 'constructor'], /^argument --name: found "constructor", expected/],
  [['card.json', '--as', 'yoto'], /"card\.json": --as is about Twee/],
])('%j is refused with the way out', async (argv, message) => {
  await write('gate.twee', gate)
  await write('card.json', JSON.stringify(card))
  await expect(run(...argv)).rejects.toThrow(message)
})
