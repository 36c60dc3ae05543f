import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadOptions } from '../../src/options.ts'
import { backupCalls, backupCommand } from '../../src/wiring/backup-command.ts'
import { cardCommand, everyCardCall } from '../../src/wiring/card-command.ts'
import type { Command } from '../../src/wiring/command.ts'
import { openControl } from '../../src/wiring/control-socket.ts'
import { coverCalls, iconCalls } from '../../src/wiring/picture-calls.ts'
import { coverCommand, iconCommand } from '../../src/wiring/picture-commands.ts'
import { plainIcon, pngOf } from '../support/pngs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { type RunningApp, runApp } from '../support/running-app.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

let house: RunningApp
/** Where the commands are called. */
let cwd: string

beforeAll(async () => {
  house = await runApp()
  cwd = await mkdtemp(join(tmpdir(), 'yoto-words-'))
})

afterAll(async () => {
  await house.remove()
  await rm(cwd, { recursive: true, force: true })
})

/** A card of another program. */
const elsewhere = {
  title: 'Elsewhere',
  content: {
    chapters: [
      {
        key: '01',
        title: 'One',
        tracks: [
          { key: '01', title: 'One', type: 'stream', format: 'mp3', trackUrl: 'https://example.org/a.mp3' },
        ],
      },
    ],
  },
}

const all: readonly Command[] = [cardCommand, iconCommand, coverCommand]

async function say(command: Command, words: readonly string[], data = house.data) {
  const argv = [command.name, ...words, '--data', data]
  const loaded = await loadOptions({ argv, env: { TZ: 'UTC' }, cwd, commands: all })
  return command.run({ ...loaded, shipped: '', cwd, clock: new VirtualClock() })
}
const card = (words: readonly string[], data?: string) => say(cardCommand, words, data)
const icon = (words: readonly string[]) => say(iconCommand, words)
const json = async (...words: string[]) => JSON.parse((await card([...words, '--json'])).answer)
const inCwd = (name: string) => join(cwd, name)

describe('what is written wrong', () => {
  test.each([
    [['account-card', 'backup'], '"card backup FILE" saves the documents of all cards'],
    [[], 'command card: found nothing behind it, expected one of list, show, publish'],
    [['lsit'], 'command card: found "lsit", did you mean "list"?'],
    [['list', 'x'], 'command card list: found "x", expected nothing behind it'],
    [['show', 'x', 'y'], 'command card show: found "y", expected <card id> and nothing more'],
    [['document', 'x', 'y', 'z'], 'command card: found "z", expected'],
    [['document', 'x'], 'command card document: <FILE> is missing'],
    [['backup'], 'command card backup: <FILE> is missing'],
    [['backup', 'a.zip', 'b'], 'command card backup: found "b", expected <FILE> and nothing more'],
    [
      ['account', '--file', 'x'],
      'argument --file goes with card publish, card change, not with card account',
    ],
    [['delet', 'x'], 'command card: found "delet", did you mean "delete"?'],
    [['show'], 'command card show: <card id> is missing'],
    [
      ['rotate-key', 'x', '--title', 'y'],
      'argument --title goes with card publish, card change, not with card rotate-key',
    ],
    [['publish', '--now'], 'argument --now goes with card rotate-key, not with card publish'],
    [
      ['publish', '--stream', 'a', '--chapters', 'x'],
      'command card publish: argument --chapters: found "x", expected a number from 3 to 99',
    ],
    [['list', '--colour', 'x'], 'unknown argument "--colour"'],
  ])('%j', async (words, told) => {
    await expect(card(words)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(told),
    })
  })
})

describe('what the program says no to', () => {
  test.each([
    [
      ['publish'],
      'command card publish: stream: is missing; name what the card plays, by "stream", "story" or "tracks"',
    ],
    [['publish', '--stream', 'a', '--kind', 'moon'], 'command card publish: '],
    [['publish', '--stream', 'a', '--chapters', '200'], 'command card publish: '],
    [['publish', '--story', 'nope'], 'command card publish: there is no story "nope"'],
    [['check-address', 'nobody'], 'command card check-address: there is no player "nobody"'],
    [['publish', '--file', 'a.mp3'], 'command card publish: title: is missing'],
    [['publish', '--file', 'no.mp3', '--title', 'x'], 'command card publish: not in the library: no.mp3'],
    [['publish', '--file', 'a.mp3', '--stream', 'b'], 'stream: a card of tracks has no such thing'],
    [['delete', '../health'], 'command card delete: there is no published card "../health"'],
    [['compare', '..'], 'command card compare: there is no published card ".."'],
    [['publish-again', 'x/../y'], 'command card publish-again: there is no published card "x/../y"'],
    [['account-card', '../x'], 'command card account-card: "../x" is no id of a card'],
    [['account', '--whose', 'mine'], 'command card account: whose is none of the values'],
    [['copy', 'abcDE'], 'command card copy: stream is missing'],
    [['document', '../x', 'never.json'], 'command card document: "../x" is no id of a card'],
    [['show', '../health'], 'command card show: there is no published card "../health"'],
    [['change', 'x?y=1#', '--title', 'y'], 'command card change: there is no published card "x?y=1#"'],
  ])('%j', async (words, told) => {
    await expect(card(words)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(told),
    })
  })
})

test('the answer of REST is given as it is with --json, and in words without', async () => {
  const { card_id } = JSON.parse((await card(['publish', '--stream', 'attic', '--json'])).answer)
  const told = await house.call('GET', `/cards/${card_id}`)
  expect(JSON.parse((await card(['show', card_id, '--json'])).answer)).toEqual(told.body)
  expect((await card(['show', card_id])).answer).toContain('stream: attic\n')
})

test('what somebody else wrote does not reach the terminal as it is', async () => {
  const made = await house.app.simulator?.putCard({ ...elsewhere, title: 'a\u001b[2Jb' })
  for (const words of [['account'], ['account-card', String(made?.cardId)]])
    expect((await card(words)).answer).not.toContain('\u001b')
})

test('a data folder without a program, and one whose path has no room for a socket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yoto-none-'))
  try {
    await expect(card(['list'], folder)).rejects.toThrow('command card list: no program is running')
    const deep = join(folder, 'd'.repeat(120))
    await expect(card(['list'], deep)).rejects.toThrow('too long for a socket')
    const log = recordingLog()
    expect(await openControl(deep, log)).toBeNull()
    expect(log.lines).toMatchObject([
      { level: 'warn', detail: { reason: expect.stringContaining('too long') } },
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

describe('several files', () => {
  test('become tracks in their order, with what stands on the card', async () => {
    await writeFile(inCwd('icon.png'), plainIcon(1, 2, 3))
    const iconId = (await icon(['upload', 'icon.png'])).answer.trim()
    const words = ['--file', 'music/good-morning.mp3', '--file=music/counting-song.mp3', '--title', 'Car']
    const made = await json('publish', ...words, `--icon=${iconId}`, '--cover', 'https://example.org/c.jpg')
    expect(made).toMatchObject({
      kind: 'tracks',
      icon: iconId,
      cover_url: 'https://example.org/c.jpg',
      tracks: [{ file: 'music/good-morning.mp3' }, { file: 'music/counting-song.mp3' }],
    })
    const { card_id } = made
    expect((await card(['list'])).answer).toMatch(new RegExp(`^${card_id} +Car +tracks +2 tracks `, 'm'))
    expect(await json('change', card_id, '--icon', 'none', '--cover', 'none')).toMatchObject({
      icon: null,
      cover_url: null,
    })
    await card(['change', card_id, '--file', 'music/lullaby-one.mp3'])
    expect((await card(['list'])).answer).toMatch(new RegExp(`^${card_id} +Car +tracks +1 track `, 'm'))
  })
})

describe('a card in the account', () => {
  test('is held against ours, written again, and deleted', async () => {
    const { card_id } = await json('publish', '--stream', 'attic', '--title', 'Mine')
    expect(await card(['compare', card_id])).toMatchObject({
      answer: `The account has card ${card_id} as it would be published now.\n`,
      failed: false,
    })
    expect(await card(['publish-again', card_id])).toMatchObject({
      answer: `Card ${card_id} "Mine" is published again.\n`,
    })
    expect((await card(['compare', card_id])).failed).toBe(false)
    expect((await card(['delete', card_id])).answer).toBe('card "Mine" is deleted\n')
    await expect(card(['show', card_id])).rejects.toThrow('there is no published card')
  })

  test('is found by words and by whose it is, and shown with its tracks', { timeout: 60_000 }, async () => {
    const { card_id } = await json('publish', '--stream', 'attic', '--title', 'Zoë’s été')
    // Yoto is not asked again within ten seconds.
    await vi.waitFor(
      async () =>
        expect((await card(['account', '--search', 'ETE zoe', '--whose', 'ours', '--refresh'])).answer).toBe(
          `${card_id}  Zoë’s été    ours\n`,
        ),
      { timeout: 30_000, interval: 200 },
    )
    expect((await card(['account', '--search', 'ete', '--whose', 'own'])).answer).toBe('No card is found.\n')
    const shown = (await card(['account-card', card_id])).answer
    expect(shown).toContain('whose: ours\n')
    expect(shown).toMatch(/^ {2}track \S+ .*streamed$/m)
    const told = await house.call('GET', `/account/cards/${card_id}`)
    expect(await json('account-card', card_id)).toEqual(told.body)
  })

  test('that was made elsewhere is deleted when that is meant, kept, and brought back', async () => {
    await writeFile(inCwd('once.json'), JSON.stringify({ ...elsewhere, title: 'Once' }))
    const restored = await json('restore', 'once.json')
    expect(restored).toMatchObject({ success: true, title: 'Once' })
    const other = restored.card_id
    await expect(card(['account-delete', other])).rejects.toThrow('was not made by this product')
    expect((await card(['account-delete', other, '--theirs'])).answer).toContain('its document is kept until')
    expect((await card(['deleted'])).answer).toMatch(
      new RegExp(`^${other}  Once  deleted .* kept until `, 'm'),
    )
    expect((await card(['restore-deleted', other])).answer).toContain(`its id was ${other}`)
  })

  test('that streams cannot be copied, and its copy is no card', async () => {
    const { card_id } = await json('publish', '--stream', 'attic')
    await expect(card(['copy', card_id, '--stream', 'copied', '--wait'])).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('command card copy: '),
    })
  })
})

describe('a file that is written', () => {
  test('is the document byte for byte, for its owner alone, and says so in JSON', async () => {
    const { card_id } = await json('publish', '--stream', 'attic', '--title', 'Kept')
    const told = await json('document', card_id, 'kept.json')
    const bytes = await readFile(inCwd('kept.json'))
    const { mode } = await stat(inCwd('kept.json'))
    expect(told).toEqual({ file: inCwd('kept.json'), bytes: bytes.length })
    expect(mode & 0o777).toBe(0o600)
    expect(JSON.parse(bytes.toString())).toMatchObject({ title: 'Kept' })
    const backup = await card(['backup', 'cards.zip'])
    const { cards } = (await house.call('GET', '/account/cards')).body as { cards: { whose: string }[] }
    const own = cards.filter(({ whose }) => whose !== 'family').length
    expect(backup).toMatchObject({
      answer: `${inCwd('cards.zip')} is written: ${own} cards.\n`,
      failed: false,
    })
    expect(await json('backup', 'again.zip')).toMatchObject({ cards: own, problems: [] })
  })

  test('is never put over what is there, and leaves nothing where it cannot be', async () => {
    await mkdir(inCwd('folder'))
    await writeFile(inCwd('there.zip'), 'mine')
    await symlink(inCwd('nowhere'), inCwd('link.zip'))
    const before = await readdir(cwd)
    const cases = [
      ['there.zip', 'already: name another'],
      ['link.zip', 'already: name another'],
      ['folder', 'is a folder: name a file in it'],
      ['none/a.zip', 'cannot be written: there is no such file or folder'],
      ['there.zip/a.zip', 'cannot be written: a part of its path is no folder'],
    ] as const
    for (const [name, told] of cases) await expect(card(['backup', name])).rejects.toThrow(told)
    expect(await readdir(cwd)).toEqual(before)
    expect(await readFile(inCwd('there.zip'), 'utf8')).toBe('mine')
  })
})

describe('a file that is sent', () => {
  const isRoot = process.getuid?.() === 0

  test('is what its bytes say, and its id or address can be used at once', async () => {
    await writeFile(
      inCwd('photo.jpg'),
      pngOf(64, (x, y) => [x, y, 0, 255]),
    )
    const { answer } = await icon(['from-picture', 'photo.jpg'])
    expect(answer).toMatch(/^[\w-]{43}\n$/)
    const shown = JSON.parse((await icon(['list', '--json'])).answer)
    expect(shown.icons).toContainEqual(expect.objectContaining({ icon_id: answer.trim() }))
    expect((await icon(['list'])).answer).toContain(answer.trim())
    const cover = await say(coverCommand, ['upload', 'photo.jpg', '--json'])
    expect(JSON.parse(cover.answer).cover_url).toMatch(/^http/)
    expect((await icon(['search', 'MOON night'])).answer).toMatch(/^[\w-]{43} {2}Moon {2}night/)
    expect((await icon(['search', 'moon', '--whose', 'own'])).answer).toBe('No icon is found.\n')
  })

  test.each([
    ['none.png', 'cannot be read: there is no such file'],
    ['.', 'is a folder: name a file'],
    ['empty.png', 'is empty'],
    ['words.txt', 'is no picture: a PNG, GIF, JPEG or WebP is needed'],
    ['words.png', 'this is no PNG'],
    ['large.png', 'has more than 16 MB'],
    ['64.png', 'this picture has 64×64 pixels'],
  ])('%s is refused', async (name, told) => {
    for (const words of ['words.txt', 'words.png']) await writeFile(inCwd(words), 'no picture')
    await writeFile(inCwd('empty.png'), '')
    await writeFile(inCwd('large.png'), Buffer.alloc(16 * 1024 * 1024 + 1))
    await writeFile(
      inCwd('64.png'),
      pngOf(64, () => [1, 2, 3, 255]),
    )
    await expect(icon(['upload', name])).rejects.toThrow(told)
  })

  // Root reads everything.
  test.skipIf(isRoot)('is refused where this user may not read it', async () => {
    await writeFile(inCwd('secret.json'), '{}')
    await chmod(inCwd('secret.json'), 0)
    await expect(card(['restore', 'secret.json'])).rejects.toThrow('cannot be read: this user may not')
  })

  test('is a text in UTF-8 where it is a document, and no longer than one may be', async () => {
    await writeFile(inCwd('latin.json'), Buffer.from([0x7b, 0xe9, 0x7d]))
    await expect(card(['restore', 'latin.json'])).rejects.toThrow('"latin.json" is no text in UTF-8')
    // Within the limit as a file, and beyond it as a text in JSON.
    await writeFile(inCwd('quotes.json'), '"'.repeat(3_000_000))
    await expect(card(['restore', 'quotes.json'])).rejects.toThrow('the body is larger than 4096 KiB')
  })
})

test.each([
  { command: cardCommand, calls: everyCardCall },
  { command: iconCommand, calls: iconCalls },
  { command: coverCommand, calls: coverCalls },
  { command: backupCommand, calls: backupCalls },
])(
  'every call of $command.name has its flags among those of it, and every flag belongs to a call',
  ({ command, calls }) => {
    const used = new Set(calls.flatMap(({ flags = [] }) => flags))
    expect([...used].sort()).toEqual(Object.keys(command.flags ?? {}).sort())
    expect(new Set(calls.map(({ name }) => name)).size).toBe(calls.length)
  },
)
