import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { hostInUrl, isLoopback } from '../core/address.ts'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { withPacketLimit } from './packet-limit.ts'

export interface EmbeddedBroker {
  /** `mqtt://host:port`, for clients on this machine. */
  readonly url: string
  /** The port it really listens on, also where 0 was asked for. */
  readonly port: number
  /** Closes every connection and the port; resolves when both are gone. */
  stop(): Promise<void>
}

export interface EmbeddedBrokerOptions {
  readonly host: string
  readonly port: number
  readonly log: Log
  /** With these, clients must sign in; without, the broker listens on loopback only. */
  readonly credentials?: { readonly username: string; readonly password: string }
}

// Discovery of one player is about 10 KB; nothing an ordinary household publishes comes near this.
const largestPacketBytes = 1024 * 1024

/**
 * The broker for houses that have none. It speaks MQTT 3.1.1 and keeps retained messages in memory.
 * @throws AppError `unavailable` when the port cannot be had, `invalid` when it would stand open to the network.
 */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  refuseOpenDoor(options)
  const aedes = await openAedes(options)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.once('close', () => sockets.delete(socket))
    aedes.handle(withPacketLimit(socket, largestPacketBytes))
  })
  try {
    await listen(server, options)
  } catch (cause) {
    await new Promise<void>((resolve) => aedes.close(resolve))
    throw cause
  }
  const port = portOf(server, options.port)
  const url = `mqtt://${hostInUrl(options.host)}:${port}`
  options.log.info(`embedded MQTT broker listens on ${url}`)
  return {
    url,
    port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await Promise.all([closed, new Promise<void>((resolve) => aedes.close(resolve))])
    },
  }
}

function refuseOpenDoor({ host, credentials }: EmbeddedBrokerOptions): void {
  if (isLoopback(host) || credentials !== undefined) return
  throw new AppError(
    'invalid',
    `the embedded MQTT broker would be open to everybody who reaches ${host}: set mqtt.username and mqtt.password, or let it listen on 127.0.0.1`,
  )
}

async function openAedes({ log, credentials }: EmbeddedBrokerOptions): Promise<Aedes> {
  const aedes = await Aedes.createBroker({
    authenticate(_client, username, password, done) {
      done(null, credentials === undefined || matches(credentials, { username, password }))
    },
  })
  const quietly = (what: string) => (client: { id?: string } | null, error: Error) =>
    log.debug(what, { client: client?.id ?? null, error: messageOf(error) })
  aedes.on('clientError', quietly('MQTT client failed'))
  aedes.on('connectionError', quietly('connection to the embedded broker dropped'))
  // Without a listener an internal error of the broker would end the process.
  aedes.addListener('error', (error: Error) =>
    log.error('embedded MQTT broker failed', { error: messageOf(error) }),
  )
  return aedes
}

function matches(
  expected: { username: string; password: string },
  given: { username: string | undefined; password: Buffer | undefined },
): boolean {
  const sameName = sameDigest(expected.username, given.username ?? '')
  const samePassword = sameDigest(expected.password, given.password ?? '')
  return sameName && samePassword
}

/** Compares without telling by its duration how much was right. */
function sameDigest(expected: string, given: string | Buffer): boolean {
  const digest = (value: string | Buffer) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(expected), digest(given))
}

async function listen(server: Server, { host, port }: EmbeddedBrokerOptions): Promise<void> {
  server.listen({ host, port })
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new AppError('unavailable', whyNot(cause, { host, port }), { cause })
  }
}

function whyNot(cause: unknown, { host, port }: { host: string; port: number }): string {
  const where = `port ${port} on ${host}`
  const code = errnoOf(cause)
  if (code === 'EADDRINUSE')
    return `the embedded MQTT broker cannot start: ${where} is in use, perhaps by another MQTT broker. Set mqtt.port to a free port, or use that broker with mqtt.url: mqtt://${hostInUrl(host)}:${port}`
  if (code === 'EACCES')
    return `the embedded MQTT broker may not open ${where}: set mqtt.port to a port above 1023`
  return `the embedded MQTT broker cannot listen on ${where}: check mqtt.port, or set mqtt.url to a broker of yours`
}

function portOf(server: Server, asked: number): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : asked
}
