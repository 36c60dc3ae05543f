import { rm } from 'node:fs/promises'
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { onTestFinished } from 'vitest'
import { FiniteStreams } from '../../src/audio/finite-streams.ts'
import { bytesPerFrame } from '../../src/audio/frames.ts'
import { Library } from '../../src/audio/library/library.ts'
import type { StoredPosition } from '../../src/audio/live/live-positions.ts'
import type { SentOf } from '../../src/audio/playable.ts'
import type { QueueMutation, StoredQueue } from '../../src/core/queue.ts'
import type { FiniteBody } from '../../src/http/finite-body.ts'
import { createMediaApp } from '../../src/http/media.ts'
import type { StreamRequest } from '../../src/http/media-door.ts'
import { listen } from '../../src/http/server.ts'
import { Hub } from '../../src/hub.ts'
import { openLiveAudio } from '../../src/wiring/live-audio.ts'
import { folderWith, shippedAudio } from '../audio/sound.ts'
import { streamKey } from './media-door.ts'
import { memoryCollection } from './memory-collection.ts'
import { recordingLog } from './recording-log.ts'
import { VirtualClock } from './virtual-clock.ts'

export const clip = Buffer.from('clip')

/** Frames of the profile of which each says whose it is and which; `name` is one letter. */
export function marked(name: string, count: number): Buffer {
  const bytes = Buffer.alloc(count * bytesPerFrame)
  for (let frame = 0; frame < count; frame++) {
    const at = frame * bytesPerFrame
    bytes.set([0xff, 0xfb, 0x94, 0x40], at)
    bytes.write(name, at + markAt, 'latin1')
    bytes.writeUInt32BE(frame, at + markAt + 1)
  }
  return bytes
}

// Behind the header and the side information.
const markAt = 40

/** The runs of consecutive frames in these bytes, as `a 0+100`: 100 frames of `a` from its first on. */
export function heard(bytes: Buffer): string[] {
  const runs: { name: string; frame: number; count: number }[] = []
  for (let at = 0; at < bytes.length; at += bytesPerFrame) {
    const name = bytes.toString('latin1', at + markAt, at + markAt + 1)
    const frame = bytes.readUInt32BE(at + markAt + 1)
    const last = runs.at(-1)
    if (last?.name === name && last.frame + last.count === frame) last.count++
    else runs.push({ name, frame, count: 1 })
  }
  return runs.map((run) => `${run.name} ${run.frame}+${run.count}`)
}

/** A live stream `bedroom` of these files behind the media door, by a clock that the test moves; gone when it ends. */
export async function openLiveHouse(
  files: Readonly<Record<string, Uint8Array>>,
  { loop = false, queue = Object.keys(files) }: { loop?: boolean; queue?: readonly string[] } = {},
) {
  const folder = await folderWith(files)
  const clock = new VirtualClock()
  const log = recordingLog()
  const library = new Library({ folders: [folder, shippedAudio], log, clock })
  let ids = 0
  const hub = new Hub({
    queues: memoryCollection<StoredQueue>(),
    card: () => ({ layout: null, stream: null }),
    newId: () => `item-${++ids}`,
    clock,
    log,
  })
  const mutate = (mutation: QueueMutation) => hub.mutateQueue('bedroom', mutation, 'the test')
  if (queue.length > 0) await mutate({ op: 'append', files: queue })
  else await mutate({ op: 'replace', files: [], playlist: null })
  await mutate({ op: 'settings', settings: { mode: 'live', loop } })
  const sent: Parameters<SentOf>[0][] = []
  const positions = memoryCollection<StoredPosition>()
  const open = () =>
    openLiveAudio({
      hub,
      sources: library,
      facts: { sentOf: () => (what) => sent.push(what) },
      positions,
      clock,
      log,
    })
  let audio = await open()
  const asks = { player: null as string | null }
  const requests: StreamRequest[] = []
  const app = createMediaApp({
    target: async (key) =>
      key === streamKey
        ? { stream: 'bedroom', card_id: '00123', player: null, kind: 'stream', confirm: 'request' }
        : null,
    newest: async () => null,
    slots: { choose: async () => ({ kind: 'nothing' }), passOver: async () => ({ kind: 'nothing' }) },
    live: {
      isLive: (stream) => audio.live.isLive(stream),
      isOpen: (stream) => audio.live.isOpen(stream),
      open: (request) => audio.live.open(request),
    },
    playerOf: () => asks.player,
    listeners: new FiniteStreams<FiniteBody>({ clock }),
    silence: { length: clip.length, etag: null, bytes: clip },
    nothingHere: async () => ({ length: clip.length, etag: null, bytes: clip }),
    requested: (request) => requests.push(request),
    clientAddress: ({ headers }: IncomingMessage) => String(headers['x-test-address'] ?? '10.0.0.1'),
    clock,
    log,
  })
  const door = await listen({ app, host: '127.0.0.1', port: 0, what: 'audio server', option: 'media.port' })
  onTestFinished(async () => {
    await audio.stop()
    await door.stop()
    await library.close()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    ...{ clock, log, hub, folder, mutate, asks, requests, sent, positions, port: door.port },
    held: () => audio.live.held,
    queue: () => hub.queue('bedroom'),
    stop: () => audio.stop(),
    /** As after a restart of the program. */
    async restart() {
      await audio.stop()
      audio = await open()
    },
    /** Lets so much time pass, and what is sent meanwhile arrive. */
    pass: (seconds: number) => clock.advance(seconds * 1000, arrived),
    listen: (headers: Record<string, string> = {}) => hear(door.port, headers),
  }
}

export interface Hearing {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** What has come so far. */
  bytes(): Buffer
  /** How many whole frames have come so far. */
  frames(): number
  /** Whether it ended, and as a whole answer. */
  end(): 'clean' | 'broken' | null
  /** Reads no further. */
  pause(): void
  hangUp(): Promise<void>
}

/** A GET of the stream on a connection of its own, while it is answered. */
async function hear(port: number, headers: Record<string, string>): Promise<Hearing> {
  const chunks: Buffer[] = []
  let end: 'clean' | 'broken' | null = null
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const path = `/media/${streamKey}/stream.mp3`
    get({ port, host: '127.0.0.1', path, headers, agent: false }, resolve).on('error', reject)
  })
  answer.on('data', (chunk: Buffer) => chunks.push(chunk))
  answer.on('error', () => undefined)
  const closed = new Promise<void>((resolve) =>
    answer.once('close', () => {
      end = answer.complete ? 'clean' : 'broken'
      resolve()
    }),
  )
  onTestFinished(() => void answer.destroy())
  await arrived()
  const length = () => chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    bytes: () => Buffer.concat(chunks),
    frames: () => length() / bytesPerFrame,
    end: () => end,
    pause: () => void answer.pause(),
    async hangUp() {
      answer.destroy()
      await closed
      await arrived()
    },
  }
}

/** What is on its way through disk and sockets has had its turn. */
export async function arrived(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 4))
}
