/**
 * The places of a queue card. Each is a one-track chapter with an address of its own, so that the request of one
 * tells which way the player took: that is all there is to learn a press from at once.
 */
export type Place = Slot | ChapterNumber

/** How a queue card is cut: chapters that name where presses lead, or ordinary chapters in a row. */
export type SlotCut = 'interactive' | 'linear'

/** The chapters of an interactive queue card. */
export const slots = ['start', 'now-a', 'now-b', 'left-a', 'left-b', 'right-a', 'right-b'] as const
export type Slot = (typeof slots)[number]

/** `01` to `99`: a card has room for a hundred tracks. */
export type ChapterNumber = `${number}`

const mostNumbers = 99

/** The chapters of a linear queue card, in their order. */
export const numbers: readonly ChapterNumber[] = Array.from({ length: mostNumbers }, (_, index) =>
  numberAt(index + 1),
)

/** Where a slot leads when a knob is pressed or its track has ended. */
export interface SlotEdges {
  readonly left: Slot
  readonly right: Slot
  readonly end: Slot
}

/** What a request from byte 0 means, or the news that a player plays a place. */
export type Judgement =
  | { readonly kind: 'inserted' }
  /** The same item again: a retry, a player that was off, or one we know nothing of. */
  | { readonly kind: 'again' }
  | { readonly kind: 'press'; readonly button: 'left' | 'right' }
  /** The track before has ended by itself. */
  | { readonly kind: 'end' }

export interface Visit {
  readonly place: Place
  readonly atMs: number
}

interface Step {
  readonly previous: Visit
  readonly requested: Place
  readonly nowMs: number
  /** Whether what the previous place plays can have come to its end by now. */
  readonly mayHaveEnded: boolean
}

/** A player that asks for the first slot again so soon only repeats its request. */
export const startRetryMs = 5_000

export function isSlot(name: string): name is Slot {
  return slots.some((slot) => slot === name)
}

/** Whether a queue card of either cut has a chapter of that name. */
export function isPlace(name: string): name is Place {
  return isSlot(name) || numbers.some((number) => number === name)
}

/** Whether somebody or something has gone on from the place before. */
export function isStep({ kind }: Judgement): boolean {
  return kind === 'press' || kind === 'end'
}

/** Every edge has a target of its own; who follows the same edge twice comes to its twin. */
export function edgesFrom(slot: Slot): SlotEdges {
  return {
    left: slot === 'left-a' ? 'left-b' : 'left-a',
    right: slot === 'right-a' ? 'right-b' : 'right-a',
    end: slot === 'now-a' ? 'now-b' : 'now-a',
  }
}

/** Judges a GET from byte 0 by the place its listener was at before; `previous` is null for a new listener. */
export function judge({ previous, ...step }: Omit<Step, 'previous'> & { previous: Visit | null }): Judgement {
  const { requested, nowMs } = step
  if (requested === 'start') {
    const isRetry = previous?.place === 'start' && nowMs - previous.atMs < startRetryMs
    return { kind: isRetry ? 'again' : 'inserted' }
  }
  if (previous === null) return { kind: isSlot(requested) ? 'again' : 'inserted' }
  return isSlot(requested)
    ? judgeSlot(previous.place, requested)
    : judgeNumber({ ...step, previous, requested })
}

function judgeSlot(previous: Place, requested: Slot): Judgement {
  if (!isSlot(previous)) return { kind: 'again' }
  const edges = edgesFrom(previous)
  if (requested === edges.left) return { kind: 'press', button: 'left' }
  if (requested === edges.right) return { kind: 'press', button: 'right' }
  return { kind: requested === edges.end ? 'end' : 'again' }
}

/** Ordinary chapters do not say why a player went on: that it can have come to the end of one must decide. */
function judgeNumber({ previous, requested, mayHaveEnded }: Step): Judgement {
  if (requested === previous.place) return { kind: 'again' }
  const by = Number(requested) - Number(previous.place)
  if (by === 1) return mayHaveEnded ? { kind: 'end' } : { kind: 'press', button: 'right' }
  return by === -1 ? { kind: 'press', button: 'left' } : { kind: 'inserted' }
}

function numberAt(place: number): ChapterNumber {
  return `${place < 10 ? '0' : ''}${place}` as ChapterNumber
}
