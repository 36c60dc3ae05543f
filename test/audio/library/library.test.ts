import { spawnSync } from 'node:child_process'
import { chmod, link, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { LibraryFile } from '../../../src/audio/library/inspect-file.ts'
import { Library } from '../../../src/audio/library/library.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { folderWith, frames, openBelow, put } from '../sound.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function libraryOf(
  files: Record<string, Uint8Array | string>,
  config: Record<string, Uint8Array> = {},
) {
  const folder = await folderWith(files)
  const second = await folderWith(config)
  const log = recordingLog()
  const clock = new VirtualClock()
  const library = new Library({ folders: [folder, second], log, clock })
  cleanups.push(async () => {
    await library.close()
    await rm(folder, { recursive: true })
    await rm(second, { recursive: true })
  })
  return { library, folder, second, log, clock }
}

async function ready(library: Library, name: string): Promise<LibraryFile> {
  const lookup = await library.find(name)
  if (lookup.state !== 'ready') throw new Error(`${name} is ${lookup.state}`)
  return lookup.file
}

describe('the library', () => {
  test('tells of a file what a queue needs', async () => {
    const { library } = await libraryOf({ 'music/good-morning_song.mp3': frames(50) })
    expect(await library.find('music/good-morning_song.mp3')).toMatchObject({
      state: 'ready',
      file: {
        file: 'music/good-morning_song.mp3',
        title: 'Good morning song',
        size: 19_200,
        seconds: 1.2,
        frames: 50,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        modifiedAt: expect.any(Date),
      },
      at: { path: expect.stringMatching(/good-morning_song\.mp3$/) },
    })
  })

  test('looks into its first folder, then into the next', async () => {
    const { library, folder } = await libraryOf({}, { 'a.mp3': frames(1) })
    expect((await ready(library, 'a.mp3')).frames).toBe(1)
    await put(folder, { 'a.mp3': frames(2) })
    expect((await ready(library, 'a.mp3')).frames).toBe(2)
  })

  test('sees at the next look what was dropped in, replaced, touched or removed', async () => {
    const { library, folder } = await libraryOf({})
    expect(await library.find('a.mp3')).toEqual({ state: 'missing' })
    await put(folder, { 'a.mp3': frames(3, 1) })
    const first = await ready(library, 'a.mp3')
    await put(folder, { 'new.mp3': frames(3, 2) })
    await rename(join(folder, 'new.mp3'), join(folder, 'a.mp3'))
    const second = await ready(library, 'a.mp3')
    expect(second.hash).not.toBe(first.hash)
    await utimes(join(folder, 'a.mp3'), 1, 1)
    expect((await ready(library, 'a.mp3')).hash).toBe(second.hash)
    await rm(join(folder, 'a.mp3'))
    expect(await library.find('a.mp3')).toEqual({ state: 'missing' })
  })

  test('reads a content once, for all who ask at the same time and later', async () => {
    const { library } = await libraryOf({ 'a.mp3': frames(3) })
    const [one, other] = await Promise.all([ready(library, 'a.mp3'), ready(library, 'a.mp3')])
    expect(other).toBe(one)
    expect(await ready(library, 'a.mp3')).toBe(one)
  })

  const escapes = (secret: string) => [
    '../secret/x.mp3',
    'music/../../secret/x.mp3',
    join(secret, 'x.mp3'),
    '..\\secret\\x.mp3',
    'music\\a.mp3',
    '%2e%2e/secret/x.mp3',
    '%252e%252e%252fsecret/x.mp3',
    '..%2fsecret%2fx.mp3',
    'music/a.mp3\0.mp3',
    'music/a.mp3%00.mp3',
    './music/a.mp3',
    'music//a.mp3',
    '/music/a.mp3',
    'music/a.mp3/',
    '',
    '.',
    '..',
    `${'x'.repeat(300)}.mp3`,
    `${'x/'.repeat(3000)}a.mp3`,
    'linked/x.mp3',
    'linked.mp3',
  ]

  test('misses every name that would leave its folder, and lists none of them', async () => {
    const secret = await folderWith({ 'x.mp3': frames(4) })
    const { library, folder } = await libraryOf({ 'music/a.mp3': frames(1), '%2e%2e%2fb.mp3': frames(1) })
    await symlink(secret, join(folder, 'linked'))
    await symlink(join(secret, 'x.mp3'), join(folder, 'linked.mp3'))
    cleanups.push(() => rm(secret, { recursive: true }))
    for (const name of escapes(secret)) expect(await library.find(name), name).toEqual({ state: 'missing' })
    expect((await library.list()).map(({ file }) => file)).toEqual(['music/a.mp3'])
    expect(await library.filesIn('linked')).toEqual([])
    expect(await library.filesIn('../secret')).toEqual([])
    expect(await library.filesIn('music/..')).toEqual([])
  })

  test('follows links that stay inside, and the folder itself may be one', async () => {
    const { library, folder, log } = await libraryOf({ 'music/a.mp3': frames(2) })
    await symlink('music/a.mp3', join(folder, 'favourite.mp3'))
    await link(join(folder, 'music/a.mp3'), join(folder, 'twin.mp3'))
    expect((await ready(library, 'favourite.mp3')).title).toBe('Favourite')
    expect((await ready(library, 'twin.mp3')).file).toBe('twin.mp3')
    await symlink(folder, `${folder}-link`)
    cleanups.push(() => rm(`${folder}-link`))
    const throughLink = new Library({ folders: [`${folder}-link`], log })
    expect((await ready(throughLink, 'music/a.mp3')).frames).toBe(2)
  })

  test('misses a link that leads to itself, as file or folder, and says nothing of it', async () => {
    const { library, folder, log } = await libraryOf({ 'a.mp3': frames(1) }, { 'round.mp3': frames(2) })
    await symlink('round.mp3', join(folder, 'round.mp3'))
    await symlink('there.mp3', join(folder, 'here.mp3'))
    await symlink('here.mp3', join(folder, 'there.mp3'))
    await symlink('music', join(folder, 'music'))
    for (const name of ['here.mp3', 'music/a.mp3'])
      expect(await library.find(name), name).toEqual({ state: 'missing' })
    expect((await ready(library, 'round.mp3')).frames).toBe(2)
    expect((await library.list()).map(({ file }) => file)).toEqual(['a.mp3', 'round.mp3'])
    expect(await library.filesIn('music')).toEqual([])
    expect(log.lines).toEqual([])
  })

  test('opens nothing that is no audio file: settings, hidden files, folders, pipes', async () => {
    const { library, folder } = await libraryOf({ 'secrets.yaml': 'token: x', '.hidden.mp3': frames(1) })
    await mkdir(join(folder, 'folder.mp3'))
    expect(spawnSync('mkfifo', [join(folder, 'pipe.mp3')]).status).toBe(0)
    for (const name of ['secrets.yaml', '.hidden.mp3', 'folder.mp3', 'pipe.mp3'])
      expect(await library.find(name), name).toEqual({ state: 'missing' })
    expect(await library.list()).toEqual([])
  })

  test('refuses what cannot be played with one line in the log, and goes on with the rest', async () => {
    const { library, log } = await libraryOf({
      'a.mp3': frames(1),
      'broken.mp3': frames(2).subarray(0, 500),
      'song.wav': 'RIFF....WAVEfmt ',
      'list.mp3': '#EXTM3U\nfile:///etc/passwd\n',
    })
    const states = (await library.list()).map(({ file, lookup }) => [file, lookup.state])
    expect(states).toEqual([
      ['a.mp3', 'ready'],
      ['broken.mp3', 'refused'],
      ['list.mp3', 'refused'],
      ['song.wav', 'refused'],
    ])
    await library.list()
    // Several are looked at side by side.
    expect(log.lines.map(({ level, detail }) => [level, detail?.file]).sort()).toEqual([
      ['warn', 'broken.mp3'],
      ['warn', 'list.mp3'],
      ['warn', 'song.wav'],
    ])
    expect(await library.find('song.wav')).toMatchObject({
      reason: expect.stringContaining('it is a WAV file'),
    })
    // What a queue would play of these.
    expect(await library.filesIn('')).toEqual(['a.mp3'])
  })

  // Root may read everything.
  test.skipIf(process.getuid?.() === 0)('plays a file once it may be read', async () => {
    const { library, folder } = await libraryOf({ 'a.mp3': frames(1) })
    await chmod(join(folder, 'a.mp3'), 0o000)
    expect(await library.find('a.mp3')).toEqual({
      state: 'refused',
      reason: 'the file cannot be read: EACCES',
    })
    await chmod(join(folder, 'a.mp3'), 0o600)
    expect((await library.find('a.mp3')).state).toBe('ready')
  })

  test('names the playable files of a folder in natural order, from all its places', async () => {
    const { library } = await libraryOf(
      { 'm/10.mp3': frames(1), 'm/2.mp3': frames(1), 'm/B.mp3': frames(1), 'm/deeper/c.mp3': frames(1) },
      { 'm/a.mp3': frames(1), 'm/2.mp3': frames(1) },
    )
    expect(await library.filesIn('m')).toEqual(['m/2.mp3', 'm/10.mp3', 'm/a.mp3', 'm/B.mp3'])
    expect(await library.filesIn('nowhere')).toEqual([])
  })

  test('warns once of a folder it cannot read, by name, and serves the other', async () => {
    const good = await folderWith({ 'a.mp3': frames(1), 'no-folder': 'a file' })
    cleanups.push(() => rm(good, { recursive: true }))
    const log = recordingLog()
    const library = new Library({ folders: [join(good, 'no-folder'), good], log })
    expect((await library.list()).map(({ file }) => file)).toEqual(['a.mp3'])
    await library.list()
    expect(log.lines.map(({ level, detail }) => [level, detail?.folder])).toEqual([
      ['warn', join(good, 'no-folder')],
    ])
  })
})

describe('an opened file', () => {
  test('is read at any position, through one handle for all, which is closed when nobody needs it', async () => {
    const { library, folder, clock } = await libraryOf({ 'a.mp3': frames(10) })
    const file = await ready(library, 'a.mp3')
    const shares = await Promise.all([library.open(file), library.open(file), library.open(file)])
    expect(await shares[1]?.read(400, 1000)).toEqual(frames(10).subarray(400, 1400))
    expect(openBelow(folder)).toBe(1)
    for (const share of shares) share.close()
    shares[0]?.close()
    await clock.advance(29_000)
    expect(openBelow(folder)).toBe(1)
    await clock.advance(2_000)
    await expect.poll(() => openBelow(folder)).toBe(0)
  })

  test('counts against a bound: a hundred files leave 64 handles at most', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `${index}.mp3`)
    const { library, folder } = await libraryOf(
      Object.fromEntries(names.map((name, i) => [name, frames(1, i)])),
    )
    for (const name of names) (await library.open(await ready(library, name))).close()
    await expect.poll(() => openBelow(folder)).toBeLessThanOrEqual(64)
    await library.close()
    expect(openBelow(folder)).toBe(0)
  })

  test('is the content that was asked for, or none', async () => {
    const { library, folder, second, log } = await libraryOf({ 'a.mp3': frames(3, 1) })
    const file = await ready(library, 'a.mp3')
    await put(folder, { 'b.mp3': frames(3, 2) })
    await rename(join(folder, 'b.mp3'), join(folder, 'a.mp3'))
    await expect(library.open(file)).rejects.toMatchObject({ code: 'not_found' })
    expect(log.lines).toMatchObject([{ level: 'warn', detail: { file: 'a.mp3' } }])
    await put(second, { 'a.mp3': frames(3, 1) })
    const share = await library.open(file)
    expect(await share.read(0, 384)).toEqual(frames(1, 1))
    share.close()
  })

  test('never gives bytes that were written over it in place', async () => {
    const { library, folder } = await libraryOf({ 'a.mp3': frames(3, 1) })
    const file = await ready(library, 'a.mp3')
    const share = await library.open(file)
    await writeFile(join(folder, 'a.mp3'), frames(3, 2))
    // File systems keep time in steps; within one of them the two contents could not be told apart.
    await utimes(join(folder, 'a.mp3'), new Date(), new Date(file.modifiedAt.getTime() + 1_000))
    await expect(share.read(0, 384)).rejects.toMatchObject({ code: 'not_found' })
    share.close()
  })

  test('that is written over in place is noticed though its time is put back: the old is over, the new is there', async () => {
    const { library, folder } = await libraryOf({ 'a.mp3': frames(3, 1) })
    const path = join(folder, 'a.mp3')
    // A whole second, which every file system can keep.
    const then = new Date(2026, 0, 1)
    await utimes(path, then, then)
    const before = await ready(library, 'a.mp3')
    const share = await library.open(before)
    expect((await share.read(0, 384)).equals(frames(1, 1))).toBe(true)
    // File systems keep time in steps of some milliseconds.
    await new Promise((resolve) => setTimeout(resolve, 20))
    await writeFile(path, frames(3, 2))
    await utimes(path, then, then)
    const now = await ready(library, 'a.mp3')
    expect(now.modifiedAt).toEqual(before.modifiedAt)
    expect(now.hash).not.toBe(before.hash)
    await expect(share.read(0, 384)).rejects.toMatchObject({ code: 'not_found' })
    await expect(library.open(before)).rejects.toMatchObject({ code: 'not_found' })
    const anew = await library.open(now)
    expect((await anew.read(0, 384)).equals(frames(1, 2))).toBe(true)
    for (const each of [share, anew]) each.close()
  })
})
