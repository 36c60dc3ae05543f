import { appendFile, open, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { identityOf, OpenFiles } from '../../../src/audio/open-files.ts'
import { type Piece, pieceBytes } from '../../../src/audio/pieces/piece.ts'
import { PieceReader } from '../../../src/audio/pieces/piece-reader.ts'
import { PieceThread } from '../../../src/audio/pieces/piece-thread.ts'
import { newRingMemory } from '../../../src/audio/pieces/ring.ts'
import { type Line, recordingLog } from '../../support/recording-log.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { folderWith } from '../sound.ts'

const file = 'long.bin'
// Every byte tells where it lies.
const whole = Buffer.from(
  Uint32Array.from({ length: 100_000 }, (_, index) => Math.imul(index, 2_654_435_761)).buffer,
)

interface Opened {
  readonly path: string
  /** @throws Error as `OpenFiles.readPiece` does */
  readonly read: (position: number, length: number) => Promise<Piece>
  readonly reader: PieceReader
  readonly thread: PieceThread
  readonly lines: Line[]
}

type Options = Omit<ConstructorParameters<typeof PieceThread>[0], 'log'>

async function opened(options: Options = {}): Promise<Opened> {
  const folder = await folderWith({ [file]: whole })
  const path = join(folder, file)
  const log = recordingLog()
  const thread = new PieceThread({ ...options, log })
  const reader = new PieceReader({ log, thread })
  const files = new OpenFiles({ clock: new VirtualClock(), limit: 4, idleMs: 1000, pieces: reader })
  const handle = await open(path)
  const identity = identityOf(await handle.stat({ bigint: true }))
  await handle.close()
  expect(files.readPiece(path, identity, { position: 0, length: pieceBytes })).toBeNull()
  const { close } = await files.share(path, identity)
  onTestFinished(async () => {
    close()
    await files.close()
    await reader.stop()
    await rm(folder, { recursive: true })
  })
  const read = async (position: number, length: number) => {
    const piece = await files.readPiece(path, identity, { position, length })
    if (piece === null) throw new Error('it is open')
    return piece
  }
  return { path, read, reader, thread, lines: log.lines }
}

/** Where the pieces begin that are asked for at once: all over the file, more of them than there are slots. */
const places = (count: number) =>
  Array.from({ length: count }, (_, index) => (index * 7_919) % (whole.length - pieceBytes))

const readAt = ({ read }: Opened, starts: readonly number[], length = pieceBytes) =>
  Promise.all(starts.map((start) => read(start, length)))

const isAt = (piece: Piece, start: number) =>
  piece.bytes.equals(whole.subarray(start, start + piece.bytes.length))

test('many at once have the bytes of their places, whether they are read together or not', async () => {
  const house = await opened()
  for (const count of [1, 2, 16, 200]) {
    const starts = places(count)
    const pieces = await readAt(house, starts)
    expect(pieces.filter((piece, index) => !isAt(piece, starts[index] ?? -1))).toEqual([])
    for (const piece of pieces) piece.giveBack()
  }
  expect(house.thread.isRunning).toBe(true)
  expect(house.lines).toEqual([])
})

test('one by itself starts no thread', async () => {
  const house = await opened()
  for (const start of places(20)) {
    const [piece] = await readAt(house, [start])
    expect(piece !== undefined && isAt(piece, start)).toBe(true)
    piece?.giveBack()
  }
  expect(house.thread.isRunning).toBe(false)
})

test('what is held is not read over, and is used again once it is given back', async () => {
  const house = await opened()
  const starts = places(64)
  const held = await readAt(house, starts)
  expect(house.reader.free).toBe(0)
  const more = await readAt(house, places(100))
  expect(held.every((piece, index) => isAt(piece, starts[index] ?? -1))).toBe(true)
  for (const piece of [...held, ...more]) {
    piece.giveBack()
    piece.giveBack()
  }
  expect(house.reader.free).toBe(64)
})

test('a short one takes memory of its own', async () => {
  const house = await opened()
  const pieces = await readAt(house, [5, 10, 100], 1000)
  expect(house.reader.free).toBe(64)
  expect(pieces.every((piece, index) => isAt(piece, [5, 10, 100][index] ?? -1))).toBe(true)
})

test.each([
  ['written over in place', (path: string) => writeFile(path, Buffer.alloc(whole.length, 1), { flag: 'r+' })],
  ['cut short', (path: string) => truncate(path, 1000)],
  ['longer', (path: string) => appendFile(path, 'more')],
])('of a file that is %s no piece is given, and all the memory is there again', async (_what, spoil) => {
  const house = await opened()
  for (const piece of await readAt(house, places(16))) piece.giveBack()
  await spoil(house.path)
  const after = await Promise.allSettled(places(40).map((start) => house.read(start, pieceBytes)))
  expect(after.map(({ status }) => status)).toEqual(Array(40).fill('rejected'))
  expect(house.reader.free).toBe(64)
})

test('without its thread it reads on', async () => {
  const house = await opened()
  for (const piece of await readAt(house, places(16))) piece.giveBack()
  const [reading] = [readAt(house, places(40)), house.thread.stop()]
  const pieces = await reading
  expect(pieces.every((piece, index) => isAt(piece, places(40)[index] ?? -1))).toBe(true)
  const [after] = await readAt(house, [400])
  expect(after !== undefined && isAt(after, 400)).toBe(true)
})

test('nobody waits for a thread that is stuck, and it is used again once it goes on', async () => {
  const house = await opened()
  for (const piece of await readAt(house, places(16))) piece.giveBack()
  expect(house.thread.isAtHand).toBe(true)
  const stuck = readAt(house, places(8))
  await Promise.resolve()
  // It is not woken before this thread comes round again.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150)
  expect(house.thread.isAtHand).toBe(false)
  const [meanwhile] = await readAt(house, [77])
  expect(meanwhile !== undefined && isAt(meanwhile, 77)).toBe(true)
  expect((await stuck).every((piece, index) => isAt(piece, places(8)[index] ?? -1))).toBe(true)
  expect(house.thread.isAtHand).toBe(true)
})

test('what is counted runs over the largest number there is, and on', async () => {
  const memory = newRingMemory()
  new Int32Array(memory.control).fill(2 ** 31 - 30, 0, 2)
  const house = await opened({ memory })
  for (const count of [16, 60, 200]) {
    const pieces = await readAt(house, places(count))
    expect(pieces.every((piece, index) => isAt(piece, places(count)[index] ?? -1))).toBe(true)
    for (const piece of pieces) piece.giveBack()
  }
  expect(Math.min(...new Int32Array(memory.control).subarray(0, 2))).toBeLessThan(0)
  expect(house.reader.free).toBe(64)
  expect(house.lines).toEqual([])
})

test.each([
  ['the system does not give', new URL('http://127.0.0.1/none.js')],
  ['does not begin', new URL('file:///nowhere/none.js')],
  ['throws', new URL('data:text/javascript,throw new Error("it fails")')],
  ['ends at once', new URL('data:text/javascript,')],
])('without a thread it reads, and says so once: one that %s', async (_what, script) => {
  const house = await opened({ script })
  for (const _turn of [1, 2]) {
    const pieces = await readAt(house, places(16))
    expect(pieces.every((piece, index) => isAt(piece, places(16)[index] ?? -1))).toBe(true)
    for (const piece of pieces) piece.giveBack()
  }
  expect(house.reader.free).toBe(64)
  expect(house.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('is gone') }])
})
