import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Zip } from '../src/stories/import/zip.ts'
import { plainIcon } from './support/pngs.ts'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const freePorts = {
  YOTO_STREAM_PANEL_PORT: '0',
  YOTO_STREAM_MEDIA_PORT: '0',
  YOTO_STREAM_MEDIA_HOST: '127.0.0.1',
  YOTO_STREAM_MQTT_PORT: '0',
}

let folder: string
let product: ReturnType<typeof launch>
const children: ChildProcess[] = []

/** The built program as a process of its own. */
function launch(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', TZ: 'UTC', ...freePorts, ...env },
  })
  children.push(child)
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }))
  const says = async (words: string) => {
    const end = Date.now() + 60_000
    while (!out.includes(words)) {
      if (Date.now() > end || child.exitCode !== null)
        throw new Error(`never said "${words}" but:\n${out}${err}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return { child, ended, says }
}

const start = async (env: Record<string, string> = {}) => {
  product = launch(['--data', folder], env)
  await product.says('is running')
}
const card = (...words: string[]) => launch(['card', ...words, '--data', folder]).ended
const json = async (...words: string[]) => JSON.parse((await card(...words, '--json')).out)
const socket = () => join(folder, 'control.sock')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-card-'))
  await start()
}, 90_000)

afterAll(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

describe('the command card', () => {
  test('has the product make a card, shows it, changes it and gives it a new key', async () => {
    const made = await card(
      'publish',
      '--stream',
      'attic',
      '--title',
      'The attic',
      '--kind',
      'stream',
      '--chapters',
      '5',
    )
    expect(made).toMatchObject({ code: 0, err: '' })
    const [, id = ''] = /^Card (\w+) "The attic" is published\.\n$/.exec(made.out) ?? []
    expect(id).not.toBe('')
    expect((await card('list')).out).toMatch(
      new RegExp(`^${id} +The attic +stream +stream attic +streamed$`, 'm'),
    )
    const { cards } = await json('list')
    expect(cards).toContainEqual(expect.objectContaining({ card_id: id, stream: 'attic', kind: 'stream' }))
    expect(await card('change', id, '--title', 'Up there')).toEqual({
      ...{ code: 0, err: '' },
      out: `Card ${id} "Up there" is changed.\n`,
    })
    expect((await card('show', id)).out).toMatch(/^title: Up there$/m)
    expect(await json('show', id)).toMatchObject({ card_id: id, title: 'Up there', presses: [] })
    expect((await card('rotate-key', id, '--now')).out).toContain('has a new key')
    const found = (await card('account', '--search', 'UP THERE')).out
    expect(found).toMatch(new RegExp(`^${id} +Up there .*ours$`, 'm'))
    expect(found.trim().split('\n')).toHaveLength(1)
    expect((await card('account', '--search', 'no such card')).out).toBe('No card is found.\n')
  })

  test('follows an upload on stderr until all of it lies at Yoto', {
    timeout: 300_000,
    tags: 'slow',
  }, async () => {
    const made = await card(
      'publish',
      '--story',
      'lighthouse',
      '--run',
      'card',
      '--audio',
      'uploaded',
      '--wait',
    )
    expect(made.code).toBe(0)
    expect(made.err).toMatch(/^(waiting|\d+ of \d+ uploaded, \d+ %)$/m)
    const [, id = ''] = /^Card (\w+) /.exec(made.out) ?? []
    expect(await json('show', id)).toMatchObject({ audio: 'uploaded', uploading: null })
    // Long enough for its audio to be transcoded there, too.
  })

  test('binds a card to a player, and to none again', { tags: 'slow' }, async () => {
    const { cards } = await json('list')
    const [{ card_id }] = cards
    expect((await card('change', card_id, '--player', 'ysimNurseryMini000000001')).code).toBe(0)
    expect(await json('show', card_id)).toMatchObject({ player: 'ysimNurseryMini000000001' })
    await card('change', card_id, '--player', 'any')
    expect(await json('show', card_id)).toMatchObject({ player: null })
  })

  test('says what players make of the address, and has a test card fetched', async () => {
    expect((await card('address')).out).toContain(
      'cards may carry it in this account (simulated), but not in a real one',
    )
    const checked = await card('check-address', 'ysimNurseryMini000000001')
    expect(checked).toMatchObject({
      code: 0,
      out: 'The test card was fetched by a player, from: this machine.\n',
    })
    expect(checked.err).toContain('waiting up to 30 s')
  })

  test.each([
    [['show', 'nope'], 'command card show: there is no published card "nope"'],
    [['list', '--title', 'x'], 'argument --title goes with card publish, card change, not with card list'],
    [['backup', '/'], 'command card backup: "/" is a folder: name a file in it'],
    [['delete', '../x'], 'command card delete: there is no published card "../x"'],
  ])('%j is one line on stderr, and 1', async (words, told) => {
    const { code, out, err } = await card(...words)
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: `${told}\n` })
  })
})

describe('files', () => {
  const say = (...words: string[]) => launch([...words, '--data', folder]).ended
  const inFolder = (name: string) => join(folder, name)

  test('become a card with an icon, of which the account keeps a copy and which is deleted', {
    timeout: 300_000,
    tags: 'slow',
  }, async () => {
    await writeFile(inFolder('icon.png'), plainIcon())
    const brought = await say('icon', 'upload', 'icon.png')
    expect(brought).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^[\w-]{43}\n$/) })
    const icon = `--icon=${brought.out.trim()}`
    const files = ['--file', 'music/good-morning.mp3', '--file', 'music/lullaby-one.mp3']
    const made = await card('publish', ...files, '--title', 'Car', '--audio', 'uploaded', icon, '--wait')
    expect(made).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^(waiting|\d+ of \d+ uploaded, \d+ %)$/m),
    })
    const [, id = ''] = /^Card (\w+) "Car" is published\.\n$/.exec(made.out) ?? []
    expect(await json('show', id)).toMatchObject({
      ...{ kind: 'tracks', audio: 'uploaded', uploading: null, icon: brought.out.trim() },
      tracks: [{ file: 'music/good-morning.mp3', uploaded: true }, { uploaded: true }],
    })
    expect(await card('compare', id)).toMatchObject({ code: 0, err: '' })
    expect(await card('document', id, 'car.json')).toMatchObject({ code: 0, err: '' })
    expect(await card('backup', 'cards.zip')).toMatchObject({ code: 0, err: '' })
    expect((await stat(inFolder('cards.zip'))).mode & 0o777).toBe(0o600)
    const zip = await Zip.open(inFolder('cards.zip'))
    expect(await zip.bytes(`${id}.json`)).toEqual(await readFile(inFolder('car.json')))
    zip.close()
    const again = await card('backup', 'cards.zip')
    expect(again).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/already: name another\n$/) })
    const copied = await json('restore', 'car.json')
    expect(await card('copy', copied.card_id, '--stream', 'car', '--wait')).toMatchObject({
      code: 0,
      out: `Card ${copied.card_id} is the queue of the stream car: 2 of 2 tracks are in the library.\n`,
    })
    expect(await card('delete', id)).toEqual({ code: 0, err: '', out: 'card "Car" is deleted\n' })
    expect((await card('show', id)).code).toBe(1)
  })
})

describe('its socket', () => {
  test('is for its owner alone', async () => {
    const { mode } = await stat(socket())
    expect([mode & 0o777, (await stat(socket())).isSocket()]).toEqual([0o600, true])
  })

  test('stays with the first of two products on one data folder', { tags: 'slow' }, async () => {
    const second = await launch(['--data', folder]).ended
    expect(second.code).toBe(1)
    expect(second.err).toContain('in use by another running Yoto Smart Stream')
    expect((await card('list')).code).toBe(0)
  })

  test('is that of the next product after one was killed, and gone after one has stopped', {
    tags: 'slow',
    timeout: 120_000,
  }, async () => {
    product.child.kill('SIGKILL')
    await product.ended
    expect(existsSync(socket())).toBe(true)
    const alone = await card('list')
    expect(alone).toMatchObject({ code: 1, out: '' })
    expect(alone.err).toBe(
      'command card list: no program is running with this data folder: start it with npm start, or name the folder it runs with by --data\n',
    )
    await start()
    expect((await card('list')).code).toBe(0)
    product.child.kill('SIGTERM')
    expect((await product.ended).code).toBe(0)
    expect(existsSync(socket())).toBe(false)
    expect((await card('list')).err).toContain('no program is running')
  })

  test('works where people sign in, and lets nobody in by the panel for it', {
    tags: 'slow',
    timeout: 90_000,
  }, async () => {
    await start({ YOTO_STREAM_PANEL_AUTH: 'password' })
    expect((await card('list')).code).toBe(0)
  })
})
