import { type AddressInfo, createServer, type Socket } from 'node:net'

/** An event as it arrived. */
export interface ArrivedEvent {
  readonly type: string
  readonly data: Record<string, unknown>
}

/** Answers what was asked, however it likes. */
type Answer = (socket: Socket, asked: ArrivedEvent) => void

/** A server of the Wyoming protocol over real TCP, which behaves as a test wants it to. */
export interface WyomingServer {
  readonly url: string
  readonly asked: ArrivedEvent[]
  /** How many connections are open now. */
  readonly open: () => number
  answer: Answer
  stop(): Promise<void>
}

export async function wyomingServer(answer: Answer): Promise<WyomingServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    let arrived = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      arrived = Buffer.concat([arrived, chunk])
      const end = arrived.indexOf(10)
      if (end < 0) return
      const header = JSON.parse(arrived.toString('utf8', 0, end))
      const behind = end + 1 + (header.data_length ?? 0)
      if (arrived.length < behind) return
      const more = arrived.toString('utf8', end + 1, behind)
      const asked = { type: header.type, data: { ...header.data, ...(more === '' ? {} : JSON.parse(more)) } }
      arrived = arrived.subarray(behind)
      made.asked.push(asked)
      made.answer(socket, asked)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const made: WyomingServer = {
    url: `tcp://127.0.0.1:${port}`,
    asked: [],
    open: () => sockets.size,
    answer,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return made
}

/** An event as the reference server writes it: its data behind the line. */
export function wyomingEvent(type: string, data: object = {}, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.from(JSON.stringify(data))
  const header = { type, version: '1.7.2', data_length: bytes.length, payload_length: payload.length }
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes, payload])
}

export const usualForm = { rate: 22_050, width: 2, channels: 1 }

/** A tone of so many seconds, in the usual form. */
export function tone(seconds: number, hertz = 300): Buffer {
  const samples = Math.round(seconds * usualForm.rate)
  const bytes = Buffer.alloc(samples * 2)
  for (let at = 0; at < samples; at += 1)
    bytes.writeInt16LE(Math.round(9000 * Math.sin((2 * Math.PI * hertz * at) / usualForm.rate)), at * 2)
  return bytes
}

/** All that a server says for one text. */
export function spoken(samples: Buffer, pieceBytes = 4096): Buffer {
  const pieces = Array.from({ length: Math.ceil(samples.length / pieceBytes) }, (_, at) =>
    wyomingEvent('audio-chunk', usualForm, samples.subarray(at * pieceBytes, (at + 1) * pieceBytes)),
  )
  return Buffer.concat([
    wyomingEvent('audio-start', { ...usualForm, timestamp: 0 }),
    ...pieces,
    wyomingEvent('audio-stop', { timestamp: null }),
  ])
}
