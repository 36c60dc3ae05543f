import type { Clock } from '../core/clock.ts'
import { calledSo } from '../core/slug.ts'
import type { House } from './announcer.ts'
import type { Devices } from './devices.ts'
import { readKeptDiscovery } from './kept-discovery.ts'
import type { Outbox } from './outbox.ts'
import { type Owner, type Platforms, retainedTopics, type Standing } from './standing.ts'
import type { Topics } from './topic.ts'

interface LeftoversOptions {
  readonly house: Pick<House, 'players' | 'queues' | 'inputs' | 'origin'>
  readonly topics: Topics
  readonly standing: Standing
  readonly outbox: Outbox
  readonly devices: Devices
  readonly clock: Clock
  /** Whether other products are known to use our topics: then nobody can tell what is left from what is theirs. */
  readonly isShared: () => boolean
}

/** What others have said, or the broker has kept, of it. */
interface Found {
  readonly owner: Owner
  /** Of a device that is, or may be, ours. */
  readonly components: Platforms
}

// Another product answers our bridge/info well within it, also one that has just lost its connection.
const patienceMs = 15_000
// Everybody may make some up.
const mostFound = 1000
const mostComponents = 5000

/**
 * Takes back from the broker what is left of players and streams that are gone: of what we have said, and of what was
 * found there, as soon as it is certain that no other product speaks of it. Only a list of the account's players says
 * that one is gone, never a cloud or broker that is away.
 */
export class Leftovers {
  readonly #options: LeftoversOptions
  /** What may have to be taken back, by topic. */
  readonly #found = new Map<string, Found>()
  #listed = false
  #cancelPatience: (() => void) | undefined

  constructor(options: LeftoversOptions) {
    this.#options = options
  }

  /** The players that there are now are all there are. */
  playersListed(): void {
    this.#listed = true
    this.#sweepNoted()
    if (this.#cancelPatience === undefined) this.#sweepFound()
  }

  stop(): void {
    this.#cancelPatience?.()
    this.#cancelPatience = undefined
  }

  /** What there is of streams and inputs may be less than before. */
  lessDeclared(): void {
    this.#sweepNoted()
  }

  /** Call it on a new connection, before what there is is said, and when our topics are ours alone again. */
  look(): void {
    this.#sweepNoted()
    this.stop()
    this.#awaitOthers()
  }

  /** Takes back everything of it. */
  remove(owner: Owner): void {
    const { topics, devices, outbox } = this.#options
    if (owner.kind === 'player') devices.removed(topics.player(owner.id).discovery)
    for (const topic of retainedTopics(topics, owner)) outbox.clear(topic)
  }

  /** There is a device, perhaps one that we know nothing of. */
  foundDevice(topic: string, payload: string): void {
    const { topics, devices, isShared } = this.#options
    const read = topics.readDiscovery(topic)
    if (read === undefined) return
    const kept = readKeptDiscovery(payload)
    const owner = this.#ownerOf(read.player)
    const stateTopic = read.player === null ? null : topics.player(read.player).state
    if (kept === undefined || owner === null || kept.stateTopic !== stateTopic) return
    if (this.#isOurs(owner) && !isShared()) devices.found(topic, owner, kept.components)
    else this.#remember(topic, { owner, components: this.#isGone(owner) ? new Map() : kept.components })
  }

  /** There is the state of a stream, which topics call so. */
  foundStream(word: string): void {
    const { queues } = this.#options.house
    const owner: Owner = { kind: 'stream', name: calledSo(queues(), word, ({ name }) => name)?.name ?? word }
    if (!this.#isOurs(owner))
      this.#remember(this.#options.topics.stream(owner.name).state, { owner, components: new Map() })
  }

  #remember(topic: string, { owner, components }: Found): void {
    const before = this.#found.get(topic)
    if (before === undefined && this.#found.size >= mostFound) return
    // Each of several products describes its own components only.
    const all = [...components, ...(before?.components ?? [])].slice(0, mostComponents)
    this.#found.set(topic, { owner, components: new Map(all) })
    this.#awaitOthers()
  }

  /** Another product that is there has time to tell of itself. */
  #awaitOthers(): void {
    const { clock } = this.#options
    this.#cancelPatience ??= clock.at(new Date(clock.now().getTime() + patienceMs), () => {
      this.#cancelPatience = undefined
      this.#sweepFound()
    })
  }

  #sweepNoted(): void {
    const { standing, topics, outbox, isShared } = this.#options
    for (const [topic, { owner }] of standing.entries()) {
      const isGone = !isShared() && this.#isGone(owner)
      if (isGone) this.remove(owner)
      // The base topic was another then, or a release before this one said more.
      if (isGone || !retainedTopics(topics, owner).includes(topic)) outbox.clear(topic)
    }
  }

  #sweepFound(): void {
    const { devices, outbox, isShared } = this.#options
    // While the broker is away others cannot tell of themselves.
    if (isShared() || !outbox.isOpen) return
    for (const [topic, { owner, components }] of this.#found) {
      if (this.#isGone(owner)) this.remove(owner)
      else if (this.#isOurs(owner)) devices.found(topic, owner, components)
      else continue
      this.#found.delete(topic)
    }
  }

  #ownerOf(player: string | null): Owner | null {
    if (player === null) return { kind: 'bridge' }
    const { origin } = this.#options.house
    // Without the account nobody knows whether it still has that player.
    return origin === 'account' ? { kind: 'player', id: player, origin } : null
  }

  #isGone(owner: Owner): boolean {
    const isListed = owner.kind !== 'player' || this.#listed || owner.origin !== this.#options.house.origin
    return isListed && !this.#isOurs(owner)
  }

  #isOurs(owner: Owner): boolean {
    const { players, queues, inputs } = this.#options.house
    switch (owner.kind) {
      case 'bridge':
        return true
      case 'player':
        return players().some(({ id }) => id === owner.id)
      case 'stream':
        return queues().some(({ name }) => name === owner.name)
      case 'input':
        return inputs().some(({ id, type }) => id === owner.id && type !== 'button')
    }
  }
}
