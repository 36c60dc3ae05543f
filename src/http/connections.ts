import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface ConnectionLimits {
  /** Of all clients together. */
  readonly mostConnections: number
  /** On one connection at a time; whoever asks on without taking the answers would have us keep them all. */
  readonly mostAnswers: number
  /** How long a client may go on sending a body that was answered without being read. */
  readonly lingerMs: number
}

/**
 * Keeps watch over the connections of a server. When there are too many, the one that has waited longest without
 * a request is ended, else the one that has taken longest over its answers: a real client asks at once and reads,
 * so it comes in even while somebody opens connections to block it.
 */
export function watchConnections(server: Server, limits: ConnectionLimits): void {
  const connections = new Connections(limits)
  server.on('connection', (socket: Socket) => connections.opened(socket))
  for (const event of ['request', 'checkExpectation'])
    server.on(event, (request: IncomingMessage, response: ServerResponse) =>
      connections.asked(request, response),
    )
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) =>
    refuse(error, socket, socket instanceof Socket && connections.isAnswering(socket)),
  )
}

/** A player that pauses reads nothing for hours: silence ends no answer on this connection, nor does a crowd. */
export function letPause(socket: Socket): void {
  socket.setTimeout(0)
}

const admitted = Symbol('its body is awaited')

/** The body of this request may take hours to arrive: until then it counts among the answers that are on their way. */
export function letArrive(request: IncomingMessage): void {
  request.emit(admitted)
}

const mayPause = (socket: Socket) => socket.timeout === 0

class Connections {
  readonly #limits: ConnectionLimits
  readonly #open = new Set<Socket>()
  /** Those without a whole request. */
  readonly #waiting = new Set<Socket>()
  /** The others, with what they have not taken yet. */
  readonly #answering = new Map<Socket, Set<ServerResponse>>()

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
  }

  opened(socket: Socket): void {
    this.#open.add(socket)
    this.#waiting.add(socket)
    socket.once('close', () => this.#forget(socket))
    if (this.#open.size <= this.#limits.mostConnections) return
    const ended = this.#mostPatient(socket)
    this.#forget(ended)
    ended.destroy()
  }

  asked(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const answers = this.#answering.get(socket) ?? new Set()
    if (answers.size >= this.#limits.mostAnswers) {
      socket.destroy()
      return
    }
    this.#answering.set(socket, answers.add(response))
    // Whoever begins a body and does not end it waits like one who asks for nothing.
    if (hasBody(request)) {
      // What comes behind the end of its answer says nothing of the next request.
      const taken = () => answers.has(response) && this.#waiting.delete(socket)
      request.once('end', taken).once(admitted, taken)
    } else this.#waiting.delete(socket)
    response.on('timeout', () => {
      if (!request.complete || response.writableLength > 0) socket.destroy()
    })
    response.once('finish', () => {
      if (!request.complete) endUnlessComplete(request, this.#limits.lingerMs)
    })
    response.once('close', () => {
      answers.delete(response)
      if (answers.size > 0) return
      this.#answering.delete(socket)
      if (this.#open.has(socket)) this.#waiting.add(socket)
    })
  }

  /** Whether something of an answer is on its way on this connection. */
  isAnswering(socket: Socket): boolean {
    return [...(this.#answering.get(socket) ?? [])].some(
      ({ headersSent, writableFinished }) => headersSent && !writableFinished,
    )
  }

  #mostPatient(newcomer: Socket): Socket {
    const [longest = newcomer] = this.#waiting
    if (longest !== newcomer) return longest
    for (const socket of this.#answering.keys()) if (!mayPause(socket)) return socket
    return newcomer
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket)
    this.#waiting.delete(socket)
    this.#answering.delete(socket)
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
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
function refuse(error: NodeJS.ErrnoException, socket: Duplex, isAnswering: boolean): void {
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
