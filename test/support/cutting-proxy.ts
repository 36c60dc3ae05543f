import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { endTogether } from './end-together.ts'

/** Stands before a server and can break a transfer as a bad network does. */
export interface CuttingProxy {
  readonly url: string
  /** Where it leads, once that is known. */
  leadTo(url: string): void
  /** Breaks the next answer that has more bytes than that. */
  cutNextAfter(bytes: number): void
  /** How many transfers it has broken. */
  cuts(): number
  stop(): Promise<void>
}

export async function cuttingProxy(): Promise<CuttingProxy> {
  let target = new URL('http://127.0.0.1:9')
  let cutAfter: number | null = null
  let cuts = 0
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    let passed = 0
    endTogether([near, far], sockets)
    near.pipe(far)
    far.on('data', (chunk: Buffer) => {
      passed += chunk.length
      if (cutAfter !== null && passed > cutAfter) {
        cutAfter = null
        cuts++
        near.destroy()
      } else if (!near.write(chunk)) far.pause()
    })
    near.on('drain', () => far.resume())
    far.on('end', () => near.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    leadTo(url) {
      target = new URL(url)
    },
    cutNextAfter(bytes) {
      cutAfter = bytes
    },
    cuts: () => cuts,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
