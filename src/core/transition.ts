import { isSameTrack, type TrackAddress, type TrackPlace, trackIndex } from './card-plan.ts'
import { isoOf } from './clock.ts'
import type { Button, PlayerEvent } from './event.ts'
import type { PlayerState } from './player.ts'

/** A player's state and when its position was last said; both are needed to know where it is by now. */
export interface Moment {
  readonly state: PlayerState
  readonly at: Date
}

/**
 * Which presses are read off a card's jumps; `all` where absent. Of our cards that say by their requests which way
 * a player took, `none`, or only the `restarts` that make no request of their own.
 */
export type ReadPresses = 'all' | 'restarts' | 'none'

export interface TransitionContext {
  /** The card's tracks in playing order; null where the card is not known. */
  readonly layout: readonly TrackPlace[] | null
  /** The stream of the card, where we published it: there back is `left` and forward is `right`. */
  readonly stream: string | null
  readonly presses?: ReadPresses
  /** We ourselves asked for this track or position, so nobody pressed anything. */
  readonly commanded: boolean
}

// A press within the last seconds of a track looks just like its natural end (yoto-protocol §4.5), and
// positions come in steps of 4 to 5 s.
const endMarginSeconds = 3
// A restart is told by a position near zero after one that was clearly further on.
const nearStartSeconds = 3
const clearlyFurtherSeconds = 5
const batteryLowPercent = 15

// Positions come every five seconds or so while a track plays; after a longer silence anything may have
// happened. A paused player has nothing to say for hours.
const longestSilenceMs = { playing: 15_000, loading: 15_000, paused: 86_400_000 } as const

/**
 * What must have happened for a player to get from one state to the next. A pure function: Yoto reports
 * states, never acts, so presses are inferred from jumps of chapter and position.
 */
export function eventsBetween(before: Moment, after: Moment, context: TransitionContext): PlayerEvent[] {
  const old = before.state
  const now = after.state
  const occurrence = {
    player: now.id,
    at: isoOf(after.at),
    ...(context.stream === null ? {} : { stream: context.stream }),
  }
  const events: Happening[] = [
    ...presence(old, now),
    ...card(old, now),
    ...playback(old, now),
    ...tracks(before, after, context),
    ...surroundings(old, now),
  ]
  return events.map((event) => ({ ...occurrence, ...event }))
}

/** Where the player must be at `at`, if it went on playing from its last word; null where that cannot be told. */
export function predictedPosition(moment: Moment, at: Date): number | null {
  const { position_s, playback: state } = moment.state
  const silenceMs = at.getTime() - moment.at.getTime()
  if (position_s === null || silenceMs > longestSilenceMs.paused) return null
  return state === 'playing' ? position_s + silenceMs / 1000 : position_s
}

type Happening = PlayerEvent extends infer Event
  ? Event extends PlayerEvent
    ? Omit<Event, 'player' | 'at' | 'stream'> & Streamed<Event>
    : never
  : never
type Streamed<Event> = Event extends { type: 'stream_requested'; stream: infer Stream }
  ? { stream: Stream }
  : unknown

function presence(old: PlayerState, now: PlayerState): Happening[] {
  return old.online === now.online ? [] : [{ type: now.online ? 'online' : 'offline' }]
}

function card(old: PlayerState, now: PlayerState): Happening[] {
  if (old.card_id === now.card_id) return []
  const events: Happening[] = []
  if (old.card_id !== null) events.push({ type: 'card_removed', card_id: old.card_id })
  if (now.card_id !== null) events.push({ type: 'card_inserted', card_id: now.card_id, source: now.source })
  return events
}

function playback(old: PlayerState, now: PlayerState): Happening[] {
  if (goesOn(old) === goesOn(now)) return []
  const on = { ...onCard(now), position_s: now.position_s }
  switch (goesOn(now)) {
    case 'playing':
      return [{ type: old.playback === 'paused' ? 'playback_resumed' : 'playback_started', ...on }]
    case 'paused':
      return [{ type: 'playback_paused', ...on }]
    case 'stopped':
      // The first word about a player that lies there switched off is no event.
      return old.playback === null ? [] : [{ type: 'playback_stopped', ...on }]
    default:
      return []
  }
}

/** Loading is a part of playing: a child that pressed play waits for sound, and between two tracks nothing ends. */
function goesOn({ playback: state }: PlayerState): Exclude<PlayerState['playback'], 'loading'> {
  return state === 'loading' ? 'playing' : state
}

function tracks(before: Moment, after: Moment, context: TransitionContext): Happening[] {
  const old = before.state
  const now = after.state
  if (now.card_id !== old.card_id || now.card_id === null) {
    return now.card_id === null || now.track_key === null ? [] : [{ type: 'track_started', ...onCard(now) }]
  }
  const events: Happening[] = []
  const press = readPress(before, after, context)
  if (!sameTrack(old, now)) {
    if (old.track_key !== null)
      events.push({ type: 'track_ended', ...onCard(old), natural: isAtEnd(before, after.at) })
    if (now.track_key !== null) events.push({ type: 'track_started', ...onCard(now) })
  }
  if (press !== null && !context.commanded) {
    const button = context.stream === null ? press.turn : ourName[press.turn]
    events.unshift({ type: 'button', button, confidence: press.confidence, via: 'mqtt', ...onCard(now) })
  }
  return events
}

function readPress(before: Moment, after: Moment, context: TransitionContext): Press | null {
  const { presses = 'all' } = context
  if (presses === 'none') return null
  return presses === 'all' || sameTrack(before.state, after.state)
    ? pressBetween(before, after, context)
    : null
}

interface Press {
  readonly turn: 'next' | 'previous'
  readonly confidence: number
}

const ourName: Readonly<Record<Press['turn'], Button>> = { next: 'right', previous: 'left' }

/** The rules of yoto-protocol §4.5. The confidences are ours: nobody has measured them. */
function pressBetween(before: Moment, after: Moment, { layout }: TransitionContext): Press | null {
  if (!wasFollowed(before, after)) return null
  const from = addressOf(before.state)
  const to = addressOf(after.state)
  const isInteractive = layout?.some(({ left, right, end }) => (left ?? right ?? end) !== undefined) ?? false
  if (sameTrack(before.state, after.state)) {
    const restart = restartBetween(before, after)
    return restart === null || !isInteractive ? restart : branchBetween(before, after, layout ?? [])
  }
  if (layout === null || from === null || to === null) return null
  if (isInteractive) return branchBetween(before, after, layout)
  return stepBetween(before, after, {
    layout,
    fromIndex: trackIndex(layout, from),
    toIndex: trackIndex(layout, to),
  })
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

function stepBetween(
  before: Moment,
  after: Moment,
  way: { layout: readonly TrackPlace[]; fromIndex: number; toIndex: number },
): Press | null {
  const { layout, fromIndex, toIndex } = way
  if (fromIndex < 0 || toIndex < 0) return null
  const step = toIndex - fromIndex
  const wrapped = layout.length > 1 && fromIndex === layout.length - 1 && toIndex === 0
  if (step === 1 || wrapped) {
    if (isAtEnd(before, after.at)) return null
    const length = before.state.duration_s
    return { turn: 'next', confidence: wrapped ? 0.5 : length === null ? 0.6 : 0.9 }
  }
  if (step === -1) return { turn: 'previous', confidence: 0.9 }
  return { turn: step > 0 ? 'next' : 'previous', confidence: 0.5 }
}

/** A press is read only off a track that was going on and whose last words are fresh. */
function wasFollowed(before: Moment, after: Moment): boolean {
  const { playback, online } = before.state
  if (!online || playback === null || playback === 'stopped') return false
  if (after.state.playback === 'stopped') return false
  return after.at.getTime() - before.at.getTime() <= longestSilenceMs[playback]
}

function restartBetween(before: Moment, after: Moment): Press | null {
  const old = before.state
  const now = after.state
  const wasAt = predictedPosition(before, after.at)
  if (now.track_key === null || now.position_s === null || wasAt === null || old.position_s === null)
    return null
  // A track that repeats begins at zero too.
  if (goesOn(now) !== goesOn(old) || isAtEnd(before, after.at)) return null
  const fellBack = old.position_s > nearStartSeconds && wasAt > clearlyFurtherSeconds
  return now.position_s <= nearStartSeconds && fellBack ? { turn: 'previous', confidence: 0.7 } : null
}

function isAtEnd(before: Moment, at: Date): boolean {
  const position = predictedPosition(before, at)
  const length = before.state.duration_s
  return position !== null && length !== null && length > 0 && position >= length - endMarginSeconds
}

function surroundings(old: PlayerState, now: PlayerState): Happening[] {
  const events: Happening[] = []
  // Where the limit moves, the volume moves with it, and nobody turned a knob (yoto-protocol §4.5).
  const isTurned = old.volume_max_step === null || now.volume_max_step === old.volume_max_step
  const { volume_step } = now
  if (isTurned && volume_step !== null && old.volume_step !== null && volume_step !== old.volume_step)
    events.push({ type: 'volume_changed', volume_step, volume_percent: now.volume_percent })
  if (now.day_mode !== null && old.day_mode !== null && now.day_mode !== old.day_mode)
    events.push({ type: now.day_mode === 'day' ? 'day_started' : 'night_started' })
  const sleeping = (old.sleep_timer_s ?? 0) > 0
  if (!sleeping && (now.sleep_timer_s ?? 0) > 0)
    events.push({ type: 'sleep_timer_started', sleep_timer_s: now.sleep_timer_s ?? 0 })
  if (sleeping && now.sleep_timer_s === 0) events.push({ type: 'sleep_timer_ended' })
  const battery = now.battery_percent
  if (battery !== null && battery <= batteryLowPercent && (old.battery_percent ?? 100) > batteryLowPercent)
    events.push({ type: 'battery_low', battery_percent: battery })
  if (now.headphones !== null && old.headphones !== null && now.headphones !== old.headphones)
    events.push({ type: now.headphones ? 'headphones_on' : 'headphones_off' })
  return events
}

function onCard(state: PlayerState) {
  return { card_id: state.card_id, chapter_key: state.chapter_key, track_key: state.track_key }
}

function addressOf(state: PlayerState): TrackAddress | null {
  if (state.chapter_key === null || state.track_key === null) return null
  return { chapter_key: state.chapter_key, track_key: state.track_key }
}

function sameTrack(old: PlayerState, now: PlayerState): boolean {
  return old.chapter_key === now.chapter_key && old.track_key === now.track_key
}
