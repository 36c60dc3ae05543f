import { chmod, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Entry } from '../../src/core/collection.ts'
import { AppError, messageOf } from '../../src/core/error.ts'
import { Write } from '../../src/core/write.ts'
import { SqliteStore } from '../../src/storage/sqlite-store.ts'
import { openStorage, type Storage } from '../../src/storage/storage.ts'
import { recordingLog } from '../support/recording-log.ts'

let folder: string
const opened: Storage[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'))
})

afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close().catch(() => undefined)
  await rm(folder, { recursive: true, force: true })
})

async function open(in_ = folder, readOnly = false): Promise<Storage> {
  const storage = await openStorage({ url: 'sqlite', folder: in_, log: recordingLog(), readOnly })
  opened.push(storage)
  return storage
}

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const thrown = await promise.then(
    () => expect.unreachable('did not fail'),
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(AppError)
  return thrown as AppError
}

describe('the disk', () => {
  const soon = (...entries: Entry[]) => ({ rows: () => entries, isSoon: true })

  /** What the store was told of its syncs, each mode once. */
  async function watched() {
    const storage = await open()
    const spy = vi.spyOn(SqliteStore.prototype, 'sync')
    const modes = () => spy.mock.calls.map(([isSynced]) => (isSynced ? 'synced' : 'soon'))
    return { storage, queues: storage.collection<number>('queues'), modes }
  }

  afterEach(() => {
    vi.restoreAllMocks()
  })

  test('confirms each write, and what may come soon a second later with a write of its own', async () => {
    const { queues, modes } = await watched()
    await queues.set('a', 1)
    await queues.set('b', 2, soon({ collection: 'runs', key: '1', value: 3 }))
    await queues.set('c', 3, soon())
    expect(modes()).toEqual(['synced', 'soon', 'soon'])
    await expect.poll(modes, { timeout: 10_000 }).toEqual(['synced', 'soon', 'soon', 'synced'])
    expect(await queues.entries()).toHaveLength(3)
  })

  test('confirms with any other write what came before it, and then has nothing to confirm', async () => {
    const { storage, queues, modes } = await watched()
    await queues.set('a', 1, soon())
    await storage.setMany([{ collection: 'queues', key: 'b', value: 2 }])
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(modes()).toEqual(['soon', 'synced'])
    await queues.set('c', 3, soon())
    await queues.delete('a')
    expect(modes()).toEqual(['soon', 'synced', 'soon', 'synced'])
  })

  test('confirms at once where one of those that are written together asks for it', async () => {
    const { queues, modes } = await watched()
    await Promise.all([queues.set('a', 1, soon()), queues.set('b', 2), queues.set('c', 3, soon())])
    expect(modes()).toEqual(['synced'])
  })

  test('is told which it is by SQLite itself', async () => {
    const store = new SqliteStore(join(folder, 'own.sqlite'))
    const mode = async () => (await store.query('PRAGMA synchronous'))[0]?.synchronous
    await store.sync(false)
    expect(await mode()).toBe(1)
    await store.sync(true)
    expect(await mode()).toBe(2)
    await store.disconnect()
  })
})

describe('a collection', () => {
  test('gives back what was set, also after closing and opening again', async () => {
    const value = { name: 'Ünïcode 🎧', list: [1, null, { deep: ':colon', base: ':base64:aGk=' }], no: false }
    const storage = await open()
    await storage.collection('queues').set('bedtime', value)
    expect(await storage.collection('queues').get('bedtime')).toEqual(value)
    await storage.close()
    const again = (await open()).collection('queues')
    expect(await again.get('bedtime')).toEqual(value)
    expect(await again.entries()).toEqual([['bedtime', value]])
  })

  test('knows nothing of a key that was never set or was deleted', async () => {
    const queues = (await open()).collection('queues')
    expect(await queues.get('a')).toBeUndefined()
    expect(await queues.delete('a')).toBe(false)
    await queues.set('a', 1)
    expect(await queues.delete('a')).toBe(true)
    expect(await queues.get('a')).toBeUndefined()
    expect(await queues.entries()).toEqual([])
  })

  test('keeps null apart from nothing, and refuses undefined', async () => {
    const queues = (await open()).collection<unknown>('queues')
    await queues.set('a', null)
    expect(await queues.entries()).toEqual([['a', null]])
    expect(messageOf(await failure(queues.set('b', undefined)))).toMatch(/"b" has no value/)
    expect(messageOf(await failure(queues.set('b', 1n)))).toMatch(/BigInt/)
    expect(await queues.entries()).toEqual([['a', null]])
  })

  const names = [
    'a',
    'a:b',
    'a:b:c',
    ':',
    '::',
    '',
    'b',
    'b:',
    ':b',
    'a%',
    'a_',
    'A',
    'a;',
    'a%003a',
    'a%003ab',
    '\0',
    'a\0',
    'a\0b',
    '\ud800',
    '\udc00',
    '\ufffd',
    'é',
    'e\u0301',
    '😀',
    "'; DROP TABLE keyv; --",
    '__proto__',
    'x'.repeat(5000),
  ]

  test('never meets another one, whatever the names and keys are', async () => {
    const storage = await open()
    const all = names.flatMap((collection) => names.map((key) => ({ collection, key })))
    await storage.setMany(all.map((at) => ({ ...at, value: [at.collection, at.key] })))
    for (const { collection, key } of all)
      expect(await storage.collection(collection).get(key)).toEqual([collection, key])
    for (const collection of names) {
      const entries = await storage.collection(collection).entries()
      expect(new Map(entries)).toEqual(new Map(names.map((key) => [key, [collection, key]])))
      expect(entries).toHaveLength(names.length)
    }
    await storage.collection('a').delete('b:c')
    await storage.collection('a').delete('b')
    expect(await storage.collection('a:b').get('c')).toBeUndefined()
    expect(await storage.collection('a:b').get('b')).toEqual(['a:b', 'b'])
  })

  test('writes in the order it was asked, without waiting in between', async () => {
    const queues = (await open()).collection<number>('queues')
    const writes: Promise<unknown>[] = []
    for (let round = 0; round < 20; round++) {
      writes.push(queues.set('a', round), queues.delete('b'), queues.set('b', round), queues.delete('c'))
      writes.push(queues.set('c', round), queues.delete('c'))
    }
    await Promise.all(writes)
    expect(await queues.get('a')).toBe(19)
    expect(await queues.get('b')).toBe(19)
    expect(await queues.get('c')).toBeUndefined()
  })

  test('reads only its own rows when it lists', async () => {
    const storage = await open()
    await storage.setMany([
      { collection: 'big', key: 'a', value: 'x' },
      { collection: 'small', key: 'a', value: 'y' },
    ])
    await storage.close()
    // A row of another collection that cannot be read would fail the listing, if it were loaded.
    const file = join(folder, 'store.sqlite')
    const bytes = await readFile(file)
    const at = bytes.indexOf('{"value":"x"}')
    bytes.write('{{{{{{', at)
    await writeFile(file, bytes)
    const damagedOne = await open()
    expect(await damagedOne.collection('small').entries()).toEqual([['a', 'y']])
    const error = await failure(damagedOne.collection('big').entries())
    expect(messageOf(error)).toBe('the store could not read "big": a value in it is not JSON')
  })
})

describe('setMany', () => {
  test('takes more entries than SQLite has parameters', async () => {
    const storage = await open()
    const entries = Array.from({ length: 20_000 }, (_, index) => ({
      collection: 'journal',
      key: String(index),
      value: { index, text: 'some text\0"' },
    }))
    await storage.setMany(entries)
    expect(await storage.collection('journal').entries()).toHaveLength(20_000)
    expect(await storage.collection('journal').get('19999')).toEqual({ index: 19_999, text: 'some text\0"' })
  })

  test('writes nothing at all when one value cannot be written, and goes on afterwards', async () => {
    const storage = await open()
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const entries = [
      { collection: 'a', key: '1', value: 1 },
      { collection: 'b', key: '1', value: circle },
    ]
    expect((await failure(storage.setMany(entries))).message).toBe('the store could not write to "a", "b"')
    expect(await storage.collection('a').entries()).toEqual([])
    await storage.setMany([])
    await storage.setMany(entries.slice(0, 1))
    expect(await storage.collection('a').get('1')).toBe(1)
  })

  test('lets the last of two entries with one key win', async () => {
    const storage = await open()
    await storage.setMany([1, 2, 3].map((value) => ({ collection: 'a', key: 'k', value })))
    expect(await storage.collection('a').entries()).toEqual([['k', 3]])
  })

  test('shares a sync of the disk with what is written at the same time', async () => {
    const storage = await open()
    const pages = async () => ((await stat(join(folder, 'store.sqlite-wal'))).size - 32) / (4096 + 24)
    const rows = storage.collection<number>('a')
    await rows.set('0', 0)
    const before = await pages()
    await Promise.all(Array.from({ length: 50 }, (_, index) => rows.set(String(index), index)))
    // Every commit writes each page that it changes once more.
    expect((await pages()) - before).toBeLessThan(20)
    expect(await rows.entries()).toHaveLength(50)
  })

  test('fails alone where others that came at the same time can be written', async () => {
    const storage = await open()
    const rows = storage.collection<unknown>('a')
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const values = [1, 2, circle, 4, 5]
    const writes = values.map((value, index) => rows.set(index === 2 ? 'k' : `k${index % 2}`, value))
    const outcomes = await Promise.allSettled(writes)
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    ])
    expect((await rows.entries()).toSorted()).toEqual([
      ['k0', 5],
      ['k1', 4],
    ])
  })
})

describe('what is written at once', () => {
  const circle: Record<string, unknown> = {}
  circle.self = circle

  /** How many rows each transaction had. */
  function transactions() {
    const made: number[] = []
    const { setMany } = SqliteStore.prototype
    vi.spyOn(SqliteStore.prototype, 'setMany').mockImplementation(function (this: SqliteStore, entries) {
      made.push(entries.length)
      return setMany.call(this, entries)
    })
    onTestFinished(() => void vi.restoreAllMocks())
    return made
  }

  function builtOn(earlier: Write): Write {
    const write = new Write()
    write.buildsOn(earlier)
    return write
  }

  test('is one transaction, with what follows from it before the next turn', async () => {
    const storage = await open()
    const rows = storage.collection<number>('a')
    await rows.set('0', 0)
    const made = transactions()
    const follows = async (depth: number): Promise<void> => {
      await null
      await Promise.all([rows.set(String(depth), depth), depth === 0 ? null : follows(depth - 1)])
    }
    await Promise.all([follows(40), follows(20)])
    expect(made).toEqual([41])
  })

  test('is told what becomes of it before whoever asked for it', async () => {
    const storage = await open()
    const write = new Write()
    const next = builtOn(write)
    const failing = new Write()
    const orphan = builtOn(failing)
    const rows = storage.collection<unknown>('a')
    await Promise.all([
      rows.set('kept', 1, undefined, write),
      expect(rows.set('lost', circle, undefined, failing)).rejects.toThrow('could not write'),
    ])
    expect([write, failing, orphan].map(({ isLost }) => isLost)).toEqual([false, true, true])
    write.lost()
    expect(next.isLost).toBe(false)
  })

  test('leaves out what is built on something that fails, alone', async () => {
    const storage = await open()
    const rows = storage.collection<unknown>('a')
    const failing = new Write()
    const outcomes = await Promise.allSettled([
      rows.set('other', 1),
      rows.set('fails', circle, undefined, failing),
      rows.set('follows', 2, undefined, builtOn(failing)),
      rows.set('another', 3),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    ])
    expect(outcomes[2]).toMatchObject({
      reason: { message: expect.stringContaining('what it follows from could not be stored') },
    })
    expect((await rows.entries()).toSorted()).toEqual([
      ['another', 3],
      ['other', 1],
    ])
    await expect(rows.set('later', 4, undefined, builtOn(failing))).rejects.toThrow()
    expect(await rows.get('later')).toBeUndefined()
  })
})

describe('files', () => {
  test('can be read by their owner only, also those that were open to all before', async () => {
    const first = await open()
    await first.collection('tokens').set('a', 'secret')
    const modes = async () =>
      Object.fromEntries(
        await Promise.all(
          (await readdir(folder)).map(async (name) => [
            name,
            ((await stat(join(folder, name))).mode & 0o777).toString(8),
          ]),
        ),
      )
    const tight = {
      'store.lock': '600',
      'store.sqlite': '600',
      'store.sqlite-shm': '600',
      'store.sqlite-wal': '600',
    }
    expect(await modes()).toEqual(tight)
    await first.close()
    for (const name of await readdir(folder)) await chmod(join(folder, name), 0o644)
    const second = await open()
    await second.collection('tokens').set('a', 'secret')
    expect(await modes()).toEqual(tight)
  })

  test('that are missing with their folder are made', async () => {
    const storage = await open(join(folder, 'not/there yet ?#%'))
    await storage.collection('a').set('k', 1)
    await storage.close()
    expect(await readdir(join(folder, 'not/there yet ?#%'))).toContain('store.sqlite')
  })
})

describe('what cannot be opened gives one clear error', () => {
  test('for another kind of store, without its password', async () => {
    const error = await failure(
      openStorage({ url: 'redis://user:hunter2@host:1', folder, log: recordingLog() }),
    )
    expect(error.code).toBe('invalid')
    expect(error.message).toBe(
      'storage: found "redis:…", expected "sqlite" (the only store that this version supports)',
    )
    expect(await readdir(folder)).toEqual([])
  })

  test('for a folder that is a file', async () => {
    const file = join(folder, 'data')
    await writeFile(file, '')
    const error = await failure(open(file))
    expect(messageOf(error)).toBe(
      'the data folder cannot be used: its path names a file, not a folder; choose another with --data',
    )
    const below = await failure(open(join(file, 'below')))
    expect(messageOf(below)).toBe(
      'the data folder cannot be used: a part of its path is a file, not a folder; choose another with --data',
    )
  })

  test.each([
    ['text', async (file: string) => writeFile(file, 'this is not a database, but it is long enough')],
    ['noise', async (file: string) => writeFile(file, Buffer.alloc(20_000, 0xa7))],
    ['half a database', async (file: string) => truncate(file, 8192)],
    [
      'a damaged page',
      async (file: string) => {
        const bytes = await readFile(file)
        bytes.fill(0xff, 4096 * 3, 4096 * 5)
        await writeFile(file, bytes)
      },
    ],
  ])('for a store.sqlite that holds %s, and nothing is deleted', async (_, damage) => {
    const file = join(folder, 'store.sqlite')
    const storage = await open()
    await storage.setMany(
      Array.from({ length: 3000 }, (_, index) => ({
        collection: 'a',
        key: String(index),
        value: 'y'.repeat(50),
      })),
    )
    await storage.close()
    await damage(file)
    const before = await readFile(file)
    const error = await failure(open())
    expect(error.message).toMatch(
      /^store\.sqlite in the data folder is damaged or not a database\. Nothing was deleted: move .* out/,
    )
    expect(messageOf(error)).not.toContain(folder)
    expect((await readFile(file)).equals(before)).toBe(true)
    await rm(file)
    await (await open()).collection('a').set('k', 1)
  })

  test('for a second one in the same process, and the first goes on', async () => {
    const first = await open()
    const error = await failure(open())
    expect(error.code).toBe('conflict')
    await first.collection('a').set('k', 1)
    await failure(open())
    await first.close()
    expect(await (await open()).collection('a').get('k')).toBe(1)
  })

  test('for reading where there is no store', async () => {
    expect((await failure(open(folder, true))).code).toBe('not_found')
    expect(await readdir(folder)).toEqual([])
  })
})

describe('close', () => {
  test('finishes what was asked for, twice is once, and later calls reject', async () => {
    const storage = await open()
    const queues = storage.collection<number>('queues')
    const writes = Array.from({ length: 20 }, (_, index) => queues.set(String(index), index))
    await Promise.all([storage.close(), storage.close()])
    await Promise.all(writes)
    for (const late of [queues.set('a', 1), queues.get('a'), queues.delete('a'), queues.entries()])
      expect((await failure(late)).message).toMatch(/^the store could not .*: it is closed$/)
    expect(await readdir(folder)).toEqual(['store.lock', 'store.sqlite'])
    expect(await (await open()).collection('queues').entries()).toHaveLength(20)
  })
})
