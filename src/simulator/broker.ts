import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { Clock } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import type { Access, AccessTokens } from './access-token.ts'
import type { Traps } from './traps.ts'

interface BrokerParts {
  /** The listener whose websockets it serves, on any path. */
  readonly server: Server
  readonly clock: Clock
  readonly log: Log
  readonly tokens: AccessTokens
  /** The account's players. */
  readonly deviceIds: ReadonlySet<string>
  readonly traps: Traps
  /** A message on `device/<id>/command/<name>`. */
  readonly command: (command: { deviceId: string; name: string; text: string }) => void
}

// yoto-protocol §3.2
const readable = new Set([
  'data/events',
  'data/status',
  'status/full',
  'presence',
  'response',
  'status',
  'events',
])
const controlScope = 'family:devices:control'
const authorizer = '?x-amz-customauthorizer-name=PublicJWTAuthorizer'
const notAuthorized = 5
const maxMessageBytes = 128 * 1024
const notUtf8 = Buffer.from([0x7b, 0xff, 0xfe, 0x00])

/** The MQTT side of the cloud: 3.1.1 over websockets, with the service's sign-in and its refusals (yoto-protocol §3.1). */
export class Broker {
  readonly #parts: BrokerParts
  readonly #aedes: Aedes
  readonly #sockets: WebSocketServer
  readonly #expiry = new Map<Client, () => void>()
  #published: Promise<void> = Promise.resolve()
  #count = 0
  #repetition: PublishPacket | undefined
  #closed = false
  /** No connection is taken while this is true. */
  refusing = false

  constructor(parts: BrokerParts) {
    this.#parts = parts
    this.#aedes = new Aedes({
      preConnect: (_client, packet, done) => {
        // Two ids that differ are what keeps aedes from ending the older connection.
        if (!parts.traps.kicksSameClientId) packet.clientId += `-${randomUUID()}`
        done(null, true)
      },
      authenticate: (client, username, password, done) => {
        const access = this.#accessOf(username, password)
        const isEnding = access !== undefined && !parts.tokens.isOver(access)
        if (isEnding && parts.traps.closesWithToken) this.#closeAt(client, access.expiresAt)
        done(access === undefined ? refusal() : null, access !== undefined)
      },
      authorizeSubscribe: (client, subscription, done) => {
        const { topic } = subscription
        // The service answers a wildcard by closing the connection, and a strange topic by a failure code.
        if (/[#+]|^\$/.test(topic) && parts.traps.closesOnWildcard) {
          this.#parts.log.warn('a wildcard subscription ends a connection', { client: client.id, topic })
          return done(new Error('wildcards are refused'))
        }
        done(null, this.#mayRead(topic) ? subscription : null)
      },
      authorizePublish: (_client, packet, done) => {
        packet.retain = false
        done(commandIn(packet.topic, parts.deviceIds) === undefined ? new Error('topic refused') : null)
      },
    })
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: maxMessageBytes,
      handleProtocols: (protocols) => (protocols.has('mqtt') ? 'mqtt' : false),
    })
  }

  async start(): Promise<void> {
    await this.#aedes.listen()
    this.#aedes.on('publish', (packet, client) => this.#hear(packet, client))
    this.#aedes.on('clientDisconnect', (client) => this.#forget(client))
    this.#aedes.on('clientError', (client, error) => {
      this.#parts.log.debug('a connection ended badly', { client: client.id, reason: error.message })
    })
    this.#parts.server.on('upgrade', (request, socket, head) => {
      if (this.refusing) return void socket.destroy()
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.#aedes.handle(createWebSocketStream(webSocket), request)
      })
    })
  }

  /** Resolves when the message is with every subscriber's socket; one is delivered before the next is taken. */
  publish(message: { topic: string; payload: JsonObject; retain: boolean }): Promise<void> {
    const packet: PublishPacket = {
      cmd: 'publish',
      topic: message.topic,
      payload: JSON.stringify(message.payload),
      retain: message.retain,
      qos: 1,
      dup: false,
    }
    this.#published = [packet, ...this.#trapsAfter(packet)].reduce(
      (delivered, each) => delivered.then(() => this.#deliver(each)),
      this.#published,
    )
    return this.#published
  }

  dropAll(): void {
    for (const webSocket of this.#sockets.clients) webSocket.terminate()
  }

  async stop(): Promise<void> {
    this.#closed = true
    for (const cancel of this.#expiry.values()) cancel()
    await new Promise<void>((resolve) => this.#aedes.close(resolve))
    this.dropAll()
    this.#sockets.close()
  }

  #trapsAfter(packet: PublishPacket): PublishPacket[] {
    const { garbledEvery, repeatedEvery } = this.#parts.traps
    const due = this.#repetition === undefined ? [] : [this.#repetition]
    this.#count++
    const isRepeated = repeatedEvery > 0 && this.#count % repeatedEvery === 0
    this.#repetition = isRepeated ? { ...packet, dup: true, retain: false } : undefined
    const isGarbled = garbledEvery > 0 && this.#count % garbledEvery === 0
    return isGarbled ? [...due, { ...packet, payload: notUtf8, retain: false }] : due
  }

  #deliver(packet: PublishPacket): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return new Promise((resolve) => {
      this.#aedes.publish(packet, (error) => {
        if (error)
          this.#parts.log.warn('a message was not delivered', { topic: packet.topic, reason: error.message })
        resolve()
      })
    })
  }

  #accessOf(username: string | undefined, password: Buffer | undefined): Access | undefined {
    if (username === undefined || !username.endsWith(authorizer)) return undefined
    const name = username.slice(0, -authorizer.length)
    if (name !== '_' && !this.#parts.deviceIds.has(name)) return undefined
    const { tokens, traps } = this.#parts
    const token = password?.toString() ?? ''
    const access = traps.refusesEndedToken ? tokens.check(token) : tokens.read(token)
    return access?.scopes.has(controlScope) ? access : undefined
  }

  #closeAt(client: Client, expiresAt: Date): void {
    const cancel = this.#parts.clock.at(expiresAt, () => {
      this.#parts.log.info('a connection ends with its token', { client: client.id })
      this.#forget(client)
      client.close()
    })
    this.#expiry.set(client, cancel)
  }

  #forget(client: Client): void {
    this.#expiry.get(client)?.()
    this.#expiry.delete(client)
  }

  #mayRead(topic: string): boolean {
    const [, deviceId = '', name = ''] = /^device\/([^/]+)\/(.+)$/.exec(topic) ?? []
    return this.#parts.deviceIds.has(deviceId) && readable.has(name)
  }

  #hear(packet: PublishPacket, client: Client | null): void {
    const command = client === null ? undefined : commandIn(packet.topic, this.#parts.deviceIds)
    if (command !== undefined) this.#parts.command({ ...command, text: packet.payload.toString() })
  }
}

function commandIn(
  topic: string,
  deviceIds: ReadonlySet<string>,
): { deviceId: string; name: string } | undefined {
  const [, deviceId = '', name = ''] = /^device\/([^/]+)\/command\/(.+)$/.exec(topic) ?? []
  return deviceIds.has(deviceId) ? { deviceId, name } : undefined
}

function refusal(): AuthenticateError {
  return Object.assign(new Error('not authorized'), { returnCode: notAuthorized })
}
