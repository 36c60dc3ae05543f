import { isoOf } from './clock.ts'
import type { Button, PlayerEvent } from './event.ts'
import { cardOf, goesOn, isAtEnd, type Moment, sameTrack } from './moment.ts'
import type { PlayerState } from './player.ts'
import { beginsAgain, type Press, readPress, type TransitionContext } from './press.ts'

const batteryLowPercent = 15

/**
 * What must have happened for a player to get from one state to the next. A pure function: Yoto reports
 * states, never acts, so presses are inferred from jumps of chapter and position.
 */
export function eventsBetween(before: Moment, after: Moment, context: TransitionContext): PlayerEvent[] {
  const old = before.state
  const now = after.state
  const { stream, leftStream = stream } = context
  const occurrence = { player: now.id, at: isoOf(after.at) }
  // An event is of the stream of the chapter that it names.
  const on = ({ type }: Happening) => (type === 'track_ended' ? leftStream : stream)
  const events: Happening[] = [
    ...presence(old, now),
    ...card(before, after),
    ...playback(old, now),
    ...tracks(before, after, context),
    ...surroundings(old, now),
  ]
  return events.map((event) => {
    const heard = on(event)
    return { ...occurrence, ...(heard === null ? {} : { stream: heard }), ...event }
  })
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

function card(before: Moment, after: Moment): Happening[] {
  const old = cardOf(before)
  const now = cardOf(after)
  if (old === now) return []
  const events: Happening[] = []
  if (old !== null) events.push({ type: 'card_removed', card_id: old })
  if (now !== null) events.push({ type: 'card_inserted', card_id: now, source: after.state.source })
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

function tracks(before: Moment, after: Moment, context: TransitionContext): Happening[] {
  const old = before.state
  const now = after.state
  if (now.card_id !== old.card_id || now.card_id === null) {
    return now.card_id === null || now.track_key === null ? [] : [{ type: 'track_started', ...onCard(now) }]
  }
  const events: Happening[] = []
  const press = readPress(before, after, context)
  if (!sameTrack(old, now) || beginsAgain(before, after, context)) {
    const natural = press === null && isAtEnd(before, after.at)
    if (old.track_key !== null) events.push({ type: 'track_ended', ...onCard(old), natural })
    if (now.track_key !== null) events.push({ type: 'track_started', ...onCard(now) })
  }
  if (press !== null && !context.commanded) {
    const isOurs = context.isOurs || context.stream !== null || context.story !== undefined
    const button = isOurs ? ourName[press.turn] : press.turn
    events.unshift({ type: 'button', button, confidence: press.confidence, via: 'mqtt', ...onCard(now) })
  }
  return events
}

/** On cards that we published. */
const ourName: Readonly<Record<Press['turn'], Button>> = { next: 'right', previous: 'left' }

function surroundings(old: PlayerState, now: PlayerState): Happening[] {
  const events: Happening[] = []
  const { volume_step } = now
  if (
    !isBroughtDown(old, now) &&
    volume_step !== null &&
    old.volume_step !== null &&
    volume_step !== old.volume_step
  )
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

/**
 * Where the limit moves, the volume moves with it, and nobody turned a knob (yoto-protocol §4.5). The status tells of
 * the volume alone, and may come before the word about the limit: then the setting says what it is.
 */
function isBroughtDown(old: PlayerState, now: PlayerState): boolean {
  if (old.volume_max_step !== null && now.volume_max_step !== old.volume_max_step) return true
  const limits = { day: now.volume_max_step_day, night: now.volume_max_step_night }
  const limit = now.day_mode === null ? null : limits[now.day_mode]
  return limit !== null && (old.volume_step ?? 0) > limit && now.volume_step === limit
}

function onCard(state: PlayerState) {
  return { card_id: state.card_id, chapter_key: state.chapter_key, track_key: state.track_key }
}
