import { isSameTrack, type TrackPlace, trackIndex } from './card-plan.ts'
import {
  addressOf,
  endMarginSeconds,
  goesOn,
  isAtEnd,
  type Moment,
  predictedPosition,
  sameTrack,
  wasFollowed,
} from './moment.ts'
import type { PlayerState } from './player.ts'

/**
 * Which presses are read off a card's jumps; `all` where absent. Of our cards that say by their requests which way
 * a player took, `none`, or only the `restarts` that make no request of their own.
 */
export type ReadPresses = 'all' | 'restarts' | 'none'

export interface TransitionContext {
  /** The card's tracks in playing order; null where the card is not known. */
  readonly layout: readonly TrackPlace[] | null
  /** The stream that the card plays where the player is now, where we published it: there back is `left` and forward is `right`. */
  readonly stream: string | null
  /** That of the chapter that it came from, of a card of several; absent where it is the same. */
  readonly leftStream?: string | null
  /** The same of a card of ours that tells a story. */
  readonly story?: string
  /** It is one of ours whose tracks were put together one by one, and may play neither. */
  readonly isOurs?: true
  readonly presses?: ReadPresses
  /**
   * Whether the card begins again by itself after its last track, as a setting of the player or the card's maker has
   * it; null or absent where nobody has said.
   */
  readonly repeats?: boolean | null
  /** We ourselves asked for this track or position, so nobody pressed anything. */
  readonly commanded: boolean
}

/** Somebody pressed or turned a knob. */
export interface Press {
  readonly turn: 'next' | 'previous'
  /** 0 to 1. */
  readonly confidence: number
}

// A restart is told by a position near zero after one that was clearly further on.
const nearStartSeconds = 3
const clearlyFurtherSeconds = 5

/** The press that must have been made for a player to get from one state to the next; null where there was none, or nobody can tell. */
export function readPress(before: Moment, after: Moment, context: TransitionContext): Press | null {
  const { presses = 'all' } = context
  if (presses === 'none') return null
  return presses === 'all' || sameTrack(before.state, after.state)
    ? pressBetween(before, after, context)
    : null
}

/** Whether the only track of a card that repeats came to its end and started over. */
export function beginsAgain(before: Moment, after: Moment, context: TransitionContext): boolean {
  const { position_s, playback: state } = after.state
  const wasAt = predictedPosition(before, after.at)
  const length = before.state.duration_s
  if (context.repeats !== true || isInteractive(context) || !isOnlyTrack(before.state, context)) return false
  if (before.state.playback !== 'playing' || state !== 'playing' || !wasFollowed(before, after)) return false
  if (position_s === null || wasAt === null || length === null || !isAtEnd(before, after.at)) return false
  const fellBack = position_s < (before.state.position_s ?? 0)
  return fellBack && Math.abs(position_s - Math.max(0, wasAt - length)) <= endMarginSeconds
}

/** The rules of yoto-protocol §4.5. The confidences are ours: nobody has measured them. */
function pressBetween(before: Moment, after: Moment, context: TransitionContext): Press | null {
  const { layout, repeats = null } = context
  if (!wasFollowed(before, after)) return null
  const from = addressOf(before.state)
  const to = addressOf(after.state)
  const branches = isInteractive(context)
  if (sameTrack(before.state, after.state)) {
    const restart = restartBetween(before, after, context)
    return restart === null || !branches ? restart : branchBetween(before, after, layout ?? [])
  }
  if (layout === null || from === null || to === null) return null
  if (branches) return branchBetween(before, after, layout)
  // Who goes from track to track is led past those that are hidden.
  const tracks = layout.filter(
    (place) => place.hidden !== true || [from, to].some((end) => isSameTrack(place, end)),
  )
  const [fromIndex, toIndex] = [trackIndex(tracks, from), trackIndex(tracks, to)]
  if (fromIndex < 0 || toIndex < 0) return null
  const isWrapped = tracks.length > 1 && fromIndex === tracks.length - 1 && toIndex === 0
  if (isWrapped) return wrapBetween(before, after, { count: tracks.length, repeats })
  return stepBetween(before, after, toIndex - fromIndex)
}

function isInteractive({ layout }: TransitionContext): boolean {
  return layout?.some(({ left, right, end }) => (left ?? right ?? end) !== undefined) ?? false
}

/** On a card that says itself where presses lead, the way that was taken names the button. */
function branchBetween(before: Moment, after: Moment, layout: readonly TrackPlace[]): Press | null {
  const from = addressOf(before.state)
  const to = addressOf(after.state)
  if (from === null || to === null) return null
  const { left, right, end } = layout.find((place) => isSameTrack(place, from)) ?? {}
  const [byLeft, byRight, byEnd] = [left, right, end].map(
    (target) => target !== undefined && target !== 'stop' && isSameTrack(target, to),
  )
  // Where both lead to the same place, nobody can tell which of them it was.
  if (byLeft === byRight) return null
  const turn = byLeft === true ? 'previous' : 'next'
  if (byEnd !== true) return { turn, confidence: 0.95 }
  // Only time tells a button from an end that leads to the same place.
  const length = before.state.duration_s
  return length === null || isAtEnd(before, after.at) ? null : { turn, confidence: 0.8 }
}

/** From a track to one that is so many further on. */
function stepBetween(before: Moment, after: Moment, step: number): Press | null {
  if (step === 1) {
    if (isAtEnd(before, after.at)) return null
    return { turn: 'next', confidence: before.state.duration_s === null ? 0.6 : 0.9 }
  }
  if (step === -1) return { turn: 'previous', confidence: 0.9 }
  return { turn: step > 0 ? 'next' : 'previous', confidence: 0.5 }
}

/** From the last track to the first, of so many: the natural way only where the card repeats. */
function wrapBetween(
  before: Moment,
  after: Moment,
  { count, repeats }: { count: number; repeats: boolean | null },
): Press | null {
  // The first of two is the one before as well, and goes round only where the card does.
  const turn = count === 2 && repeats !== true ? 'previous' : 'next'
  // Left to itself, the player would have stopped there.
  if (repeats === false) return { turn, confidence: count === 2 ? 0.9 : 0.8 }
  return isAtEnd(before, after.at) ? null : { turn, confidence: 0.5 }
}

function restartBetween(before: Moment, after: Moment, context: TransitionContext): Press | null {
  const old = before.state
  const now = after.state
  const wasAt = predictedPosition(before, after.at)
  if (now.track_key === null || now.position_s === null || wasAt === null || old.position_s === null)
    return null
  const fellBack = old.position_s > nearStartSeconds && wasAt > clearlyFurtherSeconds
  if (goesOn(now) !== goesOn(old) || now.position_s > nearStartSeconds || !fellBack) return null
  const isOnly = isOnlyTrack(old, context)
  // A track that repeats begins at zero too; where the card is known to end with it, nothing does that by itself.
  if (isAtEnd(before, after.at) && !(isOnly && context.repeats === false)) return null
  // Where the only track repeats, forward leads to it as well as back.
  return { turn: 'previous', confidence: isOnly && context.repeats === true ? 0.5 : 0.7 }
}

function isOnlyTrack(state: PlayerState, { layout }: TransitionContext): boolean {
  const here = addressOf(state)
  if (here === null || layout === null) return false
  const tracks = layout.filter((place) => place.hidden !== true || isSameTrack(place, here))
  return tracks.length === 1 && trackIndex(tracks, here) === 0
}
