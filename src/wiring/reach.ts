import type { Clock } from '../core/clock.ts'

interface ReachOptions {
  readonly changed: () => void
  readonly clock: Clock
}

// Most outages are over by then, and an entity that comes and goes is worse than one that is a little old.
const graceMs = 300_000

/** Whether what players said last can still be taken for true: not for long after the connection to the cloud was lost. */
export class Reach {
  readonly #options: ReachOptions
  #isGiven = true
  #cancel: (() => void) | null = null

  constructor(options: ReachOptions) {
    this.#options = options
  }

  get isGiven(): boolean {
    return this.#isGiven
  }

  linkChanged({ connected }: { readonly connected: boolean }): void {
    if (connected) {
      this.stop()
      this.#enter(true)
    } else if (this.#isGiven && this.#cancel === null) {
      const { clock } = this.#options
      this.#cancel = clock.at(new Date(clock.now().getTime() + graceMs), () => this.#enter(false))
    }
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  #enter(isGiven: boolean): void {
    if (isGiven === this.#isGiven) return
    this.#isGiven = isGiven
    this.#options.changed()
  }
}
