import type { RestFault } from '../../../src/simulator/rest-trouble.ts'
import { Counts } from './counts.ts'
import type { DayHouse } from './house.ts'
import { oneOf, type Random, waitMs, whole } from './random.ts'

interface Kind extends RestFault {
  readonly name: string
  readonly call: RegExp
}

const anyCall = /^/
const tokenCall = /^POST \/oauth\/token/
const everyMs = 1_500_000
// A request that was answered with the next refresh token and whose answer is lost ends the sign-in, whoever asks:
// what no client can close is no part of this day.
const kinds: readonly Kind[] = [
  { name: 'hangs', status: 'never', call: anyCall },
  { name: 'hangs', status: 'never', call: anyCall },
  { name: 'hangs and is done', status: 'never', done: true, call: /^(?!.*oauth)/ },
  { name: '429', status: 429, retryAfterSeconds: 20, call: /^(?!.*oauth)/ },
  { name: '500', status: 500, call: anyCall },
  { name: '500 for a token', status: 500, call: tokenCall },
  { name: 'hangs for a token', status: 'never', call: tokenCall },
  { name: 'cut off', status: null, call: anyCall },
  { name: 'done, the answer lost', status: null, done: true, call: /^(?!.*oauth)/ },
]

/** What the cloud's REST side does to calls, now and then all through the day. */
export class RestFaults {
  readonly #house: DayHouse
  readonly #random: Random
  readonly #orders: { readonly kind: Kind; readonly order: { readonly taken: number } }[] = []

  constructor(house: DayHouse, random: Random) {
    this.#house = house
    this.#random = random
  }

  start(): void {
    const { clock } = this.#house
    clock.at(new Date(clock.now().getTime() + waitMs(this.#random, everyMs)), () => {
      this.#order()
      this.start()
    })
  }

  /** How many requests had which fault. */
  taken(): Counts {
    const counts = new Counts()
    for (const { kind, order } of this.#orders) if (order.taken > 0) counts.add(kind.name, order.taken)
    return counts
  }

  /** Each alone: what nobody has met yet gives way. */
  #order(): void {
    const { restTrouble } = this.#house.cloud
    restTrouble.clear()
    const kind = oneOf(this.#random, kinds)
    const { name: _, ...fault } = kind
    this.#orders.push({ kind, order: restTrouble.add({ ...fault, times: whole(this.#random, 1, 3) }) })
  }
}
