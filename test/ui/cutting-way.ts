import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { endTogether } from '../support/end-together.ts'

/** A way to the product that can break while something is sent to it, and then stay broken. */
export interface CuttingWay {
  readonly address: string
  /** Breaks when so many more bytes have gone to the product, and lets nobody through from then on. */
  cutAfter(bytes: number): void
  /** Resolves when it has broken. */
  readonly broken: Promise<void>
  mend(): void
  stop(): Promise<void>
}

export async function openCuttingWay(target: string): Promise<CuttingWay> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let left: number | null = null
  let isBroken = false
  let tell: () => void = () => undefined
  const broken = new Promise<void>((resolve) => {
    tell = resolve
  })
  const cut = () => {
    left = null
    isBroken = true
    for (const socket of sockets) socket.destroy()
    tell()
  }
  const server = createServer((near) => {
    if (isBroken) {
      near.destroy()
      return
    }
    const far = connect(Number(port), hostname)
    endTogether([near, far], sockets)
    near.on('data', (chunk: Buffer) => {
      if (left !== null) left -= chunk.length
      if (left !== null && left < 0) cut()
      else if (!far.write(chunk)) near.pause()
    })
    far.on('drain', () => near.resume())
    near.on('end', () => far.end())
    far.pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the way has no port')
  return {
    address: `http://127.0.0.1:${address.port}/`,
    cutAfter(bytes) {
      left = bytes
    },
    broken,
    mend() {
      isBroken = false
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
