import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Access } from '../../src/homeassistant/session.ts'
import { accessTo } from '../../src/wiring/home-assistant.ts'
import type { Supervisor } from '../../src/wiring/supervisor.ts'

type Json = Record<string, unknown>

interface State {
  readonly s: string
  readonly a: Json
  readonly lc: number
}

/** How Home Assistant behaves to whom it is asked by. */
interface Manner {
  /** So many requests are answered with 502 before it is up. */
  downFor?: number
  config?: Json
  /** Asked by its own address and with a token, as where no Supervisor stands between. */
  isDirect?: boolean
  /** In place of 101, as of a machine that is no Home Assistant; `silence`: a websocket that says nothing. */
  upgrade?: 'silence' | 200 | 301 | 400 | 403 | 404
}

/** What becomes of a call of an action. */
type Outcome = 'done' | 'nothing is said' | 'hangs up' | { readonly code: string; readonly message: string }

/**
 * Stands in for Home Assistant behind its Supervisor (`/core/api/config` and `/core/websocket`), or asked directly, with messages as
 * home-assistant/core writes them (components/websocket_api/messages.py), of the commands that we use; and its speech
 * (components/tts/__init__.py).
 */
export class StandInSupervisor {
  readonly supervisor: Supervisor
  /** The way to it. */
  readonly access: Access
  /** Each call of an action, as it came. */
  readonly calls: Json[] = []
  /** The entities of each subscription, in order. */
  readonly subscribed: string[][] = []
  /** Every request and every connection that was tried. */
  readonly asked: string[] = []
  outcome: Outcome = 'done'
  /** 0: it is up. Each request that it refuses counts. */
  downFor: number
  /** Requests are taken and never answered. */
  hangs = false
  /** The Supervisor lets us in although nobody is behind it, and hangs up then. */
  isHollow = false
  config: Json
  /** Each text that was to be said, as it came. */
  readonly spoken: Json[] = []
  /** What it speaks with; null: there is no such integration. */
  speech: { readonly engine: string; readonly sound: Uint8Array; readonly path?: string } | null = null
  readonly #states = new Map<string, State>()
  readonly #sockets = new Map<WebSocket, Map<number, ReadonlySet<string>>>()
  readonly #close: () => Promise<void>

  private constructor(
    port: number,
    close: () => Promise<void>,
    { downFor = 0, config = {}, isDirect = false }: Manner,
  ) {
    const address = `http://127.0.0.1:${port}`
    this.supervisor = { address, token: secret }
    const homeassistant = {
      allow: [],
      ...(isDirect ? { url: `${address}/`, token: secret } : { url: null, token: null }),
    }
    const access = accessTo({ homeassistant }, isDirect ? null : this.supervisor)
    if (access === null) throw new TypeError('there is no way to it')
    this.access = access
    this.downFor = downFor
    this.config = config
    this.#close = close
  }

  static async start(manner: Manner = {}): Promise<StandInSupervisor> {
    const core = manner.isDirect === true ? '' : '/core'
    const websocket = manner.isDirect === true ? '/api/websocket' : '/core/websocket'
    const server = createServer((request, answer) => {
      const { url = '', method = 'GET', headers } = request
      made.asked.push(`${method} ${url}`)
      if (made.hangs) return
      if (made.#isDown()) return void answer.writeHead(502).end('502: Bad Gateway')
      if (headers.authorization !== `Bearer ${secret}`) return void answer.writeHead(401).end()
      const json = (value: unknown, status = 200) => {
        answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      }
      const asked = `${method} ${url}`
      if (asked === `GET ${core}/api/config`) json(made.config)
      else if (asked === `GET ${core}/api/states`) json(made.#entities())
      else if (asked === `POST ${core}/api/tts_get_url`)
        void textOf(request).then((body) => made.#getUrl(JSON.parse(body), json))
      else if (made.speech !== null && asked === `GET ${core}${soundPath}`)
        answer.writeHead(200, { 'content-type': 'audio/x-wav' }).end(made.speech.sound)
      else answer.writeHead(404).end()
    })
    const sockets = new WebSocketServer({ noServer: true })
    server.on('upgrade', (request, socket, head) => {
      made.asked.push(`WS ${request.url}`)
      if (made.hangs) return
      if (made.#isDown() || request.url !== websocket)
        return void socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n')
      const { upgrade = 'silence' } = manner
      if (upgrade !== 'silence')
        return void socket.end(
          `HTTP/1.1 ${upgrade} Said\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\n\r\n`,
        )
      sockets.handleUpgrade(request, socket, head, (opened) => {
        if (manner.upgrade !== 'silence') made.#greet(opened)
      })
    })
    const open = new Set<Socket>()
    server.on('connection', (socket) => open.add(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const made = new StandInSupervisor(
      port,
      async () => {
        for (const socket of sockets.clients) socket.terminate()
        for (const socket of open) socket.destroy()
        await new Promise<void>((resolve) => server.close(() => resolve()))
      },
      manner,
    )
    return made
  }

  /** Those who are signed in. */
  get connections(): number {
    return this.#sockets.size
  }

  /** How many subscriptions there are now. */
  get subscriptions(): number {
    return [...this.#sockets.values()].reduce((count, own) => count + own.size, 0)
  }

  /** `at`: seconds since 1970. */
  set(entity: string, s: string, { at = 1_795_000_000, a = {} as Json } = {}): void {
    const before = this.#states.get(entity)
    const lc = before?.s === s ? before.lc : at
    this.#states.set(entity, { s, a, lc })
    const added = { ...(before?.s === s ? {} : { s, lc }), a }
    this.#tell(
      entity,
      before === undefined ? { a: { [entity]: { s, a, lc } } } : { c: { [entity]: { '+': added } } },
    )
  }

  remove(entity: string): void {
    this.#states.delete(entity)
    this.#tell(entity, { r: [entity] })
  }

  /** Home Assistant goes away without a word. */
  drop(): void {
    for (const socket of this.#sockets.keys()) socket.terminate()
    this.#sockets.clear()
  }

  async stop(): Promise<void> {
    await this.#close()
  }

  #entities(): Json[] {
    const names = [...this.#states.keys(), ...(this.speech === null ? [] : [this.speech.engine])]
    return ['light.hall', ...names].map((entity_id) => ({ entity_id, state: 'unknown', attributes: {} }))
  }

  #getUrl(body: Json, json: (value: unknown, status?: number) => void): void {
    const { engine_id: engine, message, options = {} } = body
    if (typeof message !== 'string' || message === '')
      json({ message: 'Must specify platform and message' }, 400)
    else if (this.speech?.engine !== engine) json({ error: `Provider ${engine} not found` }, 400)
    else {
      this.spoken.push({ ...body, options })
      const path = this.speech?.path ?? soundPath
      json({ url: `http://homeassistant.local:8123${path}`, path })
    }
  }

  #isDown(): boolean {
    if (this.downFor === 0) return false
    this.downFor -= 1
    return true
  }

  #tell(entity: string, event: Json): void {
    for (const [socket, subscriptions] of this.#sockets)
      for (const [id, entities] of subscriptions)
        if (entities.has(entity)) say(socket, { id, type: 'event', event })
  }

  #greet(socket: WebSocket): void {
    say(socket, { type: 'auth_required', ha_version: '2026.9.1' })
    let lastId = 0
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Json
      if (message.type === 'auth') return this.#admit(socket, message.access_token)
      const id = Number(message.id)
      const own = this.#sockets.get(socket)
      if (own === undefined || id <= lastId) return socket.terminate()
      lastId = id
      this.#obey(socket, { ...message, id }, own)
    })
    socket.on('close', () => this.#sockets.delete(socket))
  }

  #admit(socket: WebSocket, token: unknown): void {
    if (token !== secret) {
      say(socket, { type: 'auth_invalid', message: 'Invalid access token or password' })
      socket.close()
      return
    }
    say(socket, { type: 'auth_ok', ha_version: '2026.9.1' })
    if (this.isHollow) socket.close()
    else this.#sockets.set(socket, new Map())
  }

  #obey(socket: WebSocket, message: Json & { id: number }, own: Map<number, ReadonlySet<string>>): void {
    const { id, type } = message
    const result = (result: unknown = null) => say(socket, { id, type: 'result', success: true, result })
    if (type === 'ping') {
      say(socket, { id, type: 'pong' })
      return
    }
    if (type === 'unsubscribe_events') {
      own.delete(Number(message.subscription))
      result()
      return
    }
    if (type === 'subscribe_entities') {
      const entities = message.entity_ids as string[]
      this.subscribed.push(entities)
      own.set(id, new Set(entities))
      result()
      const known = entities.flatMap((entity) => {
        const state = this.#states.get(entity)
        return state === undefined ? [] : [[entity, state]]
      })
      say(socket, { id, type: 'event', event: { a: Object.fromEntries(known) } })
      return
    }
    if (type !== 'call_service') {
      socket.terminate()
      return
    }
    this.calls.push(message)
    const { outcome } = this
    if (outcome === 'hangs up') socket.terminate()
    else if (outcome === 'done') result({ context: { id: '01' }, response: null })
    else if (outcome !== 'nothing is said')
      say(socket, { id, type: 'result', success: false, error: outcome })
  }
}

const soundPath = '/api/tts_proxy/dBhJoKxmtyzW6gqPbqDtoA.wav'

async function textOf(request: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** What must stand nowhere. */
export const secret = 'supervisor-token-that-nobody-sees'

function say(socket: WebSocket, message: Json): void {
  socket.send(JSON.stringify(message))
}
