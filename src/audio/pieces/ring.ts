import type { BigIntStats } from 'node:fs'
import { pieceBytes } from './piece.ts'

/** What tells whether a file is still the one that was opened. */
export type Stat = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs'>

/** One piece that is to be read. */
export interface Order {
  /** Place of the memory that it is read into. */
  readonly slot: number
  /** A descriptor, which all threads of the process share. */
  readonly fd: number
  /** Bytes. */
  readonly length: number
  readonly position: number
  /** What the file is to be still, once it was read. */
  readonly stat: Stat
}

/** At most so many are read or being sent at the same time: 4 MiB. */
export const slots = 64

// Before the slots: how many were ordered and how many are done, each for ever counted on and wrapped by the slots,
// whether the reading thread sleeps, and whether the other has been told of what is done.
const [ordered, done, told] = [0, 1, 2]
const heads = 3
const statFields = 5

/** The memory that both threads share. */
export interface RingMemory {
  /** Int32: the heads; then for each turn its slot; then for each slot descriptor, length and outcome. */
  readonly control: SharedArrayBuffer
  /** Float64: for each slot the position, which may lie behind 2 GiB. */
  readonly positions: SharedArrayBuffer
  /** BigInt64: for each slot the fields of its stat. */
  readonly stats: SharedArrayBuffer
  readonly pieces: SharedArrayBuffer
}

/** Maps of pages that nobody has touched take no memory. */
export function newRingMemory(): RingMemory {
  return {
    control: new SharedArrayBuffer(4 * (heads + slots * 4)),
    positions: new SharedArrayBuffer(8 * slots),
    stats: new SharedArrayBuffer(8 * slots * statFields),
    pieces: new SharedArrayBuffer(slots * pieceBytes),
  }
}

/**
 * Orders to a thread that reads, and what became of them, without a message for each: who has more to say or to read
 * finds it here, and only a thread that sleeps is woken. One thread orders, one reads; outcomes come in the order of
 * the orders. There are never more under way than there are slots.
 */
export class Ring {
  readonly pieces: Buffer
  readonly #control: Int32Array
  readonly #positions: Float64Array
  readonly #stats: BigInt64Array

  constructor(memory: RingMemory) {
    this.pieces = Buffer.from(memory.pieces)
    this.#control = new Int32Array(memory.control)
    this.#positions = new Float64Array(memory.positions)
    this.#stats = new BigInt64Array(memory.stats)
  }

  /** How many were ordered so far; it wraps, so it is only to be compared. */
  get ordered(): number {
    return Atomics.load(this.#control, ordered)
  }

  get done(): number {
    return Atomics.load(this.#control, done)
  }

  order({ slot, fd, length, position, stat }: Order): void {
    const turn = this.ordered
    this.#control[this.#at(slot, 0)] = fd
    this.#control[this.#at(slot, 1)] = length
    this.#positions[slot] = position
    this.#stats.set([stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs], slot * statFields)
    this.#control[heads + (turn & (slots - 1))] = slot
    Atomics.store(this.#control, ordered, (turn + 1) | 0)
  }

  /** Wakes the thread that reads, where it sleeps. */
  wake(): void {
    Atomics.notify(this.#control, ordered, 1)
  }

  /** Sleeps until there are other orders than these. Not for the thread that orders. */
  sleepWhile(seen: number): void {
    Atomics.wait(this.#control, ordered, seen)
  }

  slotOf(turn: number): number {
    return this.#control[heads + (turn & (slots - 1))] ?? 0
  }

  fdOf(slot: number): number {
    return this.#control[this.#at(slot, 0)] ?? -1
  }

  lengthOf(slot: number): number {
    return this.#control[this.#at(slot, 1)] ?? 0
  }

  positionOf(slot: number): number {
    return this.#positions[slot] ?? 0
  }

  isStill(slot: number, stat: Stat): boolean {
    const [dev, ino, size, mtimeNs, ctimeNs] = this.#stats.subarray(
      slot * statFields,
      (slot + 1) * statFields,
    )
    return (
      // Signed here and unsigned there: a file system may use all 64 bits.
      BigInt.asIntN(64, stat.dev) === dev &&
      BigInt.asIntN(64, stat.ino) === ino &&
      stat.size === size &&
      stat.mtimeNs === mtimeNs &&
      stat.ctimeNs === ctimeNs
    )
  }

  setOutcome(slot: number, isWell: boolean): void {
    this.#control[this.#at(slot, 2)] = isWell ? 1 : 0
  }

  isWell(slot: number): boolean {
    return this.#control[this.#at(slot, 2)] === 1
  }

  /** The outcomes of all before `turn` are there. Returns whether the other thread has to be told. */
  finish(turn: number): boolean {
    Atomics.store(this.#control, done, turn)
    return Atomics.exchange(this.#control, told, 1) === 0
  }

  /** What is done from now on is to be told again. To be called before looking at `done`. */
  listen(): void {
    Atomics.store(this.#control, told, 0)
  }

  #at(slot: number, field: number): number {
    return heads + slots + slot * 3 + field
  }
}
