import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { nextDiscovery } from './component-change.ts'
import type { DeviceDiscovery } from './discovery.ts'
import type { Outbox } from './outbox.ts'
import type { Owner, Platforms, Standing } from './standing.ts'

/** A device of Home Assistant, under the topic of its discovery. */
export interface Device {
  readonly topic: string
  readonly owner: Owner
  /** All that its discovery depends on: where two are the same, so are their discoveries, which cost more to write out. */
  readonly facts: string
  discovery(): DeviceDiscovery
}

interface DevicesOptions {
  readonly outbox: Outbox
  readonly standing: Standing
  readonly clock: Clock
  readonly log: Log
}

/** What is known of a device's discovery in this run. */
interface Page {
  device: Device
  /** When it was last said on this connection. */
  saidAtMs: number | undefined
  /** The facts as they were then. */
  saidFacts: string | undefined
  cancel: (() => void) | undefined
  /** Components that Home Assistant was told to remove, on this connection. */
  takenBack: ReadonlySet<string>
  /** Somebody deleted the device in Home Assistant. */
  isDeleted: boolean
}

// Home Assistant is still setting up, or taking down, what it was told before; a second word meanwhile waits there for
// a third, and what comes back too soon gets entity ids with `_2` behind them.
const apartMs = 2000
// Changes come in flocks: a playlist for each stream, a rename of several.
const gatherMs = 1000

/**
 * Tells Home Assistant of devices: at once when they are new, at a walk when they change, and not at all once somebody
 * has deleted them there.
 */
export class Devices {
  readonly #options: DevicesOptions
  readonly #pages = new Map<string, Page>()
  /** Topics of devices that were removed and not said again since, with the time at which they were cleared last. */
  readonly #removedAtMs = new Map<string, number>()

  constructor(options: DevicesOptions) {
    this.#options = options
  }

  /** Call it when the connection is new. */
  forgetSaid(): void {
    // The outbox clears them once more.
    for (const topic of this.#removedAtMs.keys()) this.#removedAtMs.set(topic, this.#nowMs())
    for (const page of this.#pages.values()) {
      page.cancel?.()
      page.cancel = undefined
      page.saidAtMs = undefined
      page.saidFacts = undefined
      page.takenBack = new Set()
    }
  }

  /** Nothing is said any more of what was planned. */
  stop(): void {
    this.forgetSaid()
    this.#pages.clear()
  }

  /** Says it now, or as soon as Home Assistant is ready for it. */
  say(device: Device): void {
    this.#plan(this.#pageOf(device), 0)
  }

  /** What is to be said of it may have changed. */
  changed(device: Device): void {
    const page = this.#pageOf(device)
    if (page.saidFacts !== device.facts) this.#plan(page, page.saidAtMs === undefined ? 0 : gatherMs)
  }

  /** There is no such device any more. */
  removed(topic: string): void {
    this.#pages.get(topic)?.cancel?.()
    this.#pages.delete(topic)
    this.#removedAtMs.set(topic, this.#nowMs())
    this.#options.outbox.clear(topic)
  }

  /**
   * Somebody cleared the topic: we ourselves, or Home Assistant, which does so when people delete a device there; where
   * the topics are shared with another product, that one, and the device stays ours to be said again.
   */
  cleared(topic: string, { isShared }: { readonly isShared: boolean }): void {
    const { outbox, log } = this.#options
    const page = this.#pages.get(topic)
    if (outbox.isEcho(topic, '') || page === undefined || page.isDeleted) return
    outbox.lost(topic)
    if (isShared) return
    page.isDeleted = true
    page.cancel?.()
    page.cancel = undefined
    const { name } = page.device.discovery().device
    log.info(
      `the device "${name}" was deleted in Home Assistant: it stays away until the next start, or until bridge/request/discovery/publish`,
      { topic },
    )
  }

  /** The devices that were deleted may come back; they are said the next time. */
  restore(): void {
    for (const page of this.#pages.values()) page.isDeleted = false
  }

  /** On the broker there are components that we knew nothing of. */
  found(topic: string, owner: Owner, components: Platforms): void {
    const { standing } = this.#options
    const known = standing.componentsOf(topic)
    if ([...components.keys()].every((key) => known.has(key))) return
    void standing.note(topic, owner, new Map([...components, ...known]))
    const page = this.#pages.get(topic)
    if (page !== undefined) this.#plan(page, gatherMs)
  }

  #pageOf(device: Device): Page {
    const known = this.#pages.get(device.topic)
    const page = known ?? { device, ...unsaid }
    page.device = device
    if (known === undefined) this.#pages.set(device.topic, page)
    return page
  }

  #plan(page: Page, waitMs: number): void {
    if (page.isDeleted || page.cancel !== undefined) return
    const { clock } = this.#options
    const now = this.#nowMs()
    const lastMs = page.saidAtMs ?? this.#removedAtMs.get(page.device.topic)
    const readyMs = lastMs === undefined ? 0 : lastMs + apartMs - now
    // A clock that was set back must not hold it up for longer.
    const delayMs = Math.max(waitMs, Math.min(readyMs, apartMs))
    if (delayMs <= 0) {
      this.#say(page)
      return
    }
    page.cancel = clock.at(new Date(now + delayMs), () => {
      page.cancel = undefined
      this.#say(page)
    })
  }

  #say(page: Page): void {
    const { outbox, standing } = this.#options
    const { topic, owner } = page.device
    const known = standing.componentsOf(topic)
    const { said, platforms, gone } = nextDiscovery(page.device.discovery(), without(known, page.takenBack))
    // Until it has been said once without them, the next run must know of those that are gone.
    const components = new Map([...known, ...platforms])
    const isSaid = outbox.retain({ topic, payload: JSON.stringify(said), owner, components }, () => {
      // It may be gone, or deleted, or all may have stopped, by the time that the broker has this.
      if (this.#pages.get(topic) !== page) return
      if (page.isDeleted) {
        // It was on its way when somebody deleted the device, and has brought it back.
        outbox.clear(topic)
        return
      }
      if (gone.size === 0) {
        page.takenBack = new Set()
        void standing.note(topic, owner, platforms)
        return
      }
      page.takenBack = new Set([...page.takenBack, ...gone].filter((key) => !platforms.has(key)))
      this.#plan(page, apartMs)
    })
    page.saidFacts = page.device.facts
    if (!isSaid) return
    page.saidAtMs = this.#nowMs()
    this.#removedAtMs.delete(topic)
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

const unsaid = {
  saidAtMs: undefined,
  saidFacts: undefined,
  cancel: undefined,
  takenBack: new Set<string>(),
  isDeleted: false,
}

function without(platforms: Platforms, keys: ReadonlySet<string>): Platforms {
  return new Map([...platforms].filter(([key]) => !keys.has(key)))
}
