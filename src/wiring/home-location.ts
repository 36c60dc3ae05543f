import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { askLocation, waitForLocation } from '../homeassistant/core-location.ts'
import type { Access } from '../homeassistant/session.ts'
import { locationIn, type Options } from '../options.ts'
import type { Location } from '../rules/sun.ts'

interface Asking {
  readonly options: Options
  /** Null where there is no way to Home Assistant. */
  readonly access: Access | null
}

interface Watching extends Asking {
  /** Under `home`: where the house was the last time. */
  readonly kept: Collection<Location>
  readonly clock: Clock
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  readonly log: Log
}

// The first reading of the rules waits for it, and nothing is heard before.
const firstAnswerMs = 3_000
const key = 'home'

/** Where the house is for somebody who asks once: as the options say, else as Home Assistant says; null where neither does. */
export async function locationNow({ options, access }: Asking): Promise<Location | null> {
  const written = locationIn(options)
  if (written !== null || access === null) return written
  const { signal } = new AbortController()
  return askLocation({ access, answerMs: firstAnswerMs, signal }).catch(() => null)
}

/**
 * The same for the product that runs, which starts with what Home Assistant said the last time and asks it again until it
 * answers: it may start after us.
 */
export class HomeLocation {
  readonly #options: Watching
  readonly #stopping = new AbortController()
  #current: Location | null = null
  #watch: Promise<void> = Promise.resolve()

  constructor(options: Watching) {
    this.#options = options
  }

  get current(): Location | null {
    return this.#current
  }

  /** Resolves when there is something to begin with, or nothing to be had at once. */
  async start(): Promise<void> {
    const { options, kept } = this.#options
    this.#current = locationIn(options) ?? (await kept.get(key)) ?? (await locationNow(this.#options))
  }

  /** Calls `changed` once Home Assistant has answered, where that is another place. */
  watch(changed: (location: Location | null) => Promise<void>): void {
    const { options, access, clock, random, log } = this.#options
    if (locationIn(options) !== null || access === null) return
    const { signal } = this.#stopping
    this.#watch = waitForLocation({ access, clock, random, signal })
      .then((found) => this.#take(found, changed))
      .catch((error) => {
        if (!signal.aborted)
          log.error('where the house is could not be put to work', { error: messageOf(error) })
      })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#watch
  }

  async #take(found: Location | null, changed: (location: Location | null) => Promise<void>): Promise<void> {
    const { kept, log } = this.#options
    const before = this.#current
    if (found === null) await kept.delete(key)
    else await kept.set(key, { latitude: found.latitude, longitude: found.longitude })
    if (before?.latitude === found?.latitude && before?.longitude === found?.longitude) return
    this.#current = found
    log.info(
      found === null
        ? 'Home Assistant does not say any more where the house is: times of the sun are not known'
        : 'Home Assistant says where the house is: times of the sun are known',
    )
    await changed(found)
  }
}
