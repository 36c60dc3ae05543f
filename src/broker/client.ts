import type { IPublishPacket, MqttClient } from 'mqtt'
import { backoffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { ConnectFault, type Connection, type Endpoint, type Identity } from './connection.ts'
import { Dialler, NoEndpoint } from './dialler.ts'
import { type PublishOptions, Sender } from './sender.ts'
import { type MessageHandler, type SubscribeOptions, Subscriptions } from './subscriptions.ts'
import { TakenOver } from './taken-over.ts'
import { withinMs } from './within-ms.ts'

export interface BrokerClientOptions extends Identity {
  /** Asked before each attempt, for addresses and passwords change. It rejects with words for people. */
  readonly endpoint: (signal: AbortSignal) => Promise<Endpoint>
  readonly log: Log
  readonly clock: Clock
  /** 0 (inclusive) to 1, for the jitter of the waits between attempts. */
  readonly random: () => number
}

/** How a connection ended. */
interface End {
  /** Undefined where nobody said why. */
  readonly reason: string | undefined
  /** Whether it may have ended over the size of a message. */
  readonly isOverSize: boolean
}

const firstWaitMs = 500
// Whatever starts last, the house is whole within 15 s: this, one attempt at a host that does not answer, and the rest.
const longestWaitMs = 8000
// A connection that held this long ends a row of failures; a shorter one may be a fight over our client id.
const steadyAfterMs = 10_000
const goodbyeMs = 1000
const subscribeMs = 5000

/**
 * Our connection to the local broker. It speaks MQTT 5, or 3.1.1 where the broker has no 5, and comes back by
 * itself. Nothing is kept while it is away: who wants a state to be there again publishes it on connect.
 */
export class BrokerClient {
  readonly #options: BrokerClientOptions
  readonly #log: Log
  readonly #dialler: Dialler
  readonly #takenOver: TakenOver
  readonly #subscriptions = new Subscriptions()
  readonly #sender: Sender
  readonly #connectListeners: (() => void)[] = []
  readonly #stopping = new AbortController()
  #leaving = false
  #mqtt: MqttClient | undefined
  /** How many connections were lost in a row, all but the first soon after they began. */
  #lostInARow = 0
  #connected = false
  #lastComplaint: string | undefined
  #loop: Promise<void> = Promise.resolve()

  constructor(options: BrokerClientOptions) {
    this.#options = options
    this.#log = options.log
    this.#dialler = new Dialler(options)
    this.#takenOver = new TakenOver(options)
    this.#sender = new Sender({ log: options.log, address: () => this.address })
  }

  /** Where the broker was last looked for, without user name and password; null before the first answer to that. */
  get address(): string | null {
    return this.#dialler.address
  }

  /** True while messages can be published; subscriptions are in place by then. */
  get connected(): boolean {
    return this.#connected
  }

  /** Resolves when the first attempt has succeeded or failed; a broker that is away is tried again for ever. */
  start(): Promise<void> {
    return new Promise((decided) => {
      this.#loop = this.#stayConnected(decided)
    })
  }

  /**
   * Says goodbye, so the last will is not sent: publish what should stand instead as the last before. Where that does
   * not come through in time, it hangs up without a word, and the broker says the last will.
   */
  async stop(): Promise<void> {
    this.#leaving = true
    const mqtt = this.#mqtt
    if (mqtt !== undefined && (await this.#sender.isAllSaid(goodbyeMs)))
      await withinMs(goodbyeMs, mqtt.endAsync())
    this.#stopping.abort()
    mqtt?.end(true)
    await this.#loop
  }

  /**
   * Publishes at QoS 1, in the order of the calls; resolves when the broker has it. For the `last` all that waits is
   * given up.
   * @throws AppError `unavailable` when the broker is away or refuses it, `unprocessable` for a topic nobody can
   * publish to, or a message that is larger than the broker takes.
   */
  async publish(topic: string, payload: string, options: PublishOptions): Promise<void> {
    await this.#sender.publish(topic, payload, options)
  }

  /**
   * Hands messages under the filters to the handler, now and after every reconnect. The filters of one subscription
   * must not overlap. A broker clears the retain flag of what it does not hand out of its store, unless `asPublished`
   * asks for it as it was; MQTT 3.1.1 cannot ask. Returns what ends it.
   */
  subscribe(
    filters: string | readonly string[],
    handler: MessageHandler,
    options: SubscribeOptions = {},
  ): () => void {
    const own = [...new Set(typeof filters === 'string' ? [filters] : filters)]
    const subscription = { filters: own, handler, ...options }
    const fresh = this.#subscriptions.add(subscription)
    if (this.#mqtt !== undefined) void this.#askAll(this.#mqtt, fresh)
    return () => {
      const stale = this.#subscriptions.remove(subscription)
      // A connection that ends takes what it listened to with it.
      if (this.#mqtt?.connected === true && stale.length > 0)
        this.#mqtt.unsubscribeAsync([...stale]).catch(() => undefined)
    }
  }

  /** Calls `run` after each connect, once subscriptions are in place, before anything else is published. */
  onConnect(run: () => void): void {
    this.#connectListeners.push(run)
  }

  async #stayConnected(decided: () => void): Promise<void> {
    const { clock, random } = this.#options
    const { signal } = this.#stopping
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        const connection = await this.#dialler.open(signal)
        const since = clock.now().getTime()
        const end = await this.#serve(connection, decided)
        const wasSteady = clock.now().getTime() - since >= steadyAfterMs
        if (wasSteady) failures = 0
        this.#lost({ ...end, wasSteady })
      } catch (fault) {
        this.#takenOver.failed()
        this.#complain(fault)
      }
      decided()
      const wait = backoffMs(failures + 1, { firstMs: firstWaitMs, longestMs: longestWaitMs, random })
      await clock.sleep(wait, signal).catch(() => undefined)
    }
  }

  async #serve({ mqtt, largestPacketBytes }: Connection, decided: () => void): Promise<End> {
    const closed = new Promise<void>((resolve) => mqtt.once('close', resolve))
    let reason: string | undefined
    mqtt.on('error', (error) => {
      reason ??= messageOf(error)
      mqtt.end(true)
    })
    mqtt.on('disconnect', ({ reasonCode }) => this.#takenOver.ended(reasonCode))
    mqtt.on('message', (topic, payload, packet) => this.#deliver(topic, payload, packet))
    if (this.#stopping.signal.aborted || !mqtt.connected) {
      mqtt.end(true)
      return { reason, isOverSize: false }
    }
    this.#mqtt = mqtt
    const subscribed = this.#askAll(mqtt, this.#subscriptions.filters)
    await withinMs(subscribeMs, Promise.race([closed, subscribed]))
    if (mqtt.connected) {
      this.#sender.open(mqtt, { largestPacketBytes })
      this.#announce()
    }
    decided()
    await closed
    this.#connected = false
    this.#mqtt = undefined
    const isOverSize = this.#sender.close()
    // Fails what still waits for the broker's word, so that nobody waits for ever.
    mqtt.end(true)
    return { reason, isOverSize }
  }

  #lost({ reason, isOverSize, wasSteady }: End & { readonly wasSteady: boolean }): void {
    if (this.#leaving) return
    if (!isOverSize) this.#takenOver.lost({ wasSteady })
    this.#lostInARow = wasSteady ? 1 : this.#lostInARow + 1
    this.#log[this.#isWorthALine ? 'warn' : 'debug'](
      `lost the connection to the MQTT broker ${this.address}, trying again`,
      {
        ...(reason === undefined ? {} : { reason }),
        ...(this.#lostInARow > 1 ? { in_a_row: this.#lostInARow } : {}),
      },
    )
  }

  /** Of connections that come and go one after the other, ever fewer are told. */
  get #isWorthALine(): boolean {
    return Number.isInteger(Math.log2(Math.max(1, this.#lostInARow)))
  }

  #announce(): void {
    this.#connected = true
    this.#lastComplaint = undefined
    this.#log[this.#isWorthALine ? 'info' : 'debug'](
      `connected to the MQTT broker ${this.address} (MQTT ${this.#dialler.version === 5 ? '5' : '3.1.1'})`,
    )
    for (const run of this.#connectListeners) {
      try {
        run()
      } catch (error) {
        this.#log.error('a listener of the MQTT connection failed', { error: messageOf(error) })
      }
    }
  }

  #complain(fault: unknown): void {
    const reason = fault instanceof ConnectFault ? fault.message : messageOf(fault)
    const what =
      fault instanceof NoEndpoint
        ? `no MQTT broker to connect to: ${reason}. Trying again until there is one`
        : `cannot connect to the MQTT broker ${this.address}: ${reason}. Trying again until it works`
    if (this.#leaving || what === this.#lastComplaint) return
    this.#lastComplaint = what
    this.#log.warn(what)
  }

  async #askAll(mqtt: MqttClient, filters: readonly string[]): Promise<void> {
    await Promise.all(filters.map((filter) => this.#ask(mqtt, filter)))
  }

  async #ask(mqtt: MqttClient, filter: string): Promise<void> {
    const options = this.#subscriptions.optionsOf(filter, this.#dialler.version)
    if (options === undefined) return
    try {
      const [granted] = await mqtt.subscribeAsync(filter, options)
      if ((granted?.qos ?? 0) >= 128) throw new Error('refused')
    } catch (error) {
      if (!mqtt.connected) return
      const problem = { error: messageOf(error) }
      // Who may not hear others just does not notice what they overwrite.
      this.#log[options.nl === true ? 'debug' : 'warn'](
        `the MQTT broker ${this.address} does not let us listen to ${filter}`,
        problem,
      )
    }
  }

  #deliver(topic: string, payload: Buffer, packet: IPublishPacket): void {
    for (const { handler } of this.#subscriptions.addressees(topic, packet, this.#dialler.version)) {
      try {
        handler(topic, payload.toString('utf8'), { retain: packet.retain, isRepeated: packet.dup })
      } catch (error) {
        this.#log.error('a handler of MQTT messages failed', { topic, error: messageOf(error) })
      }
    }
  }
}
