import { copyFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type ImportRecord, Imports } from '../../../src/audio/library/imports.ts'
import type { Lookup } from '../../../src/audio/library/inspect-file.ts'
import type { KnownFile } from '../../../src/audio/library/known-files.ts'
import { Library } from '../../../src/audio/library/library.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { Collection } from '../../../src/core/collection.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { testWith } from '../../support/programs.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { decode } from '../decode.ts'
import { makeSound, workFolder } from '../import/make.ts'
import { frames } from '../sound.ts'
import { openKnown } from './known.ts'

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

interface Kept {
  readonly records: Collection<ImportRecord>
  readonly files: Collection<KnownFile>
}

const nothingKept = (): Kept => ({ records: memoryCollection(), files: memoryCollection() })

/** A library that imports, as a run of the product has it; what it keeps can be handed to the next. */
async function run(
  folders: { media: string; results: string },
  options: { kept?: Kept; ffmpeg?: string; clock?: VirtualClock } = {},
) {
  const { kept = nothingKept(), clock = systemClock } = options
  const log = recordingLog()
  const known = await openKnown(kept.files, { clock, log })
  let changes = 0
  const imports = new Imports({
    folder: folders.results,
    records: kept.records,
    known,
    atOnce: 1,
    changed: () => {
      changes += 1
    },
    clock,
    random: () => 0.5,
    log,
    ...(options.ffmpeg === undefined ? {} : { ffmpeg: options.ffmpeg }),
  })
  await imports.open()
  const library = new Library({ folders: [folders.media], known, imports, clock, log })
  const stop = async () => {
    await library.close()
    await known.stop()
  }
  opened.push(stop)
  const until = async (name: string, wanted: Lookup['state']): Promise<Lookup> => {
    await expect.poll(async () => (await library.find(name)).state, { timeout: 50_000 }).toBe(wanted)
    return library.find(name)
  }
  return { library, kept, log, stop, until, changes: () => changes }
}

async function folders() {
  return { media: await workFolder(), results: await workFolder() }
}

/** What the name plays once that is another content than the one of this hash. */
async function another(library: Library, name: string, hash: string): Promise<Lookup> {
  const found = async () => {
    const lookup = await library.find(name)
    return lookup.state === 'ready' ? lookup.file.hash : lookup.state
  }
  await expect.poll(found, { timeout: 90_000 }).not.toBe(hash)
  return library.find(name)
}

const resultsIn = async (folder: string) => (await readdir(folder)).filter((name) => name !== 'work')

async function bytesOf(library: Library, lookup: Lookup): Promise<Buffer> {
  if (lookup.state !== 'ready') throw new Error(`it is ${lookup.state}`)
  const shared = await library.open(lookup.file)
  const bytes = await shared.read(0, lookup.file.size)
  shared.close()
  return bytes
}

testWith(['ffmpeg'], 'what is dropped in becomes playable, and plays as long as it did', async () => {
  const places = await folders()
  await makeSound(places.media, 'song.flac')
  const { library, until, changes } = await run(places)
  expect(await library.find('song.flac')).toMatchObject({ state: 'importing' })
  expect(await library.filesIn('')).toEqual(['song.flac'])
  const ready = await until('song.flac', 'ready')
  expect(changes()).toBe(1)
  const { said, samples } = await decode(await bytesOf(library, ready))
  expect(said).toBe('')
  expect(samples / 48_000).toBeCloseTo(2, 1)
  if (ready.state === 'ready') expect(ready.file.seconds).toBe(samples / 48_000)
})

testWith(['ffmpeg'], 'one content under two names, or under another name, is imported once', async () => {
  const places = await folders()
  const path = await makeSound(places.media, 'one.wav')
  await copyFile(path, join(places.media, 'two.wav'))
  const { library, until, log } = await run(places)
  await library.list()
  await until('one.wav', 'ready')
  await until('two.wav', 'ready')
  await rename(path, join(places.media, 'renamed.wav'))
  await until('renamed.wav', 'ready')
  expect(await resultsIn(places.results)).toHaveLength(1)
  expect(log.lines.filter(({ message }) => message === 'a file was imported')).toHaveLength(1)
})

testWith(['ffmpeg'], 'another content under the same name is what plays from then on', async () => {
  const places = await folders()
  await makeSound(places.media, 'song.wav')
  const { library, until } = await run(places)
  const before = await until('song.wav', 'ready')
  await makeSound(places.media, 'song.wav', { from: 'sine=f=880:d=3' })
  const hash = before.state === 'ready' ? before.file.hash : ''
  const after = await another(library, 'song.wav', hash)
  if (before.state !== 'ready' || after.state !== 'ready') throw new Error('it is not ready')
  expect([before.file.seconds, after.file.seconds].map(Math.round)).toEqual([2, 3])
})

testWith(['ffmpeg'], 'the next run reads and imports nothing again', async () => {
  const places = await folders()
  await makeSound(places.media, 'song.wav')
  await writeFile(join(places.media, 'profile.mp3'), frames(5))
  await writeFile(join(places.media, 'broken.mp3'), 'no sound at all')
  const first = await run(places)
  const states = async (library: Library) =>
    (await library.list()).map(({ file, lookup }) => [file, lookup.state])
  for (const [name, state] of [
    ['song.wav', 'ready'],
    ['profile.mp3', 'ready'],
    ['broken.mp3', 'refused'],
  ] as const)
    await first.until(name, state)
  const before = await states(first.library)
  await first.stop()
  const second = await run(places, { kept: first.kept, ffmpeg: '/no/such/ffmpeg' })
  expect(await states(second.library)).toEqual(before)
  expect(second.log.lines.filter(({ message }) => message === 'a file was imported')).toEqual([])
})

testWith(['ffmpeg'], 'a result that somebody has deleted is made once more', { tags: 'slow' }, async () => {
  const places = await folders()
  await makeSound(places.media, 'song.wav')
  const { until } = await run(places)
  await until('song.wav', 'ready')
  const [result = ''] = await resultsIn(places.results)
  await rm(join(places.results, result))
  await until('song.wav', 'importing')
  await until('song.wav', 'ready')
  expect(await resultsIn(places.results)).toEqual([result])
})

testWith(
  ['ffmpeg'],
  'what is under way when the product ends leaves nothing, and is begun anew',
  { tags: 'slow' },
  async () => {
    const places = await folders()
    await makeSound(places.media, 'long.wav', { from: 'sine=f=440:d=90' })
    const first = await run(places)
    expect(await first.library.find('long.wav')).toMatchObject({ state: 'importing' })
    await expect.poll(() => readdir(join(places.results, 'work')), { timeout: 20_000 }).not.toEqual([])
    await first.stop()
    expect(await readdir(join(places.results, 'work'))).toEqual([])
    expect(await resultsIn(places.results)).toEqual([])
    const second = await run(places, { kept: first.kept })
    await second.until('long.wav', 'ready')
  },
)

test('without ffmpeg a file says so, and is tried again an hour later at most', async () => {
  const places = await folders()
  await writeFile(join(places.media, 'song.wav'), wave())
  const clock = new VirtualClock()
  const { library, until, log } = await run(places, { ffmpeg: '/no/such/ffmpeg', clock })
  const refused = await until('song.wav', 'refused')
  const reason = 'ffmpeg is not installed; it is tried again'
  expect(refused).toEqual({ state: 'refused', reason, again: true })
  await clock.advance(3_600_000)
  expect(await library.find('song.wav')).toMatchObject({ state: 'importing' })
  await until('song.wav', 'refused')
  const tries = log.lines.filter(({ message }) => message.startsWith('a file could not be imported'))
  expect(tries).toHaveLength(2)
})

/** A tenth of a second of silence. */
function wave(): Buffer {
  const data = Buffer.alloc(9_600)
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + data.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(48_000, 24)
  head.writeUInt32LE(96_000, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(data.length, 40)
  return Buffer.concat([head, data])
}

/** A song that was imported and then replaced, and what it played before. */
async function replacedSong(by: (path: string) => Promise<unknown>) {
  const places = await folders()
  const path = await makeSound(places.media, 'song.wav')
  const first = await run(places)
  const before = await first.until('song.wav', 'ready')
  if (before.state !== 'ready') throw new Error('it is not ready')
  const bytes = await bytesOf(first.library, before)
  await by(path)
  return { places, first, before, bytes, hash: before.file.hash }
}

testWith(
  ['ffmpeg'],
  'what is replaced plays on until the new content is imported, over a restart too',
  { timeout: 120_000, tags: 'slow' },
  async () => {
    const { places, first, before, bytes, hash } = await replacedSong(async (path) => {
      await makeSound(path.replace(/song\.wav$/, ''), 'next.wav', { from: 'sine=f=880:d=600' })
      await rename(path.replace(/song\.wav$/, 'next.wav'), path)
    })
    const during = await first.library.find('song.wav')
    expect(during).toMatchObject({ state: 'ready', file: { hash }, successor: { state: 'importing' } })
    expect((await bytesOf(first.library, during)).equals(bytes)).toBe(true)
    // Its new content is known by now, but nothing is made of it yet.
    const begun = async () => progressOf(await first.library.find('song.wav'))
    await expect.poll(begun, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0)
    await first.stop()

    const second = await run(places, { kept: first.kept })
    const still = await second.library.find('song.wav')
    expect(still).toMatchObject({ state: 'ready', file: { hash }, successor: { state: 'importing' } })
    expect((await bytesOf(second.library, still)).equals(bytes)).toBe(true)
    // Who has found it before plays it on, whatever comes.
    const after = await another(second.library, 'song.wav', hash)
    expect(after).toMatchObject({ state: 'ready' })
    if (after.state !== 'ready' || before.state !== 'ready') throw new Error('it is not ready')
    expect(after.successor).toBeUndefined()
    expect(Math.round(after.file.seconds)).toBe(600)
    await second.stop()
    for (const [, file] of await first.kept.files.entries()) expect(file.earlier).toBeUndefined()
  },
)

const progressOf = (lookup: Lookup) =>
  lookup.state === 'ready' ? (lookup.successor?.progress ?? 1) : 'progress' in lookup ? lookup.progress : 0

testWith(
  ['ffmpeg'],
  'what is replaced by something that cannot be played is refused, and stays so',
  async () => {
    const { places, first } = await replacedSong((path) => writeFile(path, 'no sound at all'))
    await first.until('song.wav', 'refused')
    await first.stop()
    const second = await run(places, { kept: first.kept })
    expect(await second.library.find('song.wav')).toMatchObject({ state: 'refused' })
    // Nor does it come back while the next is on its way.
    await makeSound(places.media, 'song.wav', { from: 'sine=f=880:d=3' })
    expect(await second.library.find('song.wav')).toMatchObject({ state: 'importing' })
    await second.until('song.wav', 'ready')
  },
)

testWith(
  ['ffmpeg'],
  'a file that is removed plays nothing, and what comes later is new',
  { tags: 'slow' },
  async () => {
    const { first } = await replacedSong((path) => rm(path))
    expect(await first.library.find('song.wav')).toMatchObject({ state: 'missing' })
  },
)
