/** Places that all lead to one another, or one that leads to none of those that lead to it. */
export interface Round {
  readonly members: readonly number[]
  /** Whether somebody can come back there. */
  readonly isRound: boolean
}

/**
 * The places by number, each with where it leads, in groups that lead to one another. A group stands behind all that it
 * leads to. (The algorithm is Tarjan's, without recursion: a story may be twenty thousand situations deep.)
 */
export function roundsIn(ways: readonly (readonly number[])[]): readonly Round[] {
  const search = new Search(ways)
  for (const number of ways.keys()) search.from(number)
  return search.rounds
}

class Search {
  readonly rounds: Round[] = []
  readonly #ways: readonly (readonly number[])[]
  /** In which order places were come to, from 1; 0: not yet. */
  readonly #met: Uint32Array
  /** The earliest place that is known to be in the same group. */
  readonly #low: Uint32Array
  readonly #isOpen: Uint8Array
  readonly #open: number[] = []
  #count = 0

  constructor(ways: readonly (readonly number[])[]) {
    this.#ways = ways
    this.#met = new Uint32Array(ways.length)
    this.#low = new Uint32Array(ways.length)
    this.#isOpen = new Uint8Array(ways.length)
  }

  from(first: number): void {
    if (this.#met[first] !== 0) return
    const path = [this.#enter(first)]
    for (let here = path.at(-1); here !== undefined; here = path.at(-1)) {
      const next = here.ways.next()
      if (next.done === true) {
        path.pop()
        this.#leave(here.number)
        const before = path.at(-1)
        if (before !== undefined) this.#meet(before.number, this.#low[here.number] ?? 0)
      } else if (this.#met[next.value] === 0) path.push(this.#enter(next.value))
      else if (this.#isOpen[next.value] === 1) this.#meet(here.number, this.#met[next.value] ?? 0)
    }
  }

  #enter(number: number) {
    this.#count += 1
    this.#met[number] = this.#count
    this.#low[number] = this.#count
    this.#isOpen[number] = 1
    this.#open.push(number)
    return { number, ways: (this.#ways[number] ?? []).values() }
  }

  #meet(number: number, low: number): void {
    this.#low[number] = Math.min(this.#low[number] ?? low, low)
  }

  #leave(number: number): void {
    if (this.#low[number] !== this.#met[number]) return
    const members = this.#open.splice(this.#open.lastIndexOf(number))
    for (const member of members) this.#isOpen[member] = 0
    const isRound = members.length > 1 || this.#ways[number]?.includes(number) === true
    this.rounds.push({ members, isRound })
  }
}
