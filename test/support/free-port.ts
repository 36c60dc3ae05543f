import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the ports that the system gives to outgoing connections, which could take one between two uses of it.
const lowest = 20_000
const highest = 32_000

/** A port of loopback that nobody listens on now, and that no connection of somebody else will take meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const listening = once(server.listen(port, '127.0.0.1'), 'listening').then(
    () => true,
    () => false,
  )
  const free = await listening
  await new Promise((resolve) => server.close(resolve))
  return free
}
