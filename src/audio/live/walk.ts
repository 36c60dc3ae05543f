import type { Log } from '../../core/log.ts'
import { followingOrder, type PlayOrder, walk } from '../../core/play-order.ts'
import type { Queue } from '../../core/queue.ts'
import { itemAfter } from '../../core/queue-mutation.ts'
import { Recent } from '../../core/recent.ts'
import type { LiveFile, LiveFiles } from './live-files.ts'
import type { Left } from './live-positions.ts'
import { type Round, roundAfter, roundBackAt, roundFrom, roundOfNew } from './round.ts'
import type { LivePlace } from './trail.ts'

/** An item of a queue, and where that is a shuffled one, the listener's round through it. */
export interface Place {
  readonly id: string
  /** null also where the queue was put into another order since. */
  readonly round: Round | null
}

/** An item that is being heard. */
export interface Track extends Place {
  readonly file: LiveFile
}

/** What was found behind a place; `from` is where it was looked for. */
export interface Going {
  readonly from: Place | null
  readonly track: Track | null
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

  /**
   * That item, or the next that can be played; null where there is none in a whole round, or before the queue is over.
   * `heard`: the item before it, which does not come again at once.
   */
  async from(stream: string, place: Place | null, heard: string | null = null): Promise<Track | null> {
    const lost = new Set<string>()
    let here = place
    let queue = this.#options.queue(stream)
    let pass = passThrough(queue)
    for (let tries = queue?.items.length ?? 0; tries > 0 && here !== null; tries--) {
      const name = pass.fileOf(here.id)
      const file = name === undefined || lost.has(name) ? null : await this.#file(stream, name)
      if (file !== null) return { ...here, file }
      if (name !== undefined) lost.add(name)
      // Looking may have taken a while.
      const now = this.#options.queue(stream)
      if (now !== queue) pass = passThrough(now)
      queue = now
      here = pass.next(here, heard ?? here.id)
    }
    return null
  }

  /** What is behind that item, as `from` finds it. Behind one that is gone it is looked for from the next one on. */
  async after(stream: string, place: Place, heard = place.id): Promise<Going> {
    const pass = passThrough(this.#options.queue(stream))
    const next = pass.next(place, heard)
    const isGone = pass.fileOf(place.id) === undefined
    return { from: isGone ? next : place, track: await this.from(stream, next, heard) }
  }

  /** The queue's current item, as `from` finds it. */
  async toCurrent(stream: string): Promise<Going> {
    const queue = this.#options.queue(stream)
    const from = queue === undefined ? null : currentPlace(queue)
    return { from, track: await this.from(stream, from) }
  }

  /** Has the next item read, so that nobody waits for it. */
  async warm(stream: string, place: Place): Promise<void> {
    const pass = passThrough(this.#options.queue(stream))
    const next = pass.next(place, place.id)
    const name = next === null ? undefined : pass.fileOf(next.id)
    const file = name === undefined ? null : await this.#file(stream, name)
    try {
      await file?.block(0)
    } finally {
      file?.close()
    }
  }

  async #file(stream: string, name: string): Promise<LiveFile | null> {
    const file = await this.#options.files.take(name)
    if ('file' in file) {
      this.#said.delete(`${stream} ${name}`)
      return file
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
  next(from: Place, heard: string): Place | null
} {
  if (queue === undefined) return { fileOf: () => undefined, next: () => null }
  const files = new Map(queue.items.map(({ id, file }) => [id, file]))
  const step = walk(queue)
  const { closed, loop, order } = queue
  const listed = (id: string): Place | null => {
    if (!files.has(id)) return currentPlace(queue)
    const next = step(id, 1).id
    return next === null ? null : { id: next, round: null }
  }
  const shuffled = (order: PlayOrder, { id, round }: Place, heard: string): Place | null => {
    if (!files.has(id) && (round === null || !round.ids.some((one) => files.has(one))))
      return currentPlace(queue)
    const next = roundAfter({ order, loop }, round ?? roundOfNew(order, id), heard)
    const found = next?.ids[next.at]
    return next === null || found === undefined ? null : { id: found, round: next }
  }
  return {
    fileOf: (id) => files.get(id),
    next(from, heard) {
      if (closed) return null
      return order === null ? listed(from.id) : shuffled(order, from, heard)
    },
  }
}

/** Where the queue is; null: it is empty or over. */
export function currentPlace({ current, order }: Queue): Place | null {
  if (current === null) return null
  return { id: current, round: order === null ? null : roundFrom(order, current) }
}

/**
 * Where a listener begins who does not just go on. `last`: where it was within the last day; only a stream that is
 * set to resume asks for it. A queue that is over starts over; null: it is empty.
 */
export function startOf(queue: Queue, last: LivePlace | null): LivePlace | null {
  if (queue.resume === 'resume' && last !== null && hasItem(queue, last.item)) return last
  const current = queue.resume === 'restart' ? null : queue.current
  const item = current ?? itemAfter({ ...queue, current: null }, { op: 'step', by: 1 })
  return item === null ? null : { item, frame: 0 }
}

/** The place of a listener who comes in at that item; a new one may begin the queue's next round with it. */
export function beginOf({ current, order, resume }: Queue, item: string, isNew: boolean): Place {
  if (order === null) return { id: item, round: null }
  const isNextRound = isNew && (current === null || resume === 'restart')
  return { id: item, round: roundFrom(isNextRound ? followingOrder(order) : order, item) }
}

/** The place of a listener who comes back. */
export function placeOf(queue: Queue, { item, round }: Left): Place {
  const isKnown = queue.order !== null && round !== null
  return isKnown ? { id: item, round: roundBackAt(round, item) } : beginOf(queue, item, false)
}

export function hasItem(queue: Queue, id: string): boolean {
  return queue.items.some((item) => item.id === id)
}
