import type { Clock } from '../core/clock.ts'
import { Recent } from '../core/recent.ts'

/** A body of exactly known bytes. */
export interface Served {
  readonly length: number
  /** A strong entity tag, or null where the body has none. */
  readonly etag: string | null
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

const keptMs = 24 * 60 * 60 * 1000
const listenersKept = 1000

/**
 * Which body a listener gets. Who begins at the beginning gets the newest; who goes on somewhere behind it goes
 * on in what was served to them last, so that an edit never splices two queues.
 */
export class FiniteStreams<Body extends Served> {
  readonly #clock: Clock
  readonly #last = new Recent<
    string,
    { readonly body: Body; readonly untilMs: number; readonly turn: number }
  >(listenersKept)
  #turns = 0

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock
  }

  /** `newest` is null when there is nothing to play; so is the choice then, unless the listener is in the middle of something. */
  choose(newest: Body | null, request: FiniteRequest): FiniteChoice<Body> | null {
    return chooseBody({ newest, last: this.#lastOf(request.listener), request })
  }

  /**
   * What the listener goes on in, whatever the stream plays by now; null where that has to be looked up, because they
   * begin at the beginning, name a tag, or were served nothing yet.
   */
  goesOn(request: FiniteRequest): FiniteChoice<Body> | null {
    const last = request.ifRange === null ? this.#lastOf(request.listener) : null
    return last !== null && isFurtherOn(last, request) ? { body: last, ranged: true } : null
  }

  /** Remembers what was served, for a day and for the last thousand listeners. */
  remember(listener: string, body: Body): void {
    const untilMs = this.#clock.now().getTime() + keptMs
    this.#last.set(listener, { body, untilMs, turn: this.#turns++ })
  }

  /** What was served last under any of the names. */
  #lastOf(listener: readonly string[]): Body | null {
    const now = this.#clock.now().getTime()
    const known = listener.flatMap((name) => this.#last.get(name) ?? []).filter((last) => last.untilMs > now)
    const newest = Math.max(...known.map(({ turn }) => turn))
    return known.find(({ turn }) => turn === newest)?.body ?? null
  }
}

/** The decision itself. */
export function chooseBody<Body extends Served>(options: {
  newest: Body | null
  last: Body | null
  request: FiniteRequest
}): FiniteChoice<Body> | null {
  const { newest, last, request } = options
  if (request.ifRange !== null) {
    // RFC 9110, 13.1.5: it speaks of what the address has now, and compares strongly.
    return newest === null ? null : { body: newest, ranged: isSameStrongTag(request.ifRange, newest.etag) }
  }
  if (last !== null && isFurtherOn(last, request)) return { body: last, ranged: true }
  return newest === null ? null : { body: newest, ranged: true }
}

function isFurtherOn(body: Served, request: FiniteRequest): boolean {
  return (request.startIn(body.length) ?? 0) > 0
}

/** RFC 9110, 8.8.3.2: a weak tag, or a date in its place, is never the same. */
function isSameStrongTag(wanted: string, etag: string | null): boolean {
  return etag !== null && !etag.startsWith('W/') && wanted.trim() === etag
}
