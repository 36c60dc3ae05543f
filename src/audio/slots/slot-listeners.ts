import type { Claim } from '../../core/claim.ts'
import type { Collection } from '../../core/collection.ts'
import { Recent } from '../../core/recent.ts'
import { isPlace, type Place, type Visit } from '../../core/slot.ts'

/**
 * `nothing`: there is nothing to play; `over`: and the listener has been told so already. `isSilent`: what played has
 * come to its end, and nobody is to speak unasked.
 */
export type SlotAnswer<Body> =
  | {
      readonly kind: 'item'
      readonly body: Body
      /** It goes on in just what it got there before, so a range that is not in it is in nothing else either. */
      readonly isResumed?: boolean
    }
  | { readonly kind: 'nothing'; readonly isSilent?: boolean }
  | { readonly kind: 'over' }

/** What a place was answered with: the item's id where it was one. */
export interface Given<Body> {
  readonly item: string | null
  readonly answer: SlotAnswer<Body>
  /** The step to it led into the next round of a shuffled queue. */
  readonly isNextRound?: boolean
}

/** What a place will play if the player goes there, and the item that was current when that was worked out. */
export interface Offer<Body> extends Given<Body> {
  readonly from: string | null
  /** It went on there in the middle, as after it was off: no step led there. */
  readonly isTakenUp?: boolean
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

/** One who plays a queue card, as far as it is known. Times are of the clock, in ms. */
export interface SlotListener<Body> {
  /** The name of its player, where that could ever be told. */
  player: string | null
  /** When its player said last where it is. */
  spokenMs: number
  /** The place it asked for last. */
  visit: Visit | null
  /** The place it went on at in its middle since. */
  resumed: Visit | null
  /** The place it said last that it plays. */
  named: (Visit & { readonly isCommanded: boolean }) | null
  /** When it put the card in; nothing older counts. */
  insertedMs: number
  /** What its last request got. */
  given: Given<Body> | null
  /** What it hears, and when that began; a player that looks ahead has asked for something else since. */
  playing: { readonly given: Given<Body>; readonly beganMs: number } | null
  /** What each place gave it last. */
  readonly served: Map<Place, Given<Body>>
  /** The item that it was to be sent on to and has not got yet. */
  due: string | null
  claims: readonly ListenerClaim[]
  /** What places it has asked for would play, since it named the one it is at. */
  readonly offers: Map<Place, Offer<Body>>
  seenMs: number
}

interface Names {
  readonly names: readonly string[]
  readonly player: string | null
}

/** Where a listener was, as the store keeps it: a press behind a restart of this program is a press too. */
export interface StoredVisit {
  readonly place: string
  readonly at_ms: number
}

const keptMs = 24 * 60 * 60 * 1000
const namesKept = 1000

/** The listeners of a day, each under all the names it is known by. */
export class SlotListeners<Body> {
  readonly #visits: Collection<StoredVisit>
  readonly #byName = new Recent<string, SlotListener<Body>>(namesKept)
  /** By address: the players that were seen there. */
  readonly #behind = new Recent<string, readonly string[]>(namesKept)

  /** `visits`: by name. */
  constructor(visits: Collection<StoredVisit>) {
    this.#visits = visits
  }

  /** Reads where the listeners of the last run were. */
  async start(nowMs: number): Promise<void> {
    const stored = await this.#visits.entries()
    for (const [name, { place, at_ms }] of stored.sort((one, other) => one[1].at_ms - other[1].at_ms)) {
      if (nowMs - at_ms > keptMs || !isPlace(place)) await this.#visits.delete(name)
      else this.of({ names: [name], player: null }, at_ms).visit = { place, atMs: at_ms }
    }
  }

  /** Rejects as the store does. */
  async store(names: readonly string[], { place, atMs }: Visit): Promise<void> {
    for (const name of names) await this.#visits.set(name, { place, at_ms: atMs })
  }

  /**
   * The listener of these names, a new one where none of them is known. `player`: which of them is its player's, if
   * any. Two players behind one address stay two, and the address alone then means the one that spoke last.
   */
  of({ names, player }: Names, nowMs: number): SlotListener<Body> {
    const all = player === null ? names.flatMap((name) => [name, ...(this.#behind.get(name) ?? [])]) : names
    const known = new Set(all.flatMap((name) => this.#byName.get(name) ?? []))
    const recent = [...known].filter(({ seenMs }) => nowMs - seenMs <= keptMs)
    const own =
      player === null
        ? lastToSpeak(recent)
        : recent.filter((one) => one.player === null || one.player === player)
    const listener = own.length === 0 ? newListener<Body>() : own.reduce(joined)
    listener.player = player ?? listener.player
    listener.seenMs = nowMs
    for (const name of names) this.#byName.set(name, listener)
    if (player !== null) this.#seeBehind(names, player)
    return listener
  }

  #seeBehind(names: readonly string[], player: string): void {
    for (const name of names) {
      if (name === player) continue
      const others = this.#behind.get(name)?.filter((other) => other !== player) ?? []
      this.#behind.set(name, [...others, player])
    }
  }
}

/** A card that is put in starts over: what was claimed or said before no longer concerns it. */
export function beginAnew<Body>(listener: SlotListener<Body>, nowMs: number): void {
  listener.claims = []
  listener.resumed = null
  listener.named = null
  listener.playing = null
  listener.offers.clear()
  listener.insertedMs = nowMs
}

function newListener<Body>(): SlotListener<Body> {
  return {
    player: null,
    spokenMs: Number.NEGATIVE_INFINITY,
    visit: null,
    resumed: null,
    named: null,
    insertedMs: Number.NEGATIVE_INFINITY,
    given: null,
    playing: null,
    served: new Map(),
    due: null,
    claims: [],
    offers: new Map(),
    seenMs: Number.NEGATIVE_INFINITY,
  }
}

/** Of those that are players, the one whose words are the newest; without any, all. */
function lastToSpeak<Body>(listeners: readonly SlotListener<Body>[]): readonly SlotListener<Body>[] {
  const players = listeners.filter(({ player }) => player !== null)
  if (players.length === 0) return listeners
  return [players.reduce((one, other) => (other.spokenMs > one.spokenMs ? other : one))]
}

/** Who was an address before it was a player has asked under the one name and spoken under the other. */
function joined<Body>(one: SlotListener<Body>, other: SlotListener<Body>): SlotListener<Body> {
  const [older, newer] = atMs(one.visit) > atMs(other.visit) ? [other, one] : [one, other]
  const isNews = atMs(older.named) > atMs(newer.named) && atMs(older.named) >= newer.insertedMs
  if (isNews) {
    newer.named = older.named
    newer.playing = older.playing ?? newer.playing
  }
  newer.due ??= older.due
  for (const [place, given] of older.served) if (!newer.served.has(place)) newer.served.set(place, given)
  return newer
}

function atMs(visit: Visit | null): number {
  return visit?.atMs ?? Number.NEGATIVE_INFINITY
}
