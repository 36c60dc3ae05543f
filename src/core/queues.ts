import type { Collection } from './collection.ts'
import { AppError } from './error.ts'
import {
  emptyQueue,
  makesStream,
  mostStreams,
  mutate,
  type Queue,
  type QueueMutation,
  restoredQueue,
  type StoredQueue,
} from './queue.ts'
import { Turns } from './turns.ts'

/** What became of a queue. */
export type QueueChange =
  | {
      readonly kind: 'queue'
      readonly queue: Queue
      readonly op: QueueMutation['op']
      /** Whose wish it was, for people. */
      readonly because: string
    }
  | { readonly kind: 'queue-removed'; readonly name: string }

interface QueuesOptions {
  /** A mutation is in it before it is acknowledged. */
  readonly store: Collection<StoredQueue>
  readonly newId: () => string
  readonly tell: (change: QueueChange) => void
}

/** The queues of all streams, and the one place where they change. */
export class Queues {
  readonly #options: QueuesOptions
  readonly #queues = new Map<string, Queue>()
  /** Streams that are new and not yet in the store. */
  readonly #coming = new Set<string>()
  /** Mutations of one stream wait for each other. */
  readonly #turns = new Turns<string>()

  constructor(options: QueuesOptions) {
    this.#options = options
  }

  /** Reads those of the last run. */
  async start(): Promise<void> {
    for (const [name, stored] of await this.#options.store.entries())
      this.#queues.set(name, restoredQueue(stored))
  }

  /** Resolves when every mutation that was asked for is in the store. */
  async stop(): Promise<void> {
    await this.#turns.allSettled()
  }

  /** By name. */
  list(): Queue[] {
    return [...this.#queues.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  get(name: string): Queue | undefined {
    return this.#queues.get(name)
  }

  /**
   * Changes a queue; a mutation that brings items makes the stream when it is new. Resolves when the change is
   * in the store. Mutations of one stream happen in the order they were asked for: one that is given as a
   * function is worked out when its turn comes.
   * @throws AppError as `mutate` does, `not_found` where there is no stream to change, and `conflict` where there are
   * as many streams as there may be; the queue then stays as it was.
   */
  mutate(
    name: string,
    asked: QueueMutation | (() => Promise<QueueMutation>),
    reason: string,
  ): Promise<Queue> {
    return this.#turns.take(name, async () => {
      const mutation = typeof asked === 'function' ? await asked() : asked
      const known = this.#queues.get(name)
      if (known === undefined && !makesStream(mutation)) throw noStream(name)
      const { newId, tell } = this.#options
      const queue = mutate(known ?? emptyQueue(name), mutation, { newId, reason })
      if (queue === known) return queue
      if (known === undefined) await this.#storeNew(queue)
      else await this.#store(queue)
      tell({ kind: 'queue', queue, op: mutation.op, because: reason })
      return queue
    })
  }

  /** @throws AppError `not_found` when there is no such stream. */
  delete(name: string): Promise<void> {
    return this.#turns.take(name, async () => {
      if (!this.#queues.has(name)) throw noStream(name)
      await this.#options.store.delete(name)
      this.#queues.delete(name)
      this.#options.tell({ kind: 'queue-removed', name })
    })
  }

  /** Several may come at once. */
  async #storeNew(queue: Queue): Promise<void> {
    if (this.#queues.size + this.#coming.size >= mostStreams) throw tooManyStreams(queue.name)
    this.#coming.add(queue.name)
    try {
      await this.#store(queue)
    } finally {
      this.#coming.delete(queue.name)
    }
  }

  async #store(queue: Queue): Promise<void> {
    await this.#options.store.set(queue.name, queue)
    this.#queues.set(queue.name, queue)
  }
}

function noStream(name: string): AppError {
  return new AppError('not_found', `there is no stream "${name}"`)
}

function tooManyStreams(name: string): AppError {
  return new AppError(
    'conflict',
    `stream "${name}" was not made: there are ${mostStreams} streams, as many as there may be; delete one first`,
  )
}
