import { type Moment, predictedPosition } from './moment.ts'
import { noCardFacts, type PlayerPatch, type PlayerState } from './player.ts'

/** A player's words of `at`, with what follows from them without being said. */
export function withUnsaid(before: Moment, said: PlayerPatch, at: Date): PlayerPatch {
  const { state } = before
  return settled(before, withoutOldCard(state, fromTheStart(state, withoutPlayback(state, said))), at)
}

/** What was said of one card is not true of the next. */
function withoutOldCard(before: PlayerState, patch: PlayerPatch): PlayerPatch {
  if (patch.card_id === undefined || patch.card_id === before.card_id) return patch
  return { ...noCardFacts, ...patch }
}

/** A player tells what changed: one that goes to another track and names no position begins it. */
function fromTheStart(before: PlayerState, patch: PlayerPatch): PlayerPatch {
  const { chapter_key = before.chapter_key, track_key = before.track_key } = patch
  if (before.track_key === null || track_key === null) return patch
  if (chapter_key === before.chapter_key && track_key === before.track_key) return patch
  return { position_s: 0, ...patch }
}

/** A player that is gone plays nothing, and where it stopped nobody knows. */
function withoutPlayback(before: PlayerState, patch: PlayerPatch): PlayerPatch {
  if (patch.online !== false || before.playback === null) return patch
  return { playback: 'stopped', position_s: before.position_s, ...patch }
}

/** A player that pauses or stops without naming its position stands where it must be by now. */
function settled(before: Moment, patch: PlayerPatch, at: Date): PlayerPatch {
  const halts =
    before.state.playback === 'playing' && patch.playback !== undefined && patch.playback !== 'playing'
  if (!halts || patch.position_s !== undefined) return patch
  const position = predictedPosition(before, at)
  return position === null ? patch : { ...patch, position_s: Math.round(position) }
}
