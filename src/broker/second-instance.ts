import { type Clock, every } from '../core/clock.ts'
import type { Log } from '../core/log.ts'

/** A running product, as its bridge/info tells of it. */
export interface Instance {
  readonly instance: string
  readonly version: string
}

interface SecondInstanceOptions {
  readonly clock: Clock
  readonly log: Log
  /** Says our own bridge/info, so that the other one hears of us. */
  readonly sayInfo: () => void
  readonly changed: (other: Instance | null) => void
}

const sayAgainMs = 60_000
// Its word may be lost twice.
const silentMs = 3 * sayAgainMs

/**
 * Another product that speaks on our topics. Both say bridge/info once a minute while they know of each other; whoever
 * was not heard for three minutes is gone. Of several one is known at a time.
 */
export class SecondInstance {
  readonly #options: SecondInstanceOptions
  #known: Instance | undefined
  #cancelSilence: () => void = () => undefined
  #cancelAgain: () => void = () => undefined

  constructor(options: SecondInstanceOptions) {
    this.#options = options
  }

  get isKnown(): boolean {
    return this.#known !== undefined
  }

  /** Another one has just said its bridge/info. */
  heard(other: Instance): void {
    const isNew = this.#known === undefined
    this.#known ??= other
    if (this.#known.instance !== other.instance) return
    this.#awaitSilence()
    if (isNew) this.#met(other)
  }

  stop(): void {
    this.#cancelSilence()
    this.#cancelAgain()
    this.#known = undefined
  }

  #met(other: Instance): void {
    const { clock, log, sayInfo, changed } = this.#options
    log.warn(
      'another Yoto Smart Stream uses the same topics on this MQTT broker, and both speak over each other: stop one of the two, or give one another mqtt.base_topic',
      { ...other },
    )
    changed(other)
    sayInfo()
    this.#cancelAgain = every(clock, sayAgainMs, sayInfo)
  }

  #awaitSilence(): void {
    const { clock } = this.#options
    this.#cancelSilence()
    this.#cancelSilence = clock.at(new Date(clock.now().getTime() + silentMs), () => this.#lost())
  }

  #lost(): void {
    const { log, changed } = this.#options
    log.info('the other Yoto Smart Stream was not heard for three minutes: the topics are ours again', {
      ...this.#known,
    })
    this.stop()
    changed(null)
  }
}
