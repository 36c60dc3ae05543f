import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import { newRingMemory, type Order, Ring, type RingMemory, slots } from './ring.ts'

// Longer than a disk takes that is awake. While one wakes up, or a share does not answer, others are not to wait for it.
const behindMs = 100

const usualScript = new URL(`reading${extname(import.meta.url)}`, import.meta.url)

/** A thread that reads pieces of files, where many are asked for at the same time. It starts with the first. */
export class PieceThread {
  readonly #log: Log
  readonly #memory: RingMemory
  readonly #script: URL
  readonly #ring: Ring
  /** By slot. */
  readonly #waiting = new Map<number, (isWell: boolean) => void>()
  #worker: Worker | null = null
  #isOver = false
  #taken: number
  #isWaking = false
  /** Since when the thread owes an answer, by the clock of the process. */
  #owesSinceMs = 0

  /** `memory`, `script`: what it begins with, and what runs in it, in place of its own. */
  constructor({
    log,
    memory = newRingMemory(),
    script = usualScript,
  }: {
    readonly log: Log
    readonly memory?: RingMemory
    readonly script?: URL
  }) {
    this.#log = log
    this.#memory = memory
    this.#script = script
    this.#ring = new Ring(memory)
    this.#taken = this.#ring.done
  }

  /** The memory of all slots. */
  get pieces(): Buffer {
    return this.#ring.pieces
  }

  get isRunning(): boolean {
    return this.#worker !== null && !this.#isOver
  }

  /** Whether it would read now what is ordered: it is not stuck on something else. */
  get isAtHand(): boolean {
    if (this.#isOver) return false
    return this.#waiting.size === 0 || performance.now() - this.#owesSinceMs < behindMs
  }

  /** Whether all the bytes are in the slot, and the file is still what it was. Never rejects. */
  read(order: Order): Promise<boolean> {
    this.#worker ??= this.#started()
    if (this.#isOver) return Promise.resolve(false)
    if (this.#waiting.size === 0) this.#owesSinceMs = performance.now()
    this.#ring.order(order)
    this.#wakeOnce()
    return new Promise((resolve) => this.#waiting.set(order.slot, resolve))
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#worker?.terminate()
    this.#giveUp()
  }

  /** All that one round of the event loop brings is ordered by one call of the system. */
  #wakeOnce(): void {
    if (this.#isWaking) return
    this.#isWaking = true
    setImmediate(() => {
      this.#isWaking = false
      this.#ring.wake()
    })
  }

  /** null where the system has no thread to give: that is thrown at once, and not told of later as all else is. */
  #started(): Worker | null {
    try {
      return this.#start()
    } catch (error) {
      this.#ended(messageOf(error))
      return null
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#script, {
      workerData: this.#memory,
      name: 'audio-pieces',
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    })
    worker.unref()
    worker.on('message', () => this.#take())
    worker.on('error', (error) => this.#ended(messageOf(error)))
    worker.on('exit', () => this.#ended('it ended'))
    return worker
  }

  #take(): void {
    this.#ring.listen()
    const { done } = this.#ring
    this.#owesSinceMs = performance.now()
    for (; this.#taken !== done; this.#taken = (this.#taken + 1) | 0) {
      const slot = this.#ring.slotOf(this.#taken)
      const answer = this.#waiting.get(slot)
      this.#waiting.delete(slot)
      answer?.(this.#ring.isWell(slot))
    }
  }

  #ended(reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#log.warn('the thread that reads audio is gone; audio is read without it', { reason })
    this.#giveUp()
  }

  #giveUp(): void {
    for (const answer of this.#waiting.values()) answer(false)
    this.#waiting.clear()
  }
}

/** Every slot there is. */
export function allSlots(): number[] {
  return Array.from({ length: slots }, (_, slot) => slot)
}
