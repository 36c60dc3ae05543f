import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { emptyQueue } from '../../src/core/queue.ts'
import { loadOptions } from '../../src/options.ts'
import { openStorage } from '../../src/storage/storage.ts'
import { checkCommand } from '../../src/wiring/check-command.ts'
import { explainCommand } from '../../src/wiring/explain-command.ts'
import { planCommand } from '../../src/wiring/plan-command.ts'
import { makeSound } from '../audio/import/make.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readBook } from '../support/rule-book.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const schedule = (play: string) => `playlists:\n  night: [${play}]\nschedules:\n  bedroom: {default: night}\n`

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-check-'))
  for (const folder of ['config', 'media']) await mkdir(join(home, folder))
})

afterEach(() => rm(home, { recursive: true, force: true }))

const write = (name: string, text: string) => writeFile(join(home, 'config', name), text)

async function check(json = false) {
  const { options } = await loadOptions({ argv: ['--data', home], env: { TZ: 'UTC' }, cwd: '/' })
  return checkCommand({ options, shipped, clock: systemClock, json })
}

test('sound files are counted, and nothing is written beside them', async () => {
  await write('a.yaml', schedule('clip:lullaby-one'))
  expect(await check()).toEqual({ answer: '1 file: 0 errors, 0 warnings, 0 infos\n', failed: false })
  expect(await readdir(home)).toEqual(['config', 'media'])
})

test('a finding is shown with its line; only an error or a file that cannot be read fails', async () => {
  await writeFile(join(home, 'media', 'moon.mp3'), '')
  await write('a.yaml', schedule('mooon.mp3, moon.mp3'))
  expect(await check()).toEqual({
    answer: `a.yaml:2:11 warning[ref/file] there is no file "mooon.mp3"
    2 |   night: [mooon.mp3, moon.mp3]
      |           ^^^^^^^^^
   help: did you mean "moon.mp3"?

1 file: 0 errors, 1 warning, 0 infos
`,
    failed: false,
  })
  await write('b.yml', '')
  expect(await check()).toMatchObject({
    answer: expect.stringMatching(
      /^b\.yml is left out of the rules: rule files end in \.yaml\n[\s\S]*1 error, /,
    ),
    failed: true,
  })
})

test('programs read the same as JSON', async () => {
  await write('a.yaml', 'rules:\n  r: {}\n')
  const { answer, failed } = await check(true)
  expect(failed).toBe(true)
  expect(JSON.parse(answer)).toMatchObject({
    files: ['a.yaml'],
    unread: [],
    findings: [{ file: 'a.yaml', line: 2, column: 6, level: 'error', code: 'key/missing' }],
  })
})

test('a household without a config folder is told the way out', async () => {
  await rm(join(home, 'config'), { recursive: true })
  await expect(check()).rejects.toThrow(/config cannot be read: start the product once, or name another/)
})

test('what is merely worth knowing is said by the command, and not by the log of a start', async () => {
  await write('a.yaml', 'playlists:\n  old-mix: [clip:lullaby-one]\n')
  expect((await check()).answer).toContain('info[ref/unused]')
  const log = recordingLog()
  await readBook({
    folder: join(home, 'config'),
    library: { find: async () => ({ state: 'ready' }) },
    log,
  })
  expect(log.lines).toEqual([])
})

test('a card is doubted where the store knows those that were made here, and it is not one of them', async () => {
  await write(
    'a.yaml',
    "rules:\n  r: {when: [{button: left}], if: player.card == '7JtVV', do: [{log: hello}]}\n",
  )
  expect((await check()).answer).toBe('1 file: 0 errors, 0 warnings, 0 infos\n')
  const url = 'sqlite'
  const storage = await openStorage({ url, folder: home, log: recordingLog() })
  await storage.collection('published-cards').set('key-1', { card_id: '0urs1', stream: 'bedroom' })
  expect((await check()).answer).toContain(
    'a.yaml:2:35 warning[rule/button-card] card 7JtVV is not one of ours',
  )
  await storage.collection('published-cards').set('key-2', { card_id: '7JtVV', stream: 'bedroom' })
  expect((await check()).answer).toBe('1 file: 0 errors, 0 warnings, 0 infos\n')
  await storage.close()
})

test('a pick by title, artist, album or length is held against what the files say of themselves', async () => {
  const media = join(home, 'media')
  const tags = ['title=Sea Song', 'artist=Ann Otter', 'album=Tides'].flatMap((tag) => ['-metadata', tag])
  await makeSound(media, 'a.mp3', { options: tags })
  await makeSound(media, 'untold.ogg')
  const picks = {
    sea: '{all: [{title: sea}, {artist: otter}]}',
    untagged: '{all: [{title: untold}]}',
    either: '{any: [{album: nowhere}, {album: tides}]}',
    short: '{all: [{artist: otter}, {shorter_than: 3s}]}',
    misspelt: '{all: [{artist: oter}]}',
    long: '{all: [{longer_than: 3s}]}',
    'not-hers': '{all: [{title: sea}], none: [{artist: otter}]}',
  }
  const list = Object.entries(picks).map(([name, pick]) => `  ${name}: {pick: ${pick}}\n`)
  await write('a.yaml', `playlists:\n${list.join('')}`)
  const { answer } = await check()
  expect([...answer.matchAll(/playlist "(.*)" brings nothing/g)].map(([, name]) => name)).toEqual([
    'misspelt',
    'long',
    'not-hers',
  ])
})

test('a stream that cannot be made beside one that the store has is doubted, and one that is gone is missed', async () => {
  const playlists = 'playlists: {songs: [clip:lullaby-one]}'
  await write('a.yaml', `${playlists}\nschedules:\n  küche: {default: songs}\n  bath: {default: songs}\n`)
  await write('b.yaml', 'rules:\n  r: {stream: attic, when: [{button: right}], do: [{log: hello}]}\n')
  expect((await check()).answer).not.toMatch(/ref.(alike|stream)/)
  const storage = await openStorage({ url: 'sqlite', folder: home, log: recordingLog() })
  onTestFinished(() => storage.close())
  await storage.collection('queues').set('kuche', emptyQueue('kuche'))
  const { answer } = await check()
  expect(answer).toContain(
    'a.yaml:3:3 warning[ref/alike] topics and addresses call the stream "küche" "kuche", as they call "kuche" (a stream that is there already)',
  )
  expect(answer).toContain(
    'help: write "kuche" if you mean that one; else give this one another name, or delete "kuche"',
  )
  expect(answer).toContain('b.yaml:2:15 warning[ref/stream] there is no stream "attic"')
  expect(answer).not.toContain('"bath"')
  await storage.collection('queues').delete('kuche')
  await storage.collection('queues').set('küche', emptyQueue('küche'))
  expect((await check()).answer).not.toContain('ref/alike')
})

test('an empty playlist, a misspelt folder and a pick that finds nothing are warned of, in plan and explain too', async () => {
  await mkdir(join(home, 'media', 'stories'))
  await writeFile(join(home, 'media', 'stories', 'fox.mp3'), '')
  await write(
    'a.yaml',
    `playlists:
  wishes: []
  tales: {folder: storys}
  songs: {pick: {all: [{folder: music}]}}
  short: {pick: {all: [{folder: stories}, {shorter_than: 5m}]}}
  fox: {folder: stories}
schedules:
  bedroom:
    default: wishes
    slots:
      noon: {from: "12:00", to: "13:00", play: tales}
      one: {from: "13:00", to: "14:00", play: songs}
      two: {from: "14:00", to: "15:00", play: short}
      three: {from: "15:00", to: "16:00", play: fox}
`,
  )
  const { answer } = await check()
  const said = [...answer.matchAll(/a\.yaml:(\d+):\d+ warning\[(\S+)\] (.*)/g)]
  expect(said.map(([, line, code, message]) => [line, code, message])).toEqual([
    ['2', 'playlist/silent', 'playlist "wishes" brings nothing: nothing stands in it'],
    ['3', 'playlist/silent', 'playlist "tales" brings nothing: no audio lies in the folder "storys"'],
    ['4', 'playlist/silent', 'playlist "songs" brings nothing: its `pick` finds nothing in the library'],
  ])
  expect(answer).toContain('did you mean "stories"?')
  const { options } = await loadOptions({ argv: ['--data', home], env: { TZ: 'UTC' }, cwd: '/' })
  const asked = {
    options,
    shipped,
    cwd: '/',
    clock: systemClock,
    args: [],
    flags: new Map(),
    lists: new Map(),
    json: false,
  }
  const plan = (await planCommand.run(asked)).answer
  expect(plan).toContain('tales (brings nothing now)')
  expect(plan).not.toMatch(/(short|fox) \(brings/)
  const explained = (await explainCommand.run(asked)).answer
  expect(explained).toContain('playlist songs (which brings nothing now)')
  expect(explained).not.toMatch(/(short|fox) \(which/)
})

test('what a rule plays is missed where the store knows no card of it, and it is said how to make one', async () => {
  const rule = 'r: {player: den, stream: loft, when: [{time: "18:00"}], do: [{play: {}}]}'
  await write('a.yaml', `rules:\n  ${rule}\n`)
  expect((await check()).answer).toBe('1 file: 0 errors, 0 warnings, 0 infos\n')
  const storage = await openStorage({ url: 'sqlite', folder: home, log: recordingLog() })
  await storage.collection('published-cards').set('key-1', { card_id: '0urs1', stream: 'bedroom' })
  // For a card that is made by hand in Yoto's app: nobody knows which.
  await storage.collection('published-cards').set('key-2', { card_id: null, stream: 'loft' })
  expect((await check()).answer).toMatch(
    /^a\.yaml:2:\d+ warning\[ref\/unpublished\] stream "loft" has no card, and `play` fails until one is made\n[\s\S]*`card publish --stream loft`/,
  )
  await storage.collection('published-cards').set('key-3', { card_id: '0urs2', stream: 'loft' })
  expect((await check()).answer).toBe('1 file: 0 errors, 0 warnings, 0 infos\n')
  await storage.close()
})
