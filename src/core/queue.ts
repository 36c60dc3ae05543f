import { AppError } from './error.ts'
import { checkStreamTitle } from './stream-title.ts'

/**
 * A stream's queue: what its card plays, in order. The same file may stand in it twice, so every place has
 * its own id; mutations name ids, because the queue may have changed between the asking and the doing.
 */
export interface Queue {
  /** Stream name, see `streamNamePattern`. */
  readonly name: string
  /** Free text for people. */
  readonly title: string
  readonly items: readonly QueueItem[]
  /** The item that is due now, for what plays item by item; null when the queue is empty or over. */
  readonly current: string | null
  readonly loop: boolean
  readonly shuffle: boolean
  readonly mode: (typeof queueModes)[number]
  /** Rises by one with each change. */
  readonly version: number
  /** The playlist the items came from, null once they were changed by hand. */
  readonly playlist: string | null
  /** Why the queue is as it is, for people: `schedule bedroom, slot night`, `rule forest-on-right`. */
  readonly reason: string | null
  /** A closed stream plays nothing until it is opened. */
  readonly closed: boolean
  /** When a closed stream opens again by itself, ISO 8601; null: not before somebody opens it. */
  readonly closed_until: string | null
  /** File that is heard once while the stream is closed or empty; null: the clip that comes with the product. */
  readonly if_pressed: string | null
}

/** A queue as it may lie in a store: earlier versions did not know all of it. */
export type StoredQueue = Omit<Queue, Younger> & Partial<Pick<Queue, Younger>>
type Younger = 'if_pressed' | 'closed_until'

export interface QueueItem {
  readonly id: string
  /** Name in the library; never a path of the machine. */
  readonly file: string
}

/** `finite`: one file from the first item to the last, of a length known beforehand. */
export const queueModes = ['finite'] as const

/** More than any household names, and few enough that others can be told of them all. */
export const mostStreams = 200

/** Stream names go into topics and addresses as they are. */
export const streamNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const reservedStreamNames: ReadonlySet<string> = new Set(['queues'])

export type QueueMutation =
  | { readonly op: 'append'; readonly files: readonly string[] }
  /** Behind the current item. */
  | { readonly op: 'insert-next'; readonly files: readonly string[] }
  | {
      readonly op: 'replace'
      readonly files: readonly string[]
      readonly playlist: string | null
      /** Closes or opens the stream in the same step; absent leaves it as it is. */
      readonly closed?: boolean
      /** Absent: null, for what was to be heard instead of the old content says nothing of the new. */
      readonly if_pressed?: string | null
    }
  | { readonly op: 'remove'; readonly id: string }
  /** `before: null` moves the item to the end. */
  | { readonly op: 'move'; readonly id: string; readonly before: string | null }
  | { readonly op: 'clear' }
  /**
   * Makes the next or previous item the current one. Behind the last item the queue is over, unless it loops;
   * from there a step leads to its first or last item. Before the first item there is nothing but the first.
   * `from`: only while this is the current item, so that nobody steps over what has come in between.
   */
  | { readonly op: 'step'; readonly by: 1 | -1; readonly from?: string | null }
  /** Makes this item the current one; null: the queue is over. `from` as with `step`. */
  | { readonly op: 'go-to'; readonly id: string | null; readonly from?: string | null }
  | {
      readonly op: 'settings'
      readonly settings: QueueSettings
      /** Only while the stream is closed until just then, so that nobody opens what was closed anew. */
      readonly whileClosedUntil?: string
    }

/** `closed_until` goes with `closed: true`; without it the stream stays closed until somebody opens it. */
export type QueueSettings = Partial<
  Pick<Queue, 'title' | 'loop' | 'shuffle' | 'mode' | 'closed' | 'closed_until' | 'if_pressed'>
>

/** @throws AppError `unprocessable` when the name cannot be a stream's. */
export function checkStreamName(name: string): string {
  if (!streamNamePattern.test(name))
    throw new AppError(
      'unprocessable',
      `"${name.slice(0, 80)}" cannot be a stream's name: use 1 to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit`,
    )
  if (reservedStreamNames.has(name))
    throw new AppError('unprocessable', `"${name}" is reserved: choose another name for the stream`)
  return name
}

/** Whether the mutation makes the stream when there is none; the others need one to change. */
export function makesStream({ op }: QueueMutation): boolean {
  return op === 'append' || op === 'insert-next' || op === 'replace'
}

export function emptyQueue(name: string): Queue {
  return {
    name: checkStreamName(name),
    title: name,
    items: [],
    current: null,
    loop: false,
    shuffle: false,
    mode: 'finite',
    version: 0,
    playlist: null,
    reason: null,
    closed: false,
    closed_until: null,
    if_pressed: null,
  }
}

/** The queue with what an earlier version did not store. */
export function restoredQueue(stored: StoredQueue): Queue {
  return { ...stored, closed_until: stored.closed_until ?? null, if_pressed: stored.if_pressed ?? null }
}

/**
 * The queue after the mutation; the same one where it was to be done only while something was so that is not.
 * `newId` gives each new item an id of its own.
 * @throws AppError `not_found` when the mutation names an item that is not there (any more), `unprocessable` for a
 * title that no stream can have.
 */
export function mutate(
  queue: Queue,
  mutation: QueueMutation,
  context: { newId: () => string; reason: string },
): Queue {
  if (isOutdated(queue, mutation)) return queue
  const changed = changedBy(queue, mutation, context.newId)
  const keepsReason = mutation.op === 'settings' || isMove(mutation)
  return {
    ...changed,
    current: isMove(mutation) ? itemAfter(queue, mutation) : currentAfter(queue, changed),
    reason: keepsReason ? queue.reason : context.reason,
    version: queue.version + 1,
  }
}

/** The mutations that leave the items alone and only say which one is due. */
export type QueueMove = Extract<QueueMutation, { op: 'step' | 'go-to' }>

/**
 * The item that would be due after the move; null when the queue would be over.
 * @throws AppError `not_found` when the move names an item that is not there (any more).
 */
export function itemAfter(queue: Queue, move: QueueMove): string | null {
  if (isOutdated(queue, move)) return queue.current
  if (move.op === 'step') return stepped(queue, move.by)
  return move.id === null ? null : (queue.items[placeOf(queue, move.id)]?.id ?? null)
}

/** Whether the queue was played to its end: it has items, and none of them is due. */
export function isOver({ items, current }: Queue): boolean {
  return items.length > 0 && current === null
}

/** Place of the current item, 0 for a queue that is empty or over. */
export function currentIndex(queue: Queue): number {
  return Math.max(
    0,
    queue.items.findIndex((item) => item.id === queue.current),
  )
}

function changedBy(queue: Queue, mutation: QueueMutation, newId: () => string): Queue {
  const fresh = (files: readonly string[]) => files.map((file) => ({ id: newId(), file }))
  switch (mutation.op) {
    case 'append':
      return { ...queue, items: [...queue.items, ...fresh(mutation.files)], playlist: null }
    case 'insert-next': {
      const at = queue.current === null ? queue.items.length : currentIndex(queue) + 1
      return { ...queue, items: queue.items.toSpliced(at, 0, ...fresh(mutation.files)), playlist: null }
    }
    case 'replace': {
      const staysClosed = queue.closed && mutation.closed === undefined && mutation.if_pressed === undefined
      return {
        ...queue,
        items: fresh(mutation.files),
        playlist: mutation.playlist,
        closed: mutation.closed ?? queue.closed,
        closed_until: mutation.closed === undefined ? queue.closed_until : null,
        if_pressed: mutation.if_pressed ?? (staysClosed ? queue.if_pressed : null),
      }
    }
    case 'remove':
      return { ...queue, items: queue.items.toSpliced(placeOf(queue, mutation.id), 1), playlist: null }
    case 'move':
      return { ...queue, items: moved(queue, mutation), playlist: null }
    case 'clear':
      return { ...queue, items: [], playlist: null }
    case 'settings':
      return withSettings(queue, mutation.settings)
    case 'step':
    case 'go-to':
      return queue
  }
}

/** Whether it has a condition that does not hold any more. */
function isOutdated({ current, closed_until }: Queue, mutation: QueueMutation): boolean {
  if (isMove(mutation)) return mutation.from !== undefined && mutation.from !== current
  if (mutation.op !== 'settings') return false
  return mutation.whileClosedUntil !== undefined && mutation.whileClosedUntil !== closed_until
}

function withSettings(queue: Queue, settings: QueueSettings): Queue {
  if (settings.title !== undefined) checkStreamTitle(settings.title)
  const { closed = queue.closed, closed_until = settings.closed === undefined ? queue.closed_until : null } =
    settings
  return { ...queue, ...settings, closed, closed_until: closed ? closed_until : null }
}

function stepped({ items, current, loop }: Queue, by: 1 | -1): string | null {
  if (current === null) return items.at(by === 1 ? 0 : -1)?.id ?? null
  const place = items.findIndex((item) => item.id === current) + by
  const wrapped = loop ? (place + items.length) % items.length : Math.max(0, place)
  return items[wrapped]?.id ?? null
}

function isMove(mutation: QueueMutation): mutation is QueueMove {
  return mutation.op === 'step' || mutation.op === 'go-to'
}

function moved(queue: Queue, move: { id: string; before: string | null }): QueueItem[] {
  const item = queue.items[placeOf(queue, move.id)]
  if (item === undefined || move.before === move.id) return [...queue.items]
  const rest = queue.items.filter((other) => other.id !== move.id)
  if (move.before === null) return [...rest, item]
  placeOf(queue, move.before)
  return rest.flatMap((other) => (other.id === move.before ? [item, other] : [other]))
}

function placeOf(queue: Queue, id: string): number {
  const place = queue.items.findIndex((item) => item.id === id)
  if (place < 0) throw new AppError('not_found', `stream "${queue.name}" has no item "${id}" (any more)`)
  return place
}

/**
 * A current item that was removed hands over to the one that took its place. A queue that is over stays so until
 * something new comes, and then goes on with that.
 */
function currentAfter(before: Queue, after: Queue): string | null {
  if (isOver(before)) {
    const old = new Set(before.items.map((item) => item.id))
    return after.items.find((item) => !old.has(item.id))?.id ?? null
  }
  if (after.items.some((item) => item.id === before.current)) return before.current
  const kept = new Set(after.items.map((item) => item.id))
  const following = before.items.slice(currentIndex(before)).find((item) => kept.has(item.id))
  return following?.id ?? after.items[0]?.id ?? null
}
