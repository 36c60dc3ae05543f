import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { hostInUrl, isLoopback } from '../core/address.ts'
import { AppError, type ErrorCode, errnoOf, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'

interface RedirectDoorOptions {
  /** Where Yoto sends the browser, on a loopback host of this machine. */
  readonly redirectUri: string
  /**
   * Takes the address that the browser came with. @throws AppError where that signs nobody in, with `tried_again` in
   * its details where that goes on by itself.
   */
  readonly complete: (address: string) => Promise<void>
  readonly log: Log
}

export interface RedirectDoor {
  /** Resolves when nobody can come any more; who is being answered still gets the answer. */
  stop(): Promise<void>
}

const limits = {
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  stallMs: 30_000,
  mostConnections: 20,
  farewellMs: 500,
}

/** Whether a browser on this machine can be sent back to us: over plain HTTP, and to a host that is this machine. */
export function isOnThisMachine(redirectUri: string): boolean {
  const { protocol, hostname } = new URL(redirectUri)
  return protocol === 'http:' && isLoopback(bare(hostname))
}

/**
 * Waits for the browser of somebody who signs in on this machine. It knows one address, answers it with a plain page,
 * and says nothing of what the browser brought. Whether that belongs to a sign-in of ours is for `complete` to tell:
 * any page in the world can send a browser here.
 * @throws AppError `unavailable` where the port cannot be had.
 */
export async function openRedirectDoor(options: RedirectDoorOptions): Promise<RedirectDoor> {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.headersMs,
    connectionsCheckingInterval: 1000,
  })
  server.maxConnections = limits.mostConnections
  server.timeout = limits.stallMs
  server.on('request', (request, response) => void answer(request, response, options))
  const { hostname, port } = new URL(options.redirectUri)
  // Browsers that are sent to `localhost` try both addresses of it.
  const host = hostname === 'localhost' ? '127.0.0.1' : bare(hostname)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const reason = errnoOf(cause) === 'EADDRINUSE' ? 'it is in use by another program' : messageOf(cause)
      const where = `${hostInUrl(host)}:${port || 80}`
      reject(new AppError('unavailable', `${where} cannot be listened on: ${reason}`, { cause }))
    })
    server.listen(Number(port || 80), host, resolve)
  })
  return { stop: () => close(server) }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { redirectUri, complete, log }: RedirectDoorOptions,
): Promise<void> {
  const own = new URL(redirectUri)
  const [path = '', query = ''] = splitAt(request.url ?? '', '?')
  // A name that was rebound to this machine is not the name that Yoto was told.
  if (request.headers.host?.toLowerCase() !== own.host) return give(response, 403, pages.elsewhere)
  if (path !== own.pathname) return give(response, 404, pages.nothing)
  if (request.method !== 'GET') {
    response.setHeader('Allow', 'GET')
    return give(response, 405, pages.nothing)
  }
  try {
    await complete(`?${query}`)
    give(response, 200, pages.signedIn)
  } catch (thrown) {
    log.warn('a browser came back from Yoto, and nobody was signed in', { reason: messageOf(thrown) })
    give(response, ...pageFor(thrown))
  }
}

interface Page {
  readonly title: string
  readonly text: string
}

const pages = {
  signedIn: { title: 'Signed in', text: 'This household is signed in to Yoto. You can close this page.' },
  refused: {
    title: 'Not signed in',
    text: 'Yoto did not sign you in, or what it sent is too old. Go back to the panel, open the sign-in page that is offered there now, and try again.',
  },
  other: {
    title: 'Not signed in',
    text: 'This belongs to another sign-in, or none is under way any more. Go back to the panel: it says whether the household is signed in, and offers a new sign-in where it is not.',
  },
  incomplete: {
    title: 'Not signed in',
    text: 'There is no sign-in in this address. Go back to the panel and open the sign-in page that is offered there.',
  },
  later: {
    title: 'Not signed in yet',
    text: 'Yoto cannot be reached. Load this page again in a moment; the panel says what is wrong.',
  },
  unsaved: {
    title: 'Not signed in yet',
    text: 'Yoto has signed this household in, but that could not be stored. It is tried again by itself: the panel says when it is done, and the log what is wrong. You can close this page.',
  },
  failed: { title: 'Not signed in', text: 'Something went wrong here. The log says what.' },
  nothing: { title: 'Nothing here', text: 'There is nothing at this address.' },
  elsewhere: { title: 'Not here', text: 'This address is not known under that name.' },
} as const satisfies Record<string, Page>

const failures: Readonly<Partial<Record<ErrorCode, readonly [status: number, page: Page]>>> = {
  refused: [400, pages.refused],
  conflict: [409, pages.other],
  unprocessable: [400, pages.incomplete],
  unavailable: [503, pages.later],
}

function pageFor(thrown: unknown): readonly [status: number, page: Page] {
  if (!(thrown instanceof AppError)) return [500, pages.failed]
  if (thrown.details?.tried_again === true) return [503, pages.unsaved]
  return failures[thrown.code] ?? [500, pages.failed]
}

function give(response: ServerResponse, status: number, { title, text }: Page): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy':
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
    Connection: 'close',
  })
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>\n`,
  )
}

function splitAt(text: string, sign: string): [string, string] {
  const at = text.indexOf(sign)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const farewell = setTimeout(() => server.closeAllConnections(), limits.farewellMs)
  await closed
  clearTimeout(farewell)
}
