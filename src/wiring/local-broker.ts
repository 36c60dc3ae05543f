import { readFile } from 'node:fs/promises'
import { Bridge } from '../broker/bridge.ts'
import { BrokerClient } from '../broker/client.ts'
import { type EmbeddedBroker, startEmbeddedBroker } from '../broker/embedded.ts'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { Perform } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Change, Hub } from '../hub.ts'
import type { Options } from '../options.ts'
import { AnnouncedPlayers, type PlayerOrigin } from './announced-players.ts'

interface LocalBrokerOptions {
  readonly options: Options['mqtt']
  /** Whether the broker is our own, on this machine's loopback address. */
  readonly embedded: boolean
  /** Ends in the client id, which must stay the same for one household and differ between two. */
  readonly instance: string
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

/** What the broker tells of, and what commands on it act on. */
interface BrokerHouse {
  readonly version: string
  readonly hub: Hub
  /** Whose topics stand retained on the broker, by player id, and where the player came from. */
  readonly announced: Collection<PlayerOrigin>
  readonly origin: PlayerOrigin
  readonly info: () => Readonly<Record<string, unknown>>
  readonly reachable: () => boolean
  readonly perform: Perform
}

/** The broker of the house, embedded or not, and the bridge on it. */
export class LocalBroker {
  readonly #options: LocalBrokerOptions
  readonly #log: Log
  #embedded: EmbeddedBroker | null = null
  #client: BrokerClient | null = null
  #bridge: Bridge | null = null
  #announced: AnnouncedPlayers | null = null
  #takesCommands = false
  #forget: () => void = () => undefined

  constructor(options: LocalBrokerOptions) {
    this.#options = options
    this.#log = options.log.for('broker')
  }

  /** @throws AppError when the embedded broker cannot listen or an option cannot be used; a broker that is away is waited for. */
  async start(house: BrokerHouse): Promise<void> {
    const { options, embedded } = this.#options
    const { username, password } = options
    if (embedded)
      this.#embedded = await startEmbeddedBroker({
        host: '127.0.0.1',
        port: options.port,
        log: this.#log,
        ...(username === null || password === null ? {} : { credentials: { username, password } }),
      })
    const client = await this.#clientOf(options)
    this.#client = client
    const bridge = this.#bridgeOn(client, house)
    this.#bridge = bridge
    const announced = new AnnouncedPlayers({
      records: house.announced,
      origin: house.origin,
      takeBack: (id) => bridge.playerRemoved(id),
      log: this.#log,
    })
    this.#announced = announced
    this.#forget = house.hub.subscribe('the local broker', (change) =>
      tell(change, { bridge, announced, hub: house.hub }),
    )
    bridge.start()
    await announced.clearOthers()
    await client.start()
  }

  /** From now on what arrives on `…/set` topics is carried out. */
  openToCommands(): void {
    this.#takesCommands = true
  }

  closeToCommands(): void {
    this.#takesCommands = false
  }

  async stop(): Promise<void> {
    this.#forget()
    await this.#announced?.settled()
    await this.#bridge?.stop()
    await this.#client?.stop()
    await this.#embedded?.stop()
  }

  get url(): string {
    return this.#embedded?.url ?? this.#options.options.url
  }

  get connected(): boolean {
    return this.#client?.connected ?? false
  }

  infoChanged(): void {
    this.#bridge?.infoChanged()
  }

  /** Call it when `reachable()` has changed. */
  reachChanged(): void {
    this.#bridge?.reachChanged()
  }

  /** @throws AppError `unavailable` while the broker is away. */
  publish(topic: string, payload: string, options: { readonly retain: boolean }): Promise<void> {
    if (this.#client === null)
      return Promise.reject(new AppError('unavailable', 'the local broker is not started'))
    return this.#client.publish(topic, payload, options)
  }

  async #clientOf({ username, password, ca, base_topic }: Options['mqtt']): Promise<BrokerClient> {
    const { instance, clock, random } = this.#options
    return new BrokerClient({
      url: this.url,
      ...(username === null ? {} : { username }),
      ...(password === null ? {} : { password }),
      ...(ca === null ? {} : { ca: await readCertificate(ca) }),
      clientId: `yoto-smart-stream-${instance}`,
      will: { topic: `${base_topic}/bridge/state`, payload: 'offline' },
      clock,
      random,
      log: this.#log,
    })
  }

  #bridgeOn(client: BrokerClient, { version, hub, info, reachable, ...house }: BrokerHouse): Bridge {
    const { options, clock, random, log } = this.#options
    const perform: Perform = async (effect, because) => {
      if (!this.#takesCommands)
        throw new AppError('unavailable', 'no commands are taken while starting or stopping')
      await house.perform(effect, because)
    }
    return new Bridge({
      client,
      base: options.base_topic,
      discoveryPrefix: options.discovery_prefix,
      version,
      clock,
      random,
      log: log.for('bridge'),
      players: () => hub.players(),
      queues: () => hub.queues(),
      info,
      reachable,
      perform,
      usePlaylist: (stream, content, because) =>
        perform({ kind: 'fill-queue', stream, how: 'replace', content }, because),
    })
  }
}

interface Listeners {
  readonly bridge: Bridge
  readonly announced: AnnouncedPlayers
  readonly hub: Hub
}

function tell(change: Change, { bridge, announced, hub }: Listeners): void {
  switch (change.kind) {
    case 'player':
      bridge.playerChanged(change.player)
      announced.add(change.player.id)
      break
    case 'player-removed':
      bridge.playerRemoved(change.id)
      announced.remove(change.id)
      break
    case 'players-listed':
      announced.keepOnly(new Set(hub.players().map((player) => player.id)))
      break
    case 'event':
      bridge.event(change.event)
      break
    case 'queue':
      bridge.queueChanged(change.queue)
      break
    case 'queue-removed':
      bridge.queueRemoved(change.name)
  }
}

function readCertificate(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause) => {
    throw new AppError('invalid', `the certificate of the option mqtt.ca cannot be read: ${file}`, { cause })
  })
}
