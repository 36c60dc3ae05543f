import { WebSocket } from 'ws'
import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'

/** Where Home Assistant is reached: through the Supervisor, with the token that it gave us. */
export interface Access {
  /** `http://supervisor` inside Home Assistant. */
  readonly address: string
  /** New at every start of the app. */
  readonly token: string
}

interface SessionOptions {
  readonly access: Access
  /** How long opening, and each answer, may take. */
  readonly answerMs: number
  readonly signal: AbortSignal
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: AppError) => void
}

// A snapshot of the entities that rules name is a few kB each.
const largestMessageBytes = 16 * 1024 * 1024
const longestReason = 200

/**
 * A signed-in connection to Home Assistant's websocket. It ends once, and another is opened in its place.
 * Messages: https://developers.home-assistant.io/docs/api/websocket
 */
export class Session {
  /** Resolves when the connection is over, with the reason where there is one. */
  readonly closed: Promise<string | null>
  readonly #socket: WebSocket
  readonly #answerMs: number
  readonly #waiting = new Map<number, Waiting>()
  readonly #heard = new Map<number, (event: JsonObject) => void>()
  #lastId = 0
  #isOpen = true

  private constructor(socket: WebSocket, answerMs: number) {
    this.#socket = socket
    this.#answerMs = answerMs
    socket.on('message', (data) => this.#take(String(data)))
    this.closed = new Promise((resolve) => {
      let reason: string | null = null
      socket.on('error', (error) => {
        reason = error.message
      })
      const end = () => {
        this.#isOpen = false
        for (const { reject } of this.#waiting.values()) reject(lost())
        this.#waiting.clear()
        resolve(reason)
      }
      if (socket.readyState === WebSocket.CLOSED) end()
      else socket.once('close', end)
    })
  }

  /** @throws AppError `unavailable`, with words for people that never hold the token. */
  static async open({ access, answerMs, signal }: SessionOptions): Promise<Session> {
    const socket = new WebSocket(`${access.address.replace(/^http/, 'ws')}/core/websocket`, {
      handshakeTimeout: answerMs,
      perMessageDeflate: false,
      maxPayload: largestMessageBytes,
    })
    try {
      await signedIn(socket, access.token, AbortSignal.any([signal, AbortSignal.timeout(answerMs)]))
      const session = new Session(socket, answerMs)
      // The Supervisor lets us in by itself, and only then looks whether Home Assistant is there.
      await session.ask({ type: 'ping' }).catch(() => {
        throw new AppError('unavailable', 'Home Assistant is not up yet')
      })
      return session
    } catch (error) {
      socket.terminate()
      throw error
    }
  }

  /**
   * The result of a command.
   * @throws AppError `refused` where Home Assistant says no, `unanswered` where it says nothing in time or the connection
   * is lost meanwhile, `unavailable` where it was lost before.
   */
  async ask(command: JsonObject, { withinMs = this.#answerMs } = {}): Promise<unknown> {
    return this.#ask(command, { id: this.#nextId(), withinMs })
  }

  /** The same of a command whose events follow; each is handed to `heard`. Returns the number of the subscription. */
  async subscribe(command: JsonObject, heard: (event: JsonObject) => void): Promise<number> {
    const id = this.#nextId()
    this.#heard.set(id, heard)
    try {
      await this.#ask(command, { id, withinMs: this.#answerMs })
    } catch (error) {
      this.#heard.delete(id)
      throw error
    }
    return id
  }

  /** Its events are not handed on any more. */
  async unsubscribe(subscription: number): Promise<void> {
    this.#heard.delete(subscription)
    await this.ask({ type: 'unsubscribe_events', subscription })
  }

  /** Hangs up. */
  close(): void {
    this.#socket.terminate()
  }

  async #ask(
    command: JsonObject,
    { id, withinMs }: { readonly id: number; readonly withinMs: number },
  ): Promise<unknown> {
    if (!this.#isOpen) throw new AppError('unavailable', lostWords)
    const tooLate = timer(withinMs)
    try {
      return await Promise.race([
        tooLate.over.then(() => {
          throw new AppError('unanswered', `Home Assistant said nothing for ${Math.ceil(withinMs / 1000)} s`)
        }),
        new Promise<unknown>((resolve, reject) => {
          this.#waiting.set(id, { resolve, reject })
          this.#socket.send(JSON.stringify({ ...command, id }), (error) => {
            if (error != null) reject(lost())
          })
        }),
      ])
    } finally {
      tooLate.cancel()
      this.#waiting.delete(id)
    }
  }

  /** Home Assistant refuses one that is not larger than those before. */
  #nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  #take(text: string): void {
    const message = parseJsonObject(text)
    if (message === undefined || typeof message.id !== 'number') return
    const { id, type, event } = message
    if (type === 'event' && isJsonObject(event)) this.#heard.get(id)?.(event)
    const waiting = this.#waiting.get(id)
    if (waiting === undefined || (type !== 'result' && type !== 'pong')) return
    if (type === 'pong' || message.success === true) waiting.resolve(message.result)
    else waiting.reject(new AppError('refused', `Home Assistant said no: ${reasonIn(message)}`))
  }
}

function signedIn(socket: WebSocket, token: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (words: string) => reject(new AppError('unavailable', words))
    const tooLate = () => fail('Home Assistant does not answer')
    if (signal.aborted) return tooLate()
    signal.addEventListener('abort', tooLate, { once: true })
    socket.on('unexpected-response', (_request, answer) => {
      answer.destroy()
      fail(refusalWords(answer.statusCode ?? 0))
    })
    // What a failed connection says differs from try to try, and says little to people.
    socket.on('error', () => fail('Home Assistant cannot be reached through its Supervisor'))
    socket.once('close', () => fail('Home Assistant hung up before the sign-in'))
    const listen = (data: unknown) => {
      const { type } = parseJsonObject(String(data)) ?? {}
      if (type === 'auth_required') socket.send(JSON.stringify({ type: 'auth', access_token: token }))
      else if (type === 'auth_invalid') fail(tokenWords)
      else if (type === 'auth_ok') {
        socket.off('message', listen)
        signal.removeEventListener('abort', tooLate)
        resolve()
      }
    }
    socket.on('message', listen)
  })
}

const tokenWords =
  'Home Assistant does not let this app in: restart the app; it needs `homeassistant_api: true` in its config.yaml'

/** What a status of the Supervisor's proxy means. 502: Home Assistant itself is not up. */
export function refusalWords(status: number): string {
  if (status === 401 || status === 403) return tokenWords
  if (status === 502 || status === 503) return `Home Assistant is not up yet (${status})`
  return `the Supervisor of Home Assistant answers with ${status}`
}

function reasonIn({ error }: JsonObject): string {
  const { message, code } = isJsonObject(error) ? error : {}
  const reason = typeof message === 'string' && message !== '' ? message : String(code ?? 'without a reason')
  return reason.replaceAll(/\s+/g, ' ').slice(0, longestReason)
}

const lostWords = 'the connection to Home Assistant was lost'

function lost(): AppError {
  return new AppError('unanswered', lostWords)
}

/** Of the machine's time, as sockets are: a house in which no time passes must not wait for ever. */
function timer(ms: number): { readonly over: Promise<void>; readonly cancel: () => void } {
  let timeout: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timeout = setTimeout(resolve, ms)
    timeout.unref()
  })
  return { over, cancel: () => clearTimeout(timeout) }
}
