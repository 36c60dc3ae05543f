import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { makeBook } from './audio/book.ts'
import { decode } from './audio/decode.ts'
import { testWith } from './support/programs.ts'
import { type RunningApp, runApp } from './support/running-app.ts'

let house: RunningApp

afterEach(() => house.remove())

interface QueueView {
  readonly files: readonly string[]
  readonly items: readonly { file: string; title: string; state: string; seconds: number | null }[]
}

async function queueOf(stream: string): Promise<QueueView> {
  const { body } = await house.call('GET', `/streams/${stream}/queue`)
  return body
}

const append = (stream: string, body: unknown) => house.call('POST', `/streams/${stream}/queue`, body)

async function heard(stream: string, range?: string): Promise<Buffer> {
  const answer = await fetch(`${house.app.panelUrl}/api/streams/${stream}/stream.mp3`, {
    headers: range === undefined ? {} : { range },
  })
  return Buffer.from(await answer.arrayBuffer())
}

const chapters = [
  ['The bear', 2],
  ['The sea', 3],
  ['The end', 2],
] as const
const book = 'books/wizard.m4b'
const parts = [`${book}/01`, `${book}/02`, `${book}/03`]

testWith(
  ['ffmpeg'],
  'a book can be queued as soon as it lies in the folder, and is heard chapter by chapter',
  async () => {
    house = await runApp({ pace: 1 })
    const media = join(house.data, 'media')
    await mkdir(join(media, 'books'))
    await makeBook(media, book, chapters)
    const queued = await append('bath', { files: [book] })
    expect(queued).toMatchObject({ status: 200, body: { queue: { files: parts } } })
    await expect
      .poll(async () => (await queueOf('bath')).items.map(({ state }) => state), { timeout: 30_000 })
      .toEqual(['ready', 'ready', 'ready'])
    const { items } = await queueOf('bath')
    expect(items.map(({ title, seconds }) => [title, Math.round(seconds ?? 0)])).toEqual(chapters)
    const all = await heard('bath')
    const { said, samples } = await decode(all)
    expect(said).toBe('')
    expect(samples / 48_000).toBeCloseTo(7, 1)

    // One of them by itself is that slice of the whole, and any other order is as clean.
    expect((await append('one', { files: [parts[1]] })).status).toBe(200)
    const second = await heard('one')
    const from = Math.round((items[0]?.seconds ?? 0) / 0.024) * 384
    expect(second.equals(all.subarray(from, from + second.length))).toBe(true)
    expect((await heard('bath', `bytes=${from}-${from + 999}`)).equals(second.subarray(0, 1000))).toBe(true)
    await house.call('PUT', '/streams/bath/queue/reorder', { old_index: 2, new_index: 0 })
    expect((await decode(await heard('bath'))).said).toBe('')

    // The library shows the book once.
    const { body } = await house.call('GET', '/library')
    const listed = (body as { files: { file: string }[] }).files.map(({ file }) => file)
    expect(listed.filter((file) => file.startsWith(book))).toEqual([book])
  },
)

testWith(['ffmpeg'], 'playlists hold books by their chapters, as a folder and among files', async () => {
  const data = await mkdtemp(join(tmpdir(), 'yoto-books-'))
  for (const folder of ['config', 'media/books']) await mkdir(join(data, folder), { recursive: true })
  await makeBook(join(data, 'media'), book, chapters)
  const rules = [
    'playlists:',
    `  wizard: {folder: ${book}}`,
    `  mixed: {files: [${book}, clip:lullaby-one], split: true}`,
    'schedules:',
    '  wizard-card: {default: wizard}',
    '  mixed-card: {default: mixed}',
    '',
  ].join('\n')
  await writeFile(join(data, 'config', 'books.yaml'), rules)
  house = await runApp({ data, pace: 1 })
  expect(house.log.lines.filter(({ part, level }) => part === 'rules' && level !== 'info')).toEqual([])
  const within = { timeout: 30_000 }
  await expect.poll(async () => (await queueOf('wizard-card')).files, within).toEqual(parts)
  const mixed = [...parts, 'clip:lullaby-one']
  await expect.poll(async () => (await queueOf('mixed-card')).files, within).toEqual(mixed)
})

test('a sound that comes with the product is there though the library is empty', async () => {
  house = await runApp({ pace: 1 })
  const media = join(house.data, 'media')
  for (const name of await readdir(media)) await rm(join(media, name), { recursive: true })
  expect(await append('bath', { files: ['clip:lullaby-one', 'clip:sea'] })).toMatchObject({
    status: 200,
    body: { queue: { items: [{ title: 'Lullaby one', state: 'ready' }, { state: 'ready' }] } },
  })
  const bytes = await heard('bath')
  expect((await decode(bytes)).said).toBe('')
  const settings = await house.call('PUT', '/streams/bath', { if_pressed: 'clip:still-sleepy-time' })
  expect(settings.status).toBe(200)
  expect(await append('bath', { files: ['clap:sea'] })).toMatchObject({
    status: 404,
    body: {
      error: {
        message: 'not in the library: clap:sea (did you mean "clip:sea"?); nothing was added',
      },
    },
  })
})

test('names of parts that lead nowhere are not queued', async () => {
  house = await runApp({ pace: 1 })
  for (const file of ['stories/sea.mp3/01', 'stories/sea.mp3/..', 'gone.m4b/01', '../x.m4b/01'])
    expect((await append('bath', { files: [file], split: true })).status, file).toBe(404)
  expect((await house.call('GET', '/streams/bath/queue')).status).toBe(404)
})
