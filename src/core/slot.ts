/**
 * The places of a queue card. Each is a one-track chapter with an address of its own, so that the request of one
 * tells which way the player took: that is all there is to learn a press from at once.
 */
export const slots = ['start', 'now-a', 'now-b', 'left-a', 'left-b', 'right-a', 'right-b'] as const
export type Slot = (typeof slots)[number]

/** Where a slot leads when a knob is pressed or its track has ended. */
export interface SlotEdges {
  readonly left: Slot
  readonly right: Slot
  readonly end: Slot
}

/** What a request from byte 0 means. */
export type Judgement =
  | { readonly kind: 'inserted' }
  /** The same item again: a retry, a player that was off, or one we know nothing of. */
  | { readonly kind: 'again' }
  | { readonly kind: 'press'; readonly button: 'left' | 'right' }
  /** The track before has ended by itself. */
  | { readonly kind: 'end' }

export interface SlotVisit {
  readonly slot: Slot
  readonly atMs: number
}

/** A player that asks for the first slot again so soon only repeats its request. */
export const startRetryMs = 5_000

export function isSlot(name: string): name is Slot {
  return slots.some((slot) => slot === name)
}

/** Every edge has a target of its own; who follows the same edge twice comes to its twin. */
export function edgesFrom(slot: Slot): SlotEdges {
  return {
    left: slot === 'left-a' ? 'left-b' : 'left-a',
    right: slot === 'right-a' ? 'right-b' : 'right-a',
    end: slot === 'now-a' ? 'now-b' : 'now-a',
  }
}

/** Judges a GET from byte 0 by the slot its listener asked for before; `previous` is null for a new listener. */
export function judge({
  previous,
  requested,
  nowMs,
}: {
  previous: SlotVisit | null
  requested: Slot
  nowMs: number
}): Judgement {
  if (requested === 'start') {
    const isRetry = previous?.slot === 'start' && nowMs - previous.atMs < startRetryMs
    return { kind: isRetry ? 'again' : 'inserted' }
  }
  if (previous === null) return { kind: 'again' }
  const edges = edgesFrom(previous.slot)
  if (requested === edges.left) return { kind: 'press', button: 'left' }
  if (requested === edges.right) return { kind: 'press', button: 'right' }
  return { kind: requested === edges.end ? 'end' : 'again' }
}
