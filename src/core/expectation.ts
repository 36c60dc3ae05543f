import type { TrackAddress } from './card-plan.ts'
import { type Moment, predictedPosition, sameTrack } from './moment.ts'
import type { PlayerState } from './player.ts'

/** What a command of ours will make a player say, so that it is not taken for a press. */
export interface Expected {
  readonly card_id: string
  readonly chapter_key?: string
  readonly track_key?: string
}

interface Expectation extends Expected {
  readonly player: string
  readonly until: number
}

// A command is answered within half a second or so; a player that is loading a slow stream needs longer.
const expectationMs = 10_000
// A command without an answer for so long was most likely not obeyed.
const obeyedWithinMs = 5_000
// Heartbeats name positions in whole seconds, a little late.
const jumpSeconds = 3

/** What commands are about to make players do. Times are those of the clock. */
export class Expectations {
  readonly #expectations = new Set<Expectation>()
  readonly #newest = new Map<string, Expectation>()

  /** The returned function takes it back. */
  add(player: string, expected: Expected, now: Date): () => void {
    const expectation = { ...expected, player, until: now.getTime() + expectationMs }
    this.#expectations.add(expectation)
    this.#newest.set(player, expectation)
    return () => this.#expectations.delete(expectation)
  }

  /** Where the last command sends a player that has not told of it yet; undefined where there is none. */
  newest(playerId: string, now: Date): Expected | undefined {
    const newest = this.#newest.get(playerId)
    if (newest === undefined || !this.#expectations.has(newest)) return undefined
    return newest.until - now.getTime() > expectationMs - obeyedWithinMs ? newest : undefined
  }

  has(playerId: string, track: TrackAddress & { readonly card_id: string }, now: Date): boolean {
    return [...this.#expectations].some(
      ({ player, until, card_id, chapter_key, track_key }) =>
        player === playerId &&
        until >= now.getTime() &&
        card_id === track.card_id &&
        chapter_key === track.chapter_key &&
        track_key === track.track_key,
    )
  }

  /**
   * Whether what a player says was expected of it. What has come true is expected no longer. `after` is of the time
   * when the player last named a position: what it says of other things moves it nowhere.
   */
  meet(before: Moment, after: Moment, now: Date): boolean {
    let expected = false
    for (const expectation of this.#expectations) {
      if (expectation.until < now.getTime()) this.#expectations.delete(expectation)
      else if (isWhere(after.state, expectation)) {
        expected = true
        // Once it has come true, the next jump to the same place is somebody's press again.
        if (!isWhere(before.state, expectation) || jumps(before, after))
          this.#expectations.delete(expectation)
      }
    }
    return expected
  }
}

function isWhere(player: PlayerState, { player: id, card_id, chapter_key, track_key }: Expectation): boolean {
  return (
    player.id === id &&
    player.card_id === card_id &&
    (chapter_key ?? player.chapter_key) === player.chapter_key &&
    (track_key ?? player.track_key) === player.track_key
  )
}

function jumps(before: Moment, after: Moment): boolean {
  if (!sameTrack(before.state, after.state)) return true
  const predicted = predictedPosition(before, after.at)
  const position = after.state.position_s
  return predicted !== null && position !== null && Math.abs(position - predicted) > jumpSeconds
}
