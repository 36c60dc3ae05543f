import type { Clock } from '../core/clock.ts'
import type { PlayerState } from '../core/player.ts'

/** What is published of a player's state, and how often what runs on by itself may be the only news in it. */
export interface Pace {
  readonly everyMs: number
  payload(state: PlayerState): string
  /** The same for two states between which only time went by. */
  steady(state: PlayerState): string
}

export interface StatePacerOptions {
  readonly clock: Clock
  readonly pace: Pace
  readonly publish: (id: string, payload: string) => void
}

interface Sent {
  readonly payload: string
  readonly steady: string
  readonly atMs: number
  readonly cancel: () => void
}

/** Publishes players' states at once when something happened, and at a walk when only time went by. */
export class StatePacer {
  readonly #options: StatePacerOptions
  readonly #sent = new Map<string, Sent>()

  constructor(options: StatePacerOptions) {
    this.#options = options
  }

  changed(state: PlayerState): void {
    const { pace } = this.#options
    const last = this.#sent.get(state.id)
    last?.cancel()
    if (last === undefined || pace.steady(state) !== last.steady) this.#publish(state)
    else if (pace.payload(state) !== last.payload) this.#ticked(state, last)
  }

  forget(id: string): void {
    this.#sent.get(id)?.cancel()
    this.#sent.delete(id)
  }

  forgetAll(): void {
    for (const { cancel } of this.#sent.values()) cancel()
    this.#sent.clear()
  }

  #ticked(state: PlayerState, last: Sent): void {
    const { clock, pace } = this.#options
    const sinceMs = clock.now().getTime() - last.atMs
    // A clock that was set back must not hold the position up for as long.
    if (sinceMs >= pace.everyMs || sinceMs < 0) {
      this.#publish(state)
      return
    }
    const cancel = clock.at(new Date(last.atMs + pace.everyMs), () => this.#publish(state))
    this.#sent.set(state.id, { ...last, cancel })
  }

  #publish(state: PlayerState): void {
    const { clock, pace, publish } = this.#options
    const payload = pace.payload(state)
    this.#sent.set(state.id, {
      payload,
      steady: pace.steady(state),
      atMs: clock.now().getTime(),
      cancel: () => {},
    })
    publish(state.id, payload)
  }
}
