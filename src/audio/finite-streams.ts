import type { Clock } from '../core/clock.ts'
import { Recent } from '../core/recent.ts'

/** A body of exactly known bytes. */
export interface Served {
  readonly length: number
  /** A strong entity tag, or null where the body has none. */
  readonly etag: string | null
  /** Equal of bodies of one queue that end at the same moment, if at different items: see `Playable`. */
  readonly cutOf?: string
}

export interface FiniteRequest {
  /** Who asks, under every name it may have been served by: the key and the player, the key and the address. */
  readonly listener: readonly string[]
  /** First byte wanted of a body of that length; null when the request asks for the whole. */
  startIn(length: number): number | null
  /** The If-Range header. */
  readonly ifRange: string | null
}

export interface FiniteChoice<Body> {
  readonly body: Body
  /** Whether the range that was asked for applies; else the whole is sent. */
  readonly ranged: boolean
}

interface Last<Body> {
  readonly body: Body
  /** When it was first served to them. */
  readonly sinceMs: number
  readonly untilMs: number
  readonly turn: number
}

const keptMs = 24 * 60 * 60 * 1000
const listenersKept = 1000
// A player that looks first, or has lost its connection, is back by then; a child who starts over mostly is not.
const retryMs = 10_000

/**
 * Which body a listener gets. Who begins at the beginning gets the newest; who goes on somewhere behind it goes
 * on in what was served to them last, so that an edit never splices two queues.
 *
 * The newest may end at an earlier item than the last did for no other reason than that time has passed, see
 * `begunWithin`. That alone is not another version to a listener: who asks once more from the beginning within ten
 * seconds gets what they got, and so does who goes on with its tag in If-Range, for as long as the queue is the same.
 */
export class FiniteStreams<Body extends Served> {
  readonly #clock: Clock
  readonly #last = new Recent<string, Last<Body>>(listenersKept)
  #turns = 0

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock
  }

  /** `newest` is null when there is nothing to play; so is the choice then, unless the listener is in the middle of something. */
  choose(newest: Body | null, request: FiniteRequest): FiniteChoice<Body> | null {
    const last = this.#lastOf(request.listener)
    const isRecent = last !== null && this.#clock.now().getTime() - last.sinceMs < retryMs
    return chooseBody({ newest, last: last?.body ?? null, isRecent, request })
  }

  /**
   * What the listener goes on in, whatever the stream plays by now; null where that has to be looked up, because they
   * begin at the beginning, name a tag, or were served nothing yet.
   */
  goesOn(request: FiniteRequest): FiniteChoice<Body> | null {
    const last = request.ifRange === null ? this.#lastOf(request.listener) : null
    return last !== null && isFurtherOn(last.body, request) ? { body: last.body, ranged: true } : null
  }

  /** Remembers what was served, for a day and for the last thousand listeners. */
  remember(listener: string, body: Body): void {
    const nowMs = this.#clock.now().getTime()
    const last = this.#last.get(listener)
    const sinceMs = last?.body === body ? last.sinceMs : nowMs
    this.#last.set(listener, { body, sinceMs, untilMs: nowMs + keptMs, turn: this.#turns++ })
  }

  /** What was served last under any of the names. */
  #lastOf(listener: readonly string[]): Last<Body> | null {
    const now = this.#clock.now().getTime()
    const known = listener.flatMap((name) => this.#last.get(name) ?? []).filter((last) => last.untilMs > now)
    const newest = Math.max(...known.map(({ turn }) => turn))
    return known.find(({ turn }) => turn === newest) ?? null
  }
}

/** The decision itself. `isRecent`: the last was first served a moment ago. */
export function chooseBody<Body extends Served>(options: {
  newest: Body | null
  last: Body | null
  isRecent?: boolean
  request: FiniteRequest
}): FiniteChoice<Body> | null {
  const { newest, last, isRecent = false, request } = options
  const isOnlyLater = last !== null && newest !== null && isSameButLater(newest, last)
  if (request.ifRange !== null) {
    // RFC 9110, 13.1.5: it speaks of what the address has now, and compares strongly.
    if (isOnlyLater && isFurtherOn(last, request) && isSameStrongTag(request.ifRange, last.etag))
      return { body: last, ranged: true }
    return newest === null ? null : { body: newest, ranged: isSameStrongTag(request.ifRange, newest.etag) }
  }
  if (last !== null && (isFurtherOn(last, request) || (isOnlyLater && isRecent)))
    return { body: last, ranged: true }
  return newest === null ? null : { body: newest, ranged: true }
}

/** Whether nothing but the time at which they were made tells them apart, and fewer items are heard of `later`. */
function isSameButLater(later: Served, body: Served): boolean {
  return later.cutOf !== undefined && later.cutOf === body.cutOf && later.length < body.length
}

function isFurtherOn(body: Served, request: FiniteRequest): boolean {
  return (request.startIn(body.length) ?? 0) > 0
}

/** RFC 9110, 8.8.3.2: a weak tag, or a date in its place, is never the same. */
function isSameStrongTag(wanted: string, etag: string | null): boolean {
  return etag !== null && !etag.startsWith('W/') && wanted.trim() === etag
}
