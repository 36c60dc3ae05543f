import type { DayHouse } from './house.ts'
import { published } from './local-listener.ts'

// These two run on while a card plays, and are published once a second then.
const ticking: ReadonlySet<string> = new Set(['position_s', 'last_seen_at'])
const tickMs = 1_000
// What players said last is taken for true for so long after the connection was lost.
const graceMs = 300_000

/** Holds what is kept on the broker of the house against what the hub says. */
export class LocalStates {
  readonly #house: DayHouse
  readonly #changedMs = new Map<string, number>()
  readonly wrong: string[] = []
  looks = 0

  constructor(house: DayHouse) {
    this.#house = house
    house.app.hub.subscribe('states on the broker', (change) => {
      if (change.kind === 'player') this.#changedMs.set(change.player.id, this.#nowMs)
    })
  }

  /** `awaySinceMs`: since when the product knows of no connection to the cloud; null while there is one. */
  async look(awaySinceMs: number | null): Promise<void> {
    const { local, app } = this.#house
    const topics = app.hub.players().flatMap(({ id }) => [`yoto/${id}/availability`, `yoto/${id}/state`])
    const kept = await local.retained(topics)
    const isReachable = awaySinceMs === null || this.#nowMs - awaySinceMs < graceMs
    this.looks++
    for (const state of app.hub.players()) {
      const topic = `yoto/${state.id}`
      this.#same(`${topic}/availability`, {
        is: kept.get(`${topic}/availability`),
        expected: state.online && isReachable ? 'online' : 'offline',
      })
      const isTicking = this.#nowMs - (this.#changedMs.get(state.id) ?? 0) < tickMs
      const steady = (json: string) =>
        JSON.stringify(JSON.parse(json), (key, value) => (isTicking && ticking.has(key) ? undefined : value))
      this.#same(`${topic}/state`, {
        is: steady(kept.get(`${topic}/state`) ?? '{}'),
        expected: steady(JSON.stringify(published(state))),
      })
    }
  }

  #same(topic: string, { is, expected }: { is: string | undefined; expected: string }): void {
    if (is !== expected) this.wrong.push(`${topic} is ${is}, and must be ${expected}`)
  }

  get #nowMs(): number {
    return this.#house.clock.now().getTime()
  }
}
