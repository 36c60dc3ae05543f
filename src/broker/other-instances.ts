import { type Clock, every } from '../core/clock.ts'
import type { Log } from '../core/log.ts'

/** A running product, as its bridge/info tells of it. */
export interface Instance {
  readonly instance: string
  readonly version: string
}

interface OtherInstancesOptions {
  readonly clock: Clock
  readonly log: Log
  /** Whether there is a broker that others could be heard on. */
  readonly isConnected: () => boolean
  /** Says our own bridge/info once more, so that the others hear of us. */
  readonly sayInfo: () => void
  /** Others are known now than before: our bridge/info names those. */
  readonly changed: (others: readonly Instance[]) => void
}

interface Known extends Instance {
  readonly cancelSilence: () => void
}

const sayAgainMs = 60_000
// Its word may be lost twice.
const silentMs = 3 * sayAgainMs
const answersApartMs = 1000
// Everybody may make some up.
const mostKnown = 10

/**
 * Other products that speak on our topics. All say bridge/info once a minute while they know of each other, and at once
 * when one speaks that does not name them: it has just started. Whoever was not heard for three minutes is gone.
 */
export class OtherInstances {
  readonly #options: OtherInstancesOptions
  readonly #known = new Map<string, Known>()
  #answeredAtMs: number | undefined
  #cancelAnswer: (() => void) | undefined
  #cancelAgain: (() => void) | undefined

  constructor(options: OtherInstancesOptions) {
    this.#options = options
  }

  get all(): readonly Instance[] {
    return [...this.#known.values()].map(({ instance, version }) => ({ instance, version }))
  }

  get areKnown(): boolean {
    return this.#known.size > 0
  }

  /** Another one has just said its bridge/info; `namesUs`: as one that it knows. */
  heard(other: Instance, { namesUs }: { readonly namesUs: boolean }): void {
    const known = this.#known.get(other.instance)
    if (known === undefined) {
      if (this.#known.size < mostKnown) this.#met(other)
      return
    }
    this.#awaitSilence(known)
    if (!namesUs) this.#answer()
  }

  /** Nobody could be heard before. */
  connected(): void {
    for (const known of [...this.#known.values()]) this.#awaitSilence(known)
  }

  stop(): void {
    for (const { cancelSilence } of this.#known.values()) cancelSilence()
    this.#known.clear()
    this.#cancelAnswer?.()
    this.#cancelAnswer = undefined
    this.#cancelAgain?.()
    this.#cancelAgain = undefined
  }

  #met({ instance, version }: Instance): void {
    const { clock, log, sayInfo } = this.#options
    log.warn(
      'another Yoto Smart Stream uses the same topics on this MQTT broker, and both speak over each other: stop one of the two, or give one another mqtt.base_topic',
      { instance, version },
    )
    this.#awaitSilence({ instance, version })
    this.#cancelAgain ??= every(clock, sayAgainMs, sayInfo)
    this.#options.changed(this.all)
  }

  #answer(): void {
    if (this.#cancelAnswer !== undefined) return
    const { clock, sayInfo } = this.#options
    const now = clock.now().getTime()
    const restMs = this.#answeredAtMs === undefined ? 0 : this.#answeredAtMs + answersApartMs - now
    const say = () => {
      this.#cancelAnswer = undefined
      this.#answeredAtMs = clock.now().getTime()
      sayInfo()
    }
    if (restMs <= 0) say()
    // A clock that was set back must not hold it up for longer.
    else this.#cancelAnswer = clock.at(new Date(now + Math.min(restMs, answersApartMs)), say)
  }

  #awaitSilence({ instance, version }: Instance): void {
    const { clock } = this.#options
    this.#known.get(instance)?.cancelSilence()
    const end = new Date(clock.now().getTime() + silentMs)
    const cancelSilence = clock.at(end, () => this.#silent(instance))
    this.#known.set(instance, { instance, version, cancelSilence })
  }

  #silent(instance: string): void {
    const { log, changed, isConnected } = this.#options
    // It may be there all the time: the next connection waits for its word anew.
    if (!isConnected()) return
    this.#known.delete(instance)
    const { areKnown } = this
    log.info(
      `the other Yoto Smart Stream was not heard for three minutes${areKnown ? '' : ': the topics are ours again'}`,
      { instance },
    )
    if (!areKnown) this.stop()
    changed(this.all)
  }
}
