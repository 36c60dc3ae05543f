import { followingOrder, type PlayOrder } from '../../core/play-order.ts'

/**
 * The round of a shuffled queue that one listener is in. The queue itself follows the listener who is first, so it may
 * be in another round by now; each listener hears its own to the end before it takes up the queue's.
 */
export interface Round {
  readonly seed: number
  /** The queue's order as it was when this round was last compared with it. */
  readonly seen: PlayOrder
  /** Every item once, in the order this listener hears them. */
  readonly ids: readonly string[]
  /** The place of the item that is heard; -1: it is the last one of the round before. */
  readonly at: number
}

/** The round of a listener who comes in at that item: what stands before it has been heard. */
export function roundFrom(order: PlayOrder, item: string): Round {
  return { seed: order.seed, seen: order, ids: order.ids, at: order.ids.indexOf(item) }
}

/** The round of a listener who hears that item while the queue is put into this order: all others are to come. */
export function roundOfNew(order: PlayOrder, item: string): Round {
  const ids = [item, ...order.ids.filter((id) => id !== item)]
  return { seed: order.seed, seen: order, ids, at: 0 }
}

/** The same round, back at an item that was heard a little before. */
export function roundBackAt(round: Round, item: string): Round {
  return { ...round, at: round.ids.lastIndexOf(item, Math.max(0, round.at)) }
}

/** One item further in the queue as it is now; null: this round is over, and there is no other. */
export function roundAfter(
  { order, loop }: { readonly order: PlayOrder; readonly loop: boolean },
  round: Round,
  heard: string,
): Round | null {
  const now = compared(order, round)
  if (now.at + 1 < now.ids.length) return withoutRepeat({ ...now, at: now.at + 1 }, heard)
  if (!loop) return null
  const isQueueHere = order.seed === round.seed && order.ids.length > 1
  const next = isQueueHere ? followingOrder(order) : order
  return withoutRepeat({ seed: next.seed, seen: next, ids: next.ids, at: 0 }, heard)
}

/** The round with what has come into the queue and without what has gone, each item still once. */
function compared(order: PlayOrder, round: Round): Round {
  if (order === round.seen) return round
  const played = round.ids.slice(0, round.at + 1)
  return { ...round, seen: order, ids: [...played, ...coming(order, round, played)] }
}

function coming(order: PlayOrder, { seed, ids, at }: Round, played: readonly string[]): string[] {
  if (order.seed === seed) {
    const heard = new Set(played)
    return order.ids.filter((id) => !heard.has(id))
  }
  const there = new Set(order.ids)
  const known = new Set(ids)
  const left = ids.slice(at + 1).filter((id) => there.has(id))
  return [...left, ...order.ids.filter((id) => !known.has(id))]
}

/** Nobody hears the same item twice in a row, where there is another. */
function withoutRepeat(round: Round, heard: string): Round {
  const { ids, at } = round
  const after = ids[at + 1]
  if (ids[at] !== heard || after === undefined) return round
  return { ...round, ids: ids.with(at, after).with(at + 1, heard) }
}
