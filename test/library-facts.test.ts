import { copyFile, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { idOf } from '../src/audio/library/shelf.ts'
import type { LibraryDetails, LibraryEntry } from '../src/http/api/library.ts'
import { make } from './audio/import/make.ts'
import { frames, put } from './audio/sound.ts'
import { ask } from './support/ask.ts'
import { testWith } from './support/programs.ts'
import { listenTo, type RunningApp, runApp } from './support/running-app.ts'

let house: RunningApp
let media: string

beforeEach(async () => {
  house = await runApp()
  media = join(house.data, 'media')
})
afterEach(() => house.remove())

async function list(): Promise<LibraryEntry[]> {
  const { body } = await house.call('GET', '/library')
  return (body as { files: LibraryEntry[] }).files
}

async function entry(file: string): Promise<LibraryEntry | undefined> {
  return (await list()).find((each) => each.file === file)
}

async function ready(file: string): Promise<LibraryEntry> {
  await expect.poll(async () => (await entry(file))?.state, { timeout: 30_000 }).toBe('ready')
  const found = await entry(file)
  if (found === undefined) throw new Error(`${file} is gone`)
  return found
}

async function details(file: string): Promise<LibraryDetails> {
  const { id } = await ready(file)
  return (await house.call('GET', `/library/${id}`)).body
}

const get = (path: string, init: RequestInit = {}) => fetch(`${house.app.panelUrl}/api${path}`, init)
const cover = async (file: string) => get(`/library/${(await ready(file)).id}/cover`)

const given = { title: 'Am Brunnen', artist: 'Rübezahl', album: 'Märchen', genre: 'Audiobook', track: '3/12' }
const metadata = Object.entries({ ...given, album_artist: 'Alle', date: '2011' }).flatMap(([key, value]) => [
  '-metadata',
  `${key}=${value}`,
])

/** A file with these tags and a picture, where its kind can have one. */
async function tagged(name: string, options: readonly string[] = []): Promise<void> {
  const picture = join(house.data, 'picture.png')
  await make('-f', 'lavfi', '-i', 'testsrc=s=900x900', '-frames:v', '1', picture)
  const attached = ['-map', '0:a', '-map', '1:v', '-c:v', 'copy', '-disposition:v', 'attached_pic']
  const hasPicture = !/\.(ogg|opus|wav)$/.test(name)
  await mkdir(join(media, name, '..'), { recursive: true })
  await make(
    ...['-f', 'lavfi', '-i', 'sine=f=440:d=3'],
    ...(hasPicture ? ['-i', picture, ...attached] : []),
    ...metadata,
    ...options,
    join(media, name),
  )
}

test('a file is heard by its id, in ranges too, and what is not there says so', async () => {
  const { id } = await ready('stories/forest.mp3')
  const bytes = await readFile(join(media, 'stories/forest.mp3'))
  const whole = await get(`/library/${id}/audio`)
  expect(whole.headers.get('content-type')).toBe('audio/mpeg')
  expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true)
  const part = await get(`/library/${id}/audio`, { headers: { range: 'bytes=1000-1999' } })
  expect(part.status).toBe(206)
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1000, 2000))).toBe(true)
  await writeFile(join(media, 'words.mp3'), 'This is no audio.')
  await expect.poll(async () => (await entry('words.mp3'))?.state, { timeout: 30_000 }).toBe('refused')
  const refused = (await entry('words.mp3'))?.id
  expect((await get(`/library/${refused}/audio`)).status).toBe(404)
  expect((await get(`/library/${idOf('gone.mp3')}/audio`)).status).toBe(404)
})

describe('what is known of a file', () => {
  const kinds = [
    ['tale.m4a', 'mov', 'MPEG-4/AAC', true],
    ['tale.mp3', 'mp3', 'MPEG 1 Layer 3', true],
    ['tale.flac', 'flac', 'FLAC', true],
    ['tale.ogg', 'ogg', 'Vorbis I', false],
  ] as const
  for (const [name, container, codec, hasCover] of kinds) {
    testWith(['ffmpeg'], `is what it says itself, and what was done to it: ${name}`, async () => {
      await tagged(name, name.endsWith('.ogg') ? ['-c:a', 'libvorbis'] : [])
      const known = await details(name)
      expect(known).toMatchObject({
        file: name,
        title: 'Am Brunnen',
        artist: 'Rübezahl',
        album: 'Märchen',
        tags: { genre: 'Audiobook', track: 3, year: 2011, album_artist: 'Alle' },
        folder: 'media',
        cover: hasCover,
        format: { container, codec, sample_rate: 44_100, channels: 1, bit_rate: expect.any(Number) },
        loudness: { result_lufs: expect.any(Number), gain_db: expect.any(Number), limited: false },
        warnings: [],
        plays: 0,
        last_played_at: null,
        users: [],
      })
      expect(Math.abs(known.seconds ?? 0) - 3).toBeLessThan(0.2)
      expect(known.size).toBe((await readFile(join(media, name))).length)
      expect(known.result_size).toBe(Math.round(((known.seconds ?? 0) / 0.024) * 384))
      expect(Date.parse(known.added_at)).toBeGreaterThan(0)
      const answer = await cover(name)
      expect(answer.status).toBe(hasCover ? 200 : 404)
      if (hasCover) expect(answer.headers.get('content-type')).toBe('image/jpeg')
    })
  }

  test('of what lies in the profile is that nothing was done to it', async () => {
    await put(media, { 'profile.mp3': frames(5) })
    expect(await details('profile.mp3')).toMatchObject({
      title: 'Profile',
      tags: {},
      loudness: null,
      format: { codec: 'MPEG 1 Layer 3', bit_rate: 128_000 },
      size: 5 * 384,
      result_size: 5 * 384,
    })
  })

  testWith(['ffmpeg'], 'has the picture beside it where it brings none', { tags: 'slow' }, async () => {
    await tagged('album/song.ogg', ['-c:a', 'libvorbis'])
    await tagged('album/own.flac')
    await tagged('song.ogg', ['-c:a', 'libvorbis'])
    await make(
      '-f',
      'lavfi',
      '-i',
      'color=c=red:s=50x50',
      '-frames:v',
      '1',
      join(media, 'album', 'Cover.jpg'),
    )
    expect((await cover('album/song.ogg')).status).toBe(200)
    expect((await cover('song.ogg')).status).toBe(404)
    await expect.poll(async () => (await entry('album/song.ogg'))?.cover, { timeout: 20_000 }).toBe(true)
    const [own, beside] = [await cover('album/own.flac'), await cover('album/song.ogg')]
    expect(own.headers.get('etag')).not.toBe(beside.headers.get('etag'))
  })

  testWith(
    ['ffmpeg'],
    'is told to Home Assistant by its title, as soon as that is known',
    { tags: 'slow' },
    async () => {
      const local = await listenTo(house.app.mqttUrl)
      await tagged('tale.flac')
      await expect.poll(async () => (await entry('tale.flac'))?.state, { timeout: 20_000 }).toBeDefined()
      await house.call('POST', '/streams/bath/queue', { files: ['tale.flac'] })
      await ready('tale.flac')
      const isTitled = ({ topic, payload }: { topic: string; payload: string }) =>
        topic === 'yoto/stream/bath/state' && JSON.parse(payload).now_playing === 'Am Brunnen'
      await expect.poll(() => local.heard.some(isTitled), { timeout: 20_000 }).toBe(true)
      await local.stop()
    },
  )

  test('is asked for by an id that nobody can make a path of', async () => {
    for (const id of ['x', '../store.sqlite', '%2e%2e', 'AAAAAAAAAAAAAAAAAAAAAA'])
      expect((await get(`/library/${encodeURIComponent(id)}`)).status, id).toBe(404)
  })
})

describe('plays', () => {
  const play = (path: string, headers: Record<string, string> = {}) =>
    get(path, { headers }).then((answer) => answer.arrayBuffer())
  const plays = async (file: string) => (await entry(file))?.plays

  test('count what has gone out of a stream, item by item, and outlive name and run', async () => {
    await put(media, { 'a.mp3': frames(1000, 1), 'b.mp3': frames(1000, 2) })
    await Promise.all([ready('a.mp3'), ready('b.mp3')])
    await house.call('POST', '/streams/bath/queue', { files: ['a.mp3', 'b.mp3'] })
    await get('/streams/bath/stream.mp3', { method: 'HEAD' })
    await play('/streams/bath/stream.mp3', { range: 'bytes=0-150000' })
    expect([await plays('a.mp3'), await plays('b.mp3')]).toEqual([0, 0])
    await play('/streams/bath/stream.mp3', { range: 'bytes=150001-400000' })
    await expect.poll(() => plays('a.mp3')).toBe(1)
    expect(await plays('b.mp3')).toBe(0)
    await play('/streams/bath/stream.mp3')
    await expect.poll(() => plays('b.mp3')).toBe(1)
    expect(await plays('a.mp3')).toBe(2)
    const { body } = await house.call('GET', '/streams/bath/queue')
    expect(body).toMatchObject({ plays: 3, last_played_at: expect.any(String) })
    await copyFile(join(media, 'a.mp3'), join(media, 'c.mp3'))
    await expect.poll(() => plays('c.mp3'), { timeout: 10_000 }).toBe(2)
    await house.stop()
    house = await runApp({ data: house.data })
    expect((await entry('a.mp3'))?.plays).toBe(2)
    expect(Date.parse((await entry('a.mp3'))?.last_played_at ?? '')).toBeGreaterThan(0)
  }, 60_000)

  test('a file is loved by its content, in the list, in what is searched for and after a restart', async () => {
    await put(media, { 'a.mp3': frames(1000, 1), 'b.mp3': frames(1000, 2) })
    const [{ id }] = await Promise.all([ready('a.mp3'), ready('b.mp3')])
    const searched = async (loved: boolean) => {
      const { body } = await house.call('POST', '/library/search', { loved })
      return (body as { files: { file: string }[] }).files
        .map(({ file }) => file)
        .filter((file) => !file.includes('/'))
    }
    expect((await entry('a.mp3'))?.loved).toBe(false)
    expect(await house.call('PUT', `/library/${id}/loved`, { loved: true })).toMatchObject({ status: 200 })
    expect([(await entry('a.mp3'))?.loved, (await entry('b.mp3'))?.loved]).toEqual([true, false])
    expect([await searched(true), await searched(false)]).toEqual([['a.mp3'], ['b.mp3']])
    await rename(join(media, 'a.mp3'), join(media, 'c.mp3'))
    await expect.poll(() => searched(true), { timeout: 10_000 }).toEqual(['c.mp3'])
    await house.stop()
    house = await runApp({ data: house.data })
    await ready('c.mp3')
    expect(await searched(true)).toEqual(['c.mp3'])
    const renamed = (await entry('c.mp3'))?.id
    await house.call('PUT', `/library/${renamed}/loved`, { loved: false })
    expect(await searched(true)).toEqual([])
  }, 60_000)

  test('a file that cannot be played, or is not there, cannot be loved', async () => {
    await put(media, { 'broken.mp3': Buffer.from('This is no audio.') })
    await expect.poll(async () => (await entry('broken.mp3'))?.state, { timeout: 10_000 }).toBe('refused')
    const { id } = (await entry('broken.mp3')) ?? {}
    expect(await house.call('PUT', `/library/${id}/loved`, { loved: true })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('"broken.mp3" cannot be played yet') } },
    })
    const nobody = 'A'.repeat(22)
    expect(await house.call('PUT', `/library/${nobody}/loved`, { loved: true })).toMatchObject({
      status: 404,
    })
    expect(await house.call('PUT', `/library/${id}/loved`, {})).toMatchObject({ status: 422 })
  }, 60_000)

  test('count what a player has of a queue card', async () => {
    await put(media, { 'a.mp3': frames(1000, 1) })
    await ready('a.mp3')
    await house.call('POST', '/streams/bath/queue', { files: ['a.mp3'] })
    const { body } = await house.call('GET', '/streams/bath/queue')
    await fetch((body as { url: string }).url.replace(house.app.publicUrl, house.app.mediaUrl)).then(
      (answer) => answer.arrayBuffer(),
    )
    await expect.poll(() => plays('a.mp3')).toBe(1)
  })
})

describe('deleting', () => {
  const remove = (id: string, force?: boolean) =>
    house.call('POST', '/library/delete', { id, ...(force === undefined ? {} : { force }) })

  test('is refused while a queue needs the file, and deletes the original alone when forced', async () => {
    await put(media, { 'a.mp3': frames(5), 'kept.mp3': frames(5, 2) })
    await house.call('POST', '/streams/bath/queue', { files: ['a.mp3'] })
    const { id } = await ready('a.mp3')
    expect(await remove(id)).toMatchObject({
      status: 409,
      body: { error: { details: { users: [{ kind: 'stream', name: 'bath', place: 'item 1' }] } } },
    })
    expect(await readdir(media)).toContain('a.mp3')
    expect(await remove(id, true)).toMatchObject({ status: 200 })
    expect(await readdir(media)).not.toContain('a.mp3')
    expect(await readdir(media)).toContain('kept.mp3')
    expect((await remove(id)).status).toBe(404)
    expect((await house.call('GET', '/streams/bath/queue')).body).toMatchObject({
      items: [{ file: 'a.mp3', state: 'missing' }],
    })
  })

  test('is refused of the config folder, of links out of the library, and of what is shipped and scheduled', async () => {
    const secret = join(house.data, 'secret.mp3')
    await writeFile(secret, frames(3))
    await symlink(secret, join(media, 'link.mp3'))
    await put(join(house.data, 'config'), { 'own.mp3': frames(3) })
    const own = await ready('own.mp3')
    expect(await remove(own.id, true)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    expect(await readdir(join(house.data, 'config'))).toContain('own.mp3')
    expect(await entry('link.mp3')).toBeUndefined()
    const { playlists } = house.app.ruleSet
    const [named = ''] = [...playlists.values()].flatMap(({ entries }) =>
      entries.filter((each) => each.endsWith('.mp3')),
    )
    const answer = await remove((await ready(named)).id)
    expect(answer.status).toBe(409)
    expect(JSON.stringify(answer.body)).toContain('"kind":"playlist"')
  })
})

describe('a file whose name begins like a source of audio', () => {
  const odd = 'clip:x.mp3'
  const reference = `file:${odd}`

  test('is told as it can be queued wherever it is listed, and has the id that its name gives', async () => {
    await put(media, { [odd]: frames(100) })
    const listed = await ready(reference)
    expect(listed).toMatchObject({ id: idOf(odd), title: 'Clip:x' })
    expect(await details(reference)).toMatchObject({ file: reference, folder: 'media', parts: [] })
    const found = await house.call('POST', '/library/search', { text: odd })
    expect(found.body).toMatchObject({ files: [{ file: reference }], count: 1 })
    const { files } = (await house.call('GET', '/audio/list')).body as {
      files: { filename: string; url: string }[]
    }
    const audio = files.find(({ filename }) => filename === reference)
    for (const path of [audio?.url.replace('/api', '') ?? '', `/audio/${encodeURIComponent(odd)}`])
      expect(Buffer.from(await (await get(path)).arrayBuffer()), path).toEqual(frames(100))
    expect(await house.call('POST', '/streams/bath/queue', { files: [reference] })).toMatchObject({
      status: 200,
      body: { queue: { items: [{ file: reference, title: 'Clip:x', state: 'ready' }] } },
    })
  })

  test('is hinted at where its bare name is queued, and is not deleted while it is queued', {
    tags: 'slow',
  }, async () => {
    await put(media, { [odd]: frames(100) })
    const hint = `not in the library: ${odd} (did you mean "${reference}"?); nothing was`
    for (const [path, body] of [
      ['queue', { files: [odd] }],
      ['queue/mutations', { op: 'append', files: [odd] }],
    ] as const) {
      const { status, body: said } = await house.call('POST', `/streams/bath/${path}`, body)
      expect([status, (said as { error: { message: string } }).error.message]).toEqual([
        404,
        expect.stringContaining(hint),
      ])
    }
    const files = Array.from({ length: 129 }, () => reference)
    expect((await house.call('POST', '/streams/bath/queue', { files })).status).toBe(200)
    const { id } = await ready(reference)
    const users = [{ kind: 'stream', name: 'bath', place: 'items 1, 2 and 127 more' }]
    expect(await house.call('POST', '/library/delete', { id })).toMatchObject({
      status: 409,
      body: {
        error: { message: expect.stringContaining(`"${reference}" is needed by`), details: { users } },
      },
    })
    expect(await readdir(media)).toContain(odd)
  })
})

describe('a playlist of a folder', () => {
  const set = (playlist: string) =>
    house.call('POST', '/streams/bath/queue/mutations', { op: 'queue', options: { set: playlist } })
  const remove = async (file: string, more: object = {}) =>
    house.call('POST', '/library/delete', { id: (await ready(file)).id, ...more })

  beforeEach(async () => {
    await house.stop()
    const rules = ['playlists:', '  book: {folder: tale.mp3}', '  songs: {folder: songs}', '']
    await writeFile(join(house.data, 'config', 'folders.yaml'), rules.join('\n'))
    await put(media, { 'tale.mp3': frames(9), 'songs/a.mp3': frames(5), 'songs/b.mp3': frames(5, 2) })
    house = await runApp({ data: house.data })
  })

  test('needs a book, and of a folder the last file that can be played', async () => {
    const needs = (name: string) => ({
      status: 409,
      body: { error: { details: { users: [{ kind: 'playlist', name, place: 'folder' }] } } },
    })
    expect(await remove('tale.mp3')).toMatchObject(needs('book'))
    expect(await remove('songs/b.mp3')).toMatchObject({ status: 200 })
    await put(media, { 'songs/c.mp3': 'no sound at all, but a text' })
    await expect.poll(async () => (await entry('songs/c.mp3'))?.state, { timeout: 20_000 }).toBe('refused')
    expect(await remove('songs/a.mp3')).toMatchObject(needs('songs'))
  }, 30_000)

  test('is not set while it has nothing to play', { tags: 'slow' }, async () => {
    expect((await set('book')).status).toBe(200)
    const before = (await house.call('GET', '/streams/bath/queue')).body
    for (const file of ['songs/a.mp3', 'songs/b.mp3']) await remove(file, { force: true })
    expect(await set('songs')).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'conflict',
          message: 'playlist "songs" has nothing to play now; the queue stays as it was',
        },
      },
    })
    expect((await house.call('GET', '/streams/bath/queue')).body).toEqual(before)
  })
})

describe('room on the disk', { tags: 'slow' }, () => {
  testWith(['ffmpeg'], 'is told, and what is left of files that are gone can be had back', async () => {
    await tagged('tale.flac')
    await ready('tale.flac')
    const disk = async () => (await house.call('GET', '/library/disk')).body as Record<string, never>
    expect(await disk()).toMatchObject({
      results: { files: 1, bytes: expect.any(Number) },
      covers: { files: 1 },
      uploads: { files: 0, bytes: 0 },
      orphans: { files: 0, bytes: 0 },
      free: { media: expect.any(Number), data: expect.any(Number) },
    })
    await rm(join(media, 'tale.flac'))
    await expect.poll(disk).toMatchObject({ orphans: { files: 2 } })
    const cleaned = await house.call('POST', '/library/clean', {})
    expect(cleaned).toMatchObject({ status: 200, body: { success: true, files: 2 } })
    expect(await disk()).toMatchObject({ results: { files: 0, bytes: 0 }, covers: { files: 0 } })
  })
})

describe("the predecessor's paths", () => {
  const odd = "Bücher/Ein Lied + 100% #1 'x' ?🐻.mp3"

  test('list what can be played, as it did', async () => {
    await put(media, { [odd]: frames(100), 'broken.mp3': 'no sound at all, but a text' })
    await expect.poll(async () => (await entry('broken.mp3'))?.state, { timeout: 20_000 }).toBe('refused')
    const { body } = await house.call('GET', '/audio/list')
    const { files, count } = body as { files: { filename: string; url: string }[]; count: number }
    expect(count).toBe(files.length)
    expect(files.some(({ filename }) => filename === 'broken.mp3')).toBe(false)
    expect(files.find(({ filename }) => filename === odd)).toEqual({
      filename: odd,
      size: 38_400,
      duration: 2,
      url: `/api/audio/${odd.split('/').map(encodeURIComponent).join('/')}`,
      transcript: { status: 'disabled', has_transcript: false },
      created_at: expect.stringMatching(/\+00:00$/),
      updated_at: expect.stringMatching(/\+00:00$/),
    })
  }, 30_000)

  test('serve one file, with ranges, by any spelling of its name', async () => {
    const bytes = frames(100)
    await put(media, { [odd]: bytes, 'plain.mp3': frames(3, 2), '100%.mp3': frames(4, 3) })
    await Promise.all([odd, 'plain.mp3', '100%.mp3'].map(ready))
    for (const path of [odd.split('/').map(encodeURIComponent).join('/'), encodeURIComponent(odd)]) {
      const whole = await get(`/audio/${path}`)
      expect(whole.headers.get('content-type')).toBe('audio/mpeg')
      expect(Buffer.from(await whole.arrayBuffer())).toEqual(bytes)
      const part = await get(`/audio/${path}`, { headers: { range: 'bytes=1000-1999' } })
      expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 1000-1999/38400'])
      expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(1000, 2000))
    }
    const head = await get('/audio/plain.mp3', { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '1152'])
    // A percent that nobody has encoded.
    const { port } = new URL(house.app.panelUrl)
    expect((await ask({ port: Number(port) }, { path: '/audio/100%.mp3' })).headers['content-length']).toBe(
      '1536',
    )
    const other = await get('/audio/plain.mp3', { headers: { range: 'bytes=99999-' } })
    expect(other.status).toBe(416)
  })

  test('serve nothing else of this machine', async () => {
    const { port } = new URL(house.app.panelUrl)
    await put(media, { 'notes.txt': 'mine' })
    for (const path of [
      '../store.sqlite',
      '..%2fstore.sqlite',
      '%2e%2e%2fstore.sqlite',
      '..%252fstore.sqlite',
      '%2fetc%2fpasswd',
      'a.mp3%00',
      'notes.txt',
      'gone.mp3',
      '',
    ]) {
      const answer = await ask({ port: Number(port) }, { path: `/audio/${path}` })
      expect(answer.status, path).toBe(404)
    }
  })
})
