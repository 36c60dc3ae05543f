import type { Log } from '../../core/log.ts'
import type { Queue } from '../../core/queue.ts'
import { itemAfter } from '../../core/queue-mutation.ts'
import { Recent } from '../../core/recent.ts'
import type { LiveFile, LiveFiles } from './live-files.ts'
import type { LivePlace } from './trail.ts'

/** An item that is being heard. */
export interface Track {
  readonly id: string
  readonly file: LiveFile
}

interface WalkOptions {
  queue(stream: string): Queue | undefined
  readonly files: Pick<LiveFiles, 'take'>
  readonly log: Log
}

const saidKept = 1_000

/** Walks through queues item by item, as they are at each step. What cannot be played is passed over. */
export class LiveWalk {
  readonly #options: WalkOptions
  readonly #said = new Recent<string, string>(saidKept)

  constructor(options: WalkOptions) {
    this.#options = options
  }

  /** That item, or the next that can be played; null where there is none in a whole round, or before the queue is over. */
  async from(stream: string, item: string | null): Promise<Track | null> {
    let id = item
    for (let tries = this.#lengthOf(stream); tries > 0 && id !== null; tries--) {
      const track = await this.#track(stream, id)
      if (track !== null) return track
      id = this.next(stream, id)
    }
    return null
  }

  /** The one behind that item, as `from` finds it. */
  after(stream: string, id: string): Promise<Track | null> {
    return this.from(stream, this.next(stream, id))
  }

  /** The id of the item behind that one; behind one that is gone it is the queue's current. */
  next(stream: string, id: string): string | null {
    const queue = this.#options.queue(stream)
    if (queue === undefined || queue.closed) return null
    return hasItem(queue, id) ? itemAfter({ ...queue, current: id }, { op: 'step', by: 1 }) : queue.current
  }

  /** Has the next item read, so that nobody waits for it. */
  async warm(stream: string, id: string): Promise<void> {
    const next = this.next(stream, id)
    const track = next === null ? null : await this.#track(stream, next)
    try {
      await track?.file.block(0)
    } finally {
      track?.file.close()
    }
  }

  #lengthOf(stream: string): number {
    return this.#options.queue(stream)?.items.length ?? 0
  }

  async #track(stream: string, id: string): Promise<Track | null> {
    const name = this.#options.queue(stream)?.items.find((item) => item.id === id)?.file
    if (name === undefined) return null
    const file = await this.#options.files.take(name)
    if ('file' in file) {
      this.#said.delete(`${stream} ${name}`)
      return { id, file }
    }
    this.#sayOnce(stream, name, file.reason)
    return null
  }

  #sayOnce(stream: string, file: string, reason: string): void {
    const about = `${stream} ${file}`
    if (this.#said.get(about) === reason) return
    this.#said.set(about, reason)
    this.#options.log.warn('a file cannot be played now; the stream goes on with the next', {
      stream,
      file,
      reason,
    })
  }
}

/**
 * Where a listener begins who does not just go on. `last`: where it was within the last day; only a stream that is
 * set to resume asks for it. A queue that is over begins anew; null: it is empty.
 */
export function startOf(queue: Queue, last: LivePlace | null): LivePlace | null {
  if (queue.resume === 'resume' && last !== null && hasItem(queue, last.item)) return last
  const current = queue.resume === 'restart' ? null : queue.current
  const item = current ?? itemAfter({ ...queue, current: null }, { op: 'step', by: 1 })
  return item === null ? null : { item, frame: 0 }
}

export function hasItem(queue: Queue, id: string): boolean {
  return queue.items.some((item) => item.id === id)
}
