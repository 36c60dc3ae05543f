import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { Seldom } from './seldom.ts'

interface TakenOverOptions {
  readonly clientId: string
  readonly clock: Clock
  readonly log: Log
}

/** Reason code of MQTT 5: somebody has connected with the same client id. */
const sessionTakenOver = 0x8e
// A broker that starts, or a network that comes up, may lose one or two.
const manyLost = 4

/**
 * Notices that another program connects with our client id. A broker keeps one connection for an id, so the two throw
 * each other off for ever. Some brokers say so in MQTT 5; all others (seen: Mosquitto 2.0.11, also in MQTT 5) just hang
 * up, each time soon after they have let us in.
 */
export class TakenOver {
  readonly #options: TakenOverOptions
  readonly #warnings: Seldom
  #lostSoon = 0

  constructor(options: TakenOverOptions) {
    this.#options = options
    this.#warnings = new Seldom(options.clock)
  }

  /** The broker has said why it ends the connection. */
  ended(reasonCode: number | undefined): void {
    if (reasonCode === sessionTakenOver) this.#warn('another program has connected to the MQTT broker')
  }

  /** A connection is lost, which was steady unless somebody may have thrown us off. */
  lost({ wasSteady }: { readonly wasSteady: boolean }): void {
    this.#lostSoon = wasSteady ? 0 : this.#lostSoon + 1
    if (this.#lostSoon >= manyLost)
      this.#warn(
        `the MQTT broker has ended ${this.#lostSoon} connections in a row soon after they began: perhaps another program connects`,
      )
  }

  /** There was no connection at all, so the broker itself is in trouble. */
  failed(): void {
    this.#lostSoon = 0
  }

  #warn(what: string): void {
    if (!this.#warnings.mayBeSaid('taken over')) return
    this.#options.log.warn(
      `${what} with our client id ${this.#options.clientId}, which throws us off. Does a copy of our data folder run elsewhere? Stop one of the two, or give one an empty data folder and an mqtt.base_topic of its own`,
    )
  }
}
