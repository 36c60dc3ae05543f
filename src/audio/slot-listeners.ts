import type { Claim } from '../core/claim.ts'
import type { Place, Visit } from '../core/slot.ts'

/** `nothing`: there is nothing to play; `over`: and the listener has been told so already. */
export type SlotAnswer<Body> =
  | { readonly kind: 'item'; readonly body: Body }
  | { readonly kind: 'nothing' | 'over' }

/** What a place was answered with: the item's id where it was one. */
export interface Given<Body> {
  readonly item: string | null
  readonly answer: SlotAnswer<Body>
}

/** What a place will play if the player goes there, and the item that was current when that was worked out. */
export interface Offer<Body> extends Given<Body> {
  readonly from: string | null
}

export interface SlotPress {
  readonly stream: string
  readonly player: string | null
  readonly card_id: string | null
  readonly place: Place
  readonly button: 'left' | 'right'
  /** Whether the press is known from a request or from the player's own words. */
  readonly via: 'http' | 'mqtt'
}

export interface ListenerClaim extends Claim {
  readonly press: SlotPress | null
  /** The item that the step made current. */
  readonly item: string | null
}

/** One who plays a queue card, as far as it is known. */
export interface SlotListener<Body> {
  /** The place it asked for last. */
  visit: Visit | null
  /** The place it said last that it plays. */
  named: (Visit & { readonly commanded: boolean }) | null
  /** When it put the card in; nothing older counts. */
  insertedMs: number
  /** What it got last, and since when it hears that. */
  given: Given<Body> | null
  beganMs: number
  /** What each place gave it last. */
  readonly served: Map<Place, Given<Body>>
  claims: readonly ListenerClaim[]
  /** What places it has asked for would play, since it named the one it is at. */
  readonly offers: Map<Place, Offer<Body>>
  seenMs: number
}

const keptMs = 24 * 60 * 60 * 1000
const namesKept = 1000

/** The listeners of a day, each under all the names it is known by. */
export class SlotListeners<Body> {
  // In order of last use, the oldest first.
  readonly #byName = new Map<string, SlotListener<Body>>()

  /** The listener of these names, a new one where none of them is known. */
  of(names: readonly string[], nowMs: number): SlotListener<Body> {
    const known = new Set(names.flatMap((name) => this.#byName.get(name) ?? []))
    const recent = [...known].filter(({ seenMs }) => nowMs - seenMs <= keptMs)
    const listener = recent.length === 0 ? newListener<Body>() : recent.reduce(joined)
    listener.seenMs = nowMs
    for (const name of names) {
      this.#byName.delete(name)
      this.#byName.set(name, listener)
    }
    for (const oldest of this.#byName.keys()) {
      if (this.#byName.size <= namesKept) break
      this.#byName.delete(oldest)
    }
    return listener
  }
}

function newListener<Body>(): SlotListener<Body> {
  return {
    visit: null,
    named: null,
    insertedMs: Number.NEGATIVE_INFINITY,
    given: null,
    beganMs: Number.NEGATIVE_INFINITY,
    served: new Map(),
    claims: [],
    offers: new Map(),
    seenMs: Number.NEGATIVE_INFINITY,
  }
}

/** Who was an address before it was a player has asked under the one name and spoken under the other. */
function joined<Body>(one: SlotListener<Body>, other: SlotListener<Body>): SlotListener<Body> {
  const [older, newer] = atMs(one.visit) > atMs(other.visit) ? [other, one] : [one, other]
  const isNews = atMs(older.named) > atMs(newer.named) && atMs(older.named) >= newer.insertedMs
  if (isNews) newer.named = older.named
  return newer
}

function atMs(visit: Visit | null): number {
  return visit?.atMs ?? Number.NEGATIVE_INFINITY
}
