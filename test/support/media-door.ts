import { rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { FiniteStreams } from '../../src/audio/finite-streams.ts'
import { Library } from '../../src/audio/library/library.ts'
import { PieceReader } from '../../src/audio/pieces/piece-reader.ts'
import { playable } from '../../src/audio/playable.ts'
import type { FiniteBody } from '../../src/http/finite-body.ts'
import { createMediaApp } from '../../src/http/media.ts'
import type { MediaDoor } from '../../src/http/media-door.ts'
import { listen } from '../../src/http/server.ts'
import { folderWith, frames } from '../audio/sound.ts'
import { recordingLog } from './recording-log.ts'
import { VirtualClock } from './virtual-clock.ts'

/** Of a stream card. */
export const streamKey = 'sK9-Xb3_qTz7vN1mLrP0aWd2'
/** Of a queue card. */
export const queueKey = 'qK9-Xb3_qTz7vN1mLrP0aWd2'
// More than what all buffers between two sockets of one machine hold.
const longFrames = 60_000

type Limits = Parameters<typeof listen>[0]['limits']

/** The media door before a library with one long file, on a free port; gone when the test ends. */
export async function openMediaDoor({
  limits = {},
  ...more
}: { limits?: Limits } & Pick<MediaDoor, 'transferLimits'> = {}) {
  const folder = await folderWith({ 'long.mp3': frames(longFrames) })
  const log = recordingLog()
  const clock = new VirtualClock()
  const pieces = new PieceReader({ log })
  const library = new Library({ folders: [folder], pieces, log })
  const long = async () => {
    const lookup = await library.find('long.mp3')
    return playable(lookup.state === 'ready' ? [lookup.file] : [], library)
  }
  const kinds = new Map([
    [streamKey, 'stream'],
    [queueKey, 'queue'],
  ] as const)
  const app = createMediaApp({
    async target(key) {
      const kind = kinds.get(key as typeof streamKey)
      return kind === undefined
        ? null
        : { stream: 'bedroom', card_id: '00123', player: null, kind, confirm: 'request' }
    },
    newest: long,
    slots: {
      async choose() {
        const body = await long()
        return body === null ? { kind: 'nothing' } : { kind: 'item', body }
      },
      passOver: async () => ({ kind: 'nothing' }),
    },
    playerOf: () => null,
    listeners: new FiniteStreams<FiniteBody>({ clock }),
    silence: { length: 4, etag: null, bytes: Buffer.from('hush') },
    nothingHere: async () => ({ length: 4, etag: null, bytes: Buffer.from('clip') }),
    requested: () => undefined,
    // The test says who asks.
    clientAddress: ({ headers }: IncomingMessage) => String(headers['x-test-address'] ?? '10.0.0.1'),
    clock,
    log,
    ...more,
  })
  const door = await listen({
    app,
    host: '127.0.0.1',
    port: 0,
    what: 'audio server',
    option: 'media.port',
    limits,
  })
  onTestFinished(async () => {
    await door.stop()
    await library.close()
    await pieces.stop()
    await rm(folder, { recursive: true })
  })
  return { ...door, clock, log, folder, length: longFrames * 384 }
}

export interface Wire {
  readonly socket: Socket
  /** What has come so far. */
  said(): string
  /** Resolves when the other side has ended the connection. */
  readonly ended: Promise<void>
}

/** A connection on which the test says each byte itself. */
export async function wireTo(port: number, text = ''): Promise<Wire> {
  const socket = connect(port, '127.0.0.1')
  const said: Buffer[] = []
  socket.on('data', (bytes) => said.push(bytes))
  socket.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  onTestFinished(() => void socket.destroy())
  await new Promise((resolve) => socket.once('connect', resolve))
  if (text !== '') socket.write(text)
  return { socket, ended, said: () => Buffer.concat(said).toString('latin1') }
}

/** A GET as it goes over the wire. */
export function requestFor(path: string, ...headers: string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n')
}
