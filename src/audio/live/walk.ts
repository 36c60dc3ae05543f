import type { Log } from '../../core/log.ts'
import { walk } from '../../core/play-order.ts'
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
    const lost = new Set<string>()
    let id = item
    let queue = this.#options.queue(stream)
    let pass = passThrough(queue)
    for (let tries = queue?.items.length ?? 0; tries > 0 && id !== null; tries--) {
      const name = pass.fileOf(id)
      const track = name === undefined || lost.has(name) ? null : await this.#track(stream, id, name)
      if (track !== null) return track
      if (name !== undefined) lost.add(name)
      // Looking may have taken a while.
      const now = this.#options.queue(stream)
      if (now !== queue) pass = passThrough(now)
      queue = now
      id = pass.next(id)
    }
    return null
  }

  /** The one behind that item, as `from` finds it. */
  after(stream: string, id: string): Promise<Track | null> {
    return this.from(stream, this.next(stream, id))
  }

  /** The id of the item behind that one; behind one that is gone it is the queue's current. */
  next(stream: string, id: string): string | null {
    return passThrough(this.#options.queue(stream)).next(id)
  }

  /** Has the next item read, so that nobody waits for it. */
  async warm(stream: string, id: string): Promise<void> {
    const pass = passThrough(this.#options.queue(stream))
    const next = pass.next(id)
    const name = next === null ? undefined : pass.fileOf(next)
    const track = next === null || name === undefined ? null : await this.#track(stream, next, name)
    try {
      await track?.file.block(0)
    } finally {
      track?.file.close()
    }
  }

  async #track(stream: string, id: string, name: string): Promise<Track | null> {
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

/** A way through the queue as it is now; of thousands of items too each step is a small one. */
function passThrough(queue: Queue | undefined): {
  fileOf(id: string): string | undefined
  next(id: string): string | null
} {
  if (queue === undefined) return { fileOf: () => undefined, next: () => null }
  const files = new Map(queue.items.map(({ id, file }) => [id, file]))
  const step = walk(queue)
  const { closed, current } = queue
  return {
    fileOf: (id) => files.get(id),
    next(id) {
      if (closed) return null
      return files.has(id) ? step(id, 1).id : current
    },
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
