import { cp, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SqliteStore } from '../../src/storage/sqlite-store.ts'
import { openStorage, type Storage } from '../../src/storage/storage.ts'
import { recordingLog } from '../support/recording-log.ts'

let home: string
let folder: string
let storage: Storage
const opened: { close(): Promise<void> }[] = []

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'held-'))
  folder = join(home, 'data')
  storage = await openAt(folder)
})

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
  await rm(home, { recursive: true, force: true })
})

async function openAt(place: string): Promise<Storage> {
  const one = await openStorage({ url: 'sqlite', folder: place, log: recordingLog() })
  opened.push(one)
  return one
}

const main = () => readFile(join(folder, 'store.sqlite'))
const logBytes = async () => (await stat(join(folder, 'store.sqlite-wal'))).size

/** Some hundreds of pages, more than SQLite lets its log have by itself after a few rounds. */
async function write(round: number): Promise<void> {
  const value = { round, text: 'x'.repeat(4000) }
  await storage.setMany(
    Array.from({ length: 300 }, (_, n) => ({ collection: 'a', key: `${n}`, value: { ...value, n } })),
  )
}

/** The rounds that stand in the store of a folder: one, if no write is there by half. */
async function roundsIn(place: string): Promise<number[]> {
  const rows = await (await openAt(place)).collection<{ round: number }>('a').entries()
  expect(rows).toHaveLength(300)
  return [...new Set(rows.map(([, { round }]) => round))]
}

test('the file stays as it is while it is held, writes are kept all the same, and are folded into it afterwards', async () => {
  await write(0)
  await storage.holdFile()
  expect(await logBytes()).toBe(0)
  const held = await main()
  for (let round = 1; round <= 8; round++) await write(round)
  expect((await main()).equals(held)).toBe(true)
  // Killed now, nothing is lost.
  await cp(folder, join(home, 'killed'), { recursive: true })
  expect(await roundsIn(join(home, 'killed'))).toEqual([8])
  await storage.releaseFile()
  expect((await main()).equals(held)).toBe(false)
  expect(await logBytes()).toBe(0)
  for (let round = 9; round <= 20; round++) await write(round)
  // SQLite folds it by itself again.
  expect(await logBytes()).toBeLessThan(8 * 300 * 4096)
})

test('a copy of files one after the other, with writes between any two pieces of them, is a whole store', async () => {
  await write(0)
  await storage.holdFile()
  const copy = join(home, 'copy')
  await openAt(copy).then((empty) => empty.close())
  let round = 0
  for (const name of ['store.sqlite-wal', 'store.sqlite-shm', 'store.sqlite']) {
    const [from, to] = [await open(join(folder, name)), await open(join(copy, name), 'w')]
    const piece = Buffer.alloc(300_000)
    for (let at = 0; ; ) {
      // The log grows under the hands of whoever copies it, and is not read to its end.
      const { bytesRead } = await from.read(piece, 0, piece.length, at)
      await to.write(piece, 0, bytesRead, at)
      at += bytesRead
      if (round < 6) await write(++round)
      if (bytesRead === 0 || at > 4_000_000) break
    }
    await from.close()
    await to.close()
  }
  expect(round).toBe(6)
  const [copied = -1, ...others] = await roundsIn(copy)
  expect(others).toEqual([])
  expect(copied).toBeGreaterThanOrEqual(0)
})

test('the file alone is the store as it was when it was held', async () => {
  await write(0)
  await storage.holdFile()
  for (let round = 1; round <= 8; round++) await write(round)
  await openAt(join(home, 'alone')).then((empty) => empty.close())
  await cp(join(folder, 'store.sqlite'), join(home, 'alone', 'store.sqlite'))
  expect(await roundsIn(join(home, 'alone'))).toEqual([0])
})

test('a store that is closed while its file is held has everything', async () => {
  await storage.holdFile()
  for (let round = 1; round <= 8; round++) await write(round)
  await storage.close()
  expect(await roundsIn(folder)).toEqual([8])
})

test('the file cannot be held while somebody reads it, which is said, and then it is not held', async () => {
  await write(0)
  const reader = new SqliteStore(join(folder, 'store.sqlite'))
  opened.push({ close: () => reader.close() })
  await reader.query('BEGIN')
  await reader.query('SELECT count(*) FROM keyv')
  await write(1)
  const holding = storage.holdFile()
  // Others read meanwhile.
  let isOver = false
  const over = holding
    .catch(() => undefined)
    .then(() => {
      isOver = true
    })
  expect(await storage.collection('a').get('0')).toMatchObject({ round: 1 })
  expect(isOver).toBe(false)
  await over
  await expect(holding).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('a command is reading the store'),
  })
  await reader.query('COMMIT')
  const before = await main()
  for (let round = 2; round <= 9; round++) await write(round)
  expect((await main()).equals(before)).toBe(false)
}, 20_000)

test('a store without a write-ahead log says that the program has to be stopped', async () => {
  const store = new SqliteStore(join(home, 'old.sqlite'))
  opened.push({ close: () => store.close() })
  await store.query('PRAGMA journal_mode = DELETE')
  await expect(store.hold()).rejects.toThrow('stop it for the time of the backup')
})
