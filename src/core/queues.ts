import type { Also, Collection } from './collection.ts'
import { type Asked, Coming, type Pending } from './coming.ts'
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
import { asciiWordOf, calledAs } from './slug.ts'
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
  /** As they are in the store. */
  readonly #queues = new Map<string, Queue>()
  readonly #coming = new Coming<Queue>()
  /** Streams that are made together with others. */
  readonly #fresh = new Set<string>()
  /** Mutations of one stream are worked out one after the other. */
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
    await this.#coming.settled()
    await this.#turns.allSettled()
  }

  /** By name. */
  list(): Queue[] {
    return [...this.#queues.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  get(name: string): Queue | undefined {
    return this.#queues.get(name)
  }

  /** As it will be once all that was asked for is in the store. */
  coming(name: string): Queue | undefined {
    return this.#coming.get(name)?.value ?? this.#queues.get(name)
  }

  /**
   * Changes a queue; a mutation that brings items makes the stream when it is new. Resolves when the change is
   * in the store. Mutations of one stream happen in the order they were asked for: one that is given as a
   * function is worked out when its turn comes, from the queue as it is then.
   * @throws AppError as `mutate` does, `not_found` where there is no stream to change, and `conflict` where there are
   * as many streams as there may be, or another has its word in topics; the queue then stays as it was.
   */
  mutate(name: string, asked: AskedMutation, reason: string, also?: Also): Promise<Queue> {
    // The next one is worked out from this, and need not wait until it is in the store.
    return this.#coming.take(() =>
      this.#turns.take(name, async () => {
        const before = this.#coming.get(name)
        const known = before?.value ?? this.#queues.get(name)
        try {
          const mutation = typeof asked === 'function' ? await asked(known) : asked
          return this.#changed(name, { known, before, mutation, reason, also })
        } catch (error) {
          return this.#coming.nothing(before, () => {
            throw error
          })
        }
      }),
    )
  }

  #changed(name: string, { known, before, mutation, reason, also }: Change): Asked<Queue> {
    if (known === undefined && !makesStream(mutation)) throw noStream(name)
    const { newId, random, tell } = this.#options
    const queue = mutate(known ?? this.#newQueue(name), mutation, { newId, random, reason })
    // Also where nothing changes, that it was done may be to be kept.
    if (queue === known && also === undefined) return this.#coming.nothing(before, () => queue)
    if (known === undefined) this.#checkRoom(name)
    const { write, stored } = this.#coming.add(name, queue, before, {
      put: (write) => this.#options.store.set(name, queue, also, write),
      kept: () => {
        this.#queues.set(name, queue)
        if (queue === known) return
        tell({ kind: 'queue', queue, op: mutation.op, because: reason, ...hearing(mutation) })
      },
    })
    return { write, stored: stored.then(() => queue) }
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
      await this.#coming.settled(mutations.keys())
      const { newId, random, tell } = this.#options
      const changed = [...mutations].map(([name, mutation]) => {
        const known = this.#queues.get(name) ?? this.#newQueue(name)
        return { queue: mutate(known, mutation, { newId, random, reason }), op: mutation.op }
      })
      const count = this.#countWith(mutations.keys()) - leaving.length
      if (count > mostStreams) throw tooManyAtOnce(count)
      const fresh = [...mutations.keys()].filter((name) => !this.#queues.has(name))
      for (const name of fresh) this.#checkWord(name, { besides: fresh, leaving })
      for (const name of fresh) this.#fresh.add(name)
      try {
        await write(changed.map(({ queue }) => queue))
      } finally {
        for (const name of fresh) this.#fresh.delete(name)
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
      await this.#coming.settled([name])
      const queue = this.#queues.get(name)
      if (queue === undefined) throw noStream(name)
      check(queue)
      await this.#options.store.delete(name)
      this.#queues.delete(name)
      this.#options.tell({ kind: 'queue-removed', name })
    })
  }

  /** Its version starts over with each stream of the name; what it was made as does not. */
  #newQueue(name: string): Queue {
    const made = Math.floor(this.#options.random() * Number.MAX_SAFE_INTEGER).toString(36)
    return { ...emptyQueue(name), made }
  }

  /** Several may come at once. */
  #checkRoom(name: string): void {
    this.#checkWord(name)
    if (this.#countWith([name]) > mostStreams) throw tooManyStreams(name)
  }

  /** No two streams share what stands for them in topics and addresses. */
  #checkWord(
    name: string,
    { besides = [], leaving = [] }: { besides?: readonly string[]; leaving?: readonly string[] } = {},
  ): void {
    const other = calledAs(name, this.#namesWith(besides))
    if (other !== null && !leaving.includes(other)) throw sameWord(name, other, asciiWordOf(name))
  }

  /** How many streams there are with these, and with those that are being made. */
  #countWith(names: Iterable<string>): number {
    return this.#namesWith(names).size
  }

  #namesWith(names: Iterable<string>): ReadonlySet<string> {
    const coming = this.#coming.entries().map(([name]) => name)
    return new Set([...this.#queues.keys(), ...coming, ...this.#fresh, ...names])
  }
}

interface Change {
  readonly known: Queue | undefined
  /** `known`, where that is on its way into the store. */
  readonly before: Pending<Queue> | undefined
  readonly mutation: QueueMutation
  readonly reason: string
  readonly also: Also | undefined
}

/** What those who listen are to know of a change. */
function hearing(
  mutation: QueueMutation,
): Pick<Extract<QueueChange, { kind: 'queue' }>, 'letsEnd' | 'isNow'> {
  const letsEnd = mutation.op === 'replace' && mutation.lets_end === true
  const isNow = mutation.op === 'insert-next' && mutation.now === true && mutation.files.length > 0
  return { ...(letsEnd ? { letsEnd } : {}), ...(isNow ? { isNow } : {}) }
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

function sameWord(name: string, other: string, word: string): AppError {
  return new AppError(
    'conflict',
    `stream "${name}" was not made: topics and addresses call it "${word}", as they call the stream "${other}"; choose another name`,
  )
}

function tooManyStreams(name: string): AppError {
  return new AppError(
    'conflict',
    `stream "${name}" was not made: there are ${mostStreams} streams, as many as there may be; delete one first`,
  )
}
