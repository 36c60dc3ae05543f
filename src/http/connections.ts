import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface ConnectionLimits {
  /** Of all clients together. */
  readonly mostConnections: number
  /** How long a client may go on sending a body that was answered without being read. */
  readonly lingerMs: number
}

/**
 * Keeps watch over the connections of a server. When there are too many, the one that has waited longest without
 * a request is ended: a real client asks at once, so it comes in even while somebody opens connections to block it.
 */
export function watchConnections(server: Server, { mostConnections, lingerMs }: ConnectionLimits): void {
  const open = new Set<Socket>()
  const waiting = new Set<Socket>()
  const answers = new WeakMap<Duplex, ServerResponse>()
  const forget = (socket: Socket) => open.delete(socket) && waiting.delete(socket)
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    waiting.add(socket)
    socket.once('close', () => forget(socket))
    const [longest = socket] = waiting
    if (open.size <= mostConnections) return
    forget(longest)
    longest.destroy()
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    waiting.delete(socket)
    answers.set(socket, response)
    // Silence ends a request that does not arrive, but no answer: a player that pauses reads nothing for hours.
    response.on('timeout', () => {
      if (!request.complete) socket.destroy()
    })
    response.once('finish', () => {
      if (!request.complete) endUnlessComplete(request, lingerMs)
    })
    response.once('close', () => {
      if (open.has(socket)) waiting.add(socket)
    })
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) =>
    refuse(error, socket, answers.get(socket)),
  )
}

/** At once, the answer would be lost on a client that is still sending. */
function endUnlessComplete(request: IncomingMessage, lingerMs: number): void {
  const { socket } = request
  const timer = setTimeout(() => {
    if (!request.complete) socket.destroy()
  }, lingerMs)
  socket.once('close', () => clearTimeout(timer))
}

const refusals: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the address and the headers of this request are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'this request did not arrive in time'],
}

/** What cannot be read as a request reaches no app, so it is answered here. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex, answer: ServerResponse | undefined): void {
  const isAnswering = answer?.headersSent === true && !answer.writableFinished
  if (isAnswering || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, message] = refusals[error.code ?? ''] ?? [400, 'this is no HTTP request']
  const body = JSON.stringify({ error: { code: 'invalid', message } })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
