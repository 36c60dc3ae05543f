import type { Clock } from '../core/clock.ts'

/** Counts down to the moment when the player goes quiet. */
export class SleepTimer {
  readonly #clock: Clock
  readonly #ended: () => void
  #endsMs: number | undefined
  #cancel = () => {}

  constructor(clock: Clock, ended: () => void) {
    this.#clock = clock
    this.#ended = ended
  }

  get active(): boolean {
    return this.#endsMs !== undefined
  }

  /** Left to go, rounded up; 0 when it does not run. */
  get seconds(): number {
    if (this.#endsMs === undefined) return 0
    return Math.max(0, Math.ceil((this.#endsMs - this.#clock.now().getTime()) / 1000))
  }

  /** 0 ends it. */
  set(seconds: number): void {
    this.stop()
    if (seconds === 0) return
    this.#endsMs = this.#clock.now().getTime() + seconds * 1000
    this.#cancel = this.#clock.at(new Date(this.#endsMs), () => {
      this.#endsMs = undefined
      this.#ended()
    })
  }

  stop(): void {
    this.#cancel()
    this.#endsMs = undefined
  }
}
