import type { Clock } from '../core/clock.ts'
import { type PlayerState, unknownPlayer } from '../core/player.ts'

export interface StatePacerOptions {
  readonly clock: Clock
  readonly publish: (id: string, payload: string) => void
}

interface Sent {
  readonly payload: string
  readonly steady: string
  readonly atMs: number
  readonly cancel: () => void
}

// These run on while a card plays; alone they are published once a second at most.
const ticking: ReadonlySet<string> = new Set(['position_s', 'last_seen_at'])
const tickMs = 1000

/** Publishes players' states at once when something happened, and at a walk when only time went by. */
export class StatePacer {
  readonly #options: StatePacerOptions
  readonly #sent = new Map<string, Sent>()

  constructor(options: StatePacerOptions) {
    this.#options = options
  }

  changed(state: PlayerState): void {
    const last = this.#sent.get(state.id)
    last?.cancel()
    if (last === undefined || steadyJson(state) !== last.steady) this.#publish(state)
    else if (stateJson(state) !== last.payload) this.#ticked(state, last)
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
    const { clock } = this.#options
    const sinceMs = clock.now().getTime() - last.atMs
    // A clock that was set back must not hold the position up for as long.
    if (sinceMs >= tickMs || sinceMs < 0) {
      this.#publish(state)
      return
    }
    const cancel = clock.at(new Date(last.atMs + tickMs), () => this.#publish(state))
    this.#sent.set(state.id, { ...last, cancel })
  }

  #publish(state: PlayerState): void {
    const payload = stateJson(state)
    this.#sent.set(state.id, {
      payload,
      steady: steadyJson(state),
      atMs: this.#options.clock.now().getTime(),
      cancel: () => {},
    })
    this.#options.publish(state.id, payload)
  }
}

/** The published state: every field of the contract and no other, null where nothing is known. */
function stateJson(state: PlayerState): string {
  return JSON.stringify(Object.fromEntries(fieldsOf(state)))
}

function steadyJson(state: PlayerState): string {
  return JSON.stringify(fieldsOf(state).filter(([field]) => !ticking.has(field)))
}

function fieldsOf(state: PlayerState): [string, unknown][] {
  const fields = Object.keys(unknownPlayer(state.id, state.name)) as (keyof PlayerState)[]
  return fields.map((field) => [field, state[field] ?? null])
}
