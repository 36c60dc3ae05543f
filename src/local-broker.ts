import { readFile } from 'node:fs/promises'
import { Bridge } from './broker/bridge.ts'
import { BrokerClient } from './broker/client.ts'
import { type EmbeddedBroker, startEmbeddedBroker } from './broker/embedded.ts'
import type { Clock } from './core/clock.ts'
import type { Collection } from './core/collection.ts'
import type { Perform } from './core/effect.ts'
import { AppError, messageOf } from './core/error.ts'
import type { Log } from './core/log.ts'
import type { Change, Hub } from './hub.ts'
import type { Options } from './options.ts'

interface LocalBrokerOptions {
  readonly options: Options['mqtt']
  /** Ends in the client id, which must stay the same for one household and differ between two. */
  readonly instance: string
  readonly version: string
  readonly hub: Hub
  /** Whose topics stand retained on the broker, by player id, and where the player came from. */
  readonly announced: Collection<PlayerOrigin>
  readonly origin: PlayerOrigin
  readonly info: () => Readonly<Record<string, unknown>>
  readonly perform: Perform
  readonly usePlaylist: (stream: string, playlist: string, because: string) => Promise<void>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

/** Where players come from in this run; those of another origin are cleared from the broker. */
export type PlayerOrigin = 'account' | 'simulator' | 'nowhere'

/** The broker of the house, embedded or not, and the bridge on it. */
export class LocalBroker {
  readonly #options: LocalBrokerOptions
  #embedded: EmbeddedBroker | null = null
  #client: BrokerClient | null = null
  #bridge: Bridge | null = null
  readonly #announced = new Set<string>()
  #forget: () => void = () => undefined

  constructor(options: LocalBrokerOptions) {
    this.#options = options
  }

  /** @throws AppError when the embedded broker cannot listen or an option cannot be used; a broker that is away is waited for. */
  async start(): Promise<void> {
    const { options, instance, hub, clock, random } = this.#options
    const log = this.#options.log.for('broker')
    if (options.url === 'auto' || options.url === 'embedded')
      this.#embedded = await startEmbeddedBroker({ host: '127.0.0.1', port: options.port, log })
    const client = new BrokerClient({
      url: this.url,
      ...(options.username === null ? {} : { username: options.username }),
      ...(options.password === null ? {} : { password: options.password }),
      ...(options.ca === null ? {} : { ca: await readCertificate(options.ca) }),
      clientId: `yoto-smart-stream-${instance}`,
      will: { topic: `${options.base_topic}/bridge/state`, payload: 'offline' },
      clock,
      random,
      log,
    })
    this.#client = client
    const bridge = this.#bridgeOn(client)
    this.#bridge = bridge
    this.#forget = hub.subscribe('the local broker', (change) => this.#tell(bridge, change))
    bridge.start()
    await this.#clear((origin) => origin !== this.#options.origin)
    await client.start()
  }

  async stop(): Promise<void> {
    this.#forget()
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

  /** @throws AppError `unavailable` while the broker is away. */
  publish(topic: string, payload: string, options: { readonly retain: boolean }): Promise<void> {
    if (this.#client === null)
      return Promise.reject(new AppError('unavailable', 'the local broker is not started'))
    return this.#client.publish(topic, payload, options)
  }

  #tell(bridge: Bridge, change: Change): void {
    switch (change.kind) {
      case 'player':
        bridge.playerChanged(change.player)
        this.#inBackground(this.#announce(change.player.id))
        break
      case 'player-removed':
        bridge.playerRemoved(change.id)
        this.#inBackground(this.#options.announced.delete(change.id))
        break
      case 'players-listed':
        this.#inBackground(this.#clear((_origin, id) => this.#options.hub.player(id) === undefined))
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

  async #announce(id: string): Promise<void> {
    if (this.#announced.has(id)) return
    this.#announced.add(id)
    await this.#options.announced.set(id, this.#options.origin)
  }

  /** Takes back what earlier runs retained for players that are no more. */
  async #clear(isGone: (origin: PlayerOrigin, id: string) => boolean): Promise<void> {
    const { announced } = this.#options
    for (const [id, origin] of await announced.entries()) {
      if (!isGone(origin, id)) continue
      this.#bridge?.playerRemoved(id)
      await announced.delete(id)
    }
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error) =>
      this.#options.log.warn('which players stand on the broker could not be noted', {
        error: messageOf(error),
      }),
    )
  }

  #bridgeOn(client: BrokerClient): Bridge {
    const { options, version, hub, info, perform, usePlaylist, clock, random, log } = this.#options
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
      perform,
      usePlaylist,
    })
  }
}

function readCertificate(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause) => {
    throw new AppError('invalid', `the certificate of the option mqtt.ca cannot be read: ${file}`, { cause })
  })
}
