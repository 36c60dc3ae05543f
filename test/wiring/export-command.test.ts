import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadOptions } from '../../src/options.ts'
import { Zip } from '../../src/stories/import/zip.ts'
import { commands } from '../../src/wiring/commands.ts'
import { mapOf, readBack } from '../support/imported.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const clock = new VirtualClock('2026-11-22T11:00:00Z')

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-export-'))
  for (const folder of ['config', 'media/stories/hill', 'there/config', 'there/media'])
    await mkdir(join(home, folder), { recursive: true })
  for (const name of ['title', 'path', 'hare', 'fox', 'owl', 'home'])
    await writeFile(join(home, 'media/stories/hill', `${name}.mp3`), `sound of ${name}`)
})

afterEach(() => rm(home, { recursive: true, force: true }))

const story = `stories:
  hill:
    title: Over the hill
    audio: stories/hill
    scenes:
      title: {play: title.mp3, go: path}
      path: {play: path.mp3, left: hare, right: who, silence: stop}
      hare: {play: hare.mp3, go: home}
      who:
        carousel:
          - {play: hare.mp3, go: home}
          - {play: fox.mp3, go: home}
          - {play: owl.mp3, go: path}
        silence: stop
      home: {play: home.mp3, ending: home}
      stop: {ending: stop}
`

const write = (text: string, name = 'hill.yaml') => writeFile(join(home, 'config', name), text)

async function call(argv: readonly string[], data = home) {
  const loaded = await loadOptions({
    argv: [...argv, '--data', data],
    env: { TZ: 'UTC' },
    cwd: '/',
    commands,
  })
  const command = commands.find(({ name }) => name === loaded.command) ?? expect.unreachable()
  return command.run({ ...loaded, shipped, cwd: home, clock })
}

const run = (...argv: string[]) => call(['export', ...argv])

async function mapIn(yaml: string): Promise<readonly string[]> {
  const { stories, diagnostics } = await readBack(yaml)
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  return stories.flatMap(mapOf).toSorted()
}

describe('--studio', () => {
  test('writes a pack with its audio, which comes back as the same story', async () => {
    await write(story)
    const { answer, notes } = await run('hill', '--studio', '--output', 'hill.zip')
    expect(answer).toBe('hill.zip is written: 7 scenes, 6 audio files\n')
    expect(notes).toBe(
      'not in the pack: a box waits for an answer, and silence leads nowhere: 4 scenes, "path", "option 1 of who", "option 2 of who", "option 3 of who"\n',
    )
    await call(
      ['import', 'hill.zip', '--name', 'hill', '--out', 'there/config/hill.yaml'],
      join(home, 'there'),
    )
    const back = await readFile(join(home, 'there/config/hill.yaml'), 'utf8')
    // The carousel has no scene of its own to begin with: its first option has its place.
    const expected = (await mapIn(story)).filter((way) => way !== 'who go who.1')
    const found = (await mapIn(back)).filter((way) => !way.endsWith(' go who 1 and others.1'))
    expect(found.map((way) => way.replaceAll('who 1 and others', 'who'))).toEqual(expected)
    const folder = join(home, 'there/media/scenes/hill')
    const sounds = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
    )
    expect(sounds.sort()).toEqual(
      ['fox', 'hare', 'home', 'owl', 'path', 'title'].map((name) => `sound of ${name}`),
    )
  })

  test('writes the same zip for the same story, each sound once, and pictures for what nobody hears', async () => {
    await write(story)
    await run('--studio', '--output', 'one.zip')
    await run('--studio', '--output', 'two.zip')
    expect(await readFile(join(home, 'one.zip'))).toEqual(await readFile(join(home, 'two.zip')))
    const zip = await Zip.open(join(home, 'one.zip'))
    expect(zip.names.filter((name) => name.endsWith('.mp3'))).toHaveLength(6)
    const pictures = zip.names.filter((name) => name.endsWith('.png'))
    expect(pictures).toHaveLength(2)
    for (const name of pictures) {
      const bytes = await zip.bytes(name)
      expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
      expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([320, 240])
    }
    zip.close()
  })

  test.each([
    [['--studio'], /^command export: a zip is no text: name the file it goes to with --output$/],
    [
      ['--studio', '--output', 'hill.pack'],
      /^argument --output: found "hill\.pack", expected a name that ends in \.zip$/,
    ],
    [
      ['--studio', '--output', 'there.zip'],
      /^command export: there is a file ".*there\.zip" already; name another with --output$/,
    ],
    [['--studio', '--output', 'no/hill.zip'], /hill\.zip" cannot be written: ENOENT$/],
  ])('%j is refused', async (argv, message) => {
    await write(story)
    await writeFile(join(home, 'there.zip'), 'mine')
    await expect(run(...argv)).rejects.toThrow(message)
    expect(await readFile(join(home, 'there.zip'), 'utf8')).toBe('mine')
  })

  test('refuses a story that no box can tell, and leaves no file', async () => {
    await write(
      story.replace(
        '{play: hare.mp3, go: home}\n',
        '{play: hare.mp3, random: [{go: home, weight: 999}, path]}\n',
      ),
    )
    await expect(run('--studio', '--output', 'hill.zip')).rejects.toThrow(
      /^command export: this is no pack: the chance of "hare" comes to more than 100 equal options/,
    )
    expect(await readdir(home)).not.toContain('hill.zip')
  })
})

describe('--card', () => {
  test('prints the JSON of a card, which leads where the story does', async () => {
    await write(story)
    const { answer, notes } = await run('--card', '--url', 'https://example.org/hill/')
    const { content, title } = JSON.parse(answer)
    expect(title).toBe('Over the hill')
    expect(content.playbackType).toBe('interactive')
    const [first, second] = content.chapters
    expect(first).toMatchObject({
      key: 'title~E',
      tracks: [{ trackUrl: 'https://example.org/hill/title~E.mp3', events: { onEnd: { cmd: 'goto' } } }],
    })
    expect(second.tracks[0].events.onLhb.params).toEqual({ chapterKey: 'hare~L', trackKey: 'hare~L' })
    const told = (notes ?? '').trimEnd().split('\n')
    expect(told[0]).toBe('title~E.mp3 plays: stories/hill/title.mp3')
    expect(told[1]).toBe('path~E.mp3 plays: stories/hill/path.mp3, 10 s of silence, 10 s of silence')
    expect(told).toHaveLength(content.chapters.length)
    await writeFile(join(home, 'card.json'), answer)
    const imported = await call(['import', 'card.json'])
    const ways = await mapIn(imported.answer)
    expect(ways).toContain('path E left hare L')
    // From an ending both buttons lead to the beginning, and it is an ending again where the card is read.
    const chapters: { tracks: { events: { onLhb?: object; onEnd?: { cmd: string } } }[] }[] = content.chapters
    const asks = chapters.filter(
      ({ tracks: [track] }) => track?.events.onLhb && track.events.onEnd?.cmd !== 'stop',
    )
    const endings = chapters.filter(({ tracks: [track] }) => track?.events.onEnd?.cmd === 'stop')
    expect(ways.filter((way) => way.includes(' left '))).toHaveLength(asks.length)
    expect(ways.filter((way) => way.includes(' ends '))).toHaveLength(endings.length)
    expect(endings.length).toBeGreaterThan(0)
  })

  test('has addresses that lead nowhere without --url, and says so', async () => {
    await write(story)
    const { answer, notes } = await run('--card', '--output', 'card.json')
    expect(answer).toBe('card.json is written\n')
    expect(notes).toMatch(
      /^the tracks have addresses of https:\/\/audio\.example, where nothing is: say where/,
    )
    expect(await readFile(join(home, 'card.json'), 'utf8')).toContain('"https://audio.example/title~E.mp3"')
    await expect(run('--card', '--output', 'card.json')).rejects.toThrow(
      /already; name another with --output$/,
    )
  })

  test('refuses chance, and what is too big', async () => {
    await write(story.replace('{play: hare.mp3, go: home}\n', '{play: hare.mp3, random: [home, path]}\n'))
    await expect(run('--card')).rejects.toThrow(
      'command export: this is no card: a card cannot decide by chance, as "hare" does',
    )
    const many = Array.from({ length: 101 }, (_, index) => `      s${index}: {say: x, go: s${index + 1}}\n`)
    await write(`stories:\n  hill:\n    scenes:\n${many.join('')}      s101: {say: x, ending: x}\n`)
    await expect(run('--card')).rejects.toThrow(/this is no card: it would have more than 100 chapters/)
  })
})

describe('--twee', () => {
  test('prints Twee, which comes back as the same story', async () => {
    await write(story.replace('scenes:', 'defaults: {silence: {ask_again: 0}}\n    scenes:'))
    const { answer, notes } = await run('hill', '--twee')
    expect(notes).toBe(
      'not in Twee: passages that are called otherwise than their scenes: 3 scenes, "option 1 of who", "option 2 of who", "option 3 of who"\n',
    )
    await writeFile(join(home, 'hill.twee'), answer)
    const { answer: yaml } = await call(['import', 'hill.twee', '--name', 'hill'])
    expect(await mapIn(yaml)).toEqual(
      (await mapIn(story)).map((way) => way.replaceAll('who.', 'who ')).toSorted(),
    )
  })
})

test.each([
  [[], /^command export: found none, expected one of --card, --twee and --studio$/],
  [['--card', '--twee'], /^command export: found --card and --twee, expected one of/],
  [['--twee', '--json'], /^command export: found --json, and what is exported has its own form$/],
  [['--twee', '--url', 'https://example.org'], /^argument --url: it is about the tracks of a card/],
  [
    ['--card', '--url', 'ftp://example.org'],
    /^argument --url: found "ftp:\/\/example\.org", expected an address such as/,
  ],
  [['--card', '--url', 'https://example.org/?a=1'], /^argument --url: found/],
  [['hil', '--twee'], /there is no story "hil" - did you mean "hill"\?/],
])('%j is refused with the way out', async (argv, message) => {
  await write(story)
  await expect(run(...argv)).rejects.toThrow(message)
})
