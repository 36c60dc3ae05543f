import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type Koa from 'koa'
import { hostInUrl } from '../core/address.ts'
import { AppError } from '../core/error.ts'

export interface Listener {
  readonly port: number
  /** The address to write down for people, such as `http://127.0.0.1:8099`. */
  readonly url: string
  stop(): Promise<void>
}

/** A listener that is open before there is anything to serve: until then it answers 503. */
export interface Door extends Listener {
  serve(app: Koa): void
}

interface DoorOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** What listens and which option moves it, for the message when it cannot: `panel`, `panel.port`. */
  readonly what: string
  readonly option: string
}

// A client that sends its request a byte at a time holds a socket no longer than this.
const headersTimeoutMs = 10_000
const requestTimeoutMs = 300_000
const maxHeaderBytes = 16 * 1024
// What is on its way when the door closes may arrive; a listener that is slower than this is cut off.
const farewellMs = 500

/** Opens a door. @throws AppError `unavailable` when the port cannot be had, saying which option chooses another. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { host, port } = options
  let handle: RequestListener = sayStarting
  const server = createServer(
    { maxHeaderSize: maxHeaderBytes, headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs },
    (request, response) => handle(request, response),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, options)))
    server.listen(port, host, resolve)
  })
  const bound = (server.address() as AddressInfo).port
  return {
    port: bound,
    url: `http://${shownHost(host)}:${bound}`,
    serve(app) {
      handle = app.callback()
    },
    stop: () => close(server),
  }
}

/** Opens a door that serves at once. @throws as `openDoor` does. */
export async function listen({ app, ...options }: DoorOptions & { readonly app: Koa }): Promise<Listener> {
  const door = await openDoor(options)
  door.serve(app)
  return door
}

function sayStarting(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, {
    'content-type': 'application/json',
    'retry-after': '2',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify({ error: { code: 'unavailable', message: 'starting; try again in a moment' } }))
}

function cannotListen(error: NodeJS.ErrnoException, options: DoorOptions): AppError {
  const { what, host, port, option } = options
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} is in use by another program`,
    EACCES: `port ${port} may not be used by this user (ports below 1024 belong to root)`,
    EADDRNOTAVAIL: `this machine has no address ${host}`,
  }
  const reason = reasons[error.code ?? ''] ?? error.message
  const message = `the ${what} cannot listen on ${host}:${port}: ${reason}. Choose another with the option ${option}`
  return new AppError('unavailable', message, { cause: error })
}

function shownHost(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : hostInUrl(host)
}

// Event streams and players that are still reading would keep a plain close() waiting for ever.
async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const farewell = setTimeout(() => server.closeAllConnections(), farewellMs)
  await closed
  clearTimeout(farewell)
}
