import { expect, test } from 'vitest'
import type { Effect } from '../src/core/effect.ts'
import { AppError } from '../src/core/error.ts'
import { FewLines } from '../src/core/few-lines.ts'
import type { QueueSettings } from '../src/core/queue.ts'
import { Hub } from '../src/hub.ts'
import { performWith } from '../src/perform.ts'
import { contentFiles } from '../src/rules/playlists.ts'
import { memoryCollection } from './support/memory-collection.ts'
import { recordingLog } from './support/recording-log.ts'
import { VirtualClock } from './support/virtual-clock.ts'

const many = Array.from({ length: 10_005 }, (_, index) => `${index}.mp3`)
const playlists = new Map([
  ['forest', { id: 'forest', entries: ['a.mp3'], folder: null }],
  ['empty', { id: 'empty', entries: [], folder: 'gone' }],
  ['letters', { id: 'letters', entries: [...'abcdefgh'], folder: null }],
  ['many', { id: 'many', entries: many, folder: null }],
])
const library = {
  async find(file: string) {
    if (file === 'broken.mp3') return { state: 'refused', reason: 'it is no audio' } as const
    return { state: file === 'shh.mp3' ? 'ready' : 'missing' } as const
  },
  filesIn: async () => [],
}

async function house() {
  let ids = 0
  const clock = new VirtualClock()
  const log = recordingLog()
  const hub = new Hub({
    queues: memoryCollection(),
    card: () => ({ layout: null, stream: null }),
    newId: () => `i${++ids}`,
    clock,
    log,
  })
  await hub.mutateQueue('bedroom', { op: 'append', files: ['a.mp3'] }, 'test')
  let comes: () => void = () => undefined
  const perform = performWith({
    mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
    files: (content) => contentFiles(content, playlists, library),
    ahead: (content) =>
      content === 'late'
        ? new Promise((resolve) => {
            comes = () => resolve(async () => ['late.mp3'])
          })
        : null,
    lookup: library.find,
    deleteQueue: (name) => hub.deleteQueue(name),
    command: async () => undefined,
    publish: async () => undefined,
    deeds: new FewLines({ clock, log, more: { level: 'info', message: 'more was done' } }),
    random: () => 0.3,
    log,
  })
  const set = (settings: QueueSettings) =>
    perform(
      { kind: 'mutate-queue', stream: 'bedroom', mutation: { op: 'settings', settings } },
      'MQTT yoto/stream/bedroom/set',
    )
  return { clock, hub, log, perform, set, comes: () => comes() }
}

test('a file that there is may be heard while a stream is closed', async () => {
  const { hub, set } = await house()
  await set({ closed: true, if_pressed: 'shh.mp3' })
  expect(hub.queue('bedroom')).toMatchObject({ closed: true, if_pressed: 'shh.mp3' })
  await set({ if_pressed: null })
  expect(hub.queue('bedroom')).toMatchObject({ closed: true, if_pressed: null })
})

test.each([
  ['gone.mp3', 'not_found', 'not in the library: gone.mp3; nothing was changed'],
  ['../../etc/passwd', 'not_found', 'not in the library: ../../etc/passwd; nothing was changed'],
  ['broken.mp3', 'unprocessable', 'cannot be played: "broken.mp3" (it is no audio); nothing was changed'],
  ['forest', 'unprocessable', 'if_pressed takes one file, and "forest" is a playlist'],
])('%s may not, and then nothing of the wish is done', async (if_pressed, code, message) => {
  const { hub, set } = await house()
  await expect(set({ closed: true, if_pressed })).rejects.toThrow(
    expect.objectContaining({ constructor: AppError, code, message }),
  )
  expect(hub.queue('bedroom')).toMatchObject({ closed: false, if_pressed: null, version: 1 })
})

test('what a schedule says is heard is taken as it is, for its file may yet come', async () => {
  const { hub, perform } = await house()
  const mutation = { op: 'replace', files: [], playlist: null, closed: true, if_pressed: 'soon.mp3' } as const
  await perform({ kind: 'mutate-queue', stream: 'bedroom', mutation }, 'schedule bedroom, slot nap')
  expect(hub.queue('bedroom')).toMatchObject({ closed: true, if_pressed: 'soon.mp3' })
})

test('of what is done a thousand times the log has the first lines of each player, and then the number', async () => {
  const { clock, log, perform } = await house()
  const tell = (player: string) =>
    perform({ kind: 'command', player, command: { type: 'volume-step', step: 3 } }, 'MQTT')
  for (let n = 0; n < 1000; n++) await tell('y1')
  await tell('y2')
  const told = (player: string) => ({
    level: 'info',
    message: 'player told: volume-step',
    detail: { player },
  })
  const lines = [...Array(3).fill(told('y1')), told('y2')]
  expect(log.lines).toMatchObject(lines)
  await clock.advance(60_000)
  expect(log.lines).toMatchObject([...lines, { message: 'more was done', detail: { left_out: 997 } }])
})

const filled = { kind: 'fill-queue', stream: 'attic', how: 'replace', content: 'letters' } as const
const filesIn = (hub: Hub) => hub.queue('attic')?.items.map(({ file }) => file)

test.each<[Partial<Extract<Effect, { kind: 'fill-queue' }>>, string]>([
  [{ limit: 3 }, 'abc'],
  [{ from: 3 }, 'cdefgh'],
  [{ from: 3, limit: 2 }, 'cd'],
  [{ from: 9 }, ''],
])('a part of a playlist is put on a stream: %j', async (part, left) => {
  const { hub, perform } = await house()
  await perform({ ...filled, ...part }, 'test')
  expect(filesIn(hub)?.join('')).toBe(left)
})

test('a playlist that has nothing to play is not set, unless the clock has it so', async () => {
  const { hub, perform } = await house()
  const before = hub.queue('bedroom')
  const empty = { ...filled, content: 'empty' } as const
  for (const stream of ['bedroom', 'attic'])
    await expect(perform({ ...empty, stream, keep: 'rest' }, 'test')).rejects.toThrow(
      expect.objectContaining({
        code: 'conflict',
        message: 'playlist "empty" has nothing to play now; the queue stays as it was',
      }),
    )
  expect(hub.queue('bedroom')).toBe(before)
  expect(hub.queue('attic')).toBeUndefined()
  await perform({ ...empty, closed: false, orEmpty: true }, 'schedule attic, default')
  expect(hub.queue('attic')).toMatchObject({ items: [], playlist: 'empty' })
})

test('a playlist is put on a stream in another order, and the queue itself is not shuffled by that', async () => {
  const { hub, perform } = await house()
  await perform({ ...filled, shuffle: true }, 'test')
  expect(filesIn(hub)?.toSorted()).toEqual([...'abcdefgh'])
  expect(filesIn(hub)).not.toEqual([...'abcdefgh'])
  expect(hub.queue('attic')).toMatchObject({ shuffle: false, playlist: 'letters' })
})

test('of a playlist with more files than a queue takes, the first are played and the log says so', async () => {
  const { hub, log, perform } = await house()
  await perform({ ...filled, content: 'many' }, 'test')
  expect(filesIn(hub)).toEqual(many.slice(0, 10_000))
  expect(log.lines.map(({ message }) => message)).toContain(
    'stream "attic" takes the first 10000 files: no queue has more',
  )
  await expect(perform({ ...filled, how: 'append', content: 'letters' }, 'test')).rejects.toThrow(
    'would have 10008 items',
  )
})

test('a playlist that takes long to come does not take the place of what was put there meanwhile', async () => {
  const { hub, perform, comes } = await house()
  const fill = (content: string, how: 'replace' | 'append' = 'replace') =>
    perform({ kind: 'fill-queue', stream: 'bedroom', how, content }, 'test')
  const items = () => hub.queue('bedroom')?.items.map(({ file }) => file)
  const late = fill('late')
  await perform(
    { kind: 'mutate-queue', stream: 'bedroom', mutation: { op: 'append', files: ['shh.mp3'] } },
    'x',
  )
  expect(items()).toEqual(['a.mp3', 'shh.mp3'])
  // What fails takes nobody's place.
  await expect(fill('empty')).rejects.toThrow('nothing to play')
  comes()
  await late
  expect(items()).toEqual(['late.mp3'])

  const overtaken = fill('late')
  await fill('forest')
  comes()
  await overtaken
  expect(items()).toEqual(['a.mp3'])
  expect(hub.queue('bedroom')?.playlist).toBe('forest')

  const cleared = fill('late')
  await perform({ kind: 'mutate-queue', stream: 'bedroom', mutation: { op: 'clear' } }, 'x')
  comes()
  await cleared
  expect(items()).toEqual([])

  const behind = fill('late', 'append')
  await fill('forest')
  comes()
  await behind
  expect(items()).toEqual(['a.mp3', 'late.mp3'])
})
