import { readFile } from 'node:fs/promises'
import { Bridge } from './broker/bridge.ts'
import { BrokerClient } from './broker/client.ts'
import { type EmbeddedBroker, startEmbeddedBroker } from './broker/embedded.ts'
import type { Clock } from './core/clock.ts'
import type { Perform } from './core/effect.ts'
import { AppError } from './core/error.ts'
import type { Log } from './core/log.ts'
import type { Hub } from './hub.ts'
import type { Options } from './options.ts'

interface LocalBrokerOptions {
  readonly options: Options['mqtt']
  /** Ends in the client id, which must stay the same for one household and differ between two. */
  readonly instance: string
  readonly version: string
  readonly hub: Hub
  readonly info: () => Readonly<Record<string, unknown>>
  readonly perform: Perform
  readonly usePlaylist: (stream: string, playlist: string, because: string) => Promise<void>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

/** The broker of the house, embedded or not, and the bridge on it. */
export class LocalBroker {
  readonly #options: LocalBrokerOptions
  #embedded: EmbeddedBroker | null = null
  #client: BrokerClient | null = null
  #bridge: Bridge | null = null
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
    this.#forget = hub.subscribe('the local broker', (change) => {
      if (change.kind === 'player') bridge.playerChanged(change.player)
      else if (change.kind === 'player-removed') bridge.playerRemoved(change.id)
      else if (change.kind === 'event') bridge.event(change.event)
      else if (change.kind === 'queue') bridge.queueChanged(change.queue)
      else bridge.queueRemoved(change.name)
    })
    bridge.start()
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
