import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly text: string
  /** The body of a form. */
  readonly form: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body?: unknown
  /** Ends the socket instead of answering. */
  readonly hangUp?: boolean
}

/** A real HTTP server in the place of Yoto's. Each request is answered by `answer`, which a test may exchange. */
export class WebServer {
  readonly received: Received[] = []
  answer: (received: Received) => Answer | Promise<Answer> = () => ({ status: 404, body: {} })
  readonly #server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const received: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      authorization: request.headers.authorization,
      text,
      form: Object.fromEntries(new URLSearchParams(text)),
    }
    this.received.push(received)
    const { status = 200, headers = {}, body, hangUp } = await this.answer(received)
    if (hangUp) return void request.socket.destroy()
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}))
  })

  async start(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    return this.url
  }

  /** Where it is, once it is started. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** Answers one after the other; the last one again and again. */
export function inTurn(...answers: Answer[]): () => Answer {
  let next = 0
  return () => answers[Math.min(next++, answers.length - 1)] ?? {}
}
