import { playOrder, walk } from '../../core/play-order.ts'
import type { Queue, QueueMove } from '../../core/queue.ts'

interface SlotQueueOptions<Body> {
  queue(stream: string): Queue | undefined
  move(stream: string, move: QueueMove): Promise<Queue>
  /** The item of that file; null when it cannot be played now. */
  body(file: string, stream: string): Promise<Body | null>
}

/** How far a step goes: to the item before, to this one again, to the next; or to the first of all. */
export type By = -1 | 0 | 1 | 'first'

/** An item of a queue, or none (`id: null`) where the queue is over; without a body there is nothing to play. */
export interface Found<Body> {
  readonly id: string | null
  readonly body: Body | null
  /** The step led into the next round of a shuffled queue. */
  readonly isNextRound?: boolean
}

/** Walks through queues item by item. What cannot be played is passed over. */
export class SlotQueue<Body> {
  readonly #options: SlotQueueOptions<Body>

  constructor(options: SlotQueueOptions<Body>) {
    this.#options = options
  }

  isOpen(stream: string): boolean {
    return this.#options.queue(stream)?.closed === false
  }

  current(stream: string): string | null {
    return this.#options.queue(stream)?.current ?? null
  }

  /** Whether a listener that comes anew begins with the first item. */
  beginsAnew(stream: string): boolean {
    return this.#options.queue(stream)?.resume === 'restart'
  }

  /** Whether an item is still there, or may be: a queue can always be over (null). */
  has(stream: string, id: string | null): boolean {
    return id === null || this.#options.queue(stream)?.items.some((item) => item.id === id) === true
  }

  /** What would be current after the step; the queue stays as it is. */
  async look(stream: string, { from, by }: { from: string | null; by: By }): Promise<Found<Body>> {
    const queue = this.#options.queue(stream)
    if (queue === undefined || queue.closed) return { id: from, body: null }
    const after = walk(queue)
    let way: 1 | -1 = by === -1 ? -1 : 1
    let isNextRound = false
    const step = (id: string | null) => {
      const next = after(id, way)
      isNextRound = next.isNextRound
      return next.id
    }
    let id = by === 0 ? from : by === 'first' ? (playOrder(queue)[0]?.id ?? null) : step(from)
    let isPassedOver = false
    // Once in each direction.
    for (let tries = 2 * queue.items.length; tries > 0 && id !== null; tries--) {
      const body = await this.body(stream, id)
      if (body !== null) return { id, body, isNextRound }
      isPassedOver = true
      const next = step(id)
      // Before the first there is nothing.
      if (next === id) way = 1
      else id = next
    }
    // A library that is away for a moment is no reason to lose the place.
    const isEnd = id === null && by !== 0 && (!isPassedOver || (await this.#hasAny(stream)))
    return { id: isEnd ? null : from, body: null }
  }

  /** Makes the step, unless somebody else has changed what is current: then that is what is found. */
  async go(stream: string, step: { from: string | null; by: By }): Promise<Found<Body>> {
    return this.settle(stream, step.from, await this.look(stream, step))
  }

  /** Makes what was looked up current in place of `from`, with the same reserve as `go`. */
  async settle(stream: string, from: string | null, found: Found<Body>): Promise<Found<Body>> {
    const { id, isNextRound = false } = found
    const move: QueueMove = { op: 'go-to', id, from, ...(isNextRound ? { isNextRound } : {}) }
    if (id !== from || isNextRound) await this.#options.move(stream, move)
    const current = this.current(stream)
    return current === found.id ? found : this.look(stream, { from: current, by: 0 })
  }

  /** The item's body; null when the item is gone or cannot be played. */
  async body(stream: string, id: string | null): Promise<Body | null> {
    const { queue, body } = this.#options
    const item = queue(stream)?.items.find((one) => one.id === id)
    return item === undefined ? null : body(item.file, stream)
  }

  async #hasAny(stream: string): Promise<boolean> {
    for (const { id } of this.#options.queue(stream)?.items ?? [])
      if ((await this.body(stream, id)) !== null) return true
    return false
  }
}
