import { Counts } from './counts.ts'
import type { DayHouse } from './house.ts'
import { oneOf, type Random, waitMs, whole } from './random.ts'

interface OutagesParts {
  readonly house: DayHouse
  readonly random: Random
  readonly isConnected: () => boolean
  /** Nothing arrives any more, and nobody is told. */
  readonly died: () => void
  /** Whoever connects from now on is taken. */
  readonly over: () => void
}

const leastMs = 600_000
const hourMs = 3_600_000

/** Every hour or so the network or the broker suffers one of the things that they suffer. */
export class Outages {
  readonly #parts: OutagesParts
  readonly breaks = new Counts()
  /** What has not come since all of them came. */
  #due: (keyof typeof ways)[] = []

  constructor(parts: OutagesParts) {
    this.#parts = parts
  }

  start(): void {
    const { random } = this.#parts
    this.#in(leastMs + waitMs(random, hourMs), async () => {
      const overMs = await this.#begin()
      this.#in(overMs, () => {
        this.#parts.over()
        this.start()
      })
    })
  }

  /** Resolves with how long it takes. */
  async #begin(): Promise<number> {
    if (this.#due.length === 0) this.#due = Object.keys(ways) as (keyof typeof ways)[]
    const way = oneOf(this.#parts.random, this.#due)
    this.#due = this.#due.filter((each) => each !== way)
    this.breaks.add(way)
    return ways[way](this.#parts, (ms, run) => this.#in(ms, run))
  }

  #in(ms: number, run: () => void): void {
    const { clock } = this.#parts.house
    clock.at(new Date(clock.now().getTime() + ms), run)
  }
}

type Way = (parts: OutagesParts, later: (ms: number, run: () => void) => void) => Promise<number> | number

const ways = {
  /** The connections are broken, the next ones stand. */
  cut({ house }) {
    house.net.cut()
    return 0
  },
  /** The connections die without a word, the next ones stand. */
  frozen({ house, isConnected, died }) {
    if (isConnected()) died()
    house.net.freeze()
    return 0
  },
  /** The broker takes nobody, and everything else works. */
  refused({ house: { cloud }, random }, later) {
    cloud.refuseConnections(true)
    cloud.dropConnections()
    const ms = whole(random, 30_000, 900_000)
    later(ms, () => cloud.refuseConnections(false))
    return ms
  },
  /** There is no network, and everybody is told so. */
  async gone({ house: { net }, random }, later) {
    await net.set('refused')
    net.cut()
    const ms = whole(random, 30_000, 900_000)
    later(ms, () => void net.set('open'))
    return ms
  },
  /** There is no network, and nobody is told. */
  async dead({ house: { net }, random, isConnected, died }, later) {
    if (isConnected()) died()
    net.freeze()
    await net.set('silent')
    const ms = whole(random, 30_000, 900_000)
    later(ms, () => void net.set('open'))
    return ms
  },
} satisfies Record<string, Way>
