import { VirtualClock } from './virtual-clock.ts'

/** A clock whose time goes on without its timers, as when the machine sleeps. */
export class SleepingClock extends VirtualClock {
  #sleptMs = 0

  override now(): Date {
    return new Date(super.now().getTime() + this.#sleptMs)
  }

  override at(when: Date, run: () => void): () => void {
    return super.at(new Date(when.getTime() - this.#sleptMs), run)
  }

  pass(ms: number): void {
    this.#sleptMs += ms
  }
}
