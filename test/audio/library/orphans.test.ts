/** @module-tag slow */
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { Covers } from '../../../src/audio/library/covers.ts'
import { FolderCovers } from '../../../src/audio/library/folder-covers.ts'
import { type ImportRecord, Imports } from '../../../src/audio/library/imports.ts'
import type { KnownFile } from '../../../src/audio/library/known-files.ts'
import { Library } from '../../../src/audio/library/library.ts'
import { type OrphanMark, Orphans, type SeenFolder } from '../../../src/audio/library/orphans.ts'
import type { Collection } from '../../../src/core/collection.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { testWith } from '../../support/programs.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { make, makeSound, workFolder } from '../import/make.ts'
import { frames } from '../sound.ts'
import { openKnown } from './known.ts'

const closes: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close()
})

interface Kept {
  readonly records: Collection<ImportRecord>
  readonly files: Collection<KnownFile>
  readonly marks: Collection<OrphanMark>
  readonly seen: Collection<SeenFolder>
}

const day = 24 * 3_600_000

/** A library that imports, with what looks after its leftovers. */
async function house(options: { media?: string; data?: string; kept?: Kept } = {}) {
  const { media = await workFolder(), data = await workFolder() } = options
  const kept: Kept = options.kept ?? {
    records: memoryCollection(),
    files: memoryCollection(),
    marks: memoryCollection(),
    seen: memoryCollection(),
  }
  const clock = new VirtualClock()
  const log = recordingLog()
  const known = await openKnown(kept.files, { clock, log })
  const covers = new Covers({ folder: join(data, 'covers'), clock, log })
  await covers.open()
  const folderCovers = new FolderCovers(covers)
  const changed = () => undefined
  const imports = new Imports({
    ...{ folder: data, records: kept.records, known, covers, atOnce: 2, changed, clock, log },
    random: () => 0.5,
  })
  await imports.open()
  const library = new Library({ folders: [media], known, imports, clock, log })
  const orphans = new Orphans({
    ...{ folders: [media], imports, covers, folderCovers, known, clock, log },
    marks: kept.marks,
    seen: kept.seen,
  })
  await orphans.open()
  const stop = async () => {
    orphans.stop()
    await library.close()
    await known.stop()
  }
  closes.push(stop)
  return {
    ...{ media, data, kept, clock, log, known, library, orphans, stop },
    left: async () => (await readdir(data)).filter((name) => name.endsWith('.mp3')).length,
    pictures: async () => (await readdir(join(data, 'covers'))).length,
    /** Resolves when everything in the folder is ready. */
    async settled(): Promise<void> {
      const states = async () => (await library.list()).map(({ lookup }) => lookup.state)
      await expect.poll(states, { timeout: 20_000 }).not.toContain('importing')
      await orphans.looked((await library.list()).map(({ file }) => file))
    },
  }
}

/** A song of its own tone, with a picture of its own. */
async function song(folder: string, name: string, hertz: number): Promise<void> {
  const [sound, picture] = [join(folder, '.sound.wav'), join(folder, '.picture.png')]
  await make('-f', 'lavfi', '-i', `sine=f=${hertz}:d=1`, sound)
  await make(
    '-f',
    'lavfi',
    '-i',
    `color=c=0x${String(hertz).padStart(6, '0')}:s=60x60`,
    '-frames:v',
    '1',
    picture,
  )
  const attached = ['-map', '0:a', '-map', '1:v', '-c:v', 'copy', '-disposition:v', 'attached_pic']
  await make('-i', sound, '-i', picture, ...attached, join(folder, name))
  await rm(sound)
  await rm(picture)
}

describe('what imports have left behind', () => {
  testWith(
    ['ffmpeg'],
    'is what lies in no folder under any name, and goes when it is asked for',
    async () => {
      const { media, library, orphans, settled, left, pictures, kept } = await house()
      await song(media, 'one.mp3', 440)
      await song(media, 'two.flac', 880)
      await settled()
      expect([await left(), await pictures()]).toEqual([2, 2])
      expect(await orphans.find()).toEqual([])
      expect(await orphans.clean()).toEqual({ files: 0, bytes: 0 })
      await rename(join(media, 'one.mp3'), join(media, 'renamed.mp3'))
      await settled()
      expect(await orphans.find()).toEqual([])
      await rm(join(media, 'two.flac'))
      expect((await orphans.find()).map(({ kind }) => kind).sort()).toEqual(['cover', 'result'])
      const removed = await orphans.clean()
      expect(removed).toEqual({ files: 2, bytes: expect.any(Number) })
      expect(removed.bytes).toBeGreaterThan(15_000)
      expect([await left(), await pictures()]).toEqual([1, 1])
      expect(await kept.records.entries()).toHaveLength(1)
      expect((await library.find('renamed.mp3')).state).toBe('ready')
    },
  )

  testWith(['ffmpeg'], 'is kept while it plays in place of what has replaced it', async () => {
    const { media, data, known, library, orphans, left, settled } = await house()
    await song(media, 'a.mp3', 400)
    await settled()
    const before = await library.find('a.mp3')
    const next = join(data, 'next.mp3')
    await make('-f', 'lavfi', '-i', 'sine=f=500:d=120', next)
    await rename(next, join(media, 'a.mp3'))
    const isKnown = async () => {
      const lookup = await library.find('a.mp3')
      return lookup.state === 'ready' && (lookup.successor?.progress ?? 0) > 0
    }
    await expect.poll(isKnown, { timeout: 20_000, interval: 5 }).toBe(true)
    const hash = before.state === 'ready' ? before.file.hash : null
    expect(await library.find('a.mp3')).toMatchObject({ file: { hash } })
    expect(await orphans.find()).toEqual([])
    await expect.poll(isKnown, { timeout: 30_000 }).toBe(false)
    expect(await library.find('a.mp3')).toMatchObject({ state: 'ready' })
    await known.stop()
    await orphans.clean()
    expect(await left()).toBe(1)
  })

  testWith(['ffmpeg'], 'is made once more where it is put back after it was removed', async () => {
    const { media, library, orphans, settled, left } = await house()
    await song(media, 'one.flac', 440)
    await song(media, 'two.flac', 880)
    await settled()
    await rename(join(media, 'two.flac'), join(media, '.two'))
    await orphans.clean()
    expect(await left()).toBe(1)
    await rename(join(media, '.two'), join(media, 'two.flac'))
    await settled()
    expect(await left()).toBe(2)
    expect((await library.find('two.flac')).state).toBe('ready')
  })

  testWith(
    ['ffmpeg'],
    'is kept for 30 days by itself, and for good where it is put back in time',
    async () => {
      const { media, orphans, settled, left, clock, log } = await house()
      for (const [name, hertz] of [
        ['stays.flac', 440],
        ['goes.flac', 550],
        ['back.flac', 660],
      ] as const)
        await song(media, name, hertz)
      await settled()
      await rm(join(media, 'goes.flac'))
      await rename(join(media, 'back.flac'), join(media, '.back'))
      await orphans.tend()
      await clock.advance(29 * day)
      await orphans.tend()
      expect(await left()).toBe(3)
      await rename(join(media, '.back'), join(media, 'back.flac'))
      await settled()
      await orphans.tend()
      await clock.advance(2 * day)
      await orphans.tend()
      expect(await left()).toBe(2)
      const said = log.lines.filter(({ message }) => message.includes('30 days'))
      expect(said).toMatchObject([{ level: 'info', detail: { files: 2 } }])
      // What is taken out anew begins its 30 days anew.
      await rm(join(media, 'back.flac'))
      await orphans.tend()
      expect(await left()).toBe(2)
    },
  )

  testWith(['ffmpeg'], 'is looked for every day, by the clock', async () => {
    const { media, orphans, settled, left, clock } = await house()
    await song(media, 'stays.flac', 440)
    await song(media, 'goes.flac', 550)
    await settled()
    orphans.start()
    await rm(join(media, 'goes.flac'))
    for (let days = 0; days < 33; days++) {
      await clock.advance(day)
      // Looking takes its time on the disk.
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    await expect.poll(left, { timeout: 10_000 }).toBe(1)
  })

  testWith(
    ['ffmpeg'],
    'never is what one of two names still needs, or another file with the same sound',
    async () => {
      const { media, orphans, settled, left } = await house()
      await makeSound(media, 'one.wav')
      await make(
        '-i',
        join(media, 'one.wav'),
        '-metadata',
        'title=Another',
        '-c',
        'copy',
        join(media, 'two.wav'),
      )
      await settled()
      expect(await left()).toBe(1)
      await rm(join(media, 'one.wav'))
      expect(await orphans.clean()).toMatchObject({ files: 0 })
      expect(await left()).toBe(1)
    },
  )
})

describe('nothing is removed', () => {
  testWith(['ffmpeg'], 'while the folder of the library is away, empty or cannot be read', async () => {
    const { media, orphans, settled, left, clock, log } = await house()
    await song(media, 'one.flac', 440)
    await settled()
    const away = `${media}-away`
    await rename(media, away)
    await expect(orphans.clean()).rejects.toMatchObject({ code: 'unavailable' })
    await mkdir(media)
    await expect(orphans.clean()).rejects.toMatchObject({
      code: 'conflict',
      message: /is empty, and was not before/,
    })
    await expect(orphans.find()).rejects.toMatchObject({ code: 'conflict' })
    for (let days = 0; days < 40; days += 20) {
      await orphans.tend()
      await clock.advance(20 * day)
    }
    await orphans.tend()
    expect(await left()).toBe(1)
    // It is said once, not every day.
    expect(log.lines.filter(({ message }) => message.startsWith('nothing of what'))).toHaveLength(1)
    await rm(media, { recursive: true })
    await rename(away, media)
    await settled()
    expect(await orphans.clean()).toMatchObject({ files: 0 })
    expect(await left()).toBe(1)
  })

  testWith(
    ['ffmpeg'],
    'of a folder in it that is empty, as that of a share that is away; but when told to',
    async () => {
      const { media, data, kept, orphans, settled, left, stop } = await house()
      await song(media, 'one.flac', 440)
      await mkdir(join(media, 'share'))
      await song(join(media, 'share'), 'two.flac', 880)
      await settled()
      await stop()
      await rm(join(media, 'share', 'two.flac'))
      await expect(orphans.clean()).rejects.toMatchObject({ message: /the folder "share" is empty/ })
      // Also after a restart.
      const next = await house({ media, data, kept })
      await expect(next.orphans.clean()).rejects.toMatchObject({ code: 'conflict' })
      expect(await left()).toBe(2)
      expect(await next.orphans.clean({ isReallyEmpty: true })).toMatchObject({ files: 2 })
      expect(await left()).toBe(1)
      expect(await next.orphans.clean()).toMatchObject({ files: 0 })
    },
  )

  testWith(
    ['ffmpeg'],
    'before every file was read, as after a share has come back with other numbers',
    async () => {
      const { media, data, settled, stop, left } = await house()
      await song(media, 'one.flac', 440)
      await settled()
      await stop()
      const records = memoryCollection<ImportRecord>()
      const next = await house({
        ...{ media, data },
        kept: { records, files: memoryCollection(), marks: memoryCollection(), seen: memoryCollection() },
      })
      await expect(next.orphans.clean()).rejects.toMatchObject({ code: 'conflict', message: /"one\.flac"/ })
      expect(await left()).toBe(1)
    },
  )

  test.skipIf(process.getuid?.() === 0)('while a folder in it cannot be read', async () => {
    const { media, orphans } = await house()
    await mkdir(join(media, 'locked'))
    await chmod(join(media, 'locked'), 0)
    await expect(orphans.clean()).rejects.toMatchObject({ code: 'unavailable' })
    await chmod(join(media, 'locked'), 0o700)
  })

  test('where the last file was deleted on purpose, but it may be next time', async () => {
    const { media, orphans, settled, known } = await house()
    await mkdir(join(media, 'album'))
    await writeFile(join(media, 'album', 'one.mp3'), frames(3))
    await settled()
    expect(known.paths()).toHaveLength(1)
    await rm(join(media, 'album', 'one.mp3'))
    await expect(orphans.clean()).rejects.toMatchObject({ code: 'conflict' })
    await orphans.deleted(join(media, 'album', 'one.mp3'))
    expect(await orphans.clean()).toEqual({ files: 0, bytes: 0 })
  })
})
