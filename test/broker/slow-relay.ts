import { createServer, connect as dial, type Socket } from 'node:net'

/** Stands before a broker whose words take a while to reach the client; what the client says is there at once. */
export async function slowRelay(port: number, delayMs: number) {
  const sockets = new Set<Socket>()
  const held: (() => void)[] = []
  let isHeld = false
  const server = createServer((near) => {
    const far = dial(port, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => other.destroy())
    }
    near.pipe(far)
    far.on('data', (part) => {
      const pass = () => !near.destroyed && near.write(part)
      setTimeout(() => {
        if (isHeld) held.push(pass)
        else pass()
      }, delayMs)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    /** From now on the broker is not heard any more, though it hears. */
    hold() {
      isHeld = true
    },
    release() {
      isHeld = false
      for (const pass of held.splice(0)) pass()
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
