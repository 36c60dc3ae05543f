import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { freePort } from '../free-port.ts'
import { Counts } from './counts.ts'

/**
 * What a network does with those who come anew: it passes on what they say, takes nobody, or takes them and says
 * nothing.
 */
export type Reach = 'open' | 'refused' | 'silent'

/** Stands before a server as a network does, and can fail. Nothing listens there before it is opened. */
export interface Network {
  readonly url: string
  /** How often this text began a request. */
  requests(start: string): number
  /** How often a token was asked for in this OAuth way. */
  grants(type: string): number
  /** From now on; connections that stand go on. */
  set(reach: Reach): Promise<void>
  /** Breaks every connection. */
  cut(): void
  /** From now on nothing passes on the connections that stand, and neither side is told. */
  freeze(): void
  stop(): void
}

interface Link {
  readonly near: Socket
  /** null where nobody is behind it. */
  readonly far: Socket | null
  upgraded: boolean
  frozen: boolean
}

export async function network(target: string): Promise<Network> {
  const port = await freePort()
  const links = new Set<Link>()
  const asked = new Asked()
  let reach: Reach = 'refused'
  const server = createServer((near) => {
    const link = linkOf(near, reach === 'silent' ? null : target)
    links.add(link)
    const end = () => {
      links.delete(link)
      near.destroy()
      link.far?.destroy()
    }
    for (const socket of [near, link.far]) socket?.setNoDelay(true).on('error', end).on('close', end)
    near.on('data', (chunk: Buffer) => {
      if (link.frozen) return
      if (!link.upgraded) link.upgraded = asked.hear(chunk)
      link.far?.write(chunk)
    })
    link.far?.on('data', (chunk: Buffer) => {
      if (!link.frozen) near.write(chunk)
    })
  })
  return {
    url: `http://127.0.0.1:${port}`,
    requests: (start) => asked.requests(start),
    grants: (type) => asked.grants(type),
    async set(next) {
      reach = next
      if (reach === 'refused') takeNobody(server)
      else if (!server.listening) await once(server.listen(port, '127.0.0.1'), 'listening')
    },
    cut() {
      for (const { near } of links) near.destroy()
    },
    freeze() {
      for (const link of links) link.frozen = true
    },
    stop() {
      for (const { near, far } of links) {
        near.destroy()
        far?.destroy()
      }
      takeNobody(server)
    },
  }
}

function linkOf(near: Socket, target: string | null): Link {
  const base = { near, upgraded: false }
  if (target === null) return { ...base, far: null, frozen: true }
  const { hostname, port } = new URL(target)
  return { ...base, far: connect(Number(port), hostname), frozen: false }
}

/** Those who were taken go on. */
function takeNobody(server: Server): void {
  if (server.listening) server.close()
}

/** What went to the server, as far as it is text. */
class Asked {
  readonly #requests = new Counts()
  readonly #grants = new Counts()

  /** Takes in what was sent. Whether no more requests follow. */
  hear(chunk: Buffer): boolean {
    const text = chunk.toString('latin1')
    const [request] = /^[A-Z]+ \S+ HTTP\/1\.1/.exec(text) ?? []
    if (request !== undefined) this.#requests.add(request)
    const [, grant] = /\bgrant_type=([^&\s]+)/.exec(text) ?? []
    if (grant !== undefined) this.#grants.add(decodeURIComponent(grant))
    return /upgrade: websocket/i.test(text)
  }

  requests(start: string): number {
    return this.#requests.sum(start)
  }

  grants(type: string): number {
    return this.#grants.of(type)
  }
}
