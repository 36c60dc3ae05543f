import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StoredPosition } from '../../../src/audio/live/live-positions.ts'
import type { LiveSink } from '../../../src/audio/live/live-session.ts'
import type { LiveStreams } from '../../../src/audio/live/live-streams.ts'
import { randomFrom } from '../../../src/core/play-order.ts'
import type { QueueMutation, StoredQueue } from '../../../src/core/queue.ts'
import { Hub } from '../../../src/hub.ts'
import { openLiveAudio } from '../../../src/wiring/live-audio.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { oneTurn, VirtualClock } from '../../support/virtual-clock.ts'

const frameBytes = 384
const framesOfItem = 100
const itemSeconds = framesOfItem * 0.024

/** What a file's bytes begin with: its own name, so that what is heard can be told from them. */
function contentOf(name: string): Buffer {
  const bytes = Buffer.alloc(framesOfItem * frameBytes)
  for (let at = 0; at < bytes.length; at += frameBytes) bytes.write(name.padEnd(8), at, 'latin1')
  return bytes
}

/** A live stream that loops and is shuffled, and those who listen to it. */
async function openShuffled(
  count: number,
  options: { seed?: number; resume?: 'resume' | 'restart'; isMissing?: (file: string) => boolean } = {},
) {
  const { seed = 1, resume = 'resume', isMissing = () => false } = options
  const clock = new VirtualClock()
  const log = recordingLog()
  let ids = 0
  const hub = new Hub({
    queues: memoryCollection<StoredQueue>(),
    card: () => ({ layout: null, stream: null }),
    newId: () => `item-${++ids}`,
    random: randomFrom(seed),
    clock,
    log,
  })
  const mutate = (mutation: QueueMutation) => hub.mutateQueue('party', mutation, 'the test')
  await mutate({ op: 'append', files: Array.from({ length: count }, (_, at) => String(at + 1)) })
  await mutate({ op: 'settings', settings: { mode: 'live', loop: true, shuffle: true, resume } })
  const { live } = await openLiveAudio({
    hub,
    sources: {
      find: async (file) =>
        isMissing(file)
          ? { state: 'missing' }
          : {
              state: 'ready',
              file: {
                ...{ file, title: file, size: framesOfItem * frameBytes, seconds: itemSeconds },
                ...{ firstFrame: 0, frames: framesOfItem, hash: file, modifiedAt: new Date(0) },
              },
            },
      open: async ({ file }) => ({
        read: async (from, length) => contentOf(file).subarray(from, from + length),
        close: () => undefined,
      }),
    },
    facts: { sentOf: () => () => undefined },
    positions: memoryCollection<StoredPosition>(),
    clock,
    log,
  })
  return {
    hub,
    mutate,
    queue: () => hub.queue('party'),
    pass: (items: number) => clock.advance(items * itemSeconds * 1000, oneTurn),
    listen: (name: string) => listenTo(live, name),
  }
}

async function listenTo(live: LiveStreams, name: string) {
  const answer = await live.open({ stream: 'party', listener: [name], isPlayer: true })
  const frames: string[] = []
  if (answer.kind !== 'live') throw new Error(`${name} hears ${answer.kind}`)
  const sink: LiveSink = {
    write(block, start, end) {
      for (let at = start; at < end; at += frameBytes)
        frames.push(block.toString('latin1', at, at + 8).trim())
      return true
    },
    unsent: 0,
    end: () => undefined,
    drop: () => undefined,
  }
  const leave = answer.play(sink)
  return {
    leave,
    /** The items one after the other; one that came twice in a row stands there twice. */
    heard(): string[] {
      const items: string[] = []
      let run = 0
      for (const [at, name] of frames.entries()) {
        if (name !== frames[at - 1] || run === framesOfItem) {
          items.push(name)
          run = 0
        }
        run++
      }
      return items
    },
  }
}

/** Whether the list is the rest of a round, then whole rounds of all of these, then the beginning of one. */
function isInRounds(list: readonly string[], all: readonly string[]): boolean {
  const areOnce = (part: readonly string[]) =>
    new Set(part).size === part.length && part.every((one) => all.includes(one))
  return all.some((_, rest) => {
    if (!areOnce(list.slice(0, rest))) return false
    for (let at = rest; at < list.length; at += all.length)
      if (!areOnce(list.slice(at, at + all.length))) return false
    return true
  })
}

function expectRounds(heard: readonly string[], all: readonly string[]): void {
  const stays = heard.filter((name) => all.includes(name))
  if (!isInRounds(stays, all)) expect.fail(`not in rounds of ${all.join(' ')}: ${heard.join(' ')}`)
  const again = heard.findIndex((name, at) => at > 0 && name === heard[at - 1])
  if (again >= 0) expect.fail(`twice in a row: ${heard.slice(0, again + 1).join(' ')}`)
}

const names = (count: number) => Array.from({ length: count }, (_, at) => String(at + 1))

test('whoever listens to a shuffled stream that loops hears each item once in each round', async () => {
  const house = await openShuffled(5)
  const first = await house.listen('kitchen')
  await house.pass(7.5)
  const second = await house.listen('bath')
  await house.pass(40)
  expectRounds(first.heard(), names(5))
  expectRounds(second.heard(), names(5))
  expect(second.heard().length).toBeGreaterThan(35)
})

test('items that cannot be played are left out of each round, and none is heard twice in a row for it', async () => {
  const house = await openShuffled(6, { seed: 3, isMissing: (file) => file === '2' || file === '5' })
  const first = await house.listen('kitchen')
  await house.pass(5)
  const second = await house.listen('bath')
  await house.pass(60)
  for (const { heard } of [first, second]) expectRounds(heard(), ['1', '3', '4', '6'])
})

test('whoever loses the connection and comes back at once hears the rest of its own round', async () => {
  const house = await openShuffled(6, { seed: 4 })
  await house.listen('kitchen')
  await house.pass(8.5)
  const before = await house.listen('bath')
  // The kitchen is a round ahead by then.
  await house.pass(9)
  before.leave()
  const after = await house.listen('bath')
  await house.pass(20)
  // What was sent ahead when the connection broke is heard again.
  const [sent, again] = [before.heard(), after.heard()]
  expectRounds([...sent.slice(0, sent.lastIndexOf(again[0] ?? '')), ...again], names(6))
})

test('what is put into a shuffled stream is heard once in each round by all who listen', async () => {
  const house = await openShuffled(4, { seed: 5 })
  const hearings = [await house.listen('kitchen')]
  await house.pass(6.3)
  hearings.push(await house.listen('bath'))
  await house.pass(3)
  await house.mutate({ op: 'append', files: ['new'] })
  const before = hearings.map(({ heard }) => heard().length)
  await house.pass(40)
  for (const [at, { heard }] of hearings.entries()) {
    const later = heard().slice(before[at])
    expectRounds(later, [...names(4), 'new'])
    expect(later.slice(0, 5)).toContain('new')
  }
})

test('the queue tells what one of its listeners hears, round after round', async () => {
  const house = await openShuffled(5, { seed: 6 })
  const first = await house.listen('kitchen')
  await house.pass(6)
  const second = await house.listen('bath')
  for (let item = 0; item < 20; item++) {
    await house.pass(1)
    const queue = house.queue()
    const told = queue?.items.find(({ id }) => id === queue.current)?.file
    expect([first.heard().at(-1), second.heard().at(-1)]).toContain(told)
  }
})

type Deed =
  | {
      readonly kind: 'join' | 'leave' | 'append' | 'next' | 'remove-new' | 'remove-heard'
      readonly pick: number
    }
  | { readonly kind: 'move'; readonly pick: number }

test('each round has every item once, whoever joins, leaves or changes the queue meanwhile', async () => {
  const deed: fc.Arbitrary<Deed> = fc.record({
    kind: fc.constantFrom('join', 'leave', 'append', 'next', 'remove-new', 'remove-heard', 'move'),
    pick: fc.nat(20),
  })
  const happening = fc.record({ deed, pause: fc.integer({ min: 1, max: 60 }) })
  const start = fc.record({
    count: fc.integer({ min: 2, max: 6 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
    resume: fc.constantFrom('resume' as const, 'restart' as const),
  })
  await fc.assert(
    fc.asyncProperty(start, fc.array(happening, { maxLength: 10 }), async ({ count, ...more }, story) => {
      const house = await openShuffled(count, more)
      const hearings = [await house.listen('listener 0')]
      const stays = new Set(names(count))
      let added = 0
      for (const { deed, pause } of story) {
        await house.pass(pause / 10)
        const { kind, pick } = deed
        const items = house.queue()?.items ?? []
        const files = [`new ${++added}`]
        const one = items[pick % items.length]
        if (kind === 'join') hearings.push(await house.listen(`listener ${hearings.length}`))
        if (kind === 'leave') hearings[pick % hearings.length]?.leave()
        if (kind === 'append') await house.mutate({ op: 'append', files })
        if (kind === 'next') await house.mutate({ op: 'insert-next', files })
        if (kind === 'move' && one !== undefined)
          await house.mutate({ op: 'move', id: one.id, before: items[0]?.id ?? null })
        const heardNow = hearings[pick % hearings.length]?.heard().at(-1)
        const gone =
          kind === 'remove-heard'
            ? items.find((item) => item.file === heardNow)
            : items.find((item) => item.file.startsWith('new'))
        if (!kind.startsWith('remove') || gone === undefined || items.length <= 2) continue
        if (stays.size <= 2 && stays.has(gone.file)) continue
        stays.delete(gone.file)
        await house.mutate({ op: 'remove', id: gone.id })
      }
      await house.pass(4 * (count + added))
      for (const hearing of hearings) expectRounds(hearing.heard(), [...stays])
    }),
    { numRuns: 150 },
  )
}, 120_000)
