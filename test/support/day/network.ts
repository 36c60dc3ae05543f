import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { oneTurn } from '../virtual-clock.ts'

/** Stands before a server as a network does, knows when all that was sent has arrived, and can fail. */
export interface Network {
  readonly url: string
  /** How often this text began a request. */
  requests(start: string): number
  /** Resolves when nothing is under way any more. */
  quiet(): Promise<void>
  /** Breaks every connection. */
  cut(): void
  /** From now on nothing passes on the connections that stand, and neither side is told. */
  freeze(): void
  stop(): Promise<void>
}

interface Link {
  readonly near: Socket
  readonly far: Socket
  /** A request whose answer has not begun. */
  asks: boolean
  upgraded: boolean
  frozen: boolean
}

// Loopback hands over at once; what a message sets off takes a few turns of the event loop.
const calmTurns = 4

export async function network(target: string): Promise<Network> {
  const { hostname, port } = new URL(target)
  const links = new Set<Link>()
  const starts = new Map<string, number>()
  let activity = 0
  const server = createServer((near) => {
    activity++
    const far = connect(Number(port), hostname)
    const link: Link = { near, far, asks: false, upgraded: false, frozen: false }
    links.add(link)
    const end = () => {
      activity++
      links.delete(link)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.setNoDelay(true).on('error', end).on('close', end)
    far.on('connect', () => activity++)
    near.on('data', (chunk: Buffer) => {
      activity++
      if (link.frozen) return
      if (!link.upgraded) {
        const start = chunk.toString('latin1', 0, chunk.indexOf('\r\n'))
        starts.set(start, (starts.get(start) ?? 0) + 1)
        link.upgraded = /upgrade: websocket/i.test(chunk.toString('latin1'))
        link.asks = true
      }
      far.write(chunk)
    })
    far.on('data', (chunk: Buffer) => {
      activity++
      if (link.frozen) return
      link.asks = false
      near.write(chunk)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the network has no port')
  const isAsking = () => [...links].some(({ asks, frozen }) => asks && !frozen)
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests: (start) =>
      [...starts].reduce((count, [line, times]) => (line.startsWith(start) ? count + times : count), 0),
    async quiet() {
      for (let calm = 0, seen = activity; calm < calmTurns || isAsking(); ) {
        await oneTurn()
        calm = seen === activity ? calm + 1 : 0
        seen = activity
      }
    },
    cut() {
      for (const { near } of links) near.destroy()
    },
    freeze() {
      for (const link of links) link.frozen = true
    },
    async stop() {
      for (const { near, far } of links) {
        near.destroy()
        far.destroy()
      }
      server.close()
      await once(server, 'close')
    },
  }
}
