import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type Koa from 'koa'
import { AppError } from '../core/error.ts'

export interface Listener {
  readonly port: number
  /** The address to write down for people, such as `http://127.0.0.1:8099`. */
  readonly url: string
  stop(): Promise<void>
}

interface ListenOptions {
  readonly app: Koa
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

/** Opens a door. @throws AppError `unavailable` when the port cannot be had, saying which option chooses another. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { app, host, port } = options
  const server = createServer(
    { maxHeaderSize: maxHeaderBytes, headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs },
    app.callback(),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, options)))
    server.listen(port, host, resolve)
  })
  const bound = (server.address() as AddressInfo).port
  return { port: bound, url: `http://${shownHost(host)}:${bound}`, stop: () => close(server) }
}

function cannotListen(error: NodeJS.ErrnoException, options: ListenOptions): AppError {
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
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

// Event streams and players that are still reading would keep a plain close() waiting for ever.
async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}
