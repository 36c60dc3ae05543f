import type { TrackAddress } from './card-plan.ts'
import type { PlayerState } from './player.ts'

/** A player's state and when its position was last said; both are needed to know where it is by now. */
export interface Moment {
  readonly state: PlayerState
  readonly at: Date
  /** The card that it named last, while it names none and one still lies in it. */
  readonly stoppedCard?: string | null
}

// A press within the last seconds of a track looks just like its natural end (yoto-protocol §4.5), and
// positions come in steps of 4 to 5 s.
export const endMarginSeconds = 3

// A track is named up to so long after its position (yoto-protocol §4.3).
const lateNameSeconds = 5

// Positions come every five seconds or so while a track plays; after a longer silence anything may have
// happened. A paused player has nothing to say for hours.
const longestSilenceMs = { playing: 15_000, loading: 15_000, paused: 86_400_000 } as const

/** The card that is in the player, whether it plays or has stopped; null where there is none, or nobody knows which. */
export function cardOf({ state, stoppedCard = null }: Moment): string | null {
  return state.card_id ?? stoppedCard
}

/**
 * The card that the player does not name any more in this state, while one still lies in it: a stopped player names no
 * card, and that it was taken out shows in the status alone (yoto-protocol §3.5).
 */
export function stoppedCardIn(state: PlayerState, before: Moment): string | null {
  return state.card_id === null && state.card_inserted === 'physical' ? cardOf(before) : null
}

/** Where the player must be at `at`, if it went on playing from its last word; null where that cannot be told. */
export function predictedPosition(moment: Moment, at: Date): number | null {
  const { position_s, playback: state } = moment.state
  const silenceMs = at.getTime() - moment.at.getTime()
  if (position_s === null || silenceMs > longestSilenceMs.paused) return null
  return state === 'playing' ? position_s + silenceMs / 1000 : position_s
}

/** Whether the track that played then has come to its end by `at`, as far as can be told. */
export function isAtEnd(before: Moment, at: Date): boolean {
  const position = predictedPosition(before, at)
  const length = before.state.duration_s
  return position !== null && length !== null && length > 0 && position >= length - endMarginSeconds
}

/** A press is read only off a track that was going on and whose last words are fresh. */
export function wasFollowed(before: Moment, after: Moment): boolean {
  const { playback, online } = before.state
  if (!online || playback === null || playback === 'stopped') return false
  if (after.state.playback === 'stopped') return false
  return after.at.getTime() - before.at.getTime() <= longestSilenceMs[playback]
}

/**
 * Whether a player has taken up again a track that it had left, and was not led there: it was off or had stopped, or
 * is further on than it can have come since it last spoke of another.
 */
export function hasTakenUp(before: Moment, after: Moment): boolean {
  const { online, playback } = before.state
  if (!online || playback === null || playback === 'stopped') return true
  const sinceSeconds = (after.at.getTime() - before.at.getTime()) / 1000
  const { position_s } = after.state
  return !sameTrack(before.state, after.state) && (position_s ?? 0) > sinceSeconds + lateNameSeconds
}

/** Loading is a part of playing: a child that pressed play waits for sound, and between two tracks nothing ends. */
export function goesOn({ playback: state }: PlayerState): Exclude<PlayerState['playback'], 'loading'> {
  return state === 'loading' ? 'playing' : state
}

export function addressOf(state: PlayerState): TrackAddress | null {
  if (state.chapter_key === null || state.track_key === null) return null
  return { chapter_key: state.chapter_key, track_key: state.track_key }
}

export function sameTrack(old: PlayerState, now: PlayerState): boolean {
  return old.chapter_key === now.chapter_key && old.track_key === now.track_key
}
