import type { Collection } from '../core/collection.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Topics } from './topic.ts'

/** Where players come from in this run; what stands on the broker of players from elsewhere is taken back. */
export type PlayerOrigin = 'account' | 'simulator' | 'nowhere'

/** What a retained message tells of. */
export type Owner =
  | { readonly kind: 'bridge' }
  | { readonly kind: 'player'; readonly id: string; readonly origin: PlayerOrigin }
  | { readonly kind: 'stream'; readonly name: string }
  | { readonly kind: 'input'; readonly id: string }

/** The platform of each component of a device, by the component's key. */
export type Platforms = ReadonlyMap<string, string>

/** One retained message of ours. */
export interface Stood {
  readonly owner: Owner
  /** Of a device's discovery: the components that Home Assistant may know of. */
  readonly components?: Readonly<Record<string, string>>
}

interface StandingOptions {
  /** By topic. */
  readonly records: Collection<Stood>
  readonly log: Log
}

/**
 * Which topics of ours stand retained on the broker, over restarts: whatever is gone by the next run would stand there
 * for ever. A topic is noted before anything is published under it, and forgotten when the broker has cleared it.
 */
export class Standing {
  readonly #options: StandingOptions
  readonly #known = new Map<string, Stood>()
  #written: Promise<unknown> = Promise.resolve()

  constructor(options: StandingOptions) {
    this.#options = options
  }

  /** Reads what the run before has left. */
  async open(): Promise<void> {
    const { records, log } = this.#options
    try {
      for (const [topic, stood] of await records.entries()) this.#known.set(topic, stood)
    } catch (error) {
      log.warn('what stands on the broker since before could not be read', { error: messageOf(error) })
    }
  }

  entries(): readonly [topic: string, stood: Stood][] {
    return [...this.#known]
  }

  componentsOf(topic: string): Platforms {
    return new Map(Object.entries(this.#known.get(topic)?.components ?? {}))
  }

  /** Resolves when the store has it; undefined when it has had it before. */
  note(topic: string, owner: Owner, components?: Platforms): Promise<void> | undefined {
    const stood = {
      owner,
      ...(components === undefined ? {} : { components: Object.fromEntries(components) }),
    }
    if (JSON.stringify(this.#known.get(topic)) === JSON.stringify(stood)) return undefined
    this.#known.set(topic, stood)
    return this.#write(() => this.#options.records.set(topic, stood))
  }

  forget(topic: string): void {
    if (this.#known.delete(topic)) void this.#write(() => this.#options.records.delete(topic))
  }

  /** Resolves when the store has everything. */
  async settled(): Promise<void> {
    await this.#written
  }

  /** Never rejects: entities that stay behind are better than none. */
  #write(write: () => Promise<unknown>): Promise<void> {
    const written = write().then(
      () => undefined,
      (error) =>
        this.#options.log.warn('what stands on the broker could not be noted', { error: messageOf(error) }),
    )
    this.#written = Promise.all([this.#written, written])
    return written
  }
}

/** All topics under which something of the owner is retained. */
export function retainedTopics({ bridge, player, stream, input }: Topics, owner: Owner): readonly string[] {
  switch (owner.kind) {
    case 'bridge':
      return [bridge.state, bridge.info, bridge.discovery]
    case 'player':
      return player(owner.id).retained
    case 'stream':
      return [stream(owner.name).state]
    case 'input':
      return [input(owner.id).state]
  }
}
