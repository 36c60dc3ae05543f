import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostInUrl } from '../core/address.ts'
import { AppError } from '../core/error.ts'
import { watchConnections } from './connections.ts'

export interface Listener {
  readonly port: number
  /** The address to write down for people, such as `http://127.0.0.1:8099`. */
  readonly url: string
  stop(): Promise<void>
}

/** What answers the requests of a door: a Koa app, or what stands before one. */
export interface App {
  callback(): RequestListener
}

/** A listener that is open before there is anything to serve: until then it answers 503. */
export interface Door extends Listener {
  serve(app: App): void
}

interface DoorOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** What listens and which option moves it, for the message when it cannot: `panel`, `panel.port`. */
  readonly what: string
  readonly option: string
  /** In place of the usual ones. */
  readonly limits?: Partial<typeof usualLimits>
}

/** What one client can take of a door. None of them ends audio that is on its way, however slowly it is read. */
const usualLimits = {
  /** A client that sends its headers a byte at a time is cut off after this. */
  headersMs: 10_000,
  /** Until the whole of a request is here. */
  requestMs: 3_600_000,
  /** A body of which nothing arrives for so long is given up, and an answer of which nothing is taken. */
  stallMs: 60_000,
  lingerMs: 2000,
  /** Proxies keep connections for 60 s; ours must not be the end that closes while the next request is on its way. */
  keepAliveMs: 65_000,
  requestsOfOneConnection: 1000,
  mostConnections: 2000,
  mostAnswers: 8,
  headerBytes: 16 * 1024,
}
// Limits of time are looked after this often; dead peers of long answers are asked for after a minute.
const checkMs = 1000
const probeAfterMs = 60_000
// What is on its way when the door closes may arrive; a listener that is slower than this is cut off.
const farewellMs = 500

/** Opens a door. @throws AppError `unavailable` when the port cannot be had, saying which option chooses another. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { host, port } = options
  let handle: RequestListener = sayStarting
  const limits = { ...usualLimits, ...options.limits }
  const server = limitedServer(limits)
  server.on('request', (request, response) => {
    inTurn(request, response, limits, () => {
      if (request.headers.host === undefined && request.httpVersion !== '1.0')
        sayRefusal(response, { status: 400, code: 'invalid', message: 'the header Host is missing' })
      else handle(request, response)
    })
  })
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
export async function listen({ app, ...options }: DoorOptions & { readonly app: App }): Promise<Listener> {
  const door = await openDoor(options)
  door.serve(app)
  return door
}

/**
 * Answers when the answers before it on this connection have gone out: one whose turn never comes is never told that
 * the connection has ended, and what it holds would be held for ever.
 */
function inTurn(
  { socket }: IncomingMessage,
  response: ServerResponse,
  { stallMs }: typeof usualLimits,
  answer: () => void,
): void {
  // What was sent along behind a request that ended the connection still comes up.
  if (socket.destroyed) return
  if (response.socket !== null) {
    answer()
    return
  }
  response.once('socket', () => {
    // What was let pause was the answer before.
    socket.setTimeout(stallMs)
    answer()
  })
}

function limitedServer(limits: typeof usualLimits): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(checkMs, limits.headersMs),
    keepAlive: true,
    // Missing, it is answered in our own words.
    requireHostHeader: false,
    keepAliveInitialDelay: probeAfterMs,
  })
  server.timeout = limits.stallMs
  server.maxRequestsPerSocket = limits.requestsOfOneConnection
  watchConnections(server, limits)
  server.on('checkExpectation', (request, response) => {
    inTurn(request, response, limits, () => sayUnexpected(response))
  })
  return server
}

function sayStarting(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('retry-after', '2')
  sayRefusal(response, { status: 503, code: 'unavailable', message: 'starting; try again in a moment' })
}

function sayUnexpected(response: ServerResponse): void {
  const message = 'of the header Expect only "100-continue" is understood here'
  sayRefusal(response, { status: 417, code: 'invalid', message })
}

/** For what no app gets to see. */
function sayRefusal(
  response: ServerResponse,
  { status, ...error }: { status: number; code: string; message: string },
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(JSON.stringify({ error }))
}

function cannotListen(error: NodeJS.ErrnoException, options: DoorOptions): AppError {
  const { what, host, port, option } = options
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} is in use by another program`,
    EACCES: `port ${port} may not be used by this user (ports below 1024 belong to root)`,
    EADDRNOTAVAIL: `this machine has no address ${host}`,
    EINVAL: `${host} is no address that can be listened on`,
    ENOTFOUND: `no machine is known by the name ${host}`,
    EAI_AGAIN: `no machine is known by the name ${host}`,
  }
  const isOfHost = ['EADDRNOTAVAIL', 'EINVAL', 'ENOTFOUND', 'EAI_AGAIN'].includes(error.code ?? '')
  const toChange = isOfHost ? option.replace(/\.port$/, '.host') : option
  const reason = reasons[error.code ?? ''] ?? error.message
  const message = `the ${what} cannot listen on ${host}:${port}: ${reason}. Choose another with the option ${toChange}`
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
