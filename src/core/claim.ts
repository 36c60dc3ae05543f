import type { Place } from './slot.ts'

/** A step that a request says its player has taken, while the player itself has not said so. */
export interface Claim {
  readonly place: Place
  readonly atMs: number
  /** It follows a track that cannot have come to its end by then, as a request that looks ahead does. */
  readonly isEarlyEnd: boolean
  /** It is taken for a press only because the track before cannot have come to its end by then. */
  readonly mayBeEnd: boolean
  /** When the player first named another place although it had had time to name this one. */
  readonly doubtedMs?: number
}

/** Players name their place later than they ask for it; what they say in this time may still be of the place before. */
export const keysPatienceMs = 5_000
// What was held up on its way arrives all at once: it is one word, however many messages it comes in.
const secondWordMs = 3_000

/**
 * What becomes of claims, oldest first, when their player names the place it plays. Those up to that place have come
 * true, but for any that the player has denied:
 * - an early end, by any other word;
 * - another claim, by naming another place twice, or once before it asked for the next;
 * - a press that may have been an end, by going there from the end of what it played long after it asked.
 *
 * Passing a claim over denies nothing, because a player need not name every place it was at, nor be heard all the
 * time.
 */
export function verdictOn<C extends Claim>(
  claims: readonly C[],
  named: {
    readonly place: Place
    readonly atMs: number
    /** Whether the player says that it came there from the end of what it played before. */
    readonly hasEnded: boolean
  },
): { readonly refuted: readonly C[]; readonly open: readonly C[] } {
  const place = claims.findIndex((claim) => claim.place === named.place)
  if (place >= 0) {
    const refuted = claims.slice(0, place + 1).filter((claim, index) => {
      if (index === place) return wasEnd(claim, named)
      const nextMs = claims[index + 1]?.atMs ?? named.atMs
      return claim.isEarlyEnd || (claim.doubtedMs !== undefined && claim.doubtedMs <= nextMs)
    })
    return { refuted, open: claims.slice(place + 1) }
  }
  const refuted = claims.filter((claim) => isDenied(claim, named.atMs))
  const open = claims.filter((claim) => !refuted.includes(claim)).map((claim) => doubted(claim, named.atMs))
  return { refuted, open }
}

/** A press is not asked for so long before the track has played to its end. */
function wasEnd(claim: Claim, { atMs, hasEnded }: { atMs: number; hasEnded: boolean }): boolean {
  return claim.mayBeEnd && hasEnded && atMs - claim.atMs > keysPatienceMs
}

function isDenied({ isEarlyEnd, doubtedMs }: Claim, nowMs: number): boolean {
  return isEarlyEnd || (doubtedMs !== undefined && nowMs - doubtedMs >= secondWordMs)
}

function doubted<C extends Claim>(claim: C, nowMs: number): C {
  if (claim.doubtedMs !== undefined || nowMs - claim.atMs <= keysPatienceMs) return claim
  return { ...claim, doubtedMs: nowMs }
}
