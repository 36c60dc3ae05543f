import type { Log } from '../../core/log.ts'
import { type Piece, pieceBytes, pieceOf } from './piece.ts'
import { allSlots, PieceThread } from './piece-thread.ts'
import type { Stat } from './ring.ts'

/** A file that is open. */
export interface OpenFile {
  readonly fd: number
  /** As it was when it was opened. */
  readonly stat: Stat
  /** Fills the buffer from `position` on. @throws Error where it is not the same file any more, or is too short. */
  read(position: number, into: Buffer): Promise<void>
}

/**
 * Reads pieces of files into memory that is used again: new memory for each costs more than reading does, and has the
 * collector run again and again. From when more than one is asked for at the same time a thread reads them together, for
 * waking one of Node's for each takes longer than the reading.
 */
export class PieceReader {
  readonly #thread: PieceThread
  readonly #free = allSlots()
  #reading = 0

  /** `thread`: in place of one of its own. */
  constructor({ log, thread }: { readonly log: Log; readonly thread?: PieceThread }) {
    this.#thread = thread ?? new PieceThread({ log })
  }

  /** How many pieces may be taken before new memory is. */
  get free(): number {
    return this.#free.length
  }

  /** @throws Error as `OpenFile.read` does. */
  async read(file: OpenFile, position: number, length: number): Promise<Piece> {
    // A short one would keep the memory of a long one from somebody.
    const slot = length > pieceBytes / 2 && length <= pieceBytes ? this.#free.pop() : undefined
    if (slot === undefined) return pieceOf(await filled(file, position, Buffer.allocUnsafe(length)))
    this.#reading++
    try {
      return await this.#readInto(slot, file, { position, length })
    } catch (error) {
      this.#free.push(slot)
      throw error
    } finally {
      this.#reading--
    }
  }

  async stop(): Promise<void> {
    await this.#thread.stop()
  }

  async #readInto(
    slot: number,
    file: OpenFile,
    { position, length }: { readonly position: number; readonly length: number },
  ): Promise<Piece> {
    const start = slot * pieceBytes
    const bytes = this.#thread.pieces.subarray(start, start + length)
    const { fd, stat } = file
    const isRead =
      (this.#reading > 1 || this.#thread.isRunning) &&
      this.#thread.isAtHand &&
      (await this.#thread.read({ slot, fd, stat, position, length }))
    if (!isRead) await filled(file, position, bytes)
    let isBack = false
    return {
      bytes,
      giveBack: () => {
        if (!isBack) this.#free.push(slot)
        isBack = true
      },
    }
  }
}

async function filled(file: OpenFile, position: number, into: Buffer): Promise<Buffer> {
  await file.read(position, into)
  return into
}
