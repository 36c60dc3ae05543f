/** What waits to be looked at, the nearest first. */
export class Nearest {
  /** A heap: none is farther than the two behind it, at twice its place. */
  readonly #heap: { readonly cost: number; readonly number: number }[] = []

  push(cost: number, number: number): void {
    const heap = this.#heap
    let at = heap.push({ cost, number }) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!this.#isNearer(at, above)) return
      this.#swap(at, above)
      at = above
    }
  }

  pop(): { readonly cost: number; readonly number: number } | null {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (first === undefined || last === undefined) return null
    if (heap.length === 0) return first
    heap[0] = last
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const nearer = this.#isNearer(right, left) ? right : left
      if (!this.#isNearer(nearer, at)) return first
      this.#swap(nearer, at)
      at = nearer
    }
  }

  #isNearer(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]]
    return a !== undefined && (b === undefined || a.cost < b.cost)
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]]
    if (a === undefined || b === undefined) return
    this.#heap[one] = b
    this.#heap[other] = a
  }
}
