import { playOrder, walk } from '../../core/play-order.ts'
import type { Queue, QueueMove } from '../../core/queue.ts'
import type { Found, Going, SlotTrack, Way } from './slot-track.ts'

interface SlotQueueOptions<Body> {
  queue(stream: string): Queue | undefined
  move(stream: string, move: QueueMove): Promise<Queue>
  /** The item of that file; null when it cannot be played now. */
  body(file: string, stream: string): Promise<Body | null>
}

/** How far a step goes: to the item before, to this one again, to the next; or to the first of all. */
export type QueueStep = -1 | 0 | 1 | 'first'

const justBegunMs = 5_000

/** Walks through queues item by item. What cannot be played is passed over. */
export class SlotQueue<Body> implements SlotTrack<Body, QueueStep> {
  readonly stay = 0
  readonly waitsAtItsEnd = true
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

  stepOf(way: Way, going: Going): QueueStep {
    const beginsAnew = this.#options.queue(way.stream)?.resume === 'restart'
    return beginsAnew && way.judgement.kind === 'inserted' ? 'first' : usualStep(way, going)
  }

  has(stream: string, id: string | null): boolean {
    return id === null || this.#options.queue(stream)?.items.some((item) => item.id === id) === true
  }

  async look(stream: string, { from, by }: { from: string | null; by: QueueStep }): Promise<Found<Body>> {
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

  async go(stream: string, step: { from: string | null; by: QueueStep }): Promise<Found<Body>> {
    return this.settle(stream, step.from, await this.look(stream, step))
  }

  async settle(stream: string, from: string | null, found: Found<Body>): Promise<Found<Body>> {
    const { id, isNextRound = false } = found
    const move: QueueMove = { op: 'go-to', id, from, ...(isNextRound ? { isNextRound } : {}) }
    if (id !== from || isNextRound) await this.#options.move(stream, move)
    const current = this.current(stream)
    return current === found.id ? found : this.look(stream, { from: current, by: 0 })
  }

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

function usualStep({ judgement, isCommanded }: Way, { isOver, isNew, playingMs }: Going): QueueStep {
  switch (judgement.kind) {
    case 'inserted':
      return isOver ? 1 : 0
    case 'again':
      return isOver && isNew ? 1 : 0
    case 'end':
      return isOver ? 0 : 1
    case 'press': {
      if (judgement.button === 'right') return 1
      const hasJustBegun = playingMs !== null && playingMs < justBegunMs
      return isOver || hasJustBegun || isCommanded ? -1 : 0
    }
  }
}
