import { AppError } from './error.ts'
import type { Hold } from './hold.ts'
import type { KeptQueue } from './kept-queue.ts'
import { orderFrom, type PlayOrder } from './play-order.ts'
import type { ResumedAt } from './resume-point.ts'

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
  /** While it is shuffled, in which order it plays; the items stay as they are listed. */
  readonly order: PlayOrder | null
  /** Where a listener that comes anew begins: with the current item, or with the first. */
  readonly resume: (typeof resumePolicies)[number]
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
  /** What it was before somebody put something else there for a while. */
  readonly kept: readonly KeptQueue<PastQueue>[]
  /** How long it holds against the stream's schedule; null: as what anybody puts there does, until the next slot. */
  readonly held: Hold | null
  /** Tells it from an earlier stream of its name. */
  readonly made: string
}

/** What is brought back of a queue that was kept. */
export type PastQueue = Pick<
  Queue,
  'items' | 'current' | 'playlist' | 'reason' | 'loop' | 'shuffle' | 'order' | 'resume' | 'mode'
>

/** The queue without what only those need who play or change it, and what may be many times as long as its items. */
export function shownQueue(queue: Queue): Queue {
  return { ...queue, order: null, kept: [] }
}

/** A queue as it may lie in a store: earlier versions did not know all of it. */
export type StoredQueue = Omit<Queue, Younger> & Partial<Pick<Queue, Younger>>
type Younger = 'if_pressed' | 'closed_until' | 'order' | 'resume' | 'kept' | 'held' | 'made'

export interface QueueItem {
  readonly id: string
  /** Name in the library; never a path of the machine. */
  readonly file: string
}

/**
 * `finite`: one file from the first item to the last, of a length known beforehand. `live`: as time passes, so that
 * a change is heard within seconds.
 */
export const queueModes = ['finite', 'live'] as const

export const resumePolicies = ['resume', 'restart'] as const

/** More than any household plays, and few enough to be written and shown at once. */
export const mostItems = 10_000

/** More than any household names, and few enough that others can be told of them all. */
export const mostStreams = 200

/** Letters of any language; in topics and addresses `asciiWordOf` stands for them. */
export const streamNamePattern = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,63}$/u
const reservedStreamNames: ReadonlySet<string> = new Set(['queues'])

export type QueueMutation =
  | { readonly op: 'append'; readonly files: readonly string[]; readonly hold?: Hold }
  /** Behind the current item; with `now` the first of them becomes the current one. */
  | {
      readonly op: 'insert-next'
      readonly files: readonly string[]
      readonly now?: boolean
      /** All that came behind the current item goes. */
      readonly instead?: boolean
      readonly hold?: Hold
    }
  | {
      readonly op: 'replace'
      readonly files: readonly string[]
      readonly playlist: string | null
      /** Closes or opens the stream in the same step; absent leaves it as it is. */
      readonly closed?: boolean
      /** Absent: null, for what was to be heard instead of the old content says nothing of the new. */
      readonly if_pressed?: string | null
      /** Changed in the same step. */
      readonly settings?: QueueSettings
      /** Who may bring back what was there before. */
      readonly keep?: string
      /** How long it holds against the stream's schedule; null: it is the schedule's own. Absent: until its next slot. */
      readonly hold?: Hold | null
      /** Where it begins; absent: with its first item. */
      readonly resumed?: ResumedAt
      /** Who hears an item of the old queue live hears that to its end. */
      readonly lets_end?: boolean
    }
  /** Brings back what this owner kept with `replace`, its items with the ids they had. */
  | { readonly op: 'restore'; readonly owner: string }
  | { readonly op: 'remove'; readonly id: string }
  /** `before: null` moves the item to the end. */
  | { readonly op: 'move'; readonly id: string; readonly before: string | null }
  | { readonly op: 'clear' }
  /** The current item is the last one: what comes behind it goes, and it does not start over. */
  | { readonly op: 'end-after-current' }
  /** Lists the items in another order, once: the current one first. */
  | { readonly op: 'shuffle' }
  /** Begins the next round of a shuffled queue. `of`: only while it plays in the order of that seed, so that two who ask do it once. */
  | { readonly op: 'reshuffle'; readonly of?: number }
  /**
   * Makes the next or previous item the current one. Behind the last item the queue is over, unless it loops;
   * from there a step leads to its first or last item. Before the first item there is nothing but the first.
   * `from`: only while this is the current item, so that nobody steps over what has come in between.
   */
  | { readonly op: 'step'; readonly by: 1 | -1; readonly from?: string | null }
  /** Makes this item the current one; null: the queue is over. `from` as with `step`. */
  | {
      readonly op: 'go-to'
      readonly id: string | null
      readonly from?: string | null
      /** The steps that were looked up led into the next round of a shuffled queue. */
      readonly isNextRound?: boolean
      /** Of a shuffled queue: the item is taken out of turn, and those between still come. */
      readonly isOutOfTurn?: boolean
    }
  | {
      readonly op: 'settings'
      readonly settings: QueueSettings
      /** Only while the stream is closed until just then, so that nobody opens what was closed anew. */
      readonly whileClosedUntil?: string
    }

/** The mutations that leave the items alone and only say which one is due. */
export type QueueMove = Extract<QueueMutation, { op: 'step' | 'go-to' }>

/** `closed_until` goes with `closed: true`; without it the stream stays closed until somebody opens it. */
export type QueueSettings = Partial<
  Pick<Queue, 'title' | 'loop' | 'shuffle' | 'resume' | 'mode' | 'closed' | 'closed_until' | 'if_pressed'>
> & {
  /** Whether the stream's schedule leaves what it holds alone until that is taken back. */
  readonly stays?: boolean
}

/** Whether a stream may have the name. */
export function isStreamName(name: string): boolean {
  return streamNamePattern.test(name) && !reservedStreamNames.has(name)
}

/** The name as streams are kept under it: an accent may be written in two ways. @throws AppError `unprocessable` when it cannot be a stream's. */
export function checkStreamName(written: string): string {
  const name = written.normalize('NFC')
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
    order: null,
    resume: 'resume',
    mode: 'finite',
    version: 0,
    playlist: null,
    reason: null,
    closed: false,
    closed_until: null,
    if_pressed: null,
    kept: [],
    held: null,
    made: '',
  }
}

/** The queue with what an earlier version did not store. */
export function restoredQueue(stored: StoredQueue): Queue {
  const { items, current, shuffle, version } = stored
  const ids = items.map((item) => item.id)
  return {
    ...stored,
    closed_until: stored.closed_until ?? null,
    if_pressed: stored.if_pressed ?? null,
    order: stored.order ?? (shuffle ? orderFrom(version, ids, current) : null),
    resume: stored.resume ?? 'resume',
    kept: stored.kept ?? [],
    held: stored.held ?? null,
    made: stored.made ?? '',
  }
}

/** Whether the queue was played to its end: it has items, and none of them is due. */
export function isOver({ items, current }: Queue): boolean {
  return items.length > 0 && current === null
}

/** Place of the current item in the list, 0 for a queue that is empty or over. */
export function currentIndex(queue: Queue): number {
  return Math.max(
    0,
    queue.items.findIndex((item) => item.id === queue.current),
  )
}
