import type { Also, Collection } from './collection.ts'
import { AppError } from './error.ts'
import {
  emptyQueue,
  makesStream,
  mostStreams,
  type Queue,
  type QueueMutation,
  restoredQueue,
  type StoredQueue,
} from './queue.ts'
import { mutate } from './queue-mutation.ts'
import { Turns } from './turns.ts'

/** What became of a queue. */
export type QueueChange =
  | {
      readonly kind: 'queue'
      readonly queue: Queue
      readonly op: QueueMutation['op']
      /** Whose wish it was, for people. */
      readonly because: string
      /** Who hears an item of the old queue live hears that to its end. */
      readonly letsEnd?: boolean
      /** What has come in is to be heard at once. */
      readonly isNow?: boolean
    }
  | { readonly kind: 'queue-removed'; readonly name: string }

/** A mutation, or what works it out from the queue as it is when its turn comes. */
export type AskedMutation = QueueMutation | ((queue: Queue | undefined) => Promise<QueueMutation>)

interface QueuesOptions {
  /** A mutation is in it before it is acknowledged. */
  readonly store: Collection<StoredQueue>
  readonly newId: () => string
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  readonly tell: (change: QueueChange) => void
}

export interface ManyOptions {
  readonly reason: string
  readonly leaving: readonly string[]
  write(queues: readonly Queue[]): Promise<void>
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
   * function is worked out when its turn comes, from the queue as it is then.
   * @throws AppError as `mutate` does, `not_found` where there is no stream to change, and `conflict` where there are
   * as many streams as there may be; the queue then stays as it was.
   */
  mutate(name: string, asked: AskedMutation, reason: string, also?: Also): Promise<Queue> {
    return this.#turns.take(name, async () => {
      const known = this.#queues.get(name)
      const mutation = typeof asked === 'function' ? await asked(known) : asked
      if (known === undefined && !makesStream(mutation)) throw noStream(name)
      const { newId, random, tell } = this.#options
      const queue = mutate(known ?? this.#newQueue(name), mutation, { newId, random, reason })
      if (queue === known) {
        // Nothing changes, and that it was done is to be kept all the same.
        if (also !== undefined) await this.#store(queue, also)
        return queue
      }
      if (known === undefined) await this.#storeNew(queue, also)
      else await this.#store(queue, also)
      const letsEnd = mutation.op === 'replace' && mutation.lets_end === true
      const isNow = mutation.op === 'insert-next' && mutation.now === true && mutation.files.length > 0
      const how = { ...(letsEnd ? { letsEnd } : {}), ...(isNow ? { isNow } : {}) }
      tell({ kind: 'queue', queue, op: mutation.op, because: reason, ...how })
      return queue
    })
  }

  /**
   * Changes many queues at once, all or none: `write` has them in the store when it resolves. `leaving`: the names of
   * streams that will be deleted then, and leave room.
   * @throws AppError as `mutate` does.
   */
  mutateAll(mutations: ReadonlyMap<string, QueueMutation>, options: ManyOptions): Promise<void> {
    const { reason, leaving, write } = options
    // Always in the same order, or two who come at once would wait for each other.
    return this.#inTurns([...mutations.keys()].sort(), async () => {
      const { newId, random, tell } = this.#options
      const changed = [...mutations].map(([name, mutation]) => {
        const known = this.#queues.get(name) ?? this.#newQueue(name)
        return { queue: mutate(known, mutation, { newId, random, reason }), op: mutation.op }
      })
      const names = new Set([...this.#queues.keys(), ...this.#coming, ...mutations.keys()])
      if (names.size - leaving.length > mostStreams) throw tooManyAtOnce(names.size - leaving.length)
      const fresh = [...mutations.keys()].filter((name) => !this.#queues.has(name))
      for (const name of fresh) this.#coming.add(name)
      try {
        await write(changed.map(({ queue }) => queue))
      } finally {
        for (const name of fresh) this.#coming.delete(name)
      }
      for (const { queue } of changed) this.#queues.set(queue.name, queue)
      for (const { queue, op } of changed) tell({ kind: 'queue', queue, op, because: reason })
    })
  }

  #inTurns(names: readonly string[], work: () => Promise<void>): Promise<void> {
    const [name, ...rest] = names
    return name === undefined ? work() : this.#turns.take(name, () => this.#inTurns(rest, work))
  }

  /**
   * `check` sees the queue when its turn comes, and throws where it must not be deleted.
   * @throws AppError `not_found` when there is no such stream.
   */
  delete(name: string, check: (queue: Queue) => void = () => undefined): Promise<void> {
    return this.#turns.take(name, async () => {
      const queue = this.#queues.get(name)
      if (queue === undefined) throw noStream(name)
      check(queue)
      await this.#options.store.delete(name)
      this.#queues.delete(name)
      this.#options.tell({ kind: 'queue-removed', name })
    })
  }

  /** Its version begins anew with each stream of the name; what it was made as does not. */
  #newQueue(name: string): Queue {
    const made = Math.floor(this.#options.random() * Number.MAX_SAFE_INTEGER).toString(36)
    return { ...emptyQueue(name), made }
  }

  /** Several may come at once. */
  async #storeNew(queue: Queue, also: Also | undefined): Promise<void> {
    if (this.#queues.size + this.#coming.size >= mostStreams) throw tooManyStreams(queue.name)
    this.#coming.add(queue.name)
    try {
      await this.#store(queue, also)
    } finally {
      this.#coming.delete(queue.name)
    }
  }

  async #store(queue: Queue, also: Also | undefined): Promise<void> {
    await this.#options.store.set(queue.name, queue, also)
    this.#queues.set(queue.name, queue)
  }
}

function noStream(name: string): AppError {
  return new AppError('not_found', `there is no stream "${name}"`)
}

function tooManyAtOnce(count: number): AppError {
  return new AppError(
    'conflict',
    `nothing was changed: there would be ${count} streams, and there may be ${mostStreams}; delete some first`,
  )
}

function tooManyStreams(name: string): AppError {
  return new AppError(
    'conflict',
    `stream "${name}" was not made: there are ${mostStreams} streams, as many as there may be; delete one first`,
  )
}
