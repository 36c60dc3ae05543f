import type { Clock } from '../core/clock.ts'
import type { House } from './announcer.ts'
import type { Devices } from './devices.ts'
import { readKeptDiscovery } from './kept-discovery.ts'
import type { Outbox } from './outbox.ts'
import { type Owner, retainedTopics, type Standing } from './standing.ts'
import type { Topics } from './topic.ts'

interface LeftoversOptions {
  readonly house: Pick<House, 'players' | 'queues' | 'origin'>
  readonly topics: Topics
  readonly standing: Standing
  readonly outbox: Outbox
  readonly devices: Devices
  readonly clock: Clock
  /** Whether another product is known to use our topics: then nobody can tell what is left from what is its own. */
  readonly isShared: () => boolean
}

// Another product that is there answers our bridge/info well within it.
const patienceMs = 1000

/**
 * Takes back from the broker what is left of players and streams that are gone: of what we remember, and of what the
 * broker itself kept. Only a list of the account's players says that one is gone, never a cloud or broker that is away.
 */
export class Leftovers {
  readonly #options: LeftoversOptions
  /** Whose topics the broker had kept, and may have to be taken back, by topic. */
  readonly #found = new Map<string, Owner>()
  #listed = false
  #cancelPatience: (() => void) | undefined

  constructor(options: LeftoversOptions) {
    this.#options = options
  }

  /** The players that there are now are all there are. */
  playersListed(): void {
    this.#listed = true
    this.sweep()
  }

  stop(): void {
    this.#cancelPatience?.()
    this.#cancelPatience = undefined
  }

  /** Call it on a new connection, before what there is is said, and when our topics are ours alone again. */
  sweep(): void {
    const { standing, topics, outbox } = this.#options
    for (const [topic, { owner }] of standing.entries()) {
      const isGone = this.#isGone(owner)
      if (isGone) this.remove(owner)
      // The base topic was another then, or a release before this one said more.
      if (isGone || !retainedTopics(topics, owner).includes(topic)) outbox.clear(topic)
    }
    if (this.#cancelPatience === undefined) this.#sweepFound()
  }

  /** Takes back everything of it. */
  remove(owner: Owner): void {
    const { topics, devices, outbox } = this.#options
    if (owner.kind === 'player') devices.removed(topics.player(owner.id).discovery)
    for (const topic of retainedTopics(topics, owner)) outbox.clear(topic)
  }

  /** The broker kept a device there, perhaps one that we know nothing of. */
  foundDevice(topic: string, payload: string): void {
    const { topics, devices } = this.#options
    const read = topics.readDiscovery(topic)
    if (read === undefined) return
    const kept = readKeptDiscovery(payload)
    const owner = this.#ownerOf(read.player)
    const stateTopic = read.player === null ? null : topics.player(read.player).state
    if (kept === undefined || owner === null || kept.stateTopic !== stateTopic) return
    if (this.#isGone(owner)) this.#lookAgain(topic, owner)
    else devices.found(topic, owner, kept.components)
  }

  /** The broker kept the state of a stream. */
  foundStream(name: string): void {
    this.#lookAgain(this.#options.topics.stream(name).state, { kind: 'stream', name })
  }

  /** It may belong to another product, which has a moment to tell of itself. */
  #lookAgain(topic: string, owner: Owner): void {
    const { clock } = this.#options
    this.#found.set(topic, owner)
    this.#cancelPatience ??= clock.at(new Date(clock.now().getTime() + patienceMs), () => {
      this.#cancelPatience = undefined
      this.#sweepFound()
    })
  }

  #sweepFound(): void {
    for (const [topic, owner] of this.#found) {
      if (!this.#isGone(owner)) continue
      this.#found.delete(topic)
      this.remove(owner)
    }
  }

  #ownerOf(player: string | null): Owner | null {
    if (player === null) return { kind: 'bridge' }
    const { origin } = this.#options.house
    // Without the account nobody knows whether it still has that player.
    return origin === 'account' ? { kind: 'player', id: player, origin } : null
  }

  #isGone(owner: Owner): boolean {
    const { players, queues, origin } = this.#options.house
    if (this.#options.isShared()) return false
    switch (owner.kind) {
      case 'bridge':
        return false
      case 'player':
        return (this.#listed || owner.origin !== origin) && !players().some(({ id }) => id === owner.id)
      case 'stream':
        return !queues().some(({ name }) => name === owner.name)
    }
  }
}
