import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import type { Aedes } from 'aedes'
import { hostInUrl, isLoopback } from '../core/address.ts'
import type { Clock } from '../core/clock.ts'
import { AppError, errnoOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { BrokerDoor, backlogBytes, type Credentials } from './broker-door.ts'
import { guardedSocket } from './guarded-socket.ts'
import type { Tree } from './own-tree.ts'
import { withinMs } from './within-ms.ts'

export interface EmbeddedBroker {
  /** `mqtt://host:port`, for clients on this machine. */
  readonly url: string
  /** The port it really listens on, also where 0 was asked for. */
  readonly port: number
  /**
   * A connection of the product itself, inside the process: whoever comes by it needs no password and may say
   * everything, and no crowd at the port keeps it out.
   */
  open(): Duplex
  /** Closes every connection and the port; resolves when both are gone. */
  stop(): Promise<void>
}

export interface EmbeddedBrokerOptions {
  readonly host: string
  readonly port: number
  readonly log: Log
  readonly clock: Clock
  /** With these, clients must sign in; without, the broker listens on loopback only. */
  readonly credentials?: Credentials
  /** Where only the product itself may say how things are; without it, everybody may say everything. */
  readonly tree?: Tree
}

const limits = {
  // Discovery of one player is about 10 KB; nothing an ordinary household publishes comes near this.
  largestPacketBytes: 1024 * 1024,
  backlogBytes,
  stuckMs: 10_000,
}
const mostConnections = 250
const deliveryTurns = 20
// Somebody who reads gets the last word well within it.
const goodbyeMs = 500
// TCP notices after this that the other side has gone without a word; a client may have asked for no pings.
const probeAfterMs = 60_000

/**
 * The broker for houses that have none. It speaks MQTT 3.1.1 and keeps retained messages in memory.
 * @throws AppError `unavailable` when the port cannot be had, `invalid` when it would stand open to the network.
 */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  refuseOpenDoor(options)
  const door = new BrokerDoor(options)
  const aedes = await door.open()
  const streams = new Map<Socket, Duplex>()
  const server = createServer((socket) => {
    const stream = guardedSocket(socket, limits)
    streams.set(socket, stream)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, probeAfterMs)
    socket.once('close', () => streams.delete(socket))
    door.letIn(stream, socket.remoteAddress ?? 'an unknown address')
  })
  server.maxConnections = mostConnections
  server.on('drop', () => door.full(mostConnections))
  try {
    await listen(server, options)
  } catch (cause) {
    await closed(aedes)
    throw cause
  }
  const port = portOf(server, options.port)
  options.log.info(`embedded MQTT broker listens on ${whereIn(options, port)}`)
  return {
    url: `mqtt://${hostInUrl(reachableHost(options.host))}:${port}`,
    port,
    open() {
      const [ours, brokers] = joinedPair()
      door.letProductIn(brokers)
      return ours
    },
    async stop() {
      const gone = new Promise<void>((resolve) => server.close(() => resolve()))
      await delivered()
      await withinMs(goodbyeMs, Promise.all([...streams.values()].map(ended)))
      for (const socket of streams.keys()) socket.destroy()
      await Promise.all([gone, closed(aedes)])
    },
  }
}

/** Resolves when what has been acknowledged is with the streams of those who listen, to which it takes a few turns. */
async function delivered(): Promise<void> {
  for (let turns = 0; turns < deliveryTurns; turns++) await new Promise((resolve) => setImmediate(resolve))
}

/** Resolves when what waits for this client is sent, or it is gone. */
function ended(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    stream.once('close', () => resolve()).end(() => resolve())
  })
}

/** Two ends of which neither outlives the other, as with a socket. */
function joinedPair(): [Duplex, Duplex] {
  const pair = duplexPair({ highWaterMark: backlogBytes })
  const [one, other] = pair
  // What was said before the end is still to be read.
  one.once('close', () => setImmediate(() => other.destroy()))
  other.once('close', () => setImmediate(() => one.destroy()))
  return pair
}

function refuseOpenDoor({ host, credentials }: EmbeddedBrokerOptions): void {
  if (isLoopback(host) || credentials !== undefined) return
  throw new AppError(
    'invalid',
    `the embedded MQTT broker would be open to everybody who reaches ${host}: set mqtt.username and mqtt.password, or let it listen on 127.0.0.1`,
  )
}

function closed(aedes: Aedes): Promise<void> {
  return new Promise((resolve) => aedes.close(resolve))
}

/** In words for the log: who can reach it, and what would change that. */
function whereIn({ host, credentials }: EmbeddedBrokerOptions, port: number): string {
  const where = isEverywhere(host) ? `port ${port} of every address` : `${hostInUrl(host)}:${port}`
  if (credentials !== undefined) return `${where}, for those who know mqtt.username and mqtt.password`
  return `${where}, for this machine only; with mqtt.username and mqtt.password it opens to the network`
}

function reachableHost(host: string): string {
  return isEverywhere(host) ? '127.0.0.1' : host
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
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
    return `the embedded MQTT broker cannot start: ${where} is in use, perhaps by another MQTT broker. Set mqtt.port to a free port, or use that broker with mqtt.url: mqtt://${hostInUrl(reachableHost(host))}:${port}`
  if (code === 'EACCES')
    return `the embedded MQTT broker may not open ${where}: set mqtt.port to a port above 1023`
  return `the embedded MQTT broker cannot listen on ${where}: check mqtt.port, or set mqtt.url to a broker of yours`
}

function portOf(server: Server, asked: number): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : asked
}
