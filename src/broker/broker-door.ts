import { createHash, timingSafeEqual } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { Aedes, type AedesOptions, type AuthenticateError, type Client, type PublishPacket } from 'aedes'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Tree } from './own-tree.ts'
import { PublishGuard, type Said } from './publish-guard.ts'
import { RetainedBudget } from './retained-budget.ts'
import { Seldom } from './seldom.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface BrokerDoorOptions {
  readonly credentials?: Credentials
  readonly tree?: Tree
  readonly clock: Clock
  readonly log: Log
}

// A client in the same house that has not said who it is by then will not.
const connectTimeoutMs = 10_000
// What may wait for a client that reads slowly. All that a large house keeps retained goes to a new one at once.
const largestBacklogBytes = 16 * 1024 * 1024
/** For the streams of clients: aedes makes everybody wait for one that is full, so none ever is. */
export const backlogBytes = 2 * largestBacklogBytes

/** Who may come in to the embedded broker, and what each may say there. */
export class BrokerDoor {
  readonly #options: BrokerDoorOptions
  readonly #log: Log
  readonly #seldom: Seldom
  readonly #guard: PublishGuard | null
  readonly #budget = new RetainedBudget()
  /** The streams that the product itself came by. */
  readonly #product = new WeakSet<object>()
  readonly #addresses = new WeakMap<object, string>()
  /** Client ids of the product: nobody takes them over. */
  readonly #reserved = new Set<string>()
  #aedes: Aedes | null = null

  constructor(options: BrokerDoorOptions) {
    this.#options = options
    this.#log = options.log
    this.#seldom = new Seldom(options.clock)
    this.#guard = options.tree === undefined ? null : new PublishGuard(options.tree)
  }

  async open(): Promise<Aedes> {
    const aedes = await Aedes.createBroker({
      connectTimeout: connectTimeoutMs,
      // Without a limit: else a hundred messages for a client that does not read hold up those for all others.
      concurrency: 0,
      preConnect: (_client, packet, done) => {
        // What is kept for a client that never comes back would fill the memory for ever.
        packet.clean = true
        done(null, true)
      },
      authenticate: this.#authenticate,
      authorizePublish: this.#authorizePublish,
      authorizeForward: this.#authorizeForward,
    })
    const quietly = (what: string) => (client: { id?: string } | null, error: Error) =>
      this.#log.debug(what, { client: client?.id ?? null, error: messageOf(error) })
    aedes.on('clientError', quietly('MQTT client failed'))
    aedes.on('connectionError', quietly('connection to the embedded broker dropped'))
    // Without a listener an internal error of the broker would end the process.
    aedes.addListener('error', (error: Error) =>
      this.#log.error('embedded MQTT broker failed', { error: messageOf(error) }),
    )
    this.#aedes = aedes
    return aedes
  }

  letIn(stream: Duplex, address: string): void {
    this.#addresses.set(stream, address)
    this.#aedes?.handle(stream)
  }

  letProductIn(stream: Duplex): void {
    this.#product.add(stream)
    this.#aedes?.handle(stream)
  }

  /** Call it when somebody was turned away because so many are in already. */
  full(most: number): void {
    this.#warn('full', `the embedded MQTT broker has ${most} connections and takes no more`)
  }

  readonly #authenticate: NonNullable<AedesOptions['authenticate']> = (client, username, password, done) => {
    if (this.#product.has(client.conn)) {
      this.#reserved.add(client.id)
      return done(null, true)
    }
    const who = this.#addressOf(client)
    if (this.#reserved.has(client.id)) {
      this.#warn(
        `id ${who}`,
        `the embedded MQTT broker refused ${who}: its client id "${client.id}" is that of this product; give it another one`,
      )
      return done(identifierRejected(), false)
    }
    const { credentials } = this.#options
    if (credentials === undefined || matches(credentials, { username, password })) return done(null, true)
    this.#warn(
      `password ${who}`,
      `the embedded MQTT broker refused ${who}: wrong user name or password (options mqtt.username and mqtt.password)`,
    )
    done(null, false)
  }

  readonly #authorizePublish: NonNullable<AedesOptions['authorizePublish']> = (client, packet, done) => {
    const reason = this.#refusal(packet)
    if (client !== null && this.#product.has(client.conn)) {
      if (packet.retain) this.#guard?.productKept(saidIn(packet))
    } else if (reason !== null) this.#drop(packet, { client, reason })
    else if (packet.retain && !this.#budget.mayKeep(packet.topic, packet.payload.length)) {
      this.#warn(
        'retained',
        'the embedded MQTT broker keeps no more retained messages of others: there are too many',
      )
      packet.retain = false
    }
    // At QoS 0 aedes loses a retained message that stands before another one in the same chunk, unless each has a turn
    // of its own.
    setImmediate(done, null)
  }

  readonly #authorizeForward: NonNullable<AedesOptions['authorizeForward']> = (client, packet) => {
    if (client.conn.writableLength <= largestBacklogBytes) return packet
    const who = this.#nameOf(client)
    this.#warn(
      `slow ${who}`,
      `the embedded MQTT broker hung up on ${who}: it does not read what is sent to it`,
    )
    client.conn.destroy()
    return null
  }

  /** Why others may not say this; null where they may. */
  #refusal(packet: PublishPacket): string | null {
    const guard = this.#guard
    if (guard === null) return null
    if (!guard.mayBeSaid(saidIn(packet))) return 'only this product speaks there; commands go to …/set'
    return packet.retain && !guard.mayBeKept(packet.topic) ? 'commands must not be retained' : null
  }

  /**
   * MQTT 3.1.1 has no word for a refused message. To hang up would take all of Home Assistant's devices away for one
   * wrong topic, so it is acknowledged and goes where nobody listens, as with other brokers.
   */
  #drop(packet: PublishPacket, { client, reason }: { client: Client | null; reason: string }): void {
    const who = client === null ? 'somebody' : this.#nameOf(client)
    const topic = quoted(packet.topic)
    this.#warn(
      `said ${who} ${topic}`,
      `the embedded MQTT broker dropped what ${who} said on ${topic}: ${reason}`,
    )
    packet.topic = `$SYS/${this.#aedes?.id}/dropped`
    packet.payload = Buffer.alloc(0)
    packet.retain = false
  }

  #nameOf(client: Client): string {
    return `${this.#addressOf(client)} (${quoted(client.id)})`
  }

  #addressOf({ conn }: Client): string {
    return this.#addresses.get(conn) ?? 'an unknown address'
  }

  #warn(key: string, message: string): void {
    if (this.#seldom.mayBeSaid(key)) this.#log.warn(message)
  }
}

function identifierRejected(): AuthenticateError {
  return Object.assign(new Error('the client id is taken'), { returnCode: 2 })
}

function saidIn({ topic, payload }: PublishPacket): Said {
  return { topic, isEmpty: payload.length === 0 }
}

/** A text of a client as it may stand in the log: on one line, and not endless. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

function matches(
  expected: Credentials,
  given: { username: string | undefined; password: Buffer | undefined },
): boolean {
  const sameName = sameDigest(expected.username, given.username ?? '')
  const samePassword = sameDigest(expected.password, given.password ?? '')
  return sameName && samePassword
}

/** Compares without telling by its duration how much was right. */
function sameDigest(expected: string, given: string | Buffer): boolean {
  const digest = (value: string | Buffer) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(expected), digest(given))
}
