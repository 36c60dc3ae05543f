import type { ServerResponse } from 'node:http'

/** As long as the longest part of a file that is read in one go. */
const bytesEach = 64 * 1024
// 4 MiB. More answers than that at once take new memory.
const mostKept = 64

/**
 * Memory that answers were read into, for the answers after them: new memory for each costs more than reading does, and
 * has the collector run again and again. What a listener holds who pauses is theirs until they have taken it.
 */
export class SpareBuffers {
  readonly #kept: ArrayBuffer[] = []

  /** How many wait to be used again. */
  get size(): number {
    return this.#kept.length
  }

  /** Of exactly that length, with anything in it; undefined for a length that is not worth while, or too long. */
  take(length: number): Buffer | undefined {
    if (length > bytesEach || length < bytesEach / 2) return undefined
    return Buffer.from(this.#kept.pop() ?? new ArrayBuffer(bytesEach), 0, length)
  }

  /** For what nobody reads or writes any more. */
  giveBack(buffer: Buffer): void {
    if (this.#kept.length < mostKept && buffer.buffer instanceof ArrayBuffer) this.#kept.push(buffer.buffer)
  }

  /** Gives it back once the system has all of the answer; where that breaks off before, the memory is let go. */
  giveBackAfter(response: ServerResponse, buffer: Buffer): void {
    const { socket } = response
    response.once('finish', () => {
      if (socket?.destroyed === false) this.giveBack(buffer)
    })
  }
}
