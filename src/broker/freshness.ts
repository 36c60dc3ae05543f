import { type Clock, every, systemClock } from '../core/clock.ts'

/** Why a command is not carried out any more. */
export class TooOld extends Error {}

/** How old a command may be, or may have become, when it is carried out. */
export const longestAgeMs = 10_000
const beatMs = 1000
// What was sent meanwhile lies in buffers on both sides of the socket, and is here as fast as it can be read.
const drainMs = 2000

/**
 * Tells whether what came over the broker is still to be done. A message carries no time: its age counts from its
 * arrival. Where this process, or the machine with it, stood still, messages have waited for it unseen: then nobody
 * knows how old they are, until all of them are read.
 */
export class Freshness {
  readonly #clock: Clock
  readonly #heart: Clock
  #beatMs = Number.POSITIVE_INFINITY
  #stoodStill = { forMs: 0, untilMs: Number.NEGATIVE_INFINITY }
  #stop: () => void = () => undefined

  /** `heart` is real time, for that is what sockets live in. */
  constructor({ clock, heart = systemClock }: { clock: Clock; heart?: Clock }) {
    this.#clock = clock
    this.#heart = heart
  }

  start(): void {
    this.#beat()
    this.#stop = every(this.#heart, beatMs, () => this.#beat())
  }

  stop(): void {
    this.#stop()
  }

  /** For a message that has just come: what it asks for is done only after a check that does not throw. */
  arrived(): { readonly check: () => void } {
    this.#beat()
    const { forMs, untilMs } = this.#stoodStill
    const leftMs = untilMs - this.#heart.now().getTime()
    // A clock that was set back must not make all that follows old.
    const isUnknown = leftMs > 0 && leftMs <= drainMs
    const arrivedMs = this.#clock.now().getTime()
    return {
      check: () => {
        if (isUnknown)
          throw new TooOld(
            `not done, for it may be old: this program stood still for ${Math.round(forMs / 1000)} s. Send it again`,
          )
        const waitedMs = this.#clock.now().getTime() - arrivedMs
        if (waitedMs > longestAgeMs)
          throw new TooOld(
            `not done any more: it has waited for ${Math.round(waitedMs / 1000)} s, and ${longestAgeMs / 1000} s is the most`,
          )
      },
    }
  }

  #beat(): void {
    const nowMs = this.#heart.now().getTime()
    const forMs = nowMs - this.#beatMs
    if (forMs > longestAgeMs) this.#stoodStill = { forMs, untilMs: nowMs + drainMs }
    this.#beatMs = nowMs
  }
}
