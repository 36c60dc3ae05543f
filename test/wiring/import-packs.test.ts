import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadOptions } from '../../src/options.ts'
import { commands } from '../../src/wiring/commands.ts'
import { mapOf, readBack } from '../support/imported.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { type ZipEntry, zipOf } from '../support/zip-bytes.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const clock = new VirtualClock('2026-11-22T11:00:00Z')
const pond = await readFile(new URL('../fixtures/stories/pond.story.json', import.meta.url), 'utf8')
const cellar = await readFile(new URL('../fixtures/stories/cellar.nodes.json', import.meta.url), 'utf8')

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-packs-'))
  for (const folder of ['config', 'media']) await mkdir(join(home, folder))
})

afterEach(() => rm(home, { recursive: true, force: true }))

const write = async (name: string, content: string | Uint8Array) => {
  await mkdir(join(home, name, '..'), { recursive: true })
  await writeFile(join(home, name), content)
}

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

const sounds = ['cover', 'who', 'frog', 'duck', 'pike', 'hello', 'splash', 'bye']
const assets = sounds.map(
  (name): ZipEntry => ({ name: `assets/${name}.mp3`, data: `sound of ${name}`, method: 8 }),
)
const pondZip = (...more: readonly ZipEntry[]) =>
  zipOf([
    { name: 'story.json', data: pond, method: 8 },
    ...assets,
    { name: 'assets/cover.png', data: 'x' },
    ...more,
  ])
const inLibrary = () => readdir(join(home, 'media'), { recursive: true })
const audioOf = (id: string) => [...sounds].sort().map((name) => `scenes/${id}/${name}.mp3`)

// By hand, from the file: the wheel of animals is come to at the duck.
const pondMap = [
  'Cover go Who is it',
  'Who is it go Who is it.1',
  'Who is it.1 left Who is it.2',
  'Who is it.1 right splash',
  'Who is it.1 silence stop',
  'Who is it.2 left Who is it.3',
  'Who is it.2 right splash',
  'Who is it.2 silence stop',
  'Who is it.3 left Who is it.1',
  'Who is it.3 right hello',
  'Who is it.3 silence stop',
  'splash right bye',
  'splash silence bye',
  'hello chance 1 bye',
  'hello chance 2 splash',
  'bye ends bye',
  'stop ends stop',
]

describe('a pack of STUdio', () => {
  test('comes in with its audio, which lies in the folder of the story', async () => {
    await write('pond.zip', pondZip())
    const { answer, notes } = await run('pond.zip', '--out', 'config/pond.yaml')
    expect(answer).toBe(
      'config/pond.yaml is written: story at-the-pond, 6 scenes; 8 audio files put into scenes/at-the-pond of the library\n',
    )
    const { stories, diagnostics } = await readBack(await readFile(join(home, 'config/pond.yaml'), 'utf8'))
    expect(diagnostics.filter(({ level }) => level !== 'info')).toEqual([])
    expect(stories.flatMap(mapOf).toSorted()).toEqual(pondMap.toSorted())
    expect((await inLibrary()).sort()).toEqual(['scenes', 'scenes/at-the-pond', ...audioOf('at-the-pond')])
    expect(await readFile(join(home, 'media/scenes/at-the-pond/frog.mp3'), 'utf8')).toBe('sound of frog')
    expect(notes?.replace(/\n.*\|.*/g, '').split('\n\n')).toEqual([
      'pond.zip/story.json:2:1 warning[import/lossy] age: that is not taken along',
      expect.stringMatching(/:5:1 .* the description is not taken along$/),
      expect.stringMatching(
        /:6:1 .* the night mode, in which stories follow one another, is not taken along/,
      ),
      expect.stringMatching(/1 stage shows a picture, which nobody hears$/),
      expect.stringMatching(/OK skips "Who is it": here that is heard to its end$/),
      expect.stringMatching(/HOME or a pause does nothing in "Who is it"/),
      expect.stringMatching(
        /1 wheel: left goes on to the next option, right takes it; where nobody answers the story ends$/,
      ),
      expect.stringMatching(/"splash" waits for OK: here the right button goes on/),
      expect.stringMatching(/no way leads to "lost": it is left out\n$/),
    ])
  })

  test('stands on stdout without its audio, and says so', async () => {
    await write('pond.zip', pondZip())
    const { answer, notes } = await run('pond.zip')
    expect(answer).toContain(
      'stories:\n  at-the-pond:\n    title: At the pond\n    audio: scenes/at-the-pond\n',
    )
    expect(notes).toContain('its audio (8 files) is put into the library only with --out')
    expect(await inLibrary()).toEqual([])
  })

  test.each<[string, () => Promise<string>]>([
    [
      'in a folder',
      async () => {
        await write('My pond/story.json', pond)
        for (const { name, data = '' } of assets) await write(`My pond/${name}`, data)
        return 'My pond'
      },
    ],
    [
      'as a bare story.json',
      async () => {
        await write('p/pond.json', pond)
        for (const { name, data = '' } of assets) await write(`p/${name}`, data)
        return 'p/pond.json'
      },
    ],
    [
      'in a zip with one folder',
      async () => {
        const all = [{ name: 'story.json', data: pond }, ...assets]
        await write('p.ZIP', zipOf(all.map((entry) => ({ ...entry, name: `My pond/${entry.name}` }))))
        return 'p.ZIP'
      },
    ],
  ])('is the same %s', async (_, place) => {
    await run(await place(), '--out', 'config/pond.yaml')
    const { stories } = await readBack(await readFile(join(home, 'config/pond.yaml'), 'utf8'))
    expect(stories.flatMap(mapOf).toSorted()).toEqual(pondMap.toSorted())
    expect((await inLibrary()).filter((name) => name.endsWith('.mp3')).sort()).toEqual(audioOf('at-the-pond'))
  })

  test('names audio that is missing, and links in a folder are none', async () => {
    await write('p/story.json', pond)
    for (const { name, data = '' } of assets.slice(1, -1)) await write(`p/${name}`, data)
    await write('secret.mp3', 'secret')
    await symlink(join(home, 'secret.mp3'), join(home, 'p/assets/bye.mp3'))
    const { notes } = await run('p', '--out', 'config/pond.yaml')
    for (const [name, file] of [
      ['Cover', 'cover.mp3'],
      ['bye', 'bye.mp3'],
    ])
      expect(notes).toContain(`"${name}" plays "${file}", and no such file came with it`)
    expect(await inLibrary()).not.toContain('scenes/at-the-pond/bye.mp3')
  })

  test('puts nothing over another file; the same one may stay', async () => {
    await write('pond.zip', pondZip())
    await write('media/scenes/at-the-pond/frog.mp3', 'sound of frog')
    await run('pond.zip', '--out', 'config/pond.yaml')
    await write('media/scenes/other/frog.mp3', 'sound of fish')
    await expect(run('pond.zip', '--name', 'other', '--out', 'config/other.yaml')).rejects.toThrow(
      'command import: "pond.zip/story.json": the library has another file "scenes/other/frog.mp3": name the story otherwise with --name, or move that file',
    )
    expect(await readdir(join(home, 'media/scenes/other'))).toEqual(['frog.mp3'])
    expect(await readdir(join(home, 'config'))).toEqual(['pond.yaml'])
  })

  test('is not written through a folder that lies elsewhere, nor over a rule file', async () => {
    await write('pond.zip', pondZip())
    await mkdir(join(home, 'elsewhere'))
    await mkdir(join(home, 'media/scenes'))
    await symlink(join(home, 'elsewhere'), join(home, 'media/scenes/at-the-pond'))
    await expect(run('pond.zip', '--out', 'config/pond.yaml')).rejects.toThrow(
      /the folder "scenes\/at-the-pond" of the library lies elsewhere/,
    )
    expect(await readdir(join(home, 'elsewhere'))).toEqual([])
    await write('config/pond.yaml', 'mine')
    await expect(run('pond.zip', '--name', 'pond', '--out', 'config/pond.yaml')).rejects.toThrow(
      /there is a file ".*pond\.yaml" already; name another with --out$/,
    )
    await expect(run('pond.zip', '--name', 'pond', '--out', 'nowhere/pond.yaml')).rejects.toThrow(
      /pond\.yaml" cannot be written: ENOENT$/,
    )
    expect(await readdir(join(home, 'media'))).toEqual(['scenes'])
    expect(await readdir(join(home, 'media/scenes'))).toEqual(['at-the-pond'])
  })
})

test('a story of Telmi comes in with its title, its audio and its inventory', async () => {
  const audio = ['hall', 'key', 'door', 'stairs', 'cat'].map((name) => ({
    name: `audios/${name}.mp3`,
    data: name,
  }))
  await write(
    'cellar.zip',
    zipOf([
      { name: 'nodes.json', data: cellar },
      { name: 'metadata.json', data: '{"title": "The cellar", "uuid": "1", "age": 5}' },
      ...audio,
    ]),
  )
  const { notes } = await run('cellar.zip', '--out', 'config/cellar.yaml')
  const { stories, diagnostics } = await readBack(await readFile(join(home, 'config/cellar.yaml'), 'utf8'))
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  const [story = expect.unreachable()] = stories
  expect(notes).toContain('metadata.json: uuid, age: that is not taken along')
  expect(story).toMatchObject({ id: 'the-cellar', title: 'The cellar' })
  expect([...story.vars.keys()]).toEqual(['Shiny_keys', 'my_not', 'item'])
  // By hand, from the file: the door is hidden without a key, and behind the last option comes the first.
  expect(mapOf(story).toSorted()).toEqual(
    [
      'hall counts go hall',
      'hall right hall decides',
      'hall silence hall decides',
      'hall decides if Shiny_keys == 0 key',
      'hall decides if Shiny_keys == 1 option decides',
      'hall decides if else stairs',
      'option decides if Shiny_keys > 0 and my_not <= Shiny_keys door',
      'option decides if else stairs',
      'key left option decides',
      'key right hall counts',
      'key silence stop',
      'door left stairs',
      'door right door decides',
      'door silence stop',
      'stairs left key',
      'stairs right hall counts',
      'stairs silence stop',
      'door decides if (item != 2) chance',
      'door decides if else cat',
      'chance chance 1 cat',
      // There the wheel leads to the cat.
      'chance chance 1 hall counts 2',
      'hall counts 2 go hall 2',
      'hall 2 left cat',
      'hall 2 right hall decides',
      'hall 2 silence stop',
      'cat ends cat',
      'stop ends stop',
    ].toSorted(),
  )
  const set = (scene: string) => story.scenes.get(scene)?.set.map(({ name, value }) => `${name} = ${value}`)
  expect(set('hall counts')).toEqual(['Shiny_keys = 1', 'my_not = 0', 'item = 2'])
  expect(set('hall')).toEqual(['item = (item - item % 2) / 2'])
  expect(set('key')).toEqual(['Shiny_keys = Shiny_keys + 1', 'my_not = Shiny_keys', 'item = item * 2'])
  expect(notes).toContain(
    '"stairs" sets my_not by how long was played, which a story here does not know: that is left out',
  )
  expect(await readdir(join(home, 'media/scenes/the-cellar'))).toHaveLength(5)
})

describe('refused with nothing written', () => {
  const evil = (name: string, entry: Partial<ZipEntry> = {}) => pondZip({ name, data: 'x', ...entry })
  test.each<[string, Uint8Array, RegExp]>([
    [
      'slip.zip',
      evil('../../evil.mp3'),
      /^command import: "slip\.zip": the entry "\.\.\/\.\.\/evil\.mp3" leads out/,
    ],
    [
      'link.zip',
      evil('assets/l.mp3', { mode: 0o120777 }),
      /"link\.zip": the entry "assets\/l\.mp3" is a link/,
    ],
    ['broken.zip', pondZip().subarray(0, -40), /"broken\.zip": this is no whole zip/],
    [
      'other.zip',
      zipOf([{ name: 'readme.txt', data: 'x' }]),
      /"other\.zip": this zip is no pack: it has neither the `story\.json`/,
    ],
    [
      'two.zip',
      zipOf(['a', 'b'].map((name) => ({ name: `${name}/story.json`, data: pond }))),
      /"two\.zip": this zip holds several packs \(a\/story\.json, b\/story\.json\)/,
    ],
    [
      'bad.zip',
      zipOf([{ name: 'story.json', data: '{"a": 1,\n]' }]),
      /"bad\.zip\/story\.json": line 2: this is no JSON/,
    ],
    [
      'none.zip',
      zipOf([{ name: 'story.json', data: '{}' }]),
      /this is no pack: it has neither `stageNodes` nor `stages`/,
    ],
    ['empty.zip', zipOf([{ name: 'story.json', data: '{"stageNodes": []}' }]), /this pack has no stages/],
    [
      'big.zip',
      zipOf([{ name: 'story.json', data: ' '.repeat(10 * 1024 ** 2 + 1) }]),
      /"story\.json" has more than 10 MB/,
    ],
    [
      'latin.zip',
      zipOf([{ name: 'story.json', data: new Uint8Array([0x7b, 0xe9, 0x7d]) }]),
      /this is no text in UTF-8/,
    ],
    [
      'sound.zip',
      zipOf([
        { name: 'story.json', data: pond },
        ...assets.slice(1),
        { name: 'assets/cover.mp3', data: 'x', sum: 7 },
      ]),
      /"sound\.zip\/story\.json": "assets\/cover\.mp3" cannot be unpacked: its bytes are not those that were packed/,
    ],
    [
      'undeclared.zip',
      zipOf([
        { name: 'story.json', data: pond },
        ...assets.slice(1),
        { name: 'assets/cover.mp3', data: new Uint8Array(50_000_000), method: 8, size: 1_000 },
      ]),
      /"assets\/cover\.mp3" cannot be unpacked: .*too many bytes/,
    ],
  ])('%s', async (name, bytes, message) => {
    await write(name, bytes)
    await expect(run(name, '--out', 'config/pond.yaml')).rejects.toThrow(message)
    expect((await readdir(home, { recursive: true })).sort()).toEqual(['config', 'media', name].sort())
  })

  test.each([
    [['empty'], /^command import: "empty": this folder is no pack: it has neither/],
    [['pack.7z'], /"pack\.7z": packs are read from a zip or a folder: unpack it first/],
    [['pond.zip', '--as', 'yoto'], /--as is about Twee: cards and packs say themselves/],
  ])('%j', async (argv, message) => {
    await mkdir(join(home, 'empty'))
    await write('pack.7z', 'x')
    await write('pond.zip', pondZip())
    await expect(run(...argv)).rejects.toThrow(message)
  })
})
