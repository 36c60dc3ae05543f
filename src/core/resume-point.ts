import { newOrder, type PlayOrder, playOrder, strewn } from './play-order.ts'
import type { Queue } from './queue.ts'

/** Where a queue was left, by its files: when its content comes again its items are others. */
export interface ResumePoint {
  /** All of them, in the order they played in. */
  readonly files: readonly string[]
  /** Which of them was due. */
  readonly place: number
  readonly shuffled: boolean
}

/** Where content begins that comes again, by places in the list of its files. */
export interface ResumedAt {
  readonly start: number
  /** The order in which those played that were there the last time; null: as they are listed. */
  readonly order: readonly number[] | null
}

/** Where the queue is; null where it is over or empty, and so starts over. */
export function resumePointOf({ items, order, current }: Queue): ResumePoint | null {
  const played = playOrder({ items, order })
  const place = played.findIndex(({ id }) => id === current)
  return place < 0 ? null : { files: played.map(({ file }) => file), place, shuffled: order !== null }
}

/**
 * Where these files begin: with the one that was due, or the nearest behind it that is still among them; null where
 * there is none, and they start over.
 */
export function resumedIn(files: readonly string[], point: ResumePoint): ResumedAt | null {
  const places = new Map<string, number[]>()
  // From the back, for each is taken off the end.
  for (const [place, file] of [...files.entries()].reverse()) {
    const known = places.get(file)
    if (known === undefined) places.set(file, [place])
    else known.push(place)
  }
  const found = point.files.map((file) => places.get(file)?.pop())
  const start = found.slice(point.place).find((place) => place !== undefined)
  if (start === undefined) return null
  return { start, order: point.shuffled ? found.filter((place) => place !== undefined) : null }
}

/** The order of shuffled items that begin there: what is new among them comes at random behind it. */
export function resumedOrder(
  ids: readonly string[],
  resumed: ResumedAt | undefined,
  random: () => number,
): PlayOrder {
  const current = resumed === undefined ? null : (ids[resumed.start] ?? null)
  const fresh = newOrder(ids, current, random)
  if (resumed?.order == null) return fresh
  const known = resumed.order.flatMap((place) => ids[place] ?? [])
  const there = new Set(known)
  return strewn(
    { ids: known, seed: fresh.seed },
    { current, fresh: fresh.ids.filter((id) => !there.has(id)), random },
  )
}
