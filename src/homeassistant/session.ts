import { WebSocket } from 'ws'
import { AppError, errnoOf } from '../core/error.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'
import { lateAfter } from '../core/late.ts'

/** Where Home Assistant is reached, with what it lets us in by, and what is said where that fails. */
export interface Access {
  /** What stands before `/api` of its REST interface: `http://supervisor/core` inside Home Assistant. */
  readonly address: string
  /** `ws://supervisor/core/websocket` inside Home Assistant. */
  readonly websocket: string
  readonly token: string
  /** Whether the Supervisor, which gives another token at each start, stands between. */
  readonly isSupervised: boolean
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

  /** @throws AppError with words for people that never hold the token: `refused` where it lets us not in, else `unavailable`. */
  static async open({ access, answerMs, signal }: SessionOptions): Promise<Session> {
    const socket = new WebSocket(access.websocket, {
      handshakeTimeout: answerMs,
      perMessageDeflate: false,
      maxPayload: largestMessageBytes,
    })
    try {
      await signedIn(socket, access, AbortSignal.any([signal, lateAfter(answerMs)]))
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

function signedIn(socket: WebSocket, access: Access, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let [isOpen, isGreeted] = [false, false]
    const fail = (words: string) => reject(new AppError('unavailable', words))
    const tooLate = () =>
      fail(
        isOpen && !isGreeted && !access.isSupervised
          ? strangerWords(access)
          : 'Home Assistant does not answer',
      )
    if (signal.aborted) return tooLate()
    signal.addEventListener('abort', tooLate, { once: true })
    socket.on('unexpected-response', (_request, answer) => {
      answer.destroy()
      reject(refusal(answer.statusCode ?? 0, access))
    })
    socket.on('open', () => {
      isOpen = true
    })
    socket.on('error', (error) => fail(unreachableWords(access, error)))
    socket.once('close', () => fail('Home Assistant hung up before the sign-in'))
    const listen = (data: unknown) => {
      const { type } = parseJsonObject(String(data)) ?? {}
      if (type === 'auth_required') {
        isGreeted = true
        socket.send(JSON.stringify({ type: 'auth', access_token: access.token }))
      } else if (type === 'auth_invalid') reject(new AppError('refused', tokenWords(access)))
      else if (type === 'auth_ok') {
        socket.off('message', listen)
        signal.removeEventListener('abort', tooLate)
        resolve()
      }
    }
    socket.on('message', listen)
  })
}

function tokenWords({ isSupervised }: Access): string {
  return isSupervised
    ? 'Home Assistant does not let this app in: restart the app; it needs `homeassistant_api: true` in its config.yaml'
    : 'Home Assistant does not take the token of the option homeassistant.token: make another long-lived token under your profile there (Security), and set it'
}

function strangerWords({ address }: Access, answer = 'opens a websocket and says nothing'): string {
  return `${address} ${answer}, as no Home Assistant does: set homeassistant.url to where your browser opens Home Assistant`
}

/** What a failed connection says differs from try to try, and says little to people; but for its certificate. */
function unreachableWords({ isSupervised, address }: Access, error: Error): string {
  if (isSupervised) return 'Home Assistant cannot be reached through its Supervisor'
  const isUntrusted = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(errnoOf(error) ?? '')
  return isUntrusted
    ? `${address} shows a certificate that this machine does not trust: set homeassistant.url to its http:// address at home, or name the certificate of its authority in the variable NODE_EXTRA_CA_CERTS`
    : `Home Assistant cannot be reached at ${address} (option homeassistant.url)`
}

/** A token of the options stays what it is until the next start, and Home Assistant may ban whoever comes with it again. */
export function isFinal(error: unknown, { isSupervised }: Access): boolean {
  return !isSupervised && error instanceof AppError && error.code === 'refused'
}

/** What a status that is no success means. 502 of the Supervisor: Home Assistant itself is not up. */
export function refusal(status: number, access: Access): AppError {
  if (status === 401 || (status === 403 && access.isSupervised))
    return new AppError('refused', tokenWords(access))
  return new AppError('unavailable', statusWords(status, access))
}

function statusWords(status: number, access: Access): string {
  if (status === 502 || status === 503) return `Home Assistant is not up yet (${status})`
  if (access.isSupervised) return `the Supervisor of Home Assistant answers with ${status}`
  if (status === 403)
    return 'Home Assistant does not let this machine in (403): see ip_bans.yaml in its configuration'
  if (status === 400)
    return `${access.address} does not take the connection (400): set homeassistant.url to Home Assistant itself, or name the proxy before it in trusted_proxies there`
  return strangerWords(
    access,
    status >= 300 && status < 400 ? `sends elsewhere (${status})` : `answers with ${status}`,
  )
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
